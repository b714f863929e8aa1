//! What a funnel must not meet on its way: `event:login@1..2`, or without `@` from its first step to its last.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::step::Step;

/// An event that makes an attempt void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    given: String,
    /// Which event; written like a step.
    pub event: Step,
    /// Between which steps, from 1; the whole funnel where none are named.
    pub between: Option<(usize, usize)>,
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

impl FromStr for Exclusion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (event, place) = match text.rsplit_once('@') {
            // What else stands behind an @ belongs to the event.
            Some((event, place)) if is_place(place) => (event, Some(place)),
            _ => (text, None),
        };
        let between = place
            .map(|place| {
                between(place).ok_or_else(|| {
                    Error::usage(
                        format!("the exclusion {text:?} has no steps at {place:?}"),
                        "write two steps, the earlier first, such as event:login@1..2",
                    )
                })
            })
            .transpose()?;
        let event: Step = event.parse()?;
        if event.optional {
            return Err(Error::usage(
                format!("the exclusion {text:?} ends in a question mark"),
                "leave it out: only steps can be optional",
            ));
        }
        Ok(Self {
            given: text.trim().to_owned(),
            event,
            between,
        })
    }
}

fn is_place(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
}

/// Two numbers as `1..2`, the smaller first.
pub(crate) fn between(text: &str) -> Option<(usize, usize)> {
    let (from, to) = text.trim().split_once("..")?;
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from >= 1 && from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_name_an_event_and_perhaps_two_steps() {
        let cases = [
            ("event:login@1..2", "event:login", Some((1, 2))),
            ("event:login", "event:login", None),
            ("event:'a@b'@2..4", "event:'a@b'", Some((2, 4))),
            ("event:me@home", "event:me@home", None),
            (
                "page:/login[device=mobile]@1..3",
                "page:/login[device=mobile]",
                Some((1, 3)),
            ),
        ];
        for (text, event, between) in cases {
            let exclusion: Exclusion = text.parse().unwrap();
            assert_eq!(
                (exclusion.event.to_string().as_str(), exclusion.between),
                (event, between),
                "{text}"
            );
        }
        for text in [
            "event:a@1",
            "event:a@2..1",
            "event:a@0..1",
            "event:a@1..",
            "event:a?",
            "a@1..2",
        ] {
            assert!(text.parse::<Exclusion>().is_err(), "{text}");
        }
    }
}
