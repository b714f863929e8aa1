//! Funnels that nobody had to set up: backwards from what visitors came for (METRICS.md, Funnels: mined funnels).
//!
//! Invariant: a proposal is told with those who reached its target; what fewer than [`FEWEST`] people reached is none.

mod steps;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use self::steps::{Deed, Done, steps};
use super::span::Span;
use crate::condition::{Bindings, InVisit};
use crate::definitions::goals;
use crate::format::{Cell, Column, Measure, Report, Section, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};
use crate::step::Step;
use crate::{Error, kind};

const TARGETS_SQL: &str = include_str!("../../../sql/reports/discover_targets.sql");
const STEPS_SQL: &str = include_str!("../../../sql/reports/discover_steps.sql");
const PEOPLE_SQL: &str = "SELECT uniqExact(person) FROM (SELECT person, start AS time FROM sessions FINAL \
                          WHERE site = {site:String} AND {{period}} AND {{filters}})";

/// Of so many people steps can be told.
pub const FEWEST: u64 = 25;
/// Names of events that visitors come for, where no money says so.
const WANTED: [&str; 14] = [
    "purchase",
    "order",
    "checkout",
    "buy",
    "sign_up",
    "sign-up",
    "signup",
    "register",
    "subscribe",
    "book",
    "donat",
    "lead",
    "conversion",
    "trial",
];
/// Paths of pages that look like an end, where no event and no form says what visitors come for.
const ENDS: &str = "(thank|thanks|done|success|confirm|complete|finish|receipt|welcome|danke|merci|gracias|grazie|obrigad|bedankt)";

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
    /// The command that shows it.
    pub command: String,
}

#[derive(Row, Deserialize)]
struct Candidate {
    what: String,
    name: String,
    people: u64,
    worth: bool,
}

#[derive(Row, Deserialize)]
struct Found {
    what: String,
    name: String,
    people: u64,
    place: f64,
}

/// What visitors come for.
struct Target {
    name: String,
    step: String,
    /// Of an event in a visit, with k its kind, p its page, n its name and l its element.
    condition: String,
}

/// Proposes funnels.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn discover(store: &Store, span: &Span) -> Result<Discovered, Error> {
    let covered = span.covered(store).await?;
    let people: u64 = span
        .query(store, PEOPLE_SQL, &span.period)
        .fetch_one()
        .await?;
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
        let mut steps: Vec<String> = steps(&done, reached).iter().map(Deed::step).collect();
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

/// Saved goals, forms and events that are wanted; without any of them pages that look like an end.
async fn targets(
    store: &Store,
    span: &Span,
    bindings: &mut Bindings,
    notes: &mut Vec<String>,
) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    for goal in goals(store, &span.site).await?.goals {
        let step: Step = goal.step.parse()?;
        match bindings.in_visit(&step) {
            None => notes.push(format!(
                "the goal {} has conditions that visits do not tell, and is left out",
                goal.name
            )),
            Some(terms) => {
                let conditions: Vec<String> = terms
                    .into_iter()
                    .map(|term| condition(term, bindings))
                    .collect();
                targets.push(Target {
                    step: format!("goal:{}", goal.name),
                    name: goal.name,
                    condition: conditions.join(" OR "),
                });
            }
        }
    }
    let candidates: Vec<Candidate> = span
        .query(store, TARGETS_SQL, &span.period)
        .param("ends", ENDS)
        .fetch_all()
        .await?;
    let is_wanted = |one: &&Candidate| {
        let name = one.name.to_lowercase();
        one.what == "form"
            || one.what == "event" && (one.worth || WANTED.iter().any(|word| name.contains(word)))
    };
    let mut chosen: Vec<&Candidate> = candidates.iter().filter(is_wanted).collect();
    if chosen.is_empty() && targets.is_empty() {
        chosen = candidates.iter().filter(|one| one.what == "page").collect();
    }
    for one in chosen
        .into_iter()
        .filter(|one| one.people > 0)
        .take(span.limit as usize)
    {
        let page = |bindings: &mut Bindings| {
            let path = bindings.text(&one.name);
            InVisit::Page(format!("path = {path}"))
        };
        let (step, condition) = match one.what.as_str() {
            "event" => {
                let step = Deed::Event(one.name.clone()).step();
                (step, condition(InVisit::Name(one.name.clone()), bindings))
            }
            "form" => {
                let step = format!(
                    "event:form_submit[path={}]",
                    Deed::Event(one.name.clone())
                        .step()
                        .trim_start_matches("event:")
                );
                let page = condition(page(bindings), bindings);
                (
                    step,
                    page.replacen(
                        &format!("k = {}", kind::PAGEVIEW),
                        &format!("k = {}", kind::FORM_SUBMIT),
                        1,
                    ),
                )
            }
            _ => {
                let step = Deed::Page(one.name.clone()).step();
                (step, condition(page(bindings), bindings))
            }
        };
        targets.push(Target {
            name: one.name.clone(),
            step,
            condition,
        });
    }
    Ok(targets)
}

/// A condition on an event in a visit.
fn condition(term: InVisit, bindings: &mut Bindings) -> String {
    let numbers = |number: &str, table: &str, condition: &str| {
        format!(
            "(SELECT groupArray({number}) FROM {table} WHERE site = {{site:String}} AND {condition})"
        )
    };
    match term {
        InVisit::Every => "1".to_owned(),
        InVisit::Kind(kind) => format!("k = {kind}"),
        InVisit::Page(condition) => {
            let pages = numbers("page", "pages", &condition);
            format!("k = {} AND has({pages}, toUInt64(p))", kind::PAGEVIEW)
        }
        InVisit::Element(condition) => {
            let elements = numbers("element", "elements", &condition);
            format!("k = {} AND has({elements}, l)", kind::CLICK)
        }
        InVisit::Name(name) => format!("k = {} AND n = {}", kind::CUSTOM, bindings.text(&name)),
    }
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

/// A word as a shell takes it for one.
fn for_shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/:._-".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
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
    fn names_and_words_suit_the_shell() {
        assert_eq!(unused("/contact/form", &[]), "contact-form");
        assert_eq!(unused("///", &[]), "funnel");
        assert_eq!(for_shell("page:/cart"), "page:/cart");
        assert_eq!(for_shell("event:it's[a=b]"), r"'event:it'\''s[a=b]'");
    }
}
