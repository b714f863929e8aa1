//! What a funnel is asked for, and whether it can be meant like that.

use std::str::FromStr;

use super::comparison::Compare;
use super::trend::Trend;
use crate::breakdown::{Attribution, Dimensions};
use crate::exclusion::{Exclusion, between};
use crate::filter::Filter;
use crate::period::Period;
use crate::step::Step;
use crate::walk::{Between, MOST_EXCLUSIONS, MOST_STEPS, Plan};
use crate::{Error, Order, Window};

const FEWEST_STEPS: usize = 2;

/// What a funnel is asked for.
#[derive(Debug, Clone)]
pub struct FunnelRequest {
    /// Identifier of the site.
    pub site: String,
    /// 2 to 20 steps.
    pub steps: Vec<Step>,
    /// How they follow each other.
    pub order: Order,
    /// How long a run may take from its first step.
    pub window: Window,
    /// What makes an attempt void.
    pub exclusions: Vec<Exclusion>,
    /// Which events are seen.
    pub period: Period,
    /// Conditions on every event.
    pub filters: Vec<Filter>,
    /// By what people are divided, and whose value they have.
    pub breakdown: Option<(Dimensions, Attribution)>,
    /// Between which steps the times are told in full.
    pub histogram: Option<Histogram>,
    /// In what stretches of time the funnel is told once more.
    pub trend: Option<Trend>,
    /// With what it is compared.
    pub compare: Option<Compare>,
    /// Whether to say where those go who leave, and why.
    pub why: bool,
}

/// Times between two steps, from 1, in so many bins; none for the cube root of the number of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Histogram {
    /// The step they start at.
    pub from: usize,
    /// The step they end at.
    pub to: usize,
    /// How many bins.
    pub bins: Option<u16>,
}

impl FromStr for Histogram {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (from, to) = between(text).ok_or_else(|| {
            Error::usage(
                format!("no two steps {text:?}"),
                "write the earlier step first, such as 1..3",
            )
        })?;
        Ok(Self {
            from,
            to,
            bins: None,
        })
    }
}

impl FunnelRequest {
    /// Of all data of a site, with nothing else asked for.
    #[must_use]
    pub fn new(site: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            site: site.into(),
            steps,
            order: Order::default(),
            window: Window::default(),
            exclusions: Vec::new(),
            period: Period::all(),
            filters: Vec::new(),
            breakdown: None,
            histogram: None,
            trend: None,
            compare: None,
            why: false,
        }
    }

    /// Checks that it can be meant like this.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(&self) -> Result<(), Error> {
        self.plan().map(drop)
    }

    /// The walk that is asked for.
    pub(super) fn plan(&self) -> Result<Plan, Error> {
        let count = self.steps.len();
        if !(FEWEST_STEPS..=MOST_STEPS).contains(&count) {
            return Err(Error::usage(
                format!(
                    "{count} {} not make a funnel",
                    if count == 1 { "step does" } else { "steps do" }
                ),
                format!("give {FEWEST_STEPS} to {MOST_STEPS} of them with --step"),
            ));
        }
        if self.exclusions.len() > MOST_EXCLUSIONS {
            return Err(Error::usage(
                format!("{} exclusions are too many", self.exclusions.len()),
                format!("give at most {MOST_EXCLUSIONS} with --exclude"),
            ));
        }
        let optional = self.optional()?;
        let exclusions = self
            .exclusions
            .iter()
            .map(|exclusion| self.between(exclusion))
            .collect::<Result<_, _>>()?;
        if self.why && self.order != Order::Ordered {
            return Err(Error::usage(
                format!("--why cannot be told of a funnel of {} order", self.order),
                "leave out --why, or write --order ordered",
            ));
        }
        if let Some((_, Attribution::Step(step))) = self.breakdown {
            self.is_there(step, &format!("--attribution step:{step}"))?;
        }
        if let Some(histogram) = self.histogram {
            let given = format!("--histogram {}..{}", histogram.from, histogram.to);
            self.is_there(histogram.to, &given)?;
        }
        Ok(Plan {
            order: self.order,
            steps: count,
            optional,
            window_ms: self.window.milliseconds(),
            exclusions,
        })
    }

    fn optional(&self) -> Result<u32, Error> {
        let mut optional = 0;
        for (at, step) in self
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.optional)
        {
            if at == 0 || at + 1 == self.steps.len() {
                return Err(Error::usage(
                    format!(
                        "the step {:?} is optional and begins or ends the funnel",
                        step.to_string()
                    ),
                    "take away its question mark, or give steps before and after it",
                ));
            }
            if self.order == Order::Any {
                return Err(Error::usage(
                    format!(
                        "the step {:?} is optional in a funnel of any order",
                        step.to_string()
                    ),
                    "take away its question mark: in any order every step may be left out",
                ));
            }
            optional |= 1 << at;
        }
        Ok(optional)
    }

    fn between(&self, exclusion: &Exclusion) -> Result<Between, Error> {
        let (from, to) = exclusion.between.unwrap_or((1, self.steps.len()));
        let given = format!("--exclude {exclusion}");
        self.is_there(to, &given)?;
        for step in [from, to] {
            if self.steps.get(step - 1).is_some_and(|step| step.optional) {
                return Err(Error::usage(
                    format!("{given} names step {step}, which is optional"),
                    "name steps that everyone has to do",
                ));
            }
        }
        Ok(Between { from, to })
    }

    fn is_there(&self, step: usize, given: &str) -> Result<(), Error> {
        if step <= self.steps.len() {
            return Ok(());
        }
        Err(Error::usage(
            format!(
                "{given} names step {step}, and the funnel has {}",
                self.steps.len()
            ),
            "name steps that are there",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(steps: &[&str]) -> FunnelRequest {
        FunnelRequest::new(
            "shop",
            steps.iter().map(|step| step.parse().unwrap()).collect(),
        )
    }

    #[test]
    fn what_cannot_be_meant_says_how_to_write_it() {
        type Change = fn(&mut FunnelRequest);
        let three = ["event:a", "event:b", "event:c"];
        let cases: [(&[&str], Change, &str); 10] = [
            (
                &["event:a"],
                |_| {},
                "1 step does not make a funnel: give 2 to 20",
            ),
            (
                &["event:a"; 21],
                |_| {},
                "21 steps do not make a funnel: give 2 to 20",
            ),
            (
                &["event:a?", "event:b"],
                |_| {},
                "begins or ends the funnel",
            ),
            (
                &["event:a", "event:b?"],
                |_| {},
                "begins or ends the funnel",
            ),
            (
                &["event:a", "event:b?", "event:c"],
                |request| request.order = Order::Any,
                "any order",
            ),
            (
                &three,
                |request| request.exclusions = vec!["event:x@1..4".parse().unwrap()],
                "--exclude event:x@1..4 names step 4, and the funnel has 3",
            ),
            (
                &["event:a", "event:b?", "event:c"],
                |request| request.exclusions = vec!["event:x@1..2".parse().unwrap()],
                "names step 2, which is optional",
            ),
            (
                &three,
                |request| (request.why, request.order) = (true, Order::Any),
                "--why cannot be told of a funnel of any order",
            ),
            (
                &three,
                |request| request.exclusions = vec!["event:x".parse().unwrap(); 13],
                "give at most 12",
            ),
            (
                &three,
                |request| {
                    request.breakdown = Some(("device".parse().unwrap(), Attribution::Step(4)));
                },
                "--attribution step:4 names step 4",
            ),
        ];
        for (steps, change, expected) in cases {
            let mut asked = request(steps);
            change(&mut asked);
            let error = asked.plan().unwrap_err().to_string();
            assert!(error.contains(expected), "{steps:?}: {error}");
        }
    }
}
