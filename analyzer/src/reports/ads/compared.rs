//! Which creative, campaign or placement does better by who clicked it of those who saw it.

use std::collections::BTreeSet;

use snag_store::Store;

use super::AdsRequest;
use crate::Error;
use crate::format::thousands;
use crate::reports::arms::{ArmsCompared, Counted, Words};
use crate::reports::span::{Over, Span};

const COMPARE_SQL: &str = include_str!("../../../../sql/reports/ads_compare.sql");
const WORDS: Words = Words {
    arms: "creatives that anybody saw",
    exposures: "viewable exposures",
    conversions: "clicks",
};

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

/// Compares creatives, campaigns or placements by who clicked of those who saw them. Where one rotation
/// chose from all of the creatives, those that it chose are compared, and as random whether or not that is said.
///
/// # Errors
/// As [`ads`].
pub async fn compare_ads(
    store: &Store,
    span: &Span,
    request: &AdsRequest,
    arms: Arms,
    is_randomised: bool,
) -> Result<ArmsCompared, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let sql = COMPARE_SQL.replace("{{arm}}", arms.column());
    let mut counted: Vec<Counted> = span
        .query(store, &sql, &span.period)
        .param(
            "placement",
            request.placement.as_deref().unwrap_or_default(),
        )
        .fetch_all()
        .await?;
    let mut left_out = 0;
    let rotation = (arms == Arms::Creative && !is_randomised)
        .then(|| rotation(&counted))
        .flatten();
    let rotations = rotations(&counted);
    if let Some(rotation) = &rotation {
        counted.retain(|row| {
            let is_of_it = row.rotation == *rotation;
            left_out += if is_of_it { 0 } else { row.exposures };
            is_of_it
        });
    }
    let is_random = is_randomised || rotation.is_some();
    let mut compared = ArmsCompared::of(&span.site, &counted, is_random, WORDS);
    (compared.from, compared.to) = (covered.from, covered.to);
    if compared.comparison.arms.len() > 1 {
        match rotation {
            Some(rotation) => compared.notes.push(format!(
                "chance chose each of them, in the rotation \"{rotation}\""
            )),
            None if is_randomised => {}
            None => compared.notes.push(association(&rotations)),
        }
    }
    if left_out > 0 {
        compared.notes.push(format!(
            "{} exposures are left out, for chance did not choose them",
            thousands(left_out)
        ));
    }
    Ok(compared)
}

fn rotations(counted: &[Counted]) -> BTreeSet<String> {
    counted.iter().map(|row| row.rotation.clone()).collect()
}

/// The rotation that all arms were chosen from, where there is one and no other.
fn rotation(counted: &[Counted]) -> Option<String> {
    let mut named = rotations(counted)
        .into_iter()
        .filter(|name| !name.is_empty());
    let (rotation, None) = (named.next()?, named.next()) else {
        return None;
    };
    let all: BTreeSet<&str> = counted.iter().map(|row| row.arm.as_str()).collect();
    let chosen = counted.iter().filter(|row| row.rotation == rotation);
    let chosen: BTreeSet<&str> = chosen.map(|row| row.arm.as_str()).collect();
    (all == chosen).then_some(rotation)
}

/// Why a difference may be nobody's doing.
fn association(rotations: &BTreeSet<String>) -> String {
    let why = match rotations.iter().filter(|name| !name.is_empty()).count() {
        0 => "nothing says that these were rotated at random",
        1 if rotations.contains("") => "not all of these are of the rotation (--placement)",
        1 => "chance chose among creatives, not among these",
        _ => "these are of several rotations, and chance did not choose between them (--placement)",
    };
    format!(
        "{why}, so a difference may come from who saw which; compared within placement and device (--randomised if they were)"
    )
}
