//! What a funnel is broken down by, and whose value a person has: `device,props.plan`; `first`, `last`,
//! `step:2`, `all`.

use std::str::FromStr;

use crate::Error;
use crate::filter::{Dimension, Place, dimension};
use crate::word::Reader;

/// Dimensions whose values, joined with bars, divide the people of a funnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimensions {
    given: String,
    /// One at least.
    pub dimensions: Vec<Dimension>,
}

impl Dimensions {
    /// As they were written.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl FromStr for Dimensions {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(text);
        let mut read = || {
            let mut dimensions = Vec::new();
            loop {
                let name = reader.word(|letter| letter == ',')?.text();
                dimensions.push(dimension(&name, Place::Everywhere)?);
                if !reader.take(',') {
                    return match reader.peek() {
                        None => Ok(dimensions),
                        Some(letter) => Err(format!("{letter:?} after the end of a name")),
                    };
                }
            }
        };
        let dimensions = read().map_err(|why: String| {
            Error::usage(
                format!("the breakdown {text:?} cannot be read ({why})"),
                "write such as device or country,props.plan",
            )
        })?;
        Ok(Self {
            given: text.trim().to_owned(),
            dimensions,
        })
    }
}

/// Which of a person's events says what the person is counted under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attribution {
    /// The first that matches a step and has a value.
    #[default]
    First,
    /// The last such.
    Last,
    /// The one that served a step, from 1; who never came there is counted nowhere.
    Step(usize),
    /// Each: for every value a funnel over the events that have it.
    All,
}

impl FromStr for Attribution {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let step = || {
            let step = text.strip_prefix("step:")?.parse().ok()?;
            (step > 0).then_some(Self::Step(step))
        };
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            "all" => Ok(Self::All),
            _ => step().ok_or_else(|| {
                Error::usage(
                    format!("no attribution {text:?}"),
                    "write first, last, step:1 (or another step) or all",
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_names_with_commas_between() {
        let cases: [(&str, &[Dimension]); 3] = [
            ("device", &[Dimension::Known("device")]),
            (
                "country, props.plan",
                &[
                    Dimension::Known("country"),
                    Dimension::Property("plan".into()),
                ],
            ),
            ("'props.a,b'", &[Dimension::Property("a,b".into())]),
        ];
        for (text, dimensions) in cases {
            assert_eq!(
                text.parse::<Dimensions>().unwrap().dimensions,
                dimensions,
                "{text}"
            );
        }
        for text in ["", "plan", "device,", "'device'x"] {
            assert!(text.parse::<Dimensions>().is_err(), "{text}");
        }
    }

    #[test]
    fn attributions_are_known_by_their_names() {
        let cases = [
            ("first", Attribution::First),
            ("last", Attribution::Last),
            ("step:3", Attribution::Step(3)),
            ("all", Attribution::All),
        ];
        for (text, attribution) in cases {
            assert_eq!(text.parse::<Attribution>().unwrap(), attribution);
        }
        for text in ["", "step:0", "step:x", "middle"] {
            assert!(text.parse::<Attribution>().is_err(), "{text}");
        }
    }
}
