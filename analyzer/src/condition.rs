//! Steps, filters and periods as conditions of SQL.
//!
//! The only place where SQL is composed. Invariant: it is put together from constant texts alone; everything that was
//! typed or named by someone becomes a bound parameter `{v0:String}`, `{v1:String}`, …

use clickhouse::query::Query;

use crate::Error;
use crate::filter::{DIMENSIONS, Dimension, Filter, Operator};
use crate::kind;
use crate::pattern::{self, Pattern};
use crate::period::Period;
use crate::regex;
use crate::step::{ClickTarget, Step, Target};

/// The texts and bounds that a composed condition refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    texts: Vec<String>,
    start: Option<i64>,
    end: Option<i64>,
}

impl Bindings {
    /// The reference to a text. The same text is bound once, so that equal conditions are equal for the engine too.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let at = self
            .texts
            .iter()
            .position(|bound| bound == text)
            .unwrap_or_else(|| {
                self.texts.push(text.to_owned());
                self.texts.len() - 1
            });
        format!("{{v{at}:String}}")
    }

    /// Binds everything to the parameters of `query`.
    pub(crate) fn apply(&self, query: Query) -> Query {
        let query = self
            .texts
            .iter()
            .enumerate()
            .fold(query, |query, (at, text)| {
                query.param(&format!("v{at}"), text)
            });
        let query = self
            .start
            .into_iter()
            .fold(query, |query, start| query.param("period_start", start));
        self.end
            .into_iter()
            .fold(query, |query, end| query.param("period_end", end))
    }

    /// The events within a period.
    pub(crate) fn period(&mut self, period: &Period) -> String {
        (self.start, self.end) = (period.start(), period.end());
        let bounds = [
            self.start
                .map(|_| "time >= fromUnixTimestamp64Milli({period_start:Int64}, 'UTC')"),
            self.end
                .map(|_| "time < fromUnixTimestamp64Milli({period_end:Int64}, 'UTC')"),
        ];
        all(bounds.into_iter().flatten().map(str::to_owned).collect())
    }

    /// The events for which all filters hold.
    pub(crate) fn filters(&mut self, filters: &[Filter]) -> String {
        all(filters.iter().map(|filter| self.filter(filter)).collect())
    }

    /// The values of dimensions as one text, joined with bars.
    pub(crate) fn values(&mut self, dimensions: &[Dimension]) -> String {
        let values: Vec<String> = dimensions
            .iter()
            .map(|dimension| format!("toString({})", self.subject(dimension)))
            .collect();
        match values.as_slice() {
            [value] => value.clone(),
            values => format!("concat({})", values.join(", '|', ")),
        }
    }

    fn subject(&mut self, dimension: &Dimension) -> String {
        match dimension {
            Dimension::Known(wanted) => {
                let known = DIMENSIONS.iter().find(|(name, _)| name == wanted);
                known.map_or_else(
                    || "''".to_owned(),
                    |(_, expression)| (*expression).to_owned(),
                )
            }
            Dimension::Property(key) => format!("props[{}]", self.text(key)),
        }
    }

    fn filter(&mut self, filter: &Filter) -> String {
        let subject = self.subject(&filter.dimension);
        let value = match filter.operator {
            Operator::Matches => self.text(&regex::without_case(&filter.value)),
            Operator::Is | Operator::IsNot => self.text(&filter.value),
        };
        match filter.operator {
            Operator::Is => format!("{subject} = {value}"),
            Operator::IsNot => format!("{subject} != {value}"),
            Operator::Matches => matches(&subject, &value),
        }
    }

    /// The events of a visit that a step matches, each of which matches one of these; none where a visit does not tell.
    pub(crate) fn in_visit(&mut self, step: &Step) -> Option<Vec<InVisit>> {
        if !step.filters.is_empty() {
            return None;
        }
        Some(match &step.target {
            Target::Path(pattern) => vec![InVisit::Page(self.pattern("path", pattern))],
            Target::Address(pattern) => vec![InVisit::Page(self.address(pattern))],
            Target::Matching("path", regex) => {
                let regex = self.text(&regex::without_case(regex));
                vec![InVisit::Page(matches("path", &regex))]
            }
            Target::Matching(..) => return None,
            Target::Click(target) => vec![match self.element(target) {
                None => InVisit::Kind(kind::CLICK),
                Some(condition) => InVisit::Element(condition),
            }],
            Target::Event(name) => {
                let custom = InVisit::Name(name.clone());
                match kind::named(name) {
                    Some((_, number)) => vec![InVisit::Kind(number), custom],
                    None => vec![custom],
                }
            }
            Target::Any => vec![InVisit::Every],
        })
    }

    /// The pages of `pages`, or of rows with a host and a path, that a step names; all without one.
    ///
    /// # Errors
    /// [`Error::Usage`] for a step that is about something else.
    pub(crate) fn pages(&mut self, step: Option<&Step>) -> Result<String, Error> {
        let Some(step) = step else {
            return Ok("1".to_owned());
        };
        match self.in_visit(step).as_deref() {
            Some([InVisit::Page(condition)]) => Ok(condition.clone()),
            _ => Err(Error::usage(
                format!("{step} does not name pages"),
                "write --page /cart, --page '/product/*' or --page https://host/path",
            )),
        }
    }

    /// The events that a step matches.
    pub(crate) fn step(&mut self, step: &Step) -> String {
        let target = match &step.target {
            Target::Path(pattern) => {
                format!("kind = 'pageview' AND {}", self.pattern("path", pattern))
            }
            Target::Address(pattern) => {
                format!("kind = 'pageview' AND {}", self.address(pattern))
            }
            Target::Matching(dimension, regex) => {
                let filter = Filter {
                    dimension: Dimension::Known(dimension),
                    operator: Operator::Matches,
                    value: regex.clone(),
                };
                format!("kind = 'pageview' AND {}", self.filter(&filter))
            }
            Target::Click(target) => self.click(target),
            Target::Event(name) => {
                let custom = format!("kind = 'custom' AND name = {}", self.text(name));
                match kind::named(name) {
                    Some((known, _)) => format!("(kind = '{known}' OR {custom})"),
                    None => custom,
                }
            }
            Target::Any => "1".to_owned(),
        };
        match step.filters.is_empty() {
            true => target,
            false => format!("{target} AND {}", self.filters(&step.filters)),
        }
    }

    /// The group that a page belongs to, else its path. Without patterns these are pages with ten siblings and more below
    /// the first level.
    pub(crate) fn group(&mut self, groups: &[Pattern]) -> String {
        if groups.is_empty() {
            let parent = "arrayStringConcat(arrayPopBack(splitByChar('/', path)), '/')";
            return format!(
                "if({parent} IN (SELECT {parent} AS parent FROM pages WHERE site = {{site:String}} GROUP BY parent \
                 HAVING parent != '' AND uniqExact(path) >= 10), concat({parent}, '/*'), path)"
            );
        }
        let cases: Vec<String> = groups
            .iter()
            .map(|group| {
                let condition = self.pattern("path", group);
                format!("{condition}, {}", self.text(&group.plain()))
            })
            .collect();
        format!("multiIf({}, toString(path))", cases.join(", "))
    }

    fn pattern(&mut self, subject: &str, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Exact(text) => format!("{subject} = {}", self.text(text)),
            Pattern::Glob(pieces) => {
                format!("{subject} LIKE {}", self.text(&pattern::like(pieces)))
            }
        }
    }

    fn address(&mut self, pattern: &Pattern) -> String {
        match pattern {
            // Two narrow comparisons instead of one over a text made for it.
            Pattern::Exact(address) => {
                let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
                format!("host = {} AND path = {}", self.text(host), self.text(path))
            }
            Pattern::Glob(_) => self.pattern("concat(host, path)", pattern),
        }
    }

    fn click(&mut self, target: &ClickTarget) -> String {
        let Some(condition) = self.element(target) else {
            return "kind = 'click'".to_owned();
        };
        // GLOBAL: on a cluster the elements are asked for once, not by every shard.
        format!(
            "kind = 'click' AND element GLOBAL IN \
             (SELECT element FROM elements FINAL WHERE site = {{site:String}} AND {condition})"
        )
    }

    /// Which elements; none for all of them.
    fn element(&mut self, target: &ClickTarget) -> Option<String> {
        Some(match target {
            ClickTarget::Anything => return None,
            ClickTarget::Selector(selector) => format!("selector = {}", self.text(selector)),
            ClickTarget::Text(text) => format!("trimBoth(text) = {}", self.text(text.trim())),
            ClickTarget::TextMatching(regex) => {
                matches("text", &self.text(&regex::without_case(regex)))
            }
        })
    }
}

/// What an event of a visit has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InVisit {
    /// Anything.
    Every,
    /// Of this kind.
    Kind(u8),
    /// A pageview of a page of `pages` for which a condition holds.
    Page(String),
    /// A click on an element of `elements` for which a condition holds.
    Element(String),
    /// A custom event of this name.
    Name(String),
}

/// `subject` holds what a regex describes, which is a reference.
fn matches(subject: &str, regex: &str) -> String {
    format!("match({subject}, {regex})")
}

/// All of the conditions.
fn all(conditions: Vec<String>) -> String {
    joined(conditions, " AND ", "1")
}

/// One of the conditions at least.
pub(crate) fn any(conditions: &[String]) -> String {
    joined(conditions.to_vec(), " OR ", "0")
}

fn joined(conditions: Vec<String>, by: &str, none: &str) -> String {
    match conditions.is_empty() {
        true => none.to_owned(),
        false => conditions
            .iter()
            .map(|condition| format!("({condition})"))
            .collect::<Vec<_>>()
            .join(by),
    }
}

/// A `UInt32` whose bits say which conditions hold; `conditions` are (bit, condition).
pub(crate) fn mask<'a>(conditions: impl IntoIterator<Item = (usize, &'a String)>) -> String {
    let bits: Vec<String> = conditions
        .into_iter()
        .map(|(bit, condition)| format!("toUInt32({condition}) * {}", 1_u32 << bit))
        .collect();
    match bits.is_empty() {
        true => "toUInt32(0)".to_owned(),
        false => format!("toUInt32({})", bits.join(" + ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(step: &str) -> (String, Vec<String>) {
        let mut bindings = Bindings::default();
        let condition = bindings.step(&step.parse().unwrap());
        (condition, bindings.texts)
    }

    #[test]
    fn steps_become_conditions_over_bound_texts() {
        let cases: [(&str, &str, &[&str]); 7] = [
            (
                "page:/a",
                "kind = 'pageview' AND path = {v0:String}",
                &["/a"],
            ),
            (
                "page:/a_*",
                "kind = 'pageview' AND path LIKE {v0:String}",
                &[r"/a\_%"],
            ),
            (
                "page:https://h.example/a",
                "kind = 'pageview' AND host = {v0:String} AND path = {v1:String}",
                &["h.example", "/a"],
            ),
            (
                "event:buy",
                "kind = 'custom' AND name = {v0:String}",
                &["buy"],
            ),
            (
                "event:pageview",
                "(kind = 'pageview' OR kind = 'custom' AND name = {v0:String})",
                &["pageview"],
            ),
            (
                "any:[k=v]",
                "1 AND (props[{v0:String}] = {v1:String})",
                &["k", "v"],
            ),
            (
                "click:text=Pay",
                "kind = 'click' AND element GLOBAL IN (SELECT element FROM elements FINAL WHERE \
                 site = {site:String} AND trimBoth(text) = {v0:String})",
                &["Pay"],
            ),
        ];
        for (step, expected, texts) in cases {
            let texts = texts.iter().map(ToString::to_string).collect();
            assert_eq!(condition(step), (expected.to_owned(), texts), "{step}");
        }
    }

    #[test]
    fn nothing_that_was_typed_stands_in_the_sql() {
        let hostile = "x') OR 1=1 -- ? {site:String} ` \" \\";
        let targets = [
            Target::Path(Pattern::Exact(hostile.into())),
            Target::Path(Pattern::Glob(vec![hostile.into(), hostile.into()])),
            Target::Address(Pattern::Exact(format!("{hostile}/{hostile}"))),
            Target::Matching("url", hostile.into()),
            Target::Event(hostile.into()),
            Target::Click(ClickTarget::Selector(hostile.into())),
            Target::Click(ClickTarget::Text(hostile.into())),
            Target::Click(ClickTarget::TextMatching(hostile.into())),
        ];
        for target in targets {
            let mut step: Step = "any:".parse().unwrap();
            step.target = target;
            for operator in [Operator::Is, Operator::IsNot, Operator::Matches] {
                let dimension = Dimension::Property(hostile.into());
                step.filters.push(Filter {
                    dimension,
                    operator,
                    value: hostile.into(),
                });
            }
            let condition = Bindings::default().step(&step);
            assert!(
                !condition.contains("1=1") && !condition.contains('?'),
                "{condition}"
            );
        }
    }

    #[test]
    fn no_expression_of_a_dimension_holds_the_client_s_placeholder() {
        for (name, expression) in DIMENSIONS {
            assert!(!expression.contains('?'), "{name}");
        }
    }

    #[test]
    fn each_condition_has_its_bit_of_the_mask() {
        let conditions = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            mask([0, 20].into_iter().zip(&conditions)),
            "toUInt32(toUInt32(a) * 1 + toUInt32(b) * 1048576)"
        );
        assert_eq!(mask([]), "toUInt32(0)");
    }
}
