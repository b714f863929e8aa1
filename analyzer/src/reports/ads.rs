//! Ads on the site's own pages: how often each creative was seen, by whom, and what came of it; and which does better.
//!
//! Invariant: what was on a page and what was seen are two numbers, and so are clicks of people and those of bots. A ranking
//! is `statistics::compare`'s business; here is decided what an exposure is: a visitor who saw a creative on a day.

mod attribution;
mod campaigns;
mod compared;
mod journeys;
mod spending;
mod tables;

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub use self::attribution::{Attributed, AttributionRequest, attribution};
pub use self::campaigns::{Campaign, Campaigns, CampaignsRequest, Figures, campaigns};
pub use self::compared::{Arms, compare_ads};

use self::spending::{Creative, creatives, each, of_creatives, paid, returned};

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::thousands;
use crate::statistics::{Interval, Z_95, rate, wilson};
use crate::step::Step;

const ADS_SQL: &str = include_str!("../../../sql/reports/ads.sql");

/// What is asked beside the span.
#[derive(Debug, Clone, PartialEq)]
pub struct AdsRequest {
    /// Creatives of this placement alone.
    pub placement: Option<String>,
    /// What counts as a conversion; without one an event that money is in.
    pub conversion: Option<Step>,
}

/// The creatives of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ads {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those most seen first.
    pub ads: Vec<Ad>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A creative at a placement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ad {
    /// Its name.
    pub ad: String,
    /// Where it stands.
    pub placement: String,
    /// What it belongs to.
    pub campaign: String,
    /// Pageviews it was on.
    pub impressions: u64,
    /// Of these those in which it was seen.
    pub viewable_impressions: u64,
    /// Viewable impressions of the impressions.
    pub viewability: Option<f64>,
    /// Interval of `viewability`.
    pub viewability_interval: Option<Interval>,
    /// People who saw it.
    pub visitors: u64,
    /// Of these who clicked it.
    pub clickers: u64,
    /// Pageviews in which it was clicked.
    pub clicks: u64,
    /// Clicks of the impressions.
    pub click_through_rate: Option<f64>,
    /// Clickers of those who saw it.
    pub viewable_rate: Option<f64>,
    /// Interval of `viewable_rate`.
    pub viewable_interval: Option<Interval>,
    /// People who converted after clicking it last.
    pub conversions: u64,
    /// Conversions of the clickers.
    pub conversion_rate: Option<f64>,
    /// Interval of `conversion_rate`.
    pub conversion_interval: Option<Interval>,
    /// What these were worth, by currency.
    pub revenue: BTreeMap<String, f64>,
    /// What was paid for it, by currency.
    pub cost: BTreeMap<String, f64>,
    /// Cost of a conversion; empty without any, and where the cost is in two currencies.
    pub cpa: BTreeMap<String, f64>,
    /// Revenue of one unit of cost, where both are in the same currency.
    pub roas: Option<f64>,
    /// Pageviews of bots it was on.
    pub invalid_impressions: u64,
    /// Clicks of bots.
    pub invalid_clicks: u64,
}

#[derive(Row, Deserialize)]
struct Found {
    ad: String,
    placement: String,
    campaign: String,
    impressions: u64,
    viewable_impressions: u64,
    visitors: u64,
    clickers: u64,
    clicks: u64,
    invalid_impressions: u64,
    invalid_clicks: u64,
    conversions: u64,
    revenue: Vec<(String, f64)>,
}

/// Tells of the creatives.
///
/// # Errors
/// [`Error::Usage`] for what exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn ads(store: &Store, span: &Span, request: &AdsRequest) -> Result<Ads, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let mut bindings = Bindings::default();
    let conversion = match &request.conversion {
        Some(step) => bindings.step(step),
        None => "value IS NOT NULL".to_owned(),
    };
    let sql = ADS_SQL.replace("{{conversion}}", &conversion);
    let found: Vec<Found> = span
        .query_with(store, &sql, &span.period, bindings)
        .param(
            "placement",
            request.placement.as_deref().unwrap_or_default(),
        )
        .fetch_all()
        .await?;
    let mut ads: Vec<Ad> = found.into_iter().map(ad).collect();
    let mut notes = price(store, span, &mut ads).await?;
    if ads.is_empty() {
        notes.push("a creative is an element with data-snag-ad, where data-snag-placement and data-snag-campaign say more".to_owned());
    } else {
        notes.push("conversions count within the day, where visitors are not known for longer, and for the creative clicked last".to_owned());
    }
    Ok(Ads {
        site: span.site.clone(),
        headline: headline(span, &ads),
        from: covered.from,
        to: covered.to,
        ads,
        notes,
    })
}

/// Puts the costs beside the creatives they are of; what is to be known of it comes back.
async fn price(store: &Store, span: &Span, ads: &mut [Ad]) -> Result<Vec<String>, Error> {
    let (paid, untold) = paid(store, span).await?;
    let (costs, shared) = of_creatives(&paid, &creatives(store, span).await?);
    for ad in ads {
        let creative = Creative {
            ad: ad.ad.clone(),
            placement: ad.placement.clone(),
            campaign: ad.campaign.clone(),
        };
        if let Some(spent) = costs.get(&creative) {
            ad.cost = spent.numbers();
            ad.cpa = each(&ad.cost, ad.conversions);
            ad.roas = returned(&ad.cost, &ad.revenue, ad.conversions);
        }
    }
    let together = shared.into_iter().map(|(name, (spent, creatives))| {
        format!(
            "{} were paid for \"{name}\", which {creatives} creatives or placements share: it is divided among none of them",
            spent.text()
        )
    });
    Ok(untold.into_iter().chain(together).collect())
}

fn ad(found: Found) -> Ad {
    Ad {
        viewability: rate(found.viewable_impressions, found.impressions),
        viewability_interval: wilson(found.viewable_impressions, found.impressions, Z_95),
        click_through_rate: rate(found.clicks, found.impressions),
        viewable_rate: rate(found.clickers, found.visitors),
        viewable_interval: wilson(found.clickers, found.visitors, Z_95),
        conversion_rate: rate(found.conversions, found.clickers),
        conversion_interval: wilson(found.conversions, found.clickers, Z_95),
        revenue: found
            .revenue
            .into_iter()
            .filter(|(_, amount)| *amount != 0.0)
            .collect(),
        cost: BTreeMap::new(),
        cpa: BTreeMap::new(),
        roas: None,
        ad: found.ad,
        placement: found.placement,
        campaign: found.campaign,
        impressions: found.impressions,
        viewable_impressions: found.viewable_impressions,
        visitors: found.visitors,
        clickers: found.clickers,
        clicks: found.clicks,
        conversions: found.conversions,
        invalid_impressions: found.invalid_impressions,
        invalid_clicks: found.invalid_clicks,
    }
}

fn headline(span: &Span, ads: &[Ad]) -> String {
    let rates = ads.iter().filter_map(|ad| Some((ad, ad.viewable_rate?)));
    match rates.max_by(|one, other| one.1.total_cmp(&other.1)) {
        None => format!("{} has no creatives that anybody saw here", span.site),
        Some((best, rate)) => format!(
            "{} {}; of those who saw it most click \"{}\", {}: `snag ads compare` says how sure that is",
            thousands(ads.len() as u64),
            if ads.len() == 1 {
                "creative"
            } else {
                "creatives"
            },
            best.ad,
            crate::format::percent(rate)
        ),
    }
}
