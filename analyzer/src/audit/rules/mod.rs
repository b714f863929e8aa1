//! The rules of an audit, one file each. A rule reads facts and claims; what holds is decided over all claims together.
//!
//! Invariant: a rule tests against a margin that matters, not against equality, and gives the claims that fail as well, for
//! the false-discovery control counts what was tested.

mod ads;
mod clicks;
mod fields;
mod links;
mod lost;
mod searches;
mod segments;
mod steps;
mod tracking;
mod trouble;

use super::facts::Facts;
use super::finding::Claim;

/// People of whom nothing is claimed where they are fewer.
const FEWEST: u64 = 25;

/// All claims.
pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    [
        steps::claims,
        fields::claims,
        segments::claims,
        trouble::claims,
        clicks::claims,
        links::claims,
        lost::claims,
        searches::claims,
        ads::claims,
        tracking::claims,
    ]
    .iter()
    .flat_map(|claims: &fn(&Facts) -> Vec<Claim>| claims(facts))
    .collect()
}
