//! Steps of a funnel: `page:/cart`, `page:/shop/*`, `page:https://host/path`, `page~^/p/[0-9]+$`, `url~step=2`,
//! `click:#pay`, `click:text=Pay now`, `click:text~pay`, `event:purchase[plan=pro]`, `any:`; a question mark at the end
//! says that the step may be left out.
//!
//! A step keeps the text it was written as. What it matches is decided here; how the engine is asked for it, in
//! `condition`.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::filter::{Filter, Filters, Place};
use crate::pattern::Pattern;
use crate::regex;
use crate::word::{Reader, Word};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    given: String,
    /// Which events.
    pub target: Target,
    /// What else has to hold of them.
    pub filters: Vec<Filter>,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Which events a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Pageviews of a path.
    Path(Pattern),
    /// Pageviews of a host and path, written as a URL.
    Address(Pattern),
    /// Pageviews of which this, `path` or `url`, holds what a regex describes, whatever the case of its letters.
    Matching(&'static str, String),
    /// Clicks.
    Click(ClickTarget),
    /// Events by name; those of the tracker's kinds (`pageview`, `click`, `form_submit`, …) name all of these.
    Event(String),
    /// Every event.
    Any,
}

/// What is clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClickTarget {
    /// Anything.
    Anything,
    /// The elements with this selector.
    Selector(String),
    /// The elements with this text.
    Text(String),
    /// The elements whose text holds what a regex describes, whatever the case of its letters.
    TextMatching(String),
}

impl Step {
    /// Whether it is about pageviews, which have titles.
    #[must_use]
    pub fn is_screen(&self) -> bool {
        match &self.target {
            Target::Path(_) | Target::Address(_) | Target::Matching(..) => true,
            Target::Event(name) => matches!(name.as_str(), "pageview" | "$pageview"),
            Target::Click(_) | Target::Any => false,
        }
    }

    /// The same under another name, for which it stands.
    pub(crate) fn called(self, given: String, optional: bool) -> Self {
        Self {
            given,
            optional,
            ..self
        }
    }

    /// A name for people, for where no page title is known: the step without its kind where that says enough.
    #[must_use]
    pub fn plain_name(&self) -> String {
        let given = self.given.as_str();
        let given = given
            .strip_suffix('?')
            .filter(|_| self.optional)
            .unwrap_or(given);
        let after = |kind: &str| given.strip_prefix(kind).unwrap_or(given).trim().to_owned();
        match &self.target {
            Target::Path(_) | Target::Address(_) => after("page:"),
            Target::Event(_) => after("event:"),
            Target::Any if self.filters.is_empty() => "any event".to_owned(),
            Target::Matching(..) | Target::Click(_) | Target::Any => given.to_owned(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

const MEND: &str = "write page:/cart, page:/shop/*, page~^/p/[0-9]+$, url~step=2, click:#pay, click:text=Pay, \
                    event:purchase or any:, with conditions in brackets such as event:purchase[plan=pro], and ? at the \
                    end of a step that may be left out";

impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let given = text.trim();
        let (text, optional) = without_mark(given);
        let (target, filters) = read(text).map_err(|why| {
            Error::usage(format!("the step {given:?} cannot be read ({why})"), MEND)
        })?;
        Ok(Self {
            given: given.to_owned(),
            target,
            filters,
            optional,
        })
    }
}

/// The step without the mark of what may be left out, and whether it had one; a backslash makes it a letter.
pub(crate) fn without_mark(text: &str) -> (&str, bool) {
    match text.strip_suffix('?') {
        Some(rest) if !rest.ends_with('\\') => (rest.trim_end(), true),
        _ => (text, false),
    }
}

fn read(text: &str) -> Result<(Target, Vec<Filter>), String> {
    for (prefix, dimension) in [("url~", "url"), ("page~", "path")] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let (regex, filters) = read_regex(rest)?;
            return Ok((Target::Matching(dimension, regex), filters));
        }
    }
    let (kind, rest) = text.split_once(':').ok_or("it has no kind")?;
    match kind {
        "page" => {
            let (word, filters) = read_value(rest)?;
            Ok((page(word)?, filters))
        }
        "event" => {
            let (word, filters) = read_value(rest)?;
            Ok((Target::Event(given(word, "name after event:")?), filters))
        }
        "click" => read_click(rest.trim_start()),
        "any" => {
            let (word, filters) = read_value(rest)?;
            match word.text().as_str() {
                "" => Ok((Target::Any, filters)),
                _ => Err("nothing but conditions in brackets follows any:".to_owned()),
            }
        }
        _ => Err(format!("there is no kind {kind:?}")),
    }
}

fn given(word: Word, what: &str) -> Result<String, String> {
    match word.text() {
        text if text.is_empty() => Err(format!("there is no {what}")),
        text => Ok(text),
    }
}

/// A value and the brackets behind it.
fn read_value(text: &str) -> Result<(Word, Vec<Filter>), String> {
    let mut reader = Reader::new(text);
    let word = reader.word(|letter| letter == '[')?;
    let filters = read_brackets(&mut reader, Place::Step)?;
    Ok((word, filters))
}

/// A regex and the brackets behind it: a last bracket that reads as conditions is one, others are the regex's own.
fn read_regex(text: &str) -> Result<(String, Vec<Filter>), String> {
    if text.trim_start().starts_with(['\'', '"']) {
        let mut reader = Reader::new(text);
        let regex = regex::read(&mut reader, |_| false)?;
        return Ok((regex, read_brackets(&mut reader, Place::Step)?));
    }
    let (text, filters) = split_brackets(text, Place::Click);
    let regex = regex::read(&mut Reader::new(&text), |_| false)?;
    Ok((regex, filters))
}

fn read_brackets(reader: &mut Reader<'_>, place: Place) -> Result<Vec<Filter>, String> {
    let mut filters = Vec::new();
    while reader.take('[') {
        filters.append(&mut Filters::read(reader, place)?);
        if !reader.take(']') {
            return Err("a bracket is not closed".to_owned());
        }
    }
    match reader.peek() {
        None => Ok(filters),
        Some(letter) => Err(format!("{letter:?} after the end of the value")),
    }
}

fn page(word: Word) -> Result<Target, String> {
    let quoted = word.quoted;
    let mut pattern = Pattern::from_word(word);
    if pattern == Pattern::Exact(String::new()) {
        return Err("there is no path after page:".to_owned());
    }
    let signs = match &pattern {
        Pattern::Exact(text) => text.contains(['?', '#']),
        Pattern::Glob(pieces) => pieces.iter().any(|piece| piece.contains(['?', '#'])),
    };
    if signs && !quoted {
        return Err("a path has neither query nor fragment, for those there is url~".to_owned());
    }
    let head = pattern.head();
    if let Some(address) = head
        .strip_prefix("https://")
        .or_else(|| head.strip_prefix("http://"))
    {
        let mut address = address.to_owned();
        let whole = matches!(pattern, Pattern::Exact(_));
        // Hosts are stored in lower case, and a page of a host alone is its root.
        match address.find('/') {
            Some(slash) => address[..slash].make_ascii_lowercase(),
            None if whole => address = address.to_ascii_lowercase() + "/",
            None => address.make_ascii_lowercase(),
        }
        if let Some(head) = pattern.head_mut() {
            *head = address;
        }
        return Ok(Target::Address(pattern));
    }
    match head.starts_with('/') || (head.is_empty() && matches!(pattern, Pattern::Glob(_))) {
        true => Ok(Target::Path(pattern)),
        false => Err("a path begins with / or *, a URL with https://".to_owned()),
    }
}

/// Selectors have brackets and backslashes of their own: unquoted, a selector is taken as it stands, and only a last
/// bracket that cannot be a part of it is a filter.
fn read_click(text: &str) -> Result<(Target, Vec<Filter>), String> {
    let prefixed = |prefix: &str| text.strip_prefix(prefix);
    if let Some(rest) = prefixed("text=") {
        let (word, filters) = read_value(rest)?;
        return Ok((
            Target::Click(ClickTarget::Text(given(word, "text after text=")?)),
            filters,
        ));
    }
    if let Some(rest) = prefixed("text~") {
        let (regex, filters) = read_regex(rest)?;
        return Ok((Target::Click(ClickTarget::TextMatching(regex)), filters));
    }
    let (selector, filters) = if text.starts_with(['\'', '"']) {
        let (word, filters) = read_value(text)?;
        (given(word, "selector in the quotes")?, filters)
    } else {
        split_brackets(text, Place::Click)
    };
    let target = match selector.as_str() {
        "" | "*" => ClickTarget::Anything,
        _ => ClickTarget::Selector(selector),
    };
    Ok((Target::Click(target), filters))
}

fn split_brackets(text: &str, place: Place) -> (String, Vec<Filter>) {
    text.match_indices('[')
        .find_map(|(at, _)| {
            let filters = read_brackets(&mut Reader::new(&text[at..]), place).ok()?;
            Some((text[..at].trim_end().to_owned(), filters))
        })
        .unwrap_or_else(|| (text.to_owned(), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Dimension, Operator};

    fn exact(text: &str) -> Pattern {
        Pattern::Exact(text.to_owned())
    }

    fn glob(pieces: &[&str]) -> Pattern {
        Pattern::Glob(pieces.iter().map(ToString::to_string).collect())
    }

    fn selector(text: &str) -> Target {
        Target::Click(ClickTarget::Selector(text.to_owned()))
    }

    #[test]
    fn steps_are_read_and_keep_their_text() {
        let cases = [
            ("page:/cart", Target::Path(exact("/cart")), 0),
            ("page:/shop/*", Target::Path(glob(&["/shop/", ""])), 0),
            ("page:*", Target::Path(glob(&["", ""])), 0),
            (r"page:/a\*b", Target::Path(exact("/a*b")), 0),
            (
                "page:'/a[b]*'[device=mobile]",
                Target::Path(exact("/a[b]*")),
                1,
            ),
            (
                "page:https://Shop.Example/Cart",
                Target::Address(exact("shop.example/Cart")),
                0,
            ),
            (
                "page:http://shop.example",
                Target::Address(exact("shop.example/")),
                0,
            ),
            (
                "page:https://*.example/cart",
                Target::Address(glob(&["", ".example/cart"])),
                0,
            ),
            (
                r"url~/checkout\?step=2",
                Target::Matching("url", r"/checkout\?step=2".into()),
                0,
            ),
            (
                "url~pay[device=mobile]",
                Target::Matching("url", "pay".into()),
                1,
            ),
            (
                "page~^/p/[0-9]+$",
                Target::Matching("path", "^/p/[0-9]+$".into()),
                0,
            ),
            (
                "page~'^/[a-z]{1,2}'[device=mobile]",
                Target::Matching("path", "^/[a-z]{1,2}".into()),
                1,
            ),
            ("click:#pay", selector("#pay"), 0),
            ("click:'#pay'", selector("#pay"), 0),
            (r"click:.md\:w-1\/2", selector(r".md\:w-1\/2"), 0),
            ("click:a[href='/x']", selector("a[href='/x']"), 0),
            ("click:input[name=email]", selector("input[name=email]"), 0),
            ("click:a[href=/x][device=mobile]", selector("a[href=/x]"), 1),
            (
                "click:#pay[props.plan=pro,country!=DE]",
                selector("#pay"),
                2,
            ),
            ("click:'#pay'[plan=pro]", selector("#pay"), 1),
            ("click:", Target::Click(ClickTarget::Anything), 0),
            (
                "click:[path=/cart]",
                Target::Click(ClickTarget::Anything),
                1,
            ),
            (
                "click:text=Pay now",
                Target::Click(ClickTarget::Text("Pay now".into())),
                0,
            ),
            (
                "click:text~pay[path=/cart]",
                Target::Click(ClickTarget::TextMatching("pay".into())),
                1,
            ),
            (
                "event:user signed up",
                Target::Event("user signed up".into()),
                0,
            ),
            (
                "event:purchase[plan=pro][device=mobile]",
                Target::Event("purchase".into()),
                2,
            ),
            ("event:'a[b]'", Target::Event("a[b]".into()), 0),
            ("event:it's", Target::Event("it's".into()), 0),
            ("any:", Target::Any, 0),
            ("any:[props.key=val]", Target::Any, 1),
        ];
        for (text, target, filters) in cases {
            let step: Step = text.parse().unwrap();
            assert_eq!(
                (step.target, step.filters.len()),
                (target, filters),
                "{text}"
            );
            assert_eq!(text.parse::<Step>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_bare_name_in_brackets_is_a_property_unless_it_is_a_dimension() {
        let step: Step = r#"event:buy[plan!='a]b',device=mobile,"$x"~Y]"#.parse().unwrap();
        let expected = [
            (Dimension::Property("plan".into()), Operator::IsNot, "a]b"),
            (Dimension::Known("device"), Operator::Is, "mobile"),
            (Dimension::Property("$x".into()), Operator::Matches, "Y"),
        ];
        let expected = expected.map(|(dimension, operator, value)| Filter {
            dimension,
            operator,
            value: value.into(),
        });
        assert_eq!(step.filters, expected);
    }

    #[test]
    fn a_question_mark_at_the_end_makes_a_step_optional() {
        let cases = [
            ("page:/coupon?", true, "/coupon"),
            ("event:purchase[plan=pro]?", true, "purchase[plan=pro]"),
            ("event:'what?'", false, "'what?'"),
            (r"event:what\?", false, r"what\?"),
            ("click:#pay ?", true, "click:#pay"),
        ];
        for (text, optional, name) in cases {
            let step: Step = text.parse().unwrap();
            assert_eq!(
                (step.optional, step.plain_name().trim()),
                (optional, name),
                "{text}"
            );
            assert_eq!(step.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_step_says_why_and_how_to_write_one() {
        let cases = [
            ("", "no kind"),
            ("/cart", "no kind"),
            ("screen:/cart", "no kind \"screen\""),
            ("page:", "no path"),
            ("page:cart", "begins with /"),
            ("page:/cart?x=1", "url~"),
            ("event:", "no name"),
            ("event:[plan=pro]", "no name"),
            ("event:buy[plan=pro", "not closed"),
            ("event:buy[plan]", "compared with nothing"),
            ("event:buy[plan=pro]x", "after the end"),
            ("event:'buy", "not closed"),
            ("any:thing", "nothing but conditions"),
            ("url~", "empty"),
            ("page~/a(b", "at character 3"),
            ("click:text=", "no text"),
        ];
        for (text, why) in cases {
            let error = text.parse::<Step>().unwrap_err().to_string();
            assert!(
                error.contains(why) && error.contains("write page:/cart"),
                "{text}: {error}"
            );
        }
    }
}
