//! How long it takes to prove a difference worth having, at the traffic there is.
//!
//! Invariant: the exposures are those of the test that will be asked (`statistics::exposures_to_prove`); days are no promise,
//! but what the last week would make of them.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::{ArmsCompared, Counted};
use crate::Error;
use crate::format::{Cell, Column, Measure, Section, percent, thousands};
use crate::statistics::{Arm, POWER, exposures_to_prove, rate};

/// Days whose traffic is taken for that of the days to come.
const LATELY: u16 = 7;

/// A difference of rates that would be worth having, above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WorthHaving {
    /// A part of the rate: `10%`.
    Relative(f64),
    /// Added to the rate: `0.5pp`, percentage points.
    Absolute(f64),
}

impl FromStr for WorthHaving {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let given = text.trim().trim_start_matches('+');
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|found| *found > 0.0);
        let points = ["pp", "points", "point"]
            .iter()
            .find_map(|unit| given.strip_suffix(unit));
        let found = match (points, given.strip_suffix('%')) {
            (Some(points), _) => number(points).map(|found| Self::Absolute(found / 100.0)),
            (None, Some(part)) => number(part).map(|found| Self::Relative(found / 100.0)),
            (None, None) => None,
        };
        let is_bearable = |found: &Self| match found {
            Self::Relative(part) => part.is_finite(),
            Self::Absolute(points) => *points < 1.0,
        };
        found.filter(is_bearable).ok_or_else(|| {
            Error::usage(
                format!("{text:?} is no difference worth having"),
                "write a part of the rate, 10%, or percentage points, 0.5pp",
            )
        })
    }
}

impl fmt::Display for WorthHaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relative(part) => write!(f, "{} of it", percent(*part)),
            Self::Absolute(points) => write!(f, "{} points", points * 100.0),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanRequest {
    /// The difference.
    pub difference: WorthHaving,
    /// The rate that it is a difference from, 0..1; without one that of all arms together so far.
    pub rate: Option<f64>,
}

/// How long it takes to prove a difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The rate of the arms that are not better.
    pub rate: f64,
    /// That of the one that is.
    pub better: f64,
    /// The probability of having proven it by then.
    pub power: f64,
    /// Arms, of which one is better than all others.
    pub arms: usize,
    /// Exposures each arm has to have.
    pub exposures: u64,
    /// Exposures that the arm with the fewest has.
    pub so_far: u64,
    /// Exposures that this arm had a day in the last week.
    pub a_day: f64,
    /// Days until it has enough at that pace; none where there is no traffic.
    pub days: Option<u64>,
}

/// What there is of the arm that was shown least.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Traffic {
    so_far: u64,
    a_day: f64,
}

impl Traffic {
    /// The last day is not over, so it counts only where there is no other.
    pub(super) fn of(arms: &[Arm], counted: &[Counted]) -> Self {
        let days = counted.iter().map(|row| row.day);
        let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
            return Self::default();
        };
        let end = if last > first { last - 1 } else { last };
        let start = first.max(end.saturating_sub(LATELY - 1));
        let Some(least) = arms.iter().min_by_key(|arm| arm.exposures) else {
            return Self::default();
        };
        let lately = counted
            .iter()
            .filter(|row| row.arm == least.name && (start..=end).contains(&row.day));
        let lately: u64 = lately.map(|row| row.exposures).sum();
        Self {
            so_far: least.exposures,
            a_day: rate(lately, u64::from(end - start) + 1).unwrap_or(0.0),
        }
    }
}

impl ArmsCompared {
    /// The same with how long it takes to prove a difference.
    ///
    /// # Errors
    /// [`Error::Usage`] where there is no rate to plan with, or no number of exposures would do.
    pub fn planned(mut self, request: PlanRequest) -> Result<Self, Error> {
        let arms = &self.comparison.arms;
        let all: (u64, u64) = arms.iter().fold((0, 0), |all, arm| {
            (all.0 + arm.conversions, all.1 + arm.exposures)
        });
        let seen = rate(all.0, all.1).filter(|rate| *rate > 0.0 && *rate < 1.0);
        let Some(rate) = request.rate.or(seen) else {
            return Err(Error::usage(
                "there is no rate yet that a difference could be planned from",
                "say which you expect, in percent: --rate 2",
            ));
        };
        let difference = match request.difference {
            WorthHaving::Relative(part) => rate * part,
            WorthHaving::Absolute(points) => points,
        };
        let count = arms.len().max(2);
        let Some(exposures) = exposures_to_prove(rate, difference, count) else {
            return Err(Error::usage(
                format!(
                    "no number of exposures proves a rate of {} against one of {}",
                    percent(rate + difference),
                    percent(rate)
                ),
                "plan for another --plan or --rate: both rates lie between 0 % and 100 %, and further apart",
            ));
        };
        let Traffic { so_far, a_day } = self.traffic;
        self.plan = Some(Plan {
            rate,
            better: rate + difference,
            power: POWER,
            arms: count,
            exposures,
            so_far,
            a_day,
            days: days(exposures.saturating_sub(so_far), a_day),
        });
        if self.comparison.is_association {
            self.notes.push(
                "the plan holds where chance chooses; strata that differ take more".to_owned(),
            );
        }
        Ok(self)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of exposures and days"
)]
fn days(lacking: u64, a_day: f64) -> Option<u64> {
    match lacking {
        0 => Some(0),
        lacking => (a_day > 0.0).then(|| (lacking as f64 / a_day).ceil() as u64),
    }
}

impl Plan {
    pub(super) fn section(&self) -> Section {
        let days = match self.days {
            None => "there is no traffic".to_owned(),
            Some(0) => "enough".to_owned(),
            Some(1) => "about a day".to_owned(),
            Some(days) => format!("about {} days", thousands(days)),
        };
        let columns = [
            ("To prove", Measure::Text),
            ("Exposures each", Measure::Count),
            ("So far at least", Measure::Count),
            ("A day", Measure::Text),
            ("Still to go", Measure::Text),
        ];
        let columns = columns.map(|(title, measure)| Column::people(title, measure));
        Section {
            title: format!(
                "To prove that one is better, with a probability of {}",
                percent(self.power)
            ),
            columns: columns.to_vec(),
            rows: vec![vec![
                Cell::Text(format!(
                    "{} against {}",
                    percent(self.better),
                    percent(self.rate)
                )),
                Cell::Count(self.exposures),
                Cell::Count(self.so_far),
                Cell::Text(format!("{:.0}", self.a_day)),
                Cell::Text(days),
            ]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::arms::Words;

    const WORDS: Words = Words {
        arms: "arms",
        exposures: "exposures",
        conversions: "conversions",
    };

    fn counted(days: &[(u16, u64)]) -> Vec<Counted> {
        let row = |arm: &str, (day, exposures): (u16, u64)| Counted {
            arm: arm.to_owned(),
            stratum: String::new(),
            day,
            rotation: String::new(),
            exposures,
            conversions: exposures / 10,
        };
        let rows = days
            .iter()
            .flat_map(|day| [row("a", *day), row("b", (day.0, day.1 + 10))]);
        rows.collect()
    }

    fn compared(days: &[(u16, u64)]) -> ArmsCompared {
        ArmsCompared::of("shop", &counted(days), true, WORDS)
    }

    fn request(difference: &str, rate: Option<f64>) -> PlanRequest {
        PlanRequest {
            difference: difference.parse().unwrap(),
            rate,
        }
    }

    #[test]
    fn differences_are_parts_of_the_rate_or_points() {
        for (text, found) in [
            ("10%", Some(WorthHaving::Relative(0.1))),
            (" +10 % ", Some(WorthHaving::Relative(0.1))),
            ("250%", Some(WorthHaving::Relative(2.5))),
            ("0.5pp", Some(WorthHaving::Absolute(0.005))),
            ("2 points", Some(WorthHaving::Absolute(0.02))),
            ("10", None),
            ("0%", None),
            ("-5%", None),
            ("NaN%", None),
            ("inf%", None),
            ("100pp", None),
            ("%", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<WorthHaving>().ok(), found, "{text}");
        }
    }

    #[test]
    fn days_follow_from_the_last_week_of_the_arm_shown_least() {
        // Ten days of 100, of which the last is not over; the week before it counts.
        let mut days: Vec<(u16, u64)> = (1..=10).map(|day| (day, 100)).collect();
        days[9].1 = 20;
        let plan = compared(&days)
            .planned(request("20%", None))
            .unwrap()
            .plan
            .unwrap();
        assert_eq!((plan.so_far, plan.arms), (920, 2));
        assert!((plan.a_day - 100.0).abs() < 1e-9, "{plan:?}");
        // a has 92 of 920, b 102 of 1,020.
        assert!((plan.rate - 0.1).abs() < 1e-9 && (plan.better - 0.12).abs() < 1e-9);
        let lacking = plan.exposures - 920;
        assert_eq!(plan.days, Some(lacking.div_ceil(100)));
        let points = compared(&days)
            .planned(request("2pp", None))
            .unwrap()
            .plan
            .unwrap();
        assert_eq!(points.exposures, plan.exposures);
        // A day without any exposure counts as a day.
        let gap = compared(&[(1, 100), (9, 100), (10, 5)]).planned(request("20%", None));
        assert!((gap.unwrap().plan.unwrap().a_day - 100.0 / 7.0).abs() < 1e-9);
        let enough = compared(&[(1, 1_000_000)]).planned(request("20%", None));
        assert_eq!(enough.unwrap().plan.unwrap().days, Some(0));
    }

    #[test]
    fn what_cannot_be_planned_says_what_would() {
        let none = ArmsCompared::of("shop", &[], true, WORDS);
        let error = none.clone().planned(request("10%", None)).unwrap_err();
        assert!(error.to_string().contains("--rate 2"), "{error}");
        let plan = none
            .planned(request("10%", Some(0.02)))
            .unwrap()
            .plan
            .unwrap();
        assert_eq!((plan.so_far, plan.days, plan.arms), (0, None, 2));
        let error = compared(&[(1, 500)])
            .planned(request("1000%", None))
            .unwrap_err();
        assert!(
            error.to_string().contains("between 0 % and 100 %"),
            "{error}"
        );
    }
}
