//! Experiments: variants of anything, told apart by a property of an event, and what those did who met them.
//!
//! Invariant: a visitor counts once, from the first exposure on; who met several variants counts for none, and how many those
//! are is said.

use snag_store::Store;

use super::arms::{ArmsCompared, Counted, Words};
use super::span::{Over, Span};
use crate::Error;
use crate::breakdown::Dimensions;
use crate::condition::Bindings;
use crate::format::thousands;
use crate::step::Step;

const SQL: &str = include_str!("../../../sql/reports/experiments.sql");
const WORDS: Words = Words {
    arms: "exposures to such a variant",
    exposures: "exposures",
    conversions: "conversions",
};

/// What is asked beside the span, whose filters are conditions on every event.
#[derive(Debug, Clone)]
pub struct ExperimentRequest {
    /// What tells the variants apart.
    pub variants: Dimensions,
    /// Which events are exposures; without one all that have a variant.
    pub exposure: Option<Step>,
    /// What is wanted.
    pub goal: Step,
    /// Whether chance chose the variant.
    pub is_randomised: bool,
}

/// Compares the variants.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn experiment(
    store: &Store,
    span: &Span,
    request: &ExperimentRequest,
) -> Result<ArmsCompared, Error> {
    let covered = span.covered(store, Over::Events).await?;
    let mut bindings = Bindings::default();
    let exposure = match &request.exposure {
        Some(step) => bindings.step(step),
        None => "1".to_owned(),
    };
    let variant = bindings.values(&request.variants.dimensions);
    let goal = bindings.step(&request.goal);
    let sql = SQL
        .replace("{{exposure}}", &exposure)
        .replace("{{variant}}", &variant)
        .replace("{{goal}}", &goal);
    let mut counted: Vec<Counted> = span
        .query_with(store, &sql, &span.period, bindings)
        .fetch_all()
        .await?;
    let several = counted.iter().filter(|row| row.arm.is_empty());
    let several: u64 = several.map(|row| row.exposures).sum();
    counted.retain(|row| !row.arm.is_empty());
    let mut compared = ArmsCompared::of(&span.site, &counted, request.is_randomised, WORDS);
    (compared.from, compared.to) = (covered.from, covered.to);
    match several {
        0 => {}
        1 => compared
            .notes
            .push("one visitor met more than one variant, and counts for none".to_owned()),
        several => compared.notes.push(format!(
            "{} visitors met more than one variant, and count for none",
            thousands(several)
        )),
    }
    if !request.is_randomised && compared.comparison.arms.len() > 1 {
        compared
            .notes
            .push("chance did not choose, so a difference may come from who met which; compared within devices".to_owned());
    }
    Ok(compared)
}
