//! A funnel beside that of the period before, or of other people.

use std::str::FromStr;

use serde::Serialize;

use super::request::FunnelRequest;
use super::steps::FunnelStep;
use crate::filter::{Filter, Filters};
use crate::period::moment_text;
use crate::statistics::{Interval, newcombe, rate};
use crate::{Error, Period};

/// With what a funnel is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compare {
    /// The same people in the period of the same length before.
    Previous,
    /// The people of other filters in the same period.
    Filters {
        /// As they were written.
        given: String,
        /// In place of those of the request.
        filters: Vec<Filter>,
    },
}

impl FromStr for Compare {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "previous" => Ok(Self::Previous),
            given => Ok(Self::Filters {
                given: given.to_owned(),
                filters: given.parse::<Filters>()?.0,
            }),
        }
    }
}

/// What a funnel is compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// `previous`, or the filters.
    pub with: String,
    /// Start of its period, if that is bounded.
    pub from: Option<String>,
    /// End of its period, inclusive.
    pub to: Option<String>,
    /// Its steps.
    pub steps: Vec<ComparedStep>,
}

/// A step of what a funnel is compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedStep {
    /// As of a funnel.
    #[serde(flatten)]
    pub step: FunnelStep,
    /// The funnel's rate from the previous step less this one's, with Newcombe's interval.
    pub change_from_previous: Option<Change>,
    /// The funnel's rate from the first step less this one's.
    pub change_from_first: Option<Change>,
}

/// How far a rate lies from that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The one less the other, -1..=1.
    pub difference: f64,
    /// Newcombe's interval of it, 95 %.
    pub interval: Interval,
}

/// The request for what is compared with.
pub(super) fn other(request: &FunnelRequest, compare: &Compare) -> Result<FunnelRequest, Error> {
    let mut other = FunnelRequest {
        breakdown: None,
        histogram: None,
        trend: None,
        compare: None,
        why: false,
        ..request.clone()
    };
    match compare {
        Compare::Previous => {
            other.period = request.period.before().ok_or_else(|| {
                Error::usage("there is no period before all time", "give --from and --to")
            })?;
        }
        Compare::Filters { filters, .. } => other.filters.clone_from(filters),
    }
    Ok(other)
}

/// What a funnel of `steps` is compared with, of which `others` are the steps.
pub(super) fn comparison(
    compare: &Compare,
    period: &Period,
    steps: &[FunnelStep],
    others: Vec<FunnelStep>,
) -> Comparison {
    let first = |steps: &[FunnelStep]| steps.first().map_or(0, |step| step.visitors);
    let (all, others_all) = (first(steps), first(&others));
    let compared = |(this, other): (&FunnelStep, FunnelStep)| ComparedStep {
        change_from_previous: this
            .previous
            .zip(other.previous)
            .and_then(|(of, others_of)| change((this.visitors, of), (other.visitors, others_of))),
        change_from_first: change((this.visitors, all), (other.visitors, others_all))
            .filter(|_| this.number > 1),
        step: other,
    };
    Comparison {
        with: match compare {
            Compare::Previous => "previous".to_owned(),
            Compare::Filters { given, .. } => given.clone(),
        },
        from: period.start().map(moment_text),
        to: period.end().map(|end| moment_text(end - 1)),
        steps: steps.iter().zip(others).map(compared).collect(),
    }
}

fn change(this: (u64, u64), other: (u64, u64)) -> Option<Change> {
    Some(Change {
        difference: rate(this.0, this.1)? - rate(other.0, other.1)?,
        interval: newcombe(this, other)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previous_is_a_period_and_all_else_filters() {
        assert_eq!("previous".parse::<Compare>().unwrap(), Compare::Previous);
        let Compare::Filters { given, filters } = "device=mobile".parse().unwrap() else {
            panic!("filters")
        };
        assert_eq!((given.as_str(), filters.len()), ("device=mobile", 1));
        assert!("last year".parse::<Compare>().is_err());
    }
}
