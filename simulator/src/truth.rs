//! What visitors did, counted: the file reports are held against.
//!
//! Every count is of visitors, but for the pageviews. Counts of different visitors may be added.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::step::{Deed, Step, reached};
use crate::{Error, Visit};

/// What a number of visitors did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Site identifier.
    pub site: String,
    /// Visitors.
    pub visitors: u64,
    /// How far they came in the funnel.
    pub funnel: FunnelTruth,
    /// Visitors who clicked, by selector, on whichever pages.
    pub clicks: BTreeMap<String, u64>,
    /// Pageviews of all visitors.
    pub pageviews: u64,
}

/// How far visitors came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelTruth {
    /// Steps, as given to `snag funnel --step`.
    pub steps: Vec<String>,
    /// Visitors who reached each step; as many as there are steps, never growing.
    pub visitors: Vec<u64>,
}

impl Truth {
    /// The truth of no visitor.
    pub fn empty(site: &str, steps: &[Step]) -> Self {
        Self {
            site: site.to_owned(),
            visitors: 0,
            funnel: FunnelTruth {
                steps: steps.iter().map(ToString::to_string).collect(),
                visitors: vec![0; steps.len()],
            },
            clicks: BTreeMap::new(),
            pageviews: 0,
        }
    }

    /// Counts one more visitor, who made one visit.
    pub fn count(&mut self, steps: &[Step], visit: &Visit) {
        self.visitors += 1;
        self.pageviews += visit.views.len() as u64;
        for step in &mut self.funnel.visitors[..reached(steps, visit.deeds())] {
            *step += 1;
        }
        let clicked: BTreeSet<&str> = visit
            .deeds()
            .filter_map(|deed| match deed {
                Deed::Click(selector) => Some(selector),
                _ => None,
            })
            .collect();
        for selector in clicked {
            *self.clicks.entry(selector.to_owned()).or_default() += 1;
        }
    }

    /// Adds what other visitors of the same site did.
    ///
    /// # Errors
    /// [`Error::Apart`] when site or funnel differ; then nothing is added.
    pub fn add(&mut self, other: &Self) -> Result<(), Error> {
        let apart = |what, left: &dyn std::fmt::Debug, right: &dyn std::fmt::Debug| Error::Apart {
            what,
            left: format!("{left:?}"),
            right: format!("{right:?}"),
        };
        if self.site != other.site {
            return Err(apart("sites", &self.site, &other.site));
        }
        if self.funnel.steps != other.funnel.steps
            || self.funnel.visitors.len() != other.funnel.visitors.len()
        {
            return Err(apart("funnels", &self.funnel, &other.funnel));
        }
        self.visitors += other.visitors;
        self.pageviews += other.pageviews;
        for (mine, more) in self.funnel.visitors.iter_mut().zip(&other.funnel.visitors) {
            *mine += more;
        }
        for (selector, more) in &other.clicks {
            *self.clicks.entry(selector.clone()).or_default() += more;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(visitors: u64, funnel: &[u64], clicks: &[(&str, u64)]) -> Truth {
        Truth {
            site: "shop".into(),
            visitors,
            funnel: FunnelTruth {
                steps: vec!["page:/a".into(), "page:/b".into()],
                visitors: funnel.to_vec(),
            },
            clicks: clicks
                .iter()
                .map(|(selector, count)| ((*selector).to_owned(), *count))
                .collect(),
            pageviews: visitors * 3,
        }
    }

    #[test]
    fn truths_of_different_visitors_add_up() {
        let mut sum = truth(10, &[9, 4], &[("#pay", 4), ("#notify", 1)]);
        sum.add(&truth(5, &[5, 1], &[("#pay", 1), ("#send", 2)]))
            .unwrap();
        assert_eq!(
            sum,
            truth(15, &[14, 5], &[("#pay", 5), ("#notify", 1), ("#send", 2)])
        );
    }

    #[test]
    fn truths_of_another_site_or_funnel_are_refused_and_change_nothing() {
        let mut sum = truth(10, &[9, 4], &[]);
        let mut site = truth(1, &[1, 1], &[]);
        site.site = "blog".into();
        let mut funnel = truth(1, &[1, 1], &[]);
        funnel.funnel.steps[1] = "page:/c".into();
        for (other, word) in [(site, "blog"), (funnel, "page:/c")] {
            let error = sum.add(&other).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(sum, truth(10, &[9, 4], &[]));
    }

    #[test]
    fn a_truth_survives_its_file() {
        let before = truth(10, &[9, 4], &[("a[href=\"/cart\"]", 4)]);
        let text = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<Truth>(&text).unwrap(), before);
    }
}
