//! What visitors come for: saved goals, submitted forms, events that are worth something or named so, pages that look like an
//! end.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use super::steps::Deed;
use crate::condition::{Bindings, InVisit};
use crate::definitions::goals;
use crate::reports::span::Span;
use crate::step::Step;
use crate::{Error, kind};

const TARGETS_SQL: &str = include_str!("../../../../sql/reports/discover_targets.sql");
/// Words in the names of events that visitors come for, where no money says so.
const WANTED: [&str; 22] = [
    "purchase",
    "purchased",
    "bought",
    "buy",
    "order",
    "ordered",
    "checkout",
    "paid",
    "signup",
    "register",
    "registered",
    "registration",
    "subscribe",
    "subscribed",
    "subscription",
    "booking",
    "booked",
    "donate",
    "donation",
    "lead",
    "conversion",
    "trial",
];
/// Words in the paths of pages that look like an end, where no event and no form says what visitors come for.
const ENDS: &str = "(^|[^a-z])(thanks?|thankyou|done|success|confirmation|confirmed|complete|completed|finished|receipt|welcome|danke|merci|gracias|grazie|obrigado|bedankt)($|[^a-z])";

#[derive(Row, Deserialize)]
struct Candidate {
    what: String,
    name: String,
    people: u64,
    worth: bool,
}

/// What visitors come for.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) step: String,
    /// Of an event in a visit, with k its kind, p its page, n its name and l its element.
    pub(super) condition: String,
    /// Whether money was in it.
    pub(super) has_worth: bool,
}

/// Saved goals, forms and events that are wanted; without any of them pages that look like an end.
pub(super) async fn targets(
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
                    has_worth: false,
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
        one.what == "form" || one.what == "event" && (one.worth || is_named_so(&one.name))
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
            has_worth: one.worth,
        });
    }
    Ok(targets)
}

/// Whether a word of an event's name, or two of them together, is one of [`WANTED`]: `Sign-up done`, `order_placed`.
fn is_named_so(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    let pairs = words.windows(2).map(|pair| pair.concat());
    words
        .iter()
        .map(ToString::to_string)
        .chain(pairs)
        .any(|word| WANTED.contains(&&*word))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_told_by_whole_words() {
        for name in [
            "purchase",
            "Sign-up done",
            "order_placed",
            "free trial",
            "signup",
        ] {
            assert!(is_named_so(name), "{name}");
        }
        for name in ["border shown", "leader board", "bookmark", "sign in", ""] {
            assert!(!is_named_so(name), "{name}");
        }
    }
}
