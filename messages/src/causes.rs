//! What was told and is not over: nothing is told twice for one cause.
//!
//! Invariant: of each cause there is one message when it is seen first, and one when it is over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::told::{Rate, Silence, Told};

/// A rate as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct RateNow {
    /// The name of the funnel or goal.
    pub name: String,
    /// What it is, where that is not as usual.
    pub off: Option<Rate>,
}

/// What is heard of a site now.
#[derive(Debug, Clone, PartialEq)]
pub struct SilenceNow {
    /// The time since the last event.
    pub silence: Silence,
    /// Whether it is longer than chance explains.
    pub is_silent: bool,
}

/// What was told and is not over, by site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Causes {
    silences: BTreeMap<String, Silence>,
    rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

impl Causes {
    /// What is to be told of a site that nothing is heard of, if anything.
    pub fn silence(&mut self, site: &str, now: SilenceNow) -> Option<Told> {
        if !now.is_silent || self.silences.contains_key(site) {
            return None;
        }
        self.silences.insert(site.to_owned(), now.silence.clone());
        Some(Told::BeaconsStopped(now.silence))
    }

    /// The last event before a silence that was told of and lasts.
    #[must_use]
    pub fn silent_since(&self, site: &str) -> Option<&str> {
        Some(&self.silences.get(site)?.since)
    }

    /// What is to be told of a silence that is over, from its beginning to its end.
    pub fn heard_again(&mut self, site: &str, silence: Silence) -> Option<Told> {
        self.silences.remove(site)?;
        Some(Told::BeaconsBack(silence))
    }

    /// What is to be told of the rates of a site. What is watched no more is forgotten.
    pub fn rates(&mut self, site: &str, now: Vec<RateNow>) -> Vec<Told> {
        let before = self.rates.remove(site).unwrap_or_default();
        let mut open = BTreeMap::new();
        let mut told = Vec::new();
        for RateNow { name, off } in now {
            let fell = |rate: &Rate| rate.rate < rate.usual;
            match (before.get(&name), off) {
                (Some(before), Some(off)) if fell(before) == fell(&off) => {
                    open.insert(name, before.clone());
                }
                (_, Some(off)) => {
                    told.push(Told::RateChanged(off.clone()));
                    open.insert(name, off);
                }
                (Some(before), None) => told.push(Told::RateBack(before.clone())),
                (None, None) => {}
            }
        }
        if !open.is_empty() {
            self.rates.insert(site.to_owned(), open);
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(since: &str, is_silent: bool) -> SilenceNow {
        SilenceNow {
            silence: Silence {
                site: "shop".to_owned(),
                since: since.to_owned(),
                until: String::new(),
                minutes: 0,
                lasted: String::new(),
                expected: 0.0,
                command: String::new(),
            },
            is_silent,
        }
    }

    fn rate(name: &str, rate: Option<f64>) -> RateNow {
        RateNow {
            name: name.to_owned(),
            off: rate.map(|rate| Rate {
                site: "shop".to_owned(),
                name: name.to_owned(),
                is_goal: false,
                from: String::new(),
                to: String::new(),
                rate,
                usual: 0.5,
                interval: [0.4, 0.6],
                words: String::new(),
                command: String::new(),
            }),
        }
    }

    fn word(told: &Told) -> &'static str {
        match told {
            Told::RateChanged(_) => "changed",
            Told::RateBack(_) => "as usual",
            Told::BeaconsStopped(_) => "stopped",
            Told::BeaconsBack(_) => "back",
            Told::Weekly(_) | Told::Test { .. } => "other",
        }
    }

    #[test]
    fn a_silence_is_told_once_and_when_it_ends() {
        let mut causes = Causes::default();
        let mut look = |since: &str, is_silent| {
            let now = silence(since, is_silent);
            let is_over = causes.silent_since("shop").is_some_and(|told| since > told);
            let told = match is_over {
                true => causes.heard_again("shop", now.silence),
                false => causes.silence("shop", now),
            };
            told.as_ref().map_or("", word)
        };
        let looks = [
            ("10:00", false, ""),
            ("10:00", true, "stopped"),
            ("10:00", true, ""),
            // Fewer visits are usual now than were then; it still lasts.
            ("10:00", false, ""),
            ("14:00", false, "back"),
            ("14:01", false, ""),
            ("14:01", true, "stopped"),
        ];
        for (since, is_silent, expected) in looks {
            assert_eq!(look(since, is_silent), expected, "{since}");
        }
        let other = silence("10:00", false).silence;
        assert_eq!(causes.heard_again("blog", other), None);
    }

    #[test]
    fn a_rate_is_told_once_for_each_side_it_leaves_by_and_when_it_is_back() {
        let mut causes = Causes::default();
        let mut look = |rates: Vec<RateNow>| -> Vec<&str> {
            causes.rates("shop", rates).iter().map(word).collect()
        };
        assert!(look(vec![rate("pay", None)]).is_empty());
        assert_eq!(
            look(vec![rate("pay", Some(0.3)), rate("join", None)]),
            ["changed"]
        );
        assert!(look(vec![rate("pay", Some(0.2)), rate("join", None)]).is_empty());
        assert_eq!(
            look(vec![rate("pay", Some(0.7)), rate("join", Some(0.1))]),
            ["changed", "changed"]
        );
        assert_eq!(
            look(vec![rate("pay", None), rate("join", Some(0.1))]),
            ["as usual"]
        );
        // A funnel that was deleted is neither back nor off.
        assert!(look(vec![rate("pay", None)]).is_empty());
        assert!(look(vec![rate("pay", None), rate("join", None)]).is_empty());
    }
}
