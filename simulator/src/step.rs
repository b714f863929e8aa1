//! Funnel steps and how far a visitor came, by the definition of an ordered funnel: steps in order, other deeds may lie
//! between, no deed meets two steps. There is no window: a simulated visit is shorter than any window in use.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// Something a visitor did, as a funnel sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed<'a> {
    /// Saw the page at this path.
    Page(&'a str),
    /// Clicked the element with this selector.
    Click(&'a str),
    /// Did what the page reports by this name.
    Event(&'a str),
}

/// One step of a funnel, written `page:/path`, `element:selector` or `event:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A pageview of exactly this path.
    Page(String),
    /// A click on exactly this selector.
    Element(String),
    /// An event of exactly this name.
    Event(String),
}

impl Step {
    /// Whether this deed meets the step.
    pub fn met_by(&self, deed: Deed<'_>) -> bool {
        match (self, deed) {
            (Self::Page(path), Deed::Page(seen)) => path == seen,
            (Self::Element(selector), Deed::Click(clicked)) => selector == clicked,
            (Self::Event(name), Deed::Event(done)) => name == done,
            _ => false,
        }
    }

    /// Reads one step a line; blank lines and lines that begin with `#` and a space are passed over.
    ///
    /// # Errors
    /// [`Error::Step`] names the first line that is no step.
    pub fn list(text: &str) -> Result<Vec<Self>, Error> {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("# ") && *line != "#")
            .map(str::parse)
            .collect()
    }
}

impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once(':') {
            Some(("page", path)) if path.starts_with('/') && !path.contains('*') => {
                Ok(Self::Page(path.to_owned()))
            }
            Some(("element", selector)) if !selector.is_empty() => {
                Ok(Self::Element(selector.to_owned()))
            }
            Some(("event", name)) if !name.is_empty() => Ok(Self::Event(name.to_owned())),
            _ => Err(Error::Step {
                step: text.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(path) => write!(f, "page:{path}"),
            Self::Element(selector) => write!(f, "element:{selector}"),
            Self::Event(name) => write!(f, "event:{name}"),
        }
    }
}

/// How many steps, from the first on, these deeds meet. Taking each step at its earliest is best: whatever follows a
/// later meeting follows the earlier one too.
pub fn reached<'a>(steps: &[Step], deeds: impl IntoIterator<Item = Deed<'a>>) -> usize {
    let mut met = 0;
    for deed in deeds {
        if steps.get(met).is_some_and(|step| step.met_by(deed)) {
            met += 1;
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(text: &str) -> Deed<'_> {
        match text.split_once(':').unwrap() {
            ("page", path) => Deed::Page(path),
            ("click", selector) => Deed::Click(selector),
            ("event", name) => Deed::Event(name),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn steps_count_in_order_and_no_deed_counts_twice() {
        let cases: &[(&[&str], &[&str], usize)] = &[
            (&["page:/a", "page:/b"], &["page:/a", "page:/b"], 2),
            (
                &["page:/a", "page:/b"],
                &["page:/a", "page:/x", "click:#y", "page:/b"],
                2,
            ),
            (&["page:/a", "page:/b"], &["page:/b", "page:/a"], 1),
            (
                &["page:/a", "page:/b"],
                &["page:/b", "page:/a", "page:/b"],
                2,
            ),
            (&["page:/a", "page:/b"], &[], 0),
            (&["page:/a", "page:/a"], &["page:/a"], 1),
            (
                &["page:/a", "page:/a"],
                &["page:/a", "page:/x", "page:/a"],
                2,
            ),
            (
                &["page:/a", "page:/b", "page:/a"],
                &["page:/a", "page:/b"],
                2,
            ),
            (
                &["page:/a", "event:purchase"],
                &["page:/a", "page:purchase", "click:purchase"],
                1,
            ),
            (
                &["element:#pay", "event:purchase"],
                &["click:#pay", "event:purchase"],
                2,
            ),
            (&["page:/a"], &["page:/ab", "page:/a/"], 0),
            (
                &["page:/1", "page:/2", "page:/3"],
                &["page:/1", "page:/2", "page:/1", "page:/2"],
                2,
            ),
            (
                &["page:/1", "page:/2", "page:/3"],
                &["page:/1", "page:/3", "page:/2", "page:/1"],
                2,
            ),
        ];
        for (steps, deeds, want) in cases {
            let steps: Vec<Step> = steps.iter().map(|step| step.parse().unwrap()).collect();
            let got = reached(&steps, deeds.iter().map(|text| deed(text)));
            assert_eq!(got, *want, "{steps:?} by {deeds:?}");
        }
    }

    #[test]
    fn a_list_passes_over_comments_and_names_what_is_no_step() {
        let steps =
            Step::list("# the checkout\n\npage:/checkout/1\n  element:#pay \nevent:purchase\n")
                .unwrap();
        assert_eq!(
            steps.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["page:/checkout/1", "element:#pay", "event:purchase"]
        );
        for bad in [
            "/checkout",
            "page:checkout",
            "page:/a*",
            "goal:x",
            "event:",
            "#pay",
        ] {
            let error = Step::list(bad).unwrap_err().to_string();
            assert!(
                error.contains(bad) && error.contains("page:/path"),
                "{error}"
            );
        }
    }
}
