//! How ads and their comparison are printed.

use super::{Ad, Ads, AdsComparison};
use crate::format::{Cell, Column, Measure, Report, money, percent};
use crate::statistics::ComparedArm;

const ADS: [Column; 17] = [
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
    Column::people("Bots", Measure::Text),
    Column::data("invalid_impressions", Measure::Count),
    Column::data("invalid_clicks", Measure::Count),
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
        match ad.revenue.is_empty() {
            true => Cell::None,
            false => Cell::Text(money(&ad.revenue)),
        },
        bots,
        Cell::Count(ad.invalid_impressions),
        Cell::Count(ad.invalid_clicks),
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

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

const COMPARED: [Column; 8] = [
    Column::both("Arm", "name", Measure::Text),
    Column::both("Exposures", "exposures", Measure::Count),
    Column::both("Clicks", "conversions", Measure::Count),
    Column::both("Rate", "rate", Measure::Rate),
    Column::both("Best with", "probability_best", Measure::Text),
    Column::both("Costs, if chosen", "expected_loss", Measure::Text),
    Column::both("Against the best", "p_adjusted", Measure::Text),
    Column::both("To be ranked", "more", Measure::Text),
];

fn arm(arm: &ComparedArm) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::None, Cell::Text);
    let p_value = |p: f64| match p < 0.001 {
        true => "p < 0.001".to_owned(),
        false => format!("p = {p:.3}"),
    };
    let more = match (arm.more_exposures, arm.more_conversions) {
        (0, 0) => None,
        (exposures, 0) => Some(format!("{exposures} exposures")),
        (0, clicks) => Some(format!("{clicks} clicks")),
        (exposures, clicks) => Some(format!("{exposures} exposures, {clicks} clicks")),
    };
    vec![
        Cell::Text(arm.name.clone()),
        Cell::Count(arm.exposures),
        Cell::Count(arm.conversions),
        Cell::rate(arm.rate, arm.interval),
        text(arm.probability_best.map(percent)),
        text(
            arm.expected_loss
                .map(|loss| format!("{:.2} points", loss * 100.0)),
        ),
        text(arm.behind_leader.map(|behind| p_value(behind.p_adjusted))),
        text(more),
    ]
}

impl Report for AdsComparison {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COMPARED
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.comparison.arms.iter().map(arm).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
