//! What counts as a conversion where nobody said: a saved goal, an event that money is in, else what most came for.

use snag_store::Store;

use crate::Error;
use crate::definitions::{StepOrGoal, steps};
use crate::reports::discover::{Discovered, Proposal};
use crate::step::Step;

/// What counts as a conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The step that does it.
    pub step: Step,
    /// What it is called.
    pub name: String,
}

/// The goal of a site by what was found in its visits; none where nothing looks like one.
///
/// # Errors
/// [`Error::Usage`] for a saved goal that no longer reads, [`Error::Store`].
pub async fn main_goal(
    store: &Store,
    site: &str,
    discovered: &Discovered,
) -> Result<Option<Goal>, Error> {
    let rank = |proposal: &&Proposal| {
        let last = proposal.steps.last().map_or("", String::as_str);
        (
            last.starts_with("goal:"),
            proposal.has_worth,
            proposal.reached,
        )
    };
    let Some(chosen) = discovered.proposals.iter().max_by_key(rank) else {
        return Ok(None);
    };
    let Some(last) = chosen.steps.last() else {
        return Ok(None);
    };
    let step: StepOrGoal = last.parse()?;
    let step = steps(store, site, vec![step]).await?.into_iter().next();
    Ok(step.map(|step| Goal {
        step,
        name: chosen.name.clone(),
    }))
}
