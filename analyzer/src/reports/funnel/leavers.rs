//! Where those went who did not go on, and what they met that those who went on did not (METRICS.md, Funnels).
//!
//! Pure: told of one person after another. A person leaves at the last step that was to be done; what comes after the
//! event that served it, within the window, tells where to.

use serde::Serialize;

use super::people::Person;
use crate::kind;
use crate::statistics::{FALSE_DISCOVERY_RATE, Table, adjusted, fisher, odds_ratio, rate};
use crate::walk::{Plan, Served};

/// Added to the kind of an event on a page that was slow.
pub(super) const SLOW: u8 = 128;

/// Where someone went instead of the next step. The first thing that tells it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Nothing more came of them within the window.
    LeftTheSite,
    /// An event of an earlier step.
    EarlierStep,
    /// A pageview that is no step.
    AnotherPage,
    /// The site's search.
    Search,
    /// Still on the page when the window was over.
    Stalled,
    /// The step once more, or a form sent or refused, and no further.
    Retried,
}

impl Destination {
    pub(super) const ALL: [Self; 6] = [
        Self::LeftTheSite,
        Self::EarlierStep,
        Self::AnotherPage,
        Self::Search,
        Self::Stalled,
        Self::Retried,
    ];

    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::LeftTheSite => "left the site",
            Self::EarlierStep => "back to an earlier step",
            Self::AnotherPage => "another page",
            Self::Search => "site search",
            Self::Stalled => "stalled on the page",
            Self::Retried => "retried and failed",
        }
    }
}

/// How many of those who left at a step went somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Went {
    /// Where to.
    pub to: Destination,
    /// How many.
    pub visitors: u64,
    /// Of all who left at the step; the shares of a step sum to 1.
    pub share: f64,
}

/// What people may meet on a page, with its number among kinds.
const SIGNALS: [(&str, u8); 6] = [
    ("rage", 4),
    ("dead", 5),
    ("error_click", 6),
    ("error", 8),
    ("resource", 9),
    ("form_fail", kind::FORM_FAIL),
];
const SLOW_PAGE: &str = "slow_page";
const COUNT: usize = SIGNALS.len() + 1;
/// Fewer people than this with a signal show nothing.
const FEWEST: u64 = 25;

/// What was met more or less often by those who left than by those who went on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The kind of event, or `slow_page`.
    pub signal: &'static str,
    /// Those who left and had met it.
    pub leavers: u64,
    /// Those who went on and had met it.
    pub went_on: u64,
    /// The odds of having met it of those who left, over those of the others.
    pub odds_ratio: f64,
    /// Fisher's exact test, two-sided.
    pub p_value: f64,
    /// Adjusted for the number of signals (Benjamini-Hochberg).
    pub p_adjusted: f64,
    /// Whether that is at most 5 %.
    pub significant: bool,
}

/// What is counted of those who left.
#[derive(Debug)]
pub(super) struct Leavers {
    /// By step, from 0, and destination.
    went: Vec<[u64; Destination::ALL.len()]>,
    /// The step, from 1, that is looked at more closely.
    step: usize,
    /// How long someone who left is watched at that step, so that they had no more time to meet anything than others.
    longest_ms: i64,
    left: u64,
    went_on: u64,
    signals: [(u64, u64); COUNT],
    /// Pageviews at which people left that step.
    pub(super) pageviews: Vec<u64>,
}

impl Leavers {
    pub(super) fn new(plan: &Plan, step: usize, longest_ms: i64) -> Self {
        Self {
            went: vec![[0; Destination::ALL.len()]; plan.steps],
            step,
            longest_ms,
            left: 0,
            went_on: 0,
            signals: [(0, 0); COUNT],
            pageviews: Vec::new(),
        }
    }

    /// Someone's run.
    pub(super) fn add(&mut self, plan: &Plan, run: &[Served], person: &Person) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return;
        };
        let is_required = |step: &usize| plan.optional & (1 << (step - 1)) == 0;
        let Some(at) = (1..=last.step).rfind(is_required) else {
            return;
        };
        let until = person.events[first.event].time + plan.window_ms;
        let gone = (at < plan.steps).then(|| destination(at, last.event, until, person));
        if let Some((to, _)) = gone {
            self.went[at - 1][to as usize] += 1;
        }
        // The last event before the next step that was to be done.
        let next = (self.step + 1..=plan.steps)
            .find(is_required)
            .unwrap_or(plan.steps);
        let stood = run
            .iter()
            .rfind(|served| (self.step..next).contains(&served.step));
        let Some(stood) = stood.filter(|_| at >= self.step) else {
            return;
        };
        let watched = match gone.filter(|_| at == self.step) {
            Some((_, moved)) => {
                let longest = person.events[stood.event]
                    .time
                    .saturating_add(self.longest_ms);
                moved.min(longest).min(until)
            }
            None => run
                .iter()
                .find(|served| served.step > stood.step)
                .map_or(until, |served| person.events[served.event].time),
        };
        let left = at == self.step;
        self.left += u64::from(left);
        self.went_on += u64::from(!left);
        for (count, met) in self
            .signals
            .iter_mut()
            .zip(met(stood.event, watched, person))
        {
            count.0 += u64::from(met && left);
            count.1 += u64::from(met && !left);
        }
        if left {
            self.pageviews.push(person.pageviews[stood.event]);
        }
    }

    /// Where those went who left at a step, from 0; the most frequent first.
    pub(super) fn went(&self, at: usize) -> Vec<Went> {
        let counts = self.went.get(at).copied().unwrap_or_default();
        let all = counts.iter().sum();
        let mut went: Vec<Went> = Destination::ALL
            .into_iter()
            .zip(counts)
            .filter(|(_, visitors)| *visitors > 0)
            .filter_map(|(to, visitors)| {
                let share = rate(visitors, all)?;
                Some(Went {
                    to,
                    visitors,
                    share,
                })
            })
            .collect();
        went.sort_by_key(|went| std::cmp::Reverse(went.visitors));
        went
    }

    /// Those who left at the step that is looked at, and those who went on.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.left, self.went_on)
    }

    /// What enough people met to say anything, the most significant first.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let names = SIGNALS.iter().map(|(name, _)| *name).chain([SLOW_PAGE]);
        let told: Vec<(&'static str, u64, u64, Table)> = names
            .zip(self.signals)
            .filter(|(_, (leavers, went_on))| leavers + went_on >= FEWEST)
            .map(|(name, (leavers, went_on))| {
                let table = Table {
                    yes: leavers,
                    no: self.left - leavers,
                    others_yes: went_on,
                    others_no: self.went_on - went_on,
                };
                (name, leavers, went_on, table)
            })
            .collect();
        let p_values: Vec<f64> = told.iter().map(|(.., table)| fisher(*table)).collect();
        let mut reasons: Vec<Reason> = told
            .iter()
            .zip(p_values.iter().zip(adjusted(&p_values)))
            .map(
                |((signal, leavers, went_on, table), (p_value, p_adjusted))| Reason {
                    signal,
                    leavers: *leavers,
                    went_on: *went_on,
                    odds_ratio: odds_ratio(*table),
                    p_value: *p_value,
                    p_adjusted,
                    significant: p_adjusted <= FALSE_DISCOVERY_RATE,
                },
            )
            .collect();
        reasons.sort_by(|one, other| one.p_value.total_cmp(&other.p_value));
        reasons
    }
}

/// Where someone went who stood at a step, from 1, by an event, and when that showed; the end of time where
/// nothing did.
fn destination(step: usize, stood: usize, until: i64, person: &Person) -> (Destination, i64) {
    let own = 1 << (step - 1);
    for at in stood + 1..person.events.len() {
        let event = person.events[at];
        let kind = person.kinds[at] & !SLOW;
        if event.time > until {
            // What someone does on a page that was not opened since is done where they stood.
            return match kind {
                kind::PAGEVIEW | kind::SEARCH => (Destination::LeftTheSite, i64::MAX),
                _ => (Destination::Stalled, i64::MAX),
            };
        }
        let steps = event.steps();
        let to = match kind {
            _ if steps & own != 0 => Destination::Retried,
            _ if steps & (own - 1) != 0 => Destination::EarlierStep,
            kind::FORM_SUBMIT | kind::FORM_FAIL => Destination::Retried,
            kind::SEARCH => Destination::Search,
            kind::PAGEVIEW if is_search(at, person) => Destination::Search,
            kind::PAGEVIEW => Destination::AnotherPage,
            _ => continue,
        };
        return (to, event.time);
    }
    (Destination::LeftTheSite, i64::MAX)
}

/// Whether the pageview is that of a search, which is told at the same time.
fn is_search(at: usize, person: &Person) -> bool {
    let time = person.events[at].time;
    (at + 1..person.events.len())
        .take_while(|other| person.events[*other].time == time)
        .any(|other| person.kinds[other] & !SLOW == kind::SEARCH)
}

/// Which signals came after the event that someone stood by, up to a time.
fn met(stood: usize, until: i64, person: &Person) -> [bool; COUNT] {
    let mut met = [false; COUNT];
    met[COUNT - 1] = person.kinds[stood] & SLOW != 0;
    for at in stood + 1..person.events.len() {
        if person.events[at].time > until {
            break;
        }
        let kind = person.kinds[at] & !SLOW;
        if let Some(signal) = SIGNALS.iter().position(|(_, own)| *own == kind) {
            met[signal] = true;
        }
    }
    met
}

#[cfg(test)]
mod tests;
