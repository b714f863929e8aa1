//! What was paid for ads in a span, and which of it belongs to the site's own creatives.
//!
//! Invariant: an amount belongs to one row or to none; what is told of several creatives together is divided among none of
//! them. Amounts of two currencies are never added.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use crate::Error;
use crate::costs::Amount;
use crate::filter::{Dimension, Filter};
use crate::format::money;
use crate::reports::span::Span;

const COSTS_SQL: &str = include_str!("../../../../sql/reports/ads_costs.sql");
const CREATIVES_SQL: &str = include_str!("../../../../sql/reports/ads_creatives.sql");

/// What was paid for one campaign or ad of a seller.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub(super) struct Paid {
    pub(super) campaign: String,
    pub(super) campaign_id: String,
    pub(super) source: String,
    pub(super) ad: String,
    pub(super) currency: String,
    /// Whether the filters hold of its campaign.
    pub(super) is_asked: bool,
    pub(super) impressions: u64,
    pub(super) clicks: u64,
    pub(super) cost: Amount,
}

/// A creative on the site's own pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Row, Deserialize)]
pub(super) struct Creative {
    pub(super) ad: String,
    pub(super) placement: String,
    pub(super) campaign: String,
}

/// Amounts by currency, added up exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spent(BTreeMap<String, Amount>);

impl Spent {
    pub(super) fn add(&mut self, paid: &Paid) {
        *self.0.entry(paid.currency.clone()).or_default() += paid.cost;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (currency, amount) in &other.0 {
            *self.0.entry(currency.clone()).or_default() += *amount;
        }
    }

    pub(super) fn numbers(&self) -> BTreeMap<String, f64> {
        let number = |(currency, amount): (&String, &Amount)| (currency.clone(), amount.number());
        self.0.iter().map(number).collect()
    }

    pub(super) fn text(&self) -> String {
        money(&self.numbers())
    }
}

/// What each of so many cost, where that is in one currency; else nothing.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub(super) fn each(cost: &BTreeMap<String, f64>, count: u64) -> BTreeMap<String, f64> {
    match (cost.len(), count) {
        (1, 1..) => cost
            .iter()
            .map(|(currency, amount)| (currency.clone(), amount / count as f64))
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// How often the cost came back, where both are in one currency and the same; no conversions bring nothing back.
pub(super) fn returned(
    cost: &BTreeMap<String, f64>,
    revenue: &BTreeMap<String, f64>,
    conversions: u64,
) -> Option<f64> {
    let mut costs = cost.iter();
    let (Some((currency, cost)), None) = (costs.next(), costs.next()) else {
        return None;
    };
    let earned = match (revenue.len(), conversions) {
        (0, 0) => 0.0,
        (1, _) => *revenue.get(currency)?,
        _ => return None,
    };
    (*cost > 0.0).then(|| earned / cost)
}

/// Names in the same words: case aside, and with blanks, `_`, `-` and `+` for the same.
pub(super) fn folded(name: &str) -> String {
    let words =
        name.split(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '-' | '+'));
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// What was paid in the span; none, and a word on it, where its filters ask for what costs do not tell.
pub(super) async fn paid(store: &Store, span: &Span) -> Result<(Vec<Paid>, Option<String>), Error> {
    let is_told = |filter: &Filter| filter.dimension == Dimension::Known("utm_campaign");
    let untold = span.filters.iter().find(|filter| !is_told(filter));
    let query = match untold {
        // All of it, to know whether any is left out.
        Some(_) => Span {
            filters: Vec::new(),
            ..span.clone()
        }
        .query(store, COSTS_SQL, &span.period),
        None => span.query(store, COSTS_SQL, &span.period),
    };
    let paid: Vec<Paid> = query.fetch_all().await?;
    Ok(match untold {
        Some(_) if !paid.is_empty() => (
            Vec::new(),
            Some(
                "costs are told apart by campaign alone, so with these filters none are shown"
                    .to_owned(),
            ),
        ),
        _ => (paid, None),
    })
}

pub(super) async fn creatives(store: &Store, span: &Span) -> Result<Vec<Creative>, Error> {
    let query = store
        .client()
        .query(CREATIVES_SQL)
        .param("site", &span.site);
    Ok(query.fetch_all().await?)
}

/// The creatives that an amount is told of: those that bear its names, where it names no seller.
pub(super) fn own<'a>(paid: &Paid, creatives: &'a [Creative]) -> Vec<&'a Creative> {
    if !paid.source.is_empty() {
        return Vec::new();
    }
    let (campaign, ad) = (folded(&paid.campaign), folded(&paid.ad));
    let is_met = |wanted: &str, name: &str| wanted.is_empty() || wanted == folded(name);
    let bears =
        |creative: &&Creative| is_met(&campaign, &creative.campaign) && is_met(&ad, &creative.ad);
    creatives.iter().filter(bears).collect()
}

/// What each creative cost, and what is told of several together, by its names.
pub(super) fn of_creatives(
    paid: &[Paid],
    creatives: &[Creative],
) -> (BTreeMap<Creative, Spent>, BTreeMap<String, (Spent, usize)>) {
    let (mut costs, mut shared) = (BTreeMap::new(), BTreeMap::new());
    for one in paid {
        match own(one, creatives).as_slice() {
            [] => {}
            [creative] => costs
                .entry((*creative).clone())
                .or_insert_with(Spent::default)
                .add(one),
            several => {
                let name = match one.ad.as_str() {
                    "" => &one.campaign,
                    ad => ad,
                };
                let entry = shared
                    .entry(name.to_owned())
                    .or_insert_with(|| (Spent::default(), several.len()));
                entry.0.add(one);
            }
        }
    }
    (costs, shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(list: &[(&str, f64)]) -> BTreeMap<String, f64> {
        list.iter()
            .map(|(currency, amount)| ((*currency).to_owned(), *amount))
            .collect()
    }

    #[test]
    fn what_each_cost_and_what_came_back_needs_one_currency() {
        let (euros, both) = (
            amounts(&[("EUR", 10.0)]),
            amounts(&[("EUR", 10.0), ("USD", 1.0)]),
        );
        assert_eq!(each(&euros, 4), amounts(&[("EUR", 2.5)]));
        assert_eq!(each(&euros, 0), amounts(&[]));
        assert_eq!(each(&both, 4), amounts(&[]));
        let none = amounts(&[]);
        let cases = [
            (&euros, amounts(&[("EUR", 25.0)]), 3, Some(2.5)),
            (&euros, none.clone(), 0, Some(0.0)),
            // Conversions that tell no worth.
            (&euros, none.clone(), 3, None),
            (&euros, amounts(&[("USD", 25.0)]), 3, None),
            (&euros, amounts(&[("", 25.0)]), 3, None),
            (&euros, both.clone(), 3, None),
            (&both, amounts(&[("EUR", 25.0)]), 3, None),
            (&none, amounts(&[("EUR", 25.0)]), 3, None),
            (
                &amounts(&[("EUR", 0.0)]),
                amounts(&[("EUR", 25.0)]),
                3,
                None,
            ),
        ];
        for (cost, revenue, conversions, expected) in cases {
            assert_eq!(
                returned(cost, &revenue, conversions),
                expected,
                "{cost:?} {revenue:?}"
            );
        }
    }

    #[test]
    fn names_are_the_same_in_the_same_words() {
        for name in ["Spring Sale", "spring_sale", "SPRING-SALE", " spring+sale "] {
            assert_eq!(folded(name), "spring sale");
        }
        assert_ne!(folded("springsale"), "spring sale");
    }
}
