//! How ads are printed.

use std::collections::BTreeMap;

use super::{Ad, Ads};
use crate::format::{Cell, Column, Measure, Report, money, percent};

const ADS: [Column; 20] = columns(false);
const PRICED: [Column; 20] = columns(true);

/// What was paid is for people only where it is known of any.
const fn columns(is_priced: bool) -> [Column; 20] {
    const fn paid(title: &'static str, key: &'static str, is_priced: bool) -> Column {
        match is_priced {
            true => Column::both(title, key, Measure::Text),
            false => Column::data(key, Measure::Text),
        }
    }
    [
        Column::both("Creative", "ad", Measure::Text),
        Column::both("Placement", "placement", Measure::Text),
        Column::data("campaign", Measure::Text),
        Column::both("Shown", "impressions", Measure::Count),
        Column::data("viewable_impressions", Measure::Count),
        Column::both("Of these seen", "viewability", Measure::Rate),
        Column::both("Seen by", "visitors", Measure::Count),
        Column::data("clicks", Measure::Count),
        Column::data("clickers", Measure::Count),
        Column::data("click_through_rate", Measure::Text),
        Column::both("Clicked by", "viewable_rate", Measure::Rate),
        Column::data("conversions", Measure::Count),
        Column::both("Converted", "conversion_rate", Measure::Rate),
        Column::both("Worth", "revenue", Measure::Text),
        paid("Cost", "cost", is_priced),
        paid("A conversion", "cpa", is_priced),
        paid("Returned", "roas", is_priced),
        Column::people("Bots", Measure::Text),
        Column::data("invalid_impressions", Measure::Count),
        Column::data("invalid_clicks", Measure::Count),
    ]
}

fn row(ad: &Ad) -> Vec<Cell> {
    let bots = match (ad.invalid_impressions, ad.invalid_clicks) {
        (0, 0) => Cell::None,
        (shown, clicks) => Cell::Text(format!("{shown} shown, {clicks} clicks")),
    };
    vec![
        Cell::Text(ad.ad.clone()),
        Cell::Text(ad.placement.clone()),
        Cell::Text(ad.campaign.clone()),
        Cell::Count(ad.impressions),
        Cell::Count(ad.viewable_impressions),
        Cell::rate(ad.viewability, ad.viewability_interval),
        Cell::Count(ad.visitors),
        Cell::Count(ad.clicks),
        Cell::Count(ad.clickers),
        ad.click_through_rate
            .map_or(Cell::None, |rate| Cell::Text(percent(rate))),
        Cell::rate(ad.viewable_rate, ad.viewable_interval),
        Cell::Count(ad.conversions),
        Cell::rate(ad.conversion_rate, ad.conversion_interval),
        amounts(&ad.revenue),
        amounts(&ad.cost),
        amounts(&ad.cpa),
        times(ad.roas),
        bots,
        Cell::Count(ad.invalid_impressions),
        Cell::Count(ad.invalid_clicks),
    ]
}

/// Amounts by currency; none, none.
pub(super) fn amounts(amounts: &BTreeMap<String, f64>) -> Cell {
    match amounts.is_empty() {
        true => Cell::None,
        false => Cell::Text(money(amounts)),
    }
}

/// How often a cost came back.
pub(super) fn times(roas: Option<f64>) -> Cell {
    roas.map_or(Cell::None, |roas| Cell::Text(format!("{roas:.2} times")))
}

impl Report for Ads {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        match self.ads.iter().any(|ad| !ad.cost.is_empty()) {
            true => &PRICED,
            false => &ADS,
        }
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.ads.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
