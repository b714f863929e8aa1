//! What came of campaigns, and what was paid for them, in rates and shares.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::spending::{each, returned};
use super::placed::Tally;
use crate::statistics::{Interval, Z_95, rate, wilson};

/// What came of campaigns, and what was paid.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Visits.
    pub visits: u64,
    /// Of these those that the channel says were paid for.
    pub paid_visits: u64,
    /// Visits in which the conversion was done, owed to these campaigns.
    pub conversions: u64,
    /// Visits to which a conversion is owed.
    pub converting_visits: u64,
    /// Converting visits of the visits.
    pub conversion_rate: Option<f64>,
    /// Interval of `conversion_rate`.
    pub conversion_interval: Option<Interval>,
    /// What the conversions were worth, by currency.
    pub revenue: BTreeMap<String, f64>,
    /// What was paid, by currency.
    pub cost: BTreeMap<String, f64>,
    /// How often ads were shown, by those who sold them.
    pub ad_impressions: u64,
    /// How often they were clicked, by the same.
    pub ad_clicks: u64,
    /// Clicks of the impressions.
    pub ctr: Option<f64>,
    /// Interval of `ctr`.
    pub ctr_interval: Option<Interval>,
    /// Cost of a click; empty without any, and where the cost is in two currencies.
    pub cpc: BTreeMap<String, f64>,
    /// Cost of a thousand impressions, likewise.
    pub cpm: BTreeMap<String, f64>,
    /// Cost of a conversion, likewise.
    pub cpa: BTreeMap<String, f64>,
    /// Revenue of one unit of cost, where both are in the same currency.
    pub roas: Option<f64>,
}

impl Figures {
    pub(super) fn of(tally: &Tally) -> Self {
        let cost = tally.spent.numbers();
        let mut cpm = each(&cost, tally.ad_impressions);
        cpm.values_mut().for_each(|amount| *amount *= 1000.0);
        Self {
            visits: tally.visits,
            paid_visits: tally.paid_visits,
            conversions: tally.conversions,
            converting_visits: tally.converting_visits,
            conversion_rate: rate(tally.converting_visits, tally.visits),
            conversion_interval: wilson(tally.converting_visits, tally.visits, Z_95),
            ad_impressions: tally.ad_impressions,
            ad_clicks: tally.ad_clicks,
            ctr: rate(tally.ad_clicks, tally.ad_impressions),
            ctr_interval: wilson(tally.ad_clicks, tally.ad_impressions, Z_95),
            cpc: each(&cost, tally.ad_clicks),
            cpm,
            cpa: each(&cost, tally.conversions),
            roas: returned(&cost, &tally.revenue, tally.conversions),
            revenue: tally.revenue.clone(),
            cost,
        }
    }
}
