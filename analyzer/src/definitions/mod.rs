//! What a site's owners define: goals and funnels by name.
//!
//! Invariant: what is stored was understood as a whole when it was stored, and is kept as it was written. Saving under a name
//! that is there replaces it.

mod funnels;
mod goals;

pub use funnels::{SavedFunnel, SavedFunnels, delete_funnel, funnels, save_funnel, saved_funnel};
pub use goals::{Goal, Goals, StepOrGoal, delete_goal, goals, save_goal, steps};

use std::fmt;
use std::str::FromStr;

use clickhouse::query::Query;
use snag_store::Store;

use crate::Error;
use crate::names::nearest_first;

/// Letters of a name at most.
const LONGEST: usize = 64;
/// Words that stand where a name may stand.
const RESERVED: [&str; 5] = ["save", "list", "delete", "discover", "help"];

/// The name of a goal or funnel: letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        let wrong = if text.is_empty() || text.chars().count() > LONGEST {
            format!("a name has 1 to {LONGEST} letters")
        } else if !text.chars().all(is_letter) {
            "a name has letters, digits, - and _".to_owned()
        } else if RESERVED.contains(&text) {
            format!("{text} is a command's word")
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::usage(
            format!("{text:?} cannot be a name ({wrong})"),
            "write such as checkout or sign-up",
        ))
    }
}

/// The statement about one site and name.
fn of(store: &Store, sql: &str, site: &str, name: &Name) -> Query {
    store
        .client()
        .query(sql)
        .param("site", site)
        .param("name", &name.0)
}

/// That there is none of that name.
fn unknown(what: &str, site: &str, name: &str, known: Vec<String>) -> Error {
    Error::Missing {
        message: format!("no {what} {name:?}"),
        mend: instead(what, site, name, known),
    }
}

/// What there is instead of one of that name.
fn instead(what: &str, site: &str, name: &str, known: Vec<String>) -> String {
    let known = nearest_first(name, known);
    match known.is_empty() {
        true => format!("{site} has none yet, save one with `snag {what} save`"),
        false => format!("{site} has {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_need_no_quotes() {
        for name in ["checkout", "sign-up_2", "Käse"] {
            assert_eq!(name.parse::<Name>().unwrap().to_string(), name);
        }
        for (name, why) in [
            ("", "1 to 64"),
            ("a b", "letters, digits"),
            ("list", "command's word"),
            (&"x".repeat(65), "1 to 64"),
        ] {
            let error = name.parse::<Name>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
