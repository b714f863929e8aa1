//! What is to be told. As JSON it is the body of a webhook, which programs rely on: fields are added, never renamed.
//!
//! Times are RFC 3339 in UTC. Texts may hold what visitors sent; whoever writes them for a reader escapes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Told {
    /// The snag list of the week.
    #[serde(rename = "snags.weekly")]
    Weekly(Weekly),
    /// A rate is not what it usually is.
    #[serde(rename = "rate.changed")]
    RateChanged(Rate),
    /// It is again.
    #[serde(rename = "rate.back")]
    RateBack(Rate),
    /// Nobody comes any more, or nothing is told of them.
    #[serde(rename = "beacons.stopped")]
    BeaconsStopped(Silence),
    /// Somebody came again.
    #[serde(rename = "beacons.back")]
    BeaconsBack(Silence),
    /// Nothing: somebody wants to see whether it arrives.
    #[serde(rename = "test")]
    Test {
        /// Of which site alerts will come.
        site: String,
    },
}

impl Told {
    /// The site it is about.
    #[must_use]
    pub fn site(&self) -> &str {
        match self {
            Self::Weekly(weekly) => &weekly.site,
            Self::RateChanged(rate) | Self::RateBack(rate) => &rate.site,
            Self::BeaconsStopped(silence) | Self::BeaconsBack(silence) => &silence.site,
            Self::Test { site } => site,
        }
    }
}

/// What an audit found, beside the days before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weekly {
    /// Identifier of the site.
    pub site: String,
    /// The first moment it is about.
    pub from: String,
    /// The last.
    pub to: String,
    /// So many days.
    pub days: i64,
    /// The finding in one sentence, without a full stop.
    pub headline: String,
    /// Visitors of these days.
    pub visitors: u64,
    /// What counts as a conversion, as a step is written; none where nothing does.
    pub goal: Option<String>,
    /// How many did that.
    pub conversions: u64,
    /// How many claims were tested.
    pub tested: u64,
    /// The costliest first.
    pub findings: Vec<Snag>,
    /// What was found before and surely is no more.
    pub gone: Vec<Snag>,
    /// What should be known beside them, each a sentence without a full stop.
    pub notes: Vec<String>,
    /// What prints the whole list.
    pub command: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snag {
    /// Names it from one week to the next.
    pub id: String,
    /// What is wrong, in one word, such as `dead_click`.
    pub rule: String,
    /// How bad it is: severe, moderate, minor, or chance where something could be better.
    pub severity: String,
    /// In one sentence, without a full stop.
    pub title: String,
    /// The page; empty where it is about the whole site.
    pub page: String,
    /// What became of it since the days before.
    pub change: Change,
    /// Whether somebody said that it is known and meant to be mended.
    pub accepted: bool,
    /// People it happened to.
    pub affected: u64,
    /// Of so many.
    pub of: u64,
    /// The same in words; empty where it happens to nobody.
    pub share: String,
    /// What it surely costs a week.
    pub cost: Option<Cost>,
    /// What that is in money, by currency.
    pub money: BTreeMap<String, f64>,
    /// What shows it, in one sentence without a full stop.
    pub evidence: String,
    /// The command that shows the same.
    pub command: String,
    /// What to do about it.
    pub advice: String,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not found before.
    New,
    /// It is found again after somebody said it was mended.
    Back,
    /// It happens to a larger share of people.
    Worse,
    /// It happens to a smaller share of people.
    Better,
    /// Nothing surely changed.
    Same,
    /// It is found no more.
    Gone,
    /// It is found no more, and somebody said it was mended.
    Mended,
}

/// Conversions lost a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Conversions.
    pub conversions: f64,
    /// Their interval, 95 %.
    pub interval: [f64; 2],
    /// The same in words, with the money.
    pub words: String,
}

/// A rate against what it usually is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Identifier of the site.
    pub site: String,
    /// The name of the funnel or of the goal.
    pub name: String,
    /// Whether it is a goal's.
    pub is_goal: bool,
    /// The first day that showed it.
    pub from: String,
    /// The last of them.
    pub to: String,
    /// The rate of these days, 0..=1.
    pub rate: f64,
    /// The rate of the four weeks before.
    pub usual: f64,
    /// Rates that come by chance, but for one look in so many that a year of looks alarms falsely once in twenty.
    pub interval: [f64; 2],
    /// Rate, usual and interval in words.
    pub words: String,
    /// The command that shows the same.
    pub command: String,
}

/// A time in which nothing was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// Identifier of the site.
    pub site: String,
    /// The last event before it, to the millisecond, so that the later of two is the larger text.
    pub since: String,
    /// Until when it is known to have lasted.
    pub until: String,
    /// Minutes between the two.
    pub minutes: i64,
    /// The same in words.
    pub lasted: String,
    /// Visits that usually begin in such a time.
    pub expected: f64,
    /// The command that shows the same.
    pub command: String,
}
