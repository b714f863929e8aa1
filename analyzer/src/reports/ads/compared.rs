//! Which creative, campaign or placement does better: the counts, and the verdict in one sentence.

use std::collections::BTreeSet;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::{AdsRequest, filters, unfiltered};
use crate::Error;
use crate::condition::Bindings;
use crate::format::thousands;
use crate::reports::span::Span;
use crate::statistics::{Arm, Comparison, Options, Stratum, Verdict, Withheld, compare};

const COMPARE_SQL: &str = include_str!("../../../../sql/reports/ads_compare.sql");

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

#[derive(Row, Deserialize)]
struct Counted {
    arm: String,
    day: String,
    stratum: String,
    exposures: u64,
    conversions: u64,
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
