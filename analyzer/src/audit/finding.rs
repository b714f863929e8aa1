//! What an audit finds, and what a rule claims before it is known whether that holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::facts::Worth;

use crate::format::{percent, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};

/// What is wrong, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A script that fails.
    ScriptError,
    /// A control that does not answer.
    DeadClick,
    /// A control that is clicked in a rage.
    RageClick,
    /// A click that an error follows.
    ErrorClick,
    /// A file of a page that does not load.
    Resource,
    /// A field of a form at which people stop, or that is refused.
    Field,
    /// A page that comes late.
    SlowPage,
    /// A page that leads people astray.
    Lost,
    /// A step that some kind of visitors does not get past.
    Segment,
    /// A screen of a flow that loses more than the others.
    Step,
    /// A link to a page that is not there.
    BrokenLink,
    /// A link nobody clicks.
    DeadLink,
    /// A link nobody sees.
    UnseenLink,
    /// A search that finds nothing.
    Search,
    /// An ad that nobody comes so far as to see.
    UnseenAd,
    /// An ad shown to programs.
    InvalidTraffic,
    /// A creative that does better than the others.
    BestAd,
    /// A page that does not tell of itself.
    Untracked,
    /// Hours of which nothing is told.
    Silence,
}

/// How bad it is. The words have fixed meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It surely costs conversions, two of a hundred or more.
    Severe,
    /// It surely costs conversions, or it happens to one visitor in twenty and more.
    Moderate,
    /// It is wrong, and costs nothing that shows.
    Minor,
    /// Nothing is wrong: something could be better.
    Chance,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Severe => "severe",
            Self::Moderate => "moderate",
            Self::Minor => "minor",
            Self::Chance => "chance",
        }
    }
}

/// Conversions lost, a week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Conversions.
    pub conversions: f64,
    /// Interval of these, 95 %.
    pub interval: Interval,
}

/// What shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// In one sentence, without a full stop.
    pub text: String,
    /// The command that shows the same.
    pub command: String,
    /// The rates it speaks of, side by side.
    pub bars: Vec<Bar>,
}

/// A rate among others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Whose rate.
    pub label: String,
    /// The rate, 0..=1.
    pub rate: f64,
    /// Interval of `rate`.
    pub interval: Interval,
    /// Whether the finding is about it.
    pub is_it: bool,
}

impl Bar {
    /// A part of a whole; none of nothing.
    pub(super) fn new(
        label: impl Into<String>,
        (part, whole): (u64, u64),
        is_it: bool,
    ) -> Option<Self> {
        Some(Self {
            label: label.into(),
            rate: rate(part, whole)?,
            interval: wilson(part, whole, Z_95)?,
            is_it,
        })
    }
}

/// Two rates against each other.
pub(super) fn pair(this: (&str, (u64, u64)), other: (&str, (u64, u64))) -> Vec<Bar> {
    [
        Bar::new(this.0, this.1, true),
        Bar::new(other.0, other.1, false),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Something that is wrong with a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Names it from one audit to the next: of the rule and the place, not of the numbers.
    pub id: String,
    /// What is wrong.
    pub rule: Rule,
    /// In one sentence, without a full stop.
    pub title: String,
    /// The page, or group of pages; empty where it is about the whole site.
    pub page: String,
    /// Elements, fields, messages that are part of it.
    pub elements: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// People it happened to.
    pub affected: u64,
    /// Of so many.
    pub of: u64,
    /// The share of these.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// How probable such data are if nothing is wrong; absent where that is plain to see.
    pub p_value: Option<f64>,
    /// Adjusted for all that the audit tested (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
    /// What it costs; absent where that does not show.
    pub cost: Option<Cost>,
    /// What that is in money, a week, by currency; empty where no money is in a conversion.
    pub money: BTreeMap<String, f64>,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub advice: String,
    /// What became of it since the period before, if asked for.
    pub change: Option<Change>,
    /// What is known of it from before: accepted, or back after it was said to be fixed; mended where it is gone since. Not part of
    /// what is kept.
    #[serde(skip_deserializing)]
    pub state: Option<&'static str>,
}

/// What claims are about: so many weeks and conversions, and what one of these is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Over {
    pub(super) weeks: f64,
    pub(super) conversions: u64,
    pub(super) worth: Option<Worth>,
}

/// What a rule says, before all claims are weighed together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) rule: Rule,
    pub(super) title: String,
    pub(super) page: String,
    pub(super) elements: Vec<String>,
    pub(super) affected: (u64, u64),
    /// None for what needs no test.
    pub(super) p_value: Option<f64>,
    /// Whether it may come of something else that is wrong with the page.
    pub(super) is_symptom: bool,
    /// Of the whole period.
    pub(super) cost: Option<Cost>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) advice: String,
}

impl Claim {
    /// A number that is the same for the same place and fault.
    pub(super) fn id(&self) -> String {
        let rule = serde_json::to_string(&self.rule).unwrap_or_default();
        let first = self.elements.first().map_or("", String::as_str);
        // FNV-1a, which stays the same whatever the compiler.
        let hash = [rule.as_str(), "\0", &self.page, "\0", first]
            .concat()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        format!("{:08x}", hash >> 32)
    }

    /// What has come of it over a period.
    pub(super) fn finding(self, p_adjusted: Option<f64>, over: &Over) -> Finding {
        let severity = self.severity(over.conversions);
        let cost = self.cost.map(|cost| cost.times(1.0 / over.weeks));
        let money = cost
            .zip(over.worth.as_ref())
            .map(|(cost, worth)| (worth.currency.clone(), cost.conversions * worth.amount));
        let (affected, of) = self.affected;
        Finding {
            id: self.id(),
            severity,
            affected,
            of,
            rate: rate(affected, of),
            interval: wilson(affected, of, Z_95),
            p_adjusted,
            cost,
            money: money.into_iter().collect(),
            rule: self.rule,
            title: self.title,
            page: self.page,
            elements: self.elements,
            p_value: self.p_value,
            evidence: self.evidence,
            advice: self.advice,
            change: None,
            state: None,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    fn severity(&self, conversions: u64) -> Severity {
        if self.rule == Rule::BestAd {
            return Severity::Chance;
        }
        let is_costly = |cost: Cost| {
            // Of those there would have been.
            cost.conversions >= 0.02 * (conversions as f64 + cost.conversions)
        };
        match self.cost.filter(|cost| cost.interval.low > 0.0) {
            Some(cost) if is_costly(cost) => Severity::Severe,
            Some(_) => Severity::Moderate,
            None if rate(self.affected.0, self.affected.1).is_some_and(|rate| rate >= 0.05)
                && !matches!(
                    self.rule,
                    Rule::DeadLink | Rule::UnseenLink | Rule::UnseenAd
                ) =>
            {
                Severity::Moderate
            }
            None => Severity::Minor,
        }
    }
}

impl Cost {
    /// So many times as much.
    pub(super) fn times(self, factor: f64) -> Self {
        Self {
            conversions: self.conversions * factor,
            interval: Interval {
                low: self.interval.low * factor,
                high: self.interval.high * factor,
            },
        }
    }

    /// `lost (low to high)`.
    pub(super) fn text(self) -> String {
        let number = |number: f64| match number.abs() < 9.95 {
            true => format!("{number:.1}"),
            false if number < 0.0 => format!("-{}", thousands(-number.round() as u64)),
            false => thousands(number.round() as u64),
        };
        format!(
            "{} ({} to {})",
            number(self.conversions),
            number(self.interval.low),
            number(self.interval.high)
        )
    }
}

/// `12 of 345 (3.5 %)`.
pub(super) fn share((part, whole): (u64, u64)) -> String {
    match rate(part, whole) {
        None => "nobody".to_owned(),
        Some(rate) => format!(
            "{} of {} ({})",
            thousands(part),
            thousands(whole),
            percent(rate)
        ),
    }
}
