//! Walks all people of a funnel and counts what it is asked for: the whole, each segment, times between two steps.

use std::collections::BTreeMap;

use super::histogram;
use super::people::Person;
use super::question::Question;
use super::request::{FunnelRequest, Histogram};
use super::tally::Tally;
use super::trend::Trend;
use crate::Error;
use crate::breakdown::Attribution;
use crate::reports::coverage::Coverage;
use crate::walk::{Event, Plan, Served, Walker};

/// 1970-01-05, after the days whose neighbours the derivation of visits looks at.
const FIRST_DAYS_MS: i64 = 4 * 86_400_000;

/// What was counted.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) whole: Tally,
    /// By the value that people are counted under.
    pub(super) segments: BTreeMap<String, Tally>,
    /// By the first day of the stretch that runs began in.
    pub(super) stretches: BTreeMap<i64, Tally>,
    /// Times between the steps of the histogram, in milliseconds.
    pub(super) times: Vec<i64>,
}

impl Counted {
    fn new(steps: usize) -> Self {
        Self {
            whole: Tally::new(steps),
            segments: BTreeMap::new(),
            stretches: BTreeMap::new(),
            times: Vec::new(),
        }
    }

    /// Adds what was counted of other people.
    pub(super) fn join(&mut self, mut other: Self) {
        self.whole.join(other.whole);
        for (segment, tally) in other.segments {
            match self.segments.get_mut(&segment) {
                Some(own) => own.join(tally),
                None => drop(self.segments.insert(segment, tally)),
            }
        }
        for (day, tally) in other.stretches {
            match self.stretches.get_mut(&day) {
                Some(own) => own.join(tally),
                None => drop(self.stretches.insert(day, tally)),
            }
        }
        self.times.append(&mut other.times);
    }
}

/// What has to be known to count.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) plan: Plan,
    attribution: Option<Attribution>,
    histogram: Option<Histogram>,
    trend: Option<Trend>,
}

impl Asked {
    pub(super) fn new(request: &FunnelRequest, plan: &Plan) -> Self {
        Self {
            plan: plan.clone(),
            attribution: request
                .breakdown
                .as_ref()
                .map(|(_, attribution)| *attribution),
            histogram: request.histogram,
            trend: request.trend,
        }
    }

    /// Whether those who can have done no more than one step have to be walked, too.
    pub(super) fn is_all(&self) -> bool {
        self.attribution.is_some() || self.trend.is_some() || !self.plan.exclusions.is_empty()
    }
}

/// Counts people, one after another.
#[derive(Debug)]
pub(super) struct Counter {
    asked: Asked,
    walker: Walker,
    pub(super) counted: Counted,
}

impl Counter {
    pub(super) fn new(asked: Asked) -> Self {
        Self {
            walker: Walker::new(asked.plan.clone()),
            counted: Counted::new(asked.plan.steps),
            asked,
        }
    }

    /// Someone who did one step and no more, whenever that was.
    pub(super) fn add_first(&mut self) {
        self.counted.whole.add_first();
    }

    /// Someone with all that has to be walked.
    pub(super) fn add(&mut self, person: &Person) {
        let Asked {
            plan,
            attribution,
            histogram,
            trend,
        } = &self.asked;
        let run = self.walker.walk(&person.events);
        if run.is_empty() && *attribution != Some(Attribution::All) {
            return;
        }
        self.counted.whole.add(plan, run, person);
        if let Some(asked) = histogram {
            let time = histogram::time(*asked, run, person);
            self.counted.times.extend(time);
        }
        if let Some((trend, first)) = trend.zip(run.first()) {
            let day = trend.first_day(person.events[first.event].time);
            let tally = self.counted.stretches.entry(day);
            tally
                .or_insert_with(|| Tally::new(plan.steps))
                .add(plan, run, person);
        }
        match attribution {
            None => {}
            Some(Attribution::All) => {
                count_each(&mut self.walker, &mut self.counted.segments, person);
            }
            Some(attribution) => {
                if let Some(segment) = segment(*attribution, run, person) {
                    tally_of(&mut self.counted.segments, segment, plan.steps)
                        .add(plan, run, person);
                }
            }
        }
    }
}

/// Counts the people of a question, out of visits where these tell all that is asked for, else out of events.
pub(super) async fn count(
    question: &Question<'_>,
    plan: &Plan,
    coverage: Option<Coverage>,
) -> Result<Counted, Error> {
    let asked = Asked::new(question.request, plan);
    // The engine's days begin with 1970: what was before has no visits.
    if coverage.is_some_and(|coverage| coverage.first_ms >= FIRST_DAYS_MS)
        && let Some(gathered) = question.gathered(&asked).await?
    {
        return Ok(gathered.count(&asked));
    }
    let mut people = question.people(plan, false)?;
    let mut counter = Counter::new(asked);
    while let Some(person) = people.next().await? {
        match person.events.is_empty() {
            true => counter.add_first(),
            false => counter.add(person),
        }
    }
    Ok(counter.counted)
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
