//! Which creative, campaign or placement does better by who clicked it of those who saw it.

use snag_store::Store;

use super::AdsRequest;
use crate::Error;
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
) -> Result<ArmsCompared, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let sql = COMPARE_SQL.replace("{{arm}}", arms.column());
    let counted: Vec<Counted> = span
        .query(store, &sql, &span.period)
        .param(
            "placement",
            request.placement.as_deref().unwrap_or_default(),
        )
        .fetch_all()
        .await?;
    let mut compared = ArmsCompared::of(&span.site, &counted, is_randomised, WORDS);
    (compared.from, compared.to) = (covered.from, covered.to);
    if !is_randomised && compared.comparison.arms.len() > 1 {
        compared.notes.push(
            "nothing says that these were rotated at random, so a difference may come from who saw which; compared within \
             placement and device (--randomised if they were)"
                .to_owned(),
        );
    }
    Ok(compared)
}
