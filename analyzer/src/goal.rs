//! What counts as a conversion: what was given, else a saved goal, an event that money is in, or what most came for.

use snag_store::Store;

use crate::Error;
use crate::condition::Bindings;
use crate::definitions::{StepOrGoal, steps};
use crate::reports::discover::{Discovered, Proposal, discover};
use crate::reports::span::Span;
use crate::step::Step;

/// What counts as a conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The step that does it.
    pub step: Step,
    /// What it is called.
    pub name: String,
}

/// Targets among which the goal is chosen.
const TARGETS: u32 = 100;

impl Goal {
    /// The goal that was given.
    ///
    /// # Errors
    /// [`Error::Usage`] for the name of a goal that is not there, [`Error::Store`].
    pub(crate) async fn given(store: &Store, site: &str, given: StepOrGoal) -> Result<Self, Error> {
        let step = steps(store, site, vec![given]).await?.remove(0);
        let name = step.plain_name();
        Ok(Self { step, name })
    }

    /// The goal that was given, else that of the site in a span. How many rows are asked for and of which visitors does not
    /// change what these came for.
    ///
    /// # Errors
    /// [`Error::Usage`] for a goal that is not there, [`Error::UnknownSite`], [`Error::Store`].
    pub async fn of(
        store: &Store,
        span: &Span,
        given: Option<StepOrGoal>,
    ) -> Result<Option<Self>, Error> {
        if let Some(given) = given {
            return Ok(Some(Self::given(store, &span.site, given).await?));
        }
        let whole = Span {
            filters: Vec::new(),
            limit: TARGETS,
            ..span.clone()
        };
        main_goal(store, &span.site, &discover(store, &whole).await?).await
    }

    /// The events that do it, as a condition; none of them without a goal.
    pub(crate) fn condition(goal: Option<&Self>, bindings: &mut Bindings) -> String {
        goal.map_or_else(|| "0".to_owned(), |goal| bindings.step(&goal.step))
    }
}

/// The goal of a site by what was found in its visits; none where nothing looks like one.
///
/// # Errors
/// [`Error::Usage`] for a saved goal that no longer reads, [`Error::Store`].
pub(crate) async fn main_goal(
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
