//! Arms side by side, whatever they are: creatives, variants of an experiment.
//!
//! Invariant: counted rows in, and the verdict of `statistics::compare` in one sentence and a table; which rows, each report
//! decides. Each day of the rows is a look, so that looking daily is no worse than looking once.

mod plan;

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use serde::{Deserialize, Serialize};

pub use self::plan::{Plan, PlanRequest, WorthHaving};

use self::plan::Traffic;

use crate::format::{Cell, Column, Measure, Report, Section, percent, thousands};
use crate::statistics::{
    Arm, ComparedArm, Comparison, Options, Stratum, Verdict, Withheld, compare,
};

/// What was counted of an arm within a stratum on a day, which is told in days since 1970, and in which rotation chance
/// chose it, if so.
#[derive(Debug, Row, Deserialize)]
pub(super) struct Counted {
    pub(super) arm: String,
    pub(super) stratum: String,
    pub(super) day: u16,
    pub(super) rotation: String,
    pub(super) exposures: u64,
    pub(super) conversions: u64,
}

/// What arms, exposures and conversions are called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) arms: &'static str,
    pub(super) exposures: &'static str,
    pub(super) conversions: &'static str,
}

/// Arms side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmsCompared {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// What is to be thought of them.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// How long it takes to prove a difference worth having, where that was asked.
    pub plan: Option<Plan>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
    #[serde(skip)]
    traffic: Traffic,
}

impl ArmsCompared {
    pub(super) fn of(site: &str, counted: &[Counted], is_randomised: bool, words: Words) -> Self {
        let arms = of_arms(counted);
        let comparison = compare(&arms, Options { is_randomised });
        Self {
            site: site.to_owned(),
            headline: verdict(site, &comparison, words),
            from: None,
            to: None,
            comparison,
            plan: None,
            notes: Vec::new(),
            traffic: Traffic::of(&arms, counted),
        }
    }
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
    for arm in &mut arms {
        arm.looks = looks(&arm.name, counted);
    }
    arms.sort_by_key(|arm| std::cmp::Reverse(arm.exposures));
    arms
}

/// Conversions of exposures of an arm up to the end of each day that anything was counted on.
fn looks(name: &str, counted: &[Counted]) -> Vec<(u64, u64)> {
    let days: BTreeSet<u16> = counted.iter().map(|row| row.day).collect();
    let mut of_day: BTreeMap<u16, (u64, u64)> = days.into_iter().map(|day| (day, (0, 0))).collect();
    for row in counted.iter().filter(|row| row.arm == name) {
        let counts = of_day.entry(row.day).or_default();
        counts.0 += row.conversions;
        counts.1 += row.exposures;
    }
    let running = of_day.into_values().scan((0, 0), |so_far, day| {
        *so_far = (so_far.0 + day.0, so_far.1 + day.1);
        Some(*so_far)
    });
    running.collect()
}

fn verdict(site: &str, comparison: &Comparison, words: Words) -> String {
    let leader = comparison.leader.as_deref().unwrap_or_default();
    let sort = match comparison.is_association {
        true => " (an association)",
        false => "",
    };
    match (comparison.withheld, comparison.verdict) {
        (Some(Withheld::NothingToCompare), _) => match comparison.arms.len() {
            0 => format!("{site} has no {} here", words.arms),
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
                wanting.push(format!("{} more {}", thousands(exposures), words.exposures));
            }
            if conversions > 0 {
                wanting.push(format!(
                    "{} more {}",
                    thousands(conversions),
                    words.conversions
                ));
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
            "no ranking: they were hardly ever seen under the same circumstances".to_owned()
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

const COMPARED: [Column; 8] = [
    Column::both("Arm", "name", Measure::Text),
    Column::both("Exposures", "exposures", Measure::Count),
    Column::both("Converted", "conversions", Measure::Count),
    Column::both("Rate", "rate", Measure::Rate),
    Column::both("Best with", "probability_best", Measure::Text),
    Column::both("Costs, if chosen", "expected_loss", Measure::Text),
    Column::both("Against the best", "p_adjusted", Measure::Text),
    Column::both("To be ranked", "more", Measure::Text),
];

fn arm(arm: &ComparedArm) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::None, Cell::Text);
    let p_value = |p: f64| match p < 0.001 {
        true => "p < 0.001".to_owned(),
        false => format!("p = {p:.3}"),
    };
    let more = match (arm.more_exposures, arm.more_conversions) {
        (0, 0) => None,
        (exposures, 0) => Some(format!("{exposures} exposures")),
        (0, conversions) => Some(format!("{conversions} conversions")),
        (exposures, conversions) => {
            Some(format!("{exposures} exposures, {conversions} conversions"))
        }
    };
    vec![
        Cell::Text(arm.name.clone()),
        Cell::Count(arm.exposures),
        Cell::Count(arm.conversions),
        Cell::rate(arm.rate, arm.interval),
        text(arm.probability_best.map(percent)),
        text(
            arm.expected_loss
                .map(|loss| format!("{:.2} points", loss * 100.0)),
        ),
        text(arm.behind_leader.map(|behind| p_value(behind.p_adjusted))),
        text(more),
    ]
}

impl Report for ArmsCompared {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COMPARED
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.comparison.arms.iter().map(arm).collect()
    }

    fn sections(&self) -> Vec<Section> {
        self.plan.iter().map(Plan::section).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
