//! Funnels that nobody had to set up: backwards from what visitors came for (METRICS.md, Funnels: mined funnels).
//!
//! Invariant: a proposal is told with those who reached its target; what fewer than [`FEWEST`] people reached is none.

mod steps;
mod targets;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use self::steps::{Deed, Done, steps};
use self::targets::targets;
use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, Section, for_shell, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};

const STEPS_SQL: &str = include_str!("../../../sql/reports/discover_steps.sql");
const PEOPLE_SQL: &str = "SELECT uniqExact(person) FROM (SELECT person, start AS time FROM sessions FINAL \
                          WHERE site = {site:String} AND {{period}} AND {{filters}})";

/// Of so many people steps can be told.
pub const FEWEST: u64 = 25;
/// Funnels that were found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovered {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those of the most people first.
    pub proposals: Vec<Proposal>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A funnel that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// A name to save it under.
    pub name: String,
    /// Its steps, the target last.
    pub steps: Vec<String>,
    /// People who reached the target.
    pub reached: u64,
    /// Of all visitors.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// Whether money was in what the target is.
    pub has_worth: bool,
    /// The command that shows it.
    pub command: String,
}

#[derive(Row, Deserialize)]
struct Found {
    what: String,
    name: String,
    people: u64,
    place: f64,
}

/// Proposes funnels.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn discover(store: &Store, span: &Span) -> Result<Discovered, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let people = people(store, span).await?;
    let mut bindings = Bindings::default();
    let mut notes = Vec::new();
    let targets = targets(store, span, &mut bindings, &mut notes).await?;
    let mut proposals: Vec<Proposal> = Vec::new();
    for target in targets {
        let sql = STEPS_SQL
            .replace("{{target}}", &target.condition)
            .replace("{{group}}", &bindings.clone().group(&[]));
        let found: Vec<Found> = span
            .query_with(store, &sql, &span.period, bindings.clone())
            .fetch_all()
            .await?;
        let reached = found
            .iter()
            .find(|row| row.what == "reached")
            .map_or(0, |row| row.people);
        if reached < FEWEST {
            notes.push(format!(
                "{}: not enough data, {} reached it and {FEWEST} are needed",
                target.step,
                thousands(reached)
            ));
            continue;
        }
        let done: Vec<Done> = found.into_iter().filter_map(done).collect();
        let mut steps = steps(&done, reached);
        steps.retain(|step| *step != target.step);
        if steps.is_empty() {
            notes.push(format!(
                "{}: those who reached it came by no way in common",
                target.step
            ));
            continue;
        }
        steps.push(target.step);
        let given: Vec<String> = steps
            .iter()
            .map(|step| format!("--step {}", for_shell(step)))
            .collect();
        proposals.push(Proposal {
            name: unused(&target.name, &proposals),
            command: format!(
                "snag funnel --site {} {}",
                for_shell(&span.site),
                given.join(" ")
            ),
            steps,
            reached,
            rate: rate(reached, people),
            interval: wilson(reached, people, Z_95),
            has_worth: target.has_worth,
        });
    }
    proposals.sort_by_key(|proposal| std::cmp::Reverse(proposal.reached));
    proposals.truncate(span.limit as usize);
    let headline = match proposals.first() {
        None => format!("no funnel was found in the visits of {}", span.site),
        Some(first) => format!(
            "{} found; {} visitors reached {} in {} steps",
            match proposals.len() {
                1 => "one funnel was".to_owned(),
                count => format!("{count} funnels were"),
            },
            thousands(first.reached),
            first.steps.last().map_or("", String::as_str),
            first.steps.len()
        ),
    };
    Ok(Discovered {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        proposals,
        notes,
    })
}

/// The visitors of a span.
pub(crate) async fn people(store: &Store, span: &Span) -> Result<u64, Error> {
    let query = span.query(store, PEOPLE_SQL, &span.period);
    Ok(query.fetch_one().await?)
}

fn done(found: Found) -> Option<Done> {
    let deed = match found.what.as_str() {
        "page" => Deed::Page(found.name),
        "group" => Deed::Group(found.name),
        "event" => Deed::Event(found.name),
        _ => return None,
    };
    Some(Done {
        deed,
        people: found.people,
        place: found.place,
    })
}

/// A name made of a target's, that no other proposal has.
fn unused(target: &str, proposals: &[Proposal]) -> String {
    let is_letter = |letter: char| {
        if letter.is_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    let plain: String = target.chars().map(is_letter).collect();
    let plain: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let plain = match plain.is_empty() {
        true => "funnel".to_owned(),
        false => plain.join("-"),
    };
    let is_free = |name: &String| proposals.iter().all(|proposal| proposal.name != *name);
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(is_free)
        .unwrap_or(plain)
}

const COLUMNS: [Column; 5] = [
    Column::both("Funnel", "name", Measure::Text),
    Column::both("Steps", "steps", Measure::Text),
    Column::both("Reached by", "reached", Measure::Count),
    Column::both("Of all", "rate", Measure::Rate),
    Column::data("command", Measure::Text),
];

impl Report for Discovered {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells = |proposal: &Proposal| {
            vec![
                Cell::Text(proposal.name.clone()),
                Cell::Text(proposal.steps.join(" > ")),
                Cell::Count(proposal.reached),
                Cell::rate(proposal.rate, proposal.interval),
                Cell::Text(proposal.command.clone()),
            ]
        };
        self.proposals.iter().map(cells).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let saved = |proposal: &Proposal| {
            let command = &proposal.command;
            let save = command.replacen(
                "snag funnel ",
                &format!("snag funnel save {} ", proposal.name),
                1,
            );
            vec![Cell::Text(save)]
        };
        let section = Section {
            title: "To keep them; without `save` and the name they are shown".to_owned(),
            columns: vec![Column::people("Command", Measure::Text)],
            rows: self.proposals.iter().map(saved).collect(),
        };
        match section.rows.is_empty() {
            true => Vec::new(),
            false => vec![section],
        }
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_suit_the_shell() {
        assert_eq!(unused("/contact/form", &[]), "contact-form");
        assert_eq!(unused("///", &[]), "funnel");
    }
}
