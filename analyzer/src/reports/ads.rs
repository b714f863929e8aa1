//! Ads on the site's own pages: how often each creative was seen, by whom, and what came of it; and which does better.
//!
//! Invariant: what was on a page and what was seen are two numbers, and so are clicks of people and those of bots. A ranking
//! is `statistics::compare`'s business; here is decided what an exposure is: a visitor who saw a creative on a day.

mod tables;

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::Span;
use crate::Error;
use crate::condition::Bindings;
use crate::filter::Dimension;
use crate::format::thousands;
use crate::statistics::{
    Arm, Comparison, Interval, Options, Stratum, Verdict, Withheld, Z_95, compare, rate, wilson,
};
use crate::step::Step;

const ADS_SQL: &str = include_str!("../../../sql/reports/ads.sql");
const COMPARE_SQL: &str = include_str!("../../../sql/reports/ads_compare.sql");
/// What exposures are told apart by.
const FILTERS: [&str; 3] = ["device", "host", "path"];

/// What arms of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arms {
    /// Creatives.
    Creative,
    /// Campaigns.
    Campaign,
    /// Placements.
    Placement,
}

impl Arms {
    /// All of them, by the name they are asked for.
    pub const ALL: [(&'static str, Self); 3] = [
        ("creative", Self::Creative),
        ("campaign", Self::Campaign),
        ("placement", Self::Placement),
    ];

    fn column(self) -> &'static str {
        match self {
            Self::Creative => "ad",
            Self::Campaign => "campaign",
            Self::Placement => "placement",
        }
    }
}

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
    /// Clicks.
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

#[derive(Row, Deserialize)]
struct Counted {
    arm: String,
    day: String,
    stratum: String,
    exposures: u64,
    conversions: u64,
}

/// Creatives side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdsComparison {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// On how many days anybody saw any of them.
    pub days: u64,
    /// What is to be thought of them.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// Tells of the creatives.
///
/// # Errors
/// [`Error::Usage`] for what exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn ads(store: &Store, span: &Span, request: &AdsRequest) -> Result<Ads, Error> {
    let filters = filters(span)?;
    let covered = unfiltered(span).covered(store).await?;
    let mut bindings = Bindings::default();
    let conversion = match &request.conversion {
        Some(step) => bindings.step(step),
        None => "value IS NOT NULL".to_owned(),
    };
    let sql = ADS_SQL
        .replace("{{filters}}", &bindings.filters(filters))
        .replace("{{conversion}}", &conversion);
    let found: Vec<Found> = span
        .query_with(store, &sql, &span.period, bindings)
        .param(
            "placement",
            request.placement.as_deref().unwrap_or_default(),
        )
        .fetch_all()
        .await?;
    let ads: Vec<Ad> = found.into_iter().map(ad).collect();
    let mut notes = Vec::new();
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

fn ad(found: Found) -> Ad {
    // Who clicks twice in a pageview clicks once.
    let clicks = found.clicks.min(found.impressions);
    Ad {
        viewability: rate(found.viewable_impressions, found.impressions),
        viewability_interval: wilson(found.viewable_impressions, found.impressions, Z_95),
        click_through_rate: rate(clicks, found.impressions),
        viewable_rate: rate(found.clickers, found.visitors),
        viewable_interval: wilson(found.clickers, found.visitors, Z_95),
        conversion_rate: rate(found.conversions, found.clickers),
        conversion_interval: wilson(found.conversions, found.clickers, Z_95),
        revenue: found
            .revenue
            .into_iter()
            .filter(|(_, amount)| *amount != 0.0)
            .collect(),
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

/// Compares creatives, campaigns or placements by who clicked of those who saw them.
///
/// # Errors
/// As [`ads`].
pub async fn compare_ads(
    store: &Store,
    span: &Span,
    request: &AdsRequest,
    arms: Arms,
    is_randomised: bool,
) -> Result<AdsComparison, Error> {
    let filters = filters(span)?;
    let covered = unfiltered(span).covered(store).await?;
    let mut bindings = Bindings::default();
    let sql = COMPARE_SQL
        .replace("{{filters}}", &bindings.filters(filters))
        .replace("{{arm}}", arms.column());
    let counted: Vec<Counted> = span
        .query_with(store, &sql, &span.period, bindings)
        .param(
            "placement",
            request.placement.as_deref().unwrap_or_default(),
        )
        .fetch_all()
        .await?;
    let days: BTreeSet<&str> = counted.iter().map(|row| &*row.day).collect();
    let days = days.len() as u64;
    let comparison = compare(&of_arms(&counted), Options { is_randomised });
    let mut notes = Vec::new();
    if comparison.is_association && comparison.arms.len() > 1 {
        notes.push("nothing says that these were rotated at random, so a difference may come from who saw which; compared within placement and device (--randomised if they were)".to_owned());
    }
    Ok(AdsComparison {
        site: span.site.clone(),
        headline: verdict(span, &comparison),
        from: covered.from,
        to: covered.to,
        days,
        comparison,
        notes,
    })
}

fn of_arms(counted: &[Counted]) -> Vec<Arm> {
    let mut arms: Vec<Arm> = Vec::new();
    for row in counted {
        let at = arms.iter().position(|arm| arm.name == row.arm);
        let at = at.unwrap_or_else(|| {
            arms.push(Arm::new(&row.arm, 0, 0));
            arms.len() - 1
        });
        let arm = &mut arms[at];
        arm.exposures += row.exposures;
        arm.conversions += row.conversions;
        match arm
            .strata
            .iter_mut()
            .find(|stratum| stratum.name == row.stratum)
        {
            Some(stratum) => {
                stratum.exposures += row.exposures;
                stratum.conversions += row.conversions;
            }
            None => arm.strata.push(Stratum {
                name: row.stratum.clone(),
                exposures: row.exposures,
                conversions: row.conversions,
            }),
        }
    }
    arms.sort_by_key(|arm| std::cmp::Reverse(arm.exposures));
    arms
}

fn verdict(span: &Span, comparison: &Comparison) -> String {
    let leader = comparison.leader.as_deref().unwrap_or_default();
    let sort = match comparison.is_association {
        true => " (an association)",
        false => "",
    };
    match (comparison.withheld, comparison.verdict) {
        (Some(Withheld::NothingToCompare), _) => match comparison.arms.len() {
            0 => format!("{} has no creatives that anybody saw here", span.site),
            _ => "there is only one, and nothing to compare it with".to_owned(),
        },
        (Some(Withheld::TooFew), _) => {
            let exposures = comparison
                .arms
                .iter()
                .map(|arm| arm.more_exposures)
                .max()
                .unwrap_or(0);
            let conversions = comparison
                .arms
                .iter()
                .map(|arm| arm.more_conversions)
                .max()
                .unwrap_or(0);
            let mut wanting = Vec::new();
            if exposures > 0 {
                wanting.push(format!("{} more viewable exposures", thousands(exposures)));
            }
            if conversions > 0 {
                wanting.push(format!("{} more clicks", thousands(conversions)));
            }
            format!("no ranking yet: up to {} each", wanting.join(" and "))
        }
        (Some(Withheld::SampleRatio), _) => {
            let p = match comparison.sample_ratio.map_or(0.0, |ratio| ratio.p_value) {
                p if p < 0.001 => "p < 0.001".to_owned(),
                p => format!("p = {p:.4}"),
            };
            format!(
                "no ranking: they were not seen as often as an even rotation would have it ({p}), so something is wrong \
                 with it or with the counting"
            )
        }
        (Some(Withheld::NoCommonStrata), _) => {
            "no ranking: they were hardly ever seen at the same placement and on the same devices"
                .to_owned()
        }
        (Some(Withheld::ImpossibleRate | Withheld::UnusableWeights), _) => {
            "no ranking: the counts cannot be right".to_owned()
        }
        (None, Verdict::Proven) => {
            format!("\"{leader}\" is proven to do better than all others{sort}")
        }
        (None, Verdict::Leading) => {
            format!("\"{leader}\" leads, and is not proven to do better{sort}")
        }
        (None, Verdict::Undecided) => format!("undecided: any of several may be the best{sort}"),
    }
}

fn unfiltered(span: &Span) -> Span {
    Span {
        filters: Vec::new(),
        ..span.clone()
    }
}

fn filters(span: &Span) -> Result<&[crate::filter::Filter], Error> {
    for filter in &span.filters {
        if !matches!(&filter.dimension, Dimension::Known(name) if FILTERS.contains(name)) {
            return Err(Error::usage(
                "what was seen is told apart by few things",
                format!("filter by one of {}", FILTERS.join(", ")),
            ));
        }
    }
    Ok(&span.filters)
}
