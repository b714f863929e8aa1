//! Filters: `device=mobile,country!=DE,path~^/blog/`, a comma meaning "and".
//!
//! A filter looks at one event at a time. It knows names, operators and values; how the engine is asked stands in
//! `condition`.

use std::str::FromStr;

use crate::Error;
use crate::names::nearest_first;
use crate::regex;
use crate::word::Reader;

/// What of an event is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// A column, by the name it is known by outside.
    Known(&'static str),
    /// A property of the event.
    Property(String),
}

/// The names that stand for themselves, each with what the engine is asked for.
///
/// `url` is host, path and the kept query; `name` is a custom event's name, else `pageview` or `click`. The sign that
/// divides path and query is spelled `char(63)`, because the client takes the sign itself for a placeholder.
pub(crate) const DIMENSIONS: [(&str, &str); 21] = [
    ("browser", "browser"),
    ("browser_version", "browser_version"),
    ("channel", "channel"),
    ("city", "city"),
    ("country", "country"),
    ("device", "device"),
    ("host", "host"),
    ("name", "if(kind = 'custom', name, toString(kind))"),
    ("os", "os"),
    ("os_version", "os_version"),
    ("path", "path"),
    ("referrer", "referrer_host"),
    ("region", "region"),
    ("source", "source"),
    ("title", "title"),
    (
        "url",
        "concat(host, path, if(query = '', '', char(63)), query)",
    ),
    ("utm_campaign", "utm_campaign"),
    ("utm_content", "utm_content"),
    ("utm_medium", "utm_medium"),
    ("utm_source", "utm_source"),
    ("utm_term", "utm_term"),
];

const PROPERTY: &str = "props.";

/// How the value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`: the same text.
    Is,
    /// `!=`: another text, or none.
    IsNot,
    /// `~`: holds what the regex describes, whatever the case of its letters.
    Matches,
}

/// One condition on an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is looked at.
    pub dimension: Dimension,
    /// How it is compared.
    pub operator: Operator,
    /// With what; empty also stands for "absent".
    pub value: String,
}

/// Conditions that all have to hold; what `--where` takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters(pub Vec<Filter>);

/// Where a filter is written, which decides what a bare unknown name means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `--where`: an error.
    Everywhere,
    /// The brackets of a step: a property.
    Step,
    /// The brackets of a click, which may as well belong to its selector: only what no selector would say.
    Click,
}

impl Filters {
    /// Reads the conditions at the front of `reader`, up to its end or, in brackets, to the closing one.
    pub(crate) fn read(reader: &mut Reader<'_>, place: Place) -> Result<Vec<Filter>, String> {
        let closes = |letter: char| place != Place::Everywhere && letter == ']';
        let mut filters = Vec::new();
        loop {
            filters.push(read_one(reader, place)?);
            match reader.peek() {
                Some(',') => {
                    reader.take(',');
                }
                None => break,
                Some(letter) if closes(letter) => break,
                Some(letter) => return Err(format!("{letter:?} after the end of a value")),
            }
        }
        Ok(filters)
    }
}

fn read_one(reader: &mut Reader<'_>, place: Place) -> Result<Filter, String> {
    let key = reader
        .word(|letter| matches!(letter, '=' | '!' | '~' | ',' | ']'))?
        .text();
    let operator = match reader.peek() {
        Some('=') => Operator::Is,
        Some('~') => Operator::Matches,
        Some('!') => {
            reader.take('!');
            Operator::IsNot
        }
        _ => return Err(format!("{key:?} is compared with nothing")),
    };
    if !reader.take(if operator == Operator::Matches {
        '~'
    } else {
        '='
    }) {
        return Err(format!("no \"=\" after the \"!\" behind {key:?}"));
    }
    if key.is_empty() {
        return Err("a comparison without a name before it".to_owned());
    }
    let stops = |letter: char| letter == ',' || (place != Place::Everywhere && letter == ']');
    let value = match operator {
        Operator::Matches => regex::read(reader, stops)?,
        Operator::Is | Operator::IsNot => reader.word(stops)?.text(),
    };
    Ok(Filter {
        dimension: dimension(&key, place)?,
        operator,
        value,
    })
}

pub(crate) fn dimension(key: &str, place: Place) -> Result<Dimension, String> {
    if let Some(property) = key.strip_prefix(PROPERTY) {
        return match property {
            "" => Err("no property is named after \"props.\"".to_owned()),
            _ => Ok(Dimension::Property(property.to_owned())),
        };
    }
    let known = DIMENSIONS
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(name, _)| *name);
    match (known, place) {
        // `input[name=email]` and `a[title=x]` are selectors.
        (Some("name" | "title") | None, Place::Click) => {
            Err(format!("{key:?} may belong to the selector"))
        }
        (Some(name), _) => Ok(Dimension::Known(name)),
        (None, Place::Step) => Ok(Dimension::Property(key.to_owned())),
        (None, Place::Everywhere) => {
            let names = nearest_first(key, DIMENSIONS.map(|(name, _)| name).to_vec());
            Err(format!(
                "{key:?} is neither one of {} nor, written props.{key}, a property",
                names.join(", ")
            ))
        }
    }
}

const MEND: &str = "write such as device=mobile,country!=DE,path~^/blog/, with '…' around what holds a comma or \
                    a bracket";

impl FromStr for Filters {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::read(&mut Reader::new(text), Place::Everywhere)
            .map(Filters)
            .map_err(|why| {
                Error::usage(format!("the filter {text:?} cannot be read ({why})"), MEND)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(dimension: Dimension, operator: Operator, value: &str) -> Filter {
        Filter {
            dimension,
            operator,
            value: value.to_owned(),
        }
    }

    fn property(name: &str) -> Dimension {
        Dimension::Property(name.to_owned())
    }

    #[test]
    fn filters_are_read() {
        let cases = [
            (
                "device=mobile",
                vec![filter(Dimension::Known("device"), Operator::Is, "mobile")],
            ),
            (
                "device = mobile , country!=DE",
                vec![
                    filter(Dimension::Known("device"), Operator::Is, "mobile"),
                    filter(Dimension::Known("country"), Operator::IsNot, "DE"),
                ],
            ),
            (
                "props.$current_url~Aloha",
                vec![filter(property("$current_url"), Operator::Matches, "Aloha")],
            ),
            (
                "url~[x]",
                vec![filter(Dimension::Known("url"), Operator::Matches, "[x]")],
            ),
            (
                r"path~^/a\.b\,c$,device=x",
                vec![
                    filter(Dimension::Known("path"), Operator::Matches, r"^/a\.b,c$"),
                    filter(Dimension::Known("device"), Operator::Is, "x"),
                ],
            ),
            (
                "path~'^/a{1,2}$'",
                vec![filter(
                    Dimension::Known("path"),
                    Operator::Matches,
                    "^/a{1,2}$",
                )],
            ),
            (
                "'props.a=b'='c,d'",
                vec![filter(property("a=b"), Operator::Is, "c,d")],
            ),
            (
                r"props.a\=b=c\,d",
                vec![filter(property("a=b"), Operator::Is, "c,d")],
            ),
            (
                "path=/a*b=c",
                vec![filter(Dimension::Known("path"), Operator::Is, "/a*b=c")],
            ),
            (
                "utm_source=",
                vec![filter(Dimension::Known("utm_source"), Operator::Is, "")],
            ),
        ];
        for (text, filters) in cases {
            assert_eq!(text.parse::<Filters>().unwrap(), Filters(filters), "{text}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones_nearest_first() {
        let error = "devise=mobile".parse::<Filters>().unwrap_err().to_string();
        assert!(error.contains("one of device, "), "{error}");
        assert!(error.contains("written props.devise"), "{error}");
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in [
            "",
            "device",
            "=x",
            "device=a,",
            "device!mobile",
            "device='a'b",
            "device~",
            "path~(a",
            "props.=a",
            "device='a",
        ] {
            assert!(text.parse::<Filters>().is_err(), "{text}");
        }
    }
}
