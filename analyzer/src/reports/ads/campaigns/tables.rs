//! How campaigns are printed: those that brought visits, those that only cost, those that were paid for at an unknown cost.

use super::super::tables::{amounts, times};
use super::{Campaign, Campaigns};
use crate::format::{Cell, Column, Measure, Report, Section};

const CAMPAIGNS: [Column; 20] = [
    Column::people("Campaign", Measure::Text),
    Column::data("campaign", Measure::Text),
    Column::data("source", Measure::Text),
    Column::data("media", Measure::Text),
    Column::data("click_ids", Measure::Text),
    Column::both("Visits", "visits", Measure::Count),
    Column::data("paid_visits", Measure::Count),
    Column::data("visitors", Measure::Count),
    Column::both("Conversions", "conversions", Measure::Count),
    Column::data("converting_visits", Measure::Count),
    Column::both("Converted", "conversion_rate", Measure::Rate),
    Column::both("Worth", "revenue", Measure::Text),
    Column::both("Cost", "cost", Measure::Text),
    Column::both("CPA", "cpa", Measure::Text),
    Column::both("ROAS", "roas", Measure::Text),
    Column::data("ad_impressions", Measure::Count),
    Column::data("ad_clicks", Measure::Count),
    Column::data("ctr", Measure::Rate),
    Column::data("cpc", Measure::Text),
    Column::data("cpm", Measure::Text),
];

fn row(campaign: &Campaign) -> Vec<Cell> {
    let figures = &campaign.figures;
    vec![
        Cell::Text(campaign.shown()),
        Cell::Text(campaign.campaign.clone()),
        Cell::Text(campaign.source.clone()),
        Cell::Text(campaign.media.join(", ")),
        Cell::Text(campaign.click_ids.join(", ")),
        Cell::Count(figures.visits),
        Cell::Count(figures.paid_visits),
        Cell::Count(campaign.visitors),
        Cell::Count(figures.conversions),
        Cell::Count(figures.converting_visits),
        Cell::rate(figures.conversion_rate, figures.conversion_interval),
        amounts(&figures.revenue),
        amounts(&figures.cost),
        amounts(&figures.cpa),
        times(figures.roas),
        Cell::Count(figures.ad_impressions),
        Cell::Count(figures.ad_clicks),
        Cell::rate(figures.ctr, figures.ctr_interval),
        amounts(&figures.cpc),
        amounts(&figures.cpm),
    ]
}

impl Campaign {
    /// Its names: what visits call it, what the seller calls it, and who that is.
    fn shown(&self) -> String {
        let name = match self.campaign.as_str() {
            "" => "(no campaign)".to_owned(),
            name if self.title.is_empty() => name.to_owned(),
            name => format!("{name} ({})", self.title),
        };
        match self.source.as_str() {
            "" => name,
            source => format!("{name} by {source}"),
        }
    }
}

/// A table of some campaigns with one thing of each; none of none.
fn section(
    title: &str,
    column: Column,
    campaigns: &[Campaign],
    cell: impl Fn(&Campaign) -> Option<Cell>,
) -> Option<Section> {
    let row = |campaign: &Campaign| Some(vec![Cell::Text(campaign.shown()), cell(campaign)?]);
    let rows: Vec<Vec<Cell>> = campaigns.iter().filter_map(row).collect();
    (!rows.is_empty()).then(|| Section {
        title: title.to_owned(),
        columns: vec![Column::people("Campaign", Measure::Text), column],
        rows,
    })
}

impl Report for Campaigns {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &CAMPAIGNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let brought = self.campaigns.iter();
        brought
            .filter(|campaign| !campaign.is_in_vain())
            .map(row)
            .collect()
    }

    fn data_rows(&self) -> Vec<Vec<Cell>> {
        self.campaigns.iter().map(row).collect()
    }

    fn is_there(&self) -> bool {
        !self.campaigns.is_empty()
    }

    fn sections(&self) -> Vec<Section> {
        let in_vain = section(
            "Paid for, and no visit came",
            Column::people("Cost", Measure::Text),
            &self.campaigns,
            |campaign| {
                let is_in_vain = campaign.is_in_vain();
                is_in_vain.then(|| amounts(&campaign.figures.cost))
            },
        );
        let unpriced = section(
            "Paid visits of which no cost is known: `snag import costs`",
            Column::people("Visits", Measure::Count),
            &self.campaigns,
            |campaign| {
                let is_unpriced = campaign.is_unpriced();
                is_unpriced.then_some(Cell::Count(campaign.figures.paid_visits))
            },
        );
        in_vain.into_iter().chain(unpriced).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
