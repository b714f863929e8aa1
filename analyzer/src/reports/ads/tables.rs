//! How ads are printed.

use std::collections::BTreeMap;

use super::{Ad, Ads};
use crate::format::{Cell, Column, Measure, Report, Section, money, percent};

const ADS: [Column; 20] = [
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
    Column::data("cost", Measure::Text),
    Column::data("cpa", Measure::Text),
    Column::data("roas", Measure::Text),
    Column::people("Bots", Measure::Text),
    Column::data("invalid_impressions", Measure::Count),
    Column::data("invalid_clicks", Measure::Count),
];

const PRICED: [Column; 7] = [
    Column::people("Creative", Measure::Text),
    Column::people("Placement", Measure::Text),
    Column::people("Conversions", Measure::Count),
    Column::people("Worth", Measure::Text),
    Column::people("Cost", Measure::Text),
    Column::people("CPA", Measure::Text),
    Column::people("ROAS", Measure::Text),
];

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
    roas.map_or(Cell::None, |roas| Cell::Text(format!("{roas:.2}")))
}

fn priced(ad: &Ad) -> Vec<Cell> {
    vec![
        Cell::Text(ad.ad.clone()),
        Cell::Text(ad.placement.clone()),
        Cell::Count(ad.conversions),
        amounts(&ad.revenue),
        amounts(&ad.cost),
        amounts(&ad.cpa),
        times(ad.roas),
    ]
}

impl Report for Ads {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &ADS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.ads.iter().map(row).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let paid = self.ads.iter().filter(|ad| !ad.cost.is_empty());
        let rows: Vec<_> = paid.map(priced).collect();
        let section = (!rows.is_empty()).then(|| Section {
            title: "What was paid, and what came back".to_owned(),
            columns: PRICED.to_vec(),
            rows,
        });
        section.into_iter().collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
