//! Walks all people of a funnel and counts what it is asked for: the whole, each segment, times between two steps.

use std::collections::BTreeMap;

use super::histogram;
use super::people::{People, Person};
use super::request::FunnelRequest;
use super::tally::Tally;
use crate::Error;
use crate::breakdown::Attribution;
use crate::walk::{Event, Plan, Served, Walker};

/// What was counted.
pub(super) struct Counted {
    pub(super) whole: Tally,
    /// By the value that people are counted under.
    pub(super) segments: BTreeMap<String, Tally>,
    /// By the first day of the stretch that runs began in.
    pub(super) stretches: BTreeMap<i64, Tally>,
    /// Times between the steps of the histogram, in milliseconds.
    pub(super) times: Vec<i64>,
}

/// Counts all people.
pub(super) async fn count(
    request: &FunnelRequest,
    plan: &Plan,
    mut people: People,
) -> Result<Counted, Error> {
    let mut walker = Walker::new(plan.clone());
    let attribution = request
        .breakdown
        .as_ref()
        .map(|(_, attribution)| *attribution);
    let mut counted = Counted {
        whole: Tally::new(plan.steps),
        segments: BTreeMap::new(),
        stretches: BTreeMap::new(),
        times: Vec::new(),
    };
    while let Some(person) = people.next().await? {
        if person.events.is_empty() {
            counted.whole.add_first();
            continue;
        }
        let run = walker.walk(&person.events);
        if run.is_empty() && attribution != Some(Attribution::All) {
            continue;
        }
        counted.whole.add(plan, run, person);
        if let Some(asked) = request.histogram {
            counted.times.extend(histogram::time(asked, run, person));
        }
        if let Some((trend, first)) = request.trend.zip(run.first()) {
            let day = trend.first_day(person.events[first.event].time);
            let tally = counted.stretches.entry(day);
            tally
                .or_insert_with(|| Tally::new(plan.steps))
                .add(plan, run, person);
        }
        match attribution {
            None => {}
            Some(Attribution::All) => count_each(&mut walker, &mut counted.segments, person),
            Some(attribution) => {
                if let Some(segment) = segment(attribution, run, person) {
                    tally_of(&mut counted.segments, segment, plan.steps).add(plan, run, person);
                }
            }
        }
    }
    Ok(counted)
}

fn tally_of<'a>(
    segments: &'a mut BTreeMap<String, Tally>,
    segment: &str,
    steps: usize,
) -> &'a mut Tally {
    if !segments.contains_key(segment) {
        segments.insert(segment.to_owned(), Tally::new(steps));
    }
    segments
        .entry(segment.to_owned())
        .or_insert_with(|| Tally::new(steps))
}

/// The value that a person is counted under; nothing but bars is no value.
fn segment<'a>(attribution: Attribution, run: &[Served], person: &'a Person) -> Option<&'a str> {
    let of = |event: usize| person.segments.get(event).map_or("", String::as_str);
    if let Attribution::Step(step) = attribution {
        let served = run.iter().find(|served| served.step == step)?;
        return Some(of(served.event));
    }
    let mut matching = (0..person.events.len()).filter(|event| person.events[*event].steps() != 0);
    let has_value = |event: &usize| of(*event).contains(|letter| letter != '|');
    let event = match attribution {
        Attribution::Last => matching.clone().rfind(has_value),
        _ => matching.clone().find(has_value),
    };
    Some(of(event.or_else(|| matching.next())?))
}

/// Counts a person under every value its events have, each time by the events that have it; what is excluded is so for
/// all of them.
fn count_each(walker: &mut Walker, segments: &mut BTreeMap<String, Tally>, person: &Person) {
    let mut values: Vec<&String> = person
        .segments
        .iter()
        .zip(&person.events)
        .filter(|(_, event)| event.steps() != 0)
        .map(|(value, _)| value)
        .collect();
    values.sort_unstable();
    values.dedup();
    for value in values {
        let of_value = |(event, own): (&Event, &String)| Event {
            time: event.time,
            mask: if own == value {
                event.mask
            } else {
                event.mask & !event.steps()
            },
        };
        let events: Vec<Event> = person
            .events
            .iter()
            .zip(&person.segments)
            .map(of_value)
            .collect();
        let plan = walker.plan().clone();
        let run = walker.walk(&events);
        if run.is_empty() {
            continue;
        }
        tally_of(segments, value, plan.steps).add(&plan, run, person);
    }
}
