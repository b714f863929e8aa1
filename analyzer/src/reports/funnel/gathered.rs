//! The people of a funnel out of `sessions`: their events as numbers, in parts that are walked side by side.
//!
//! A visit says less of its events than `events` does, but says it in a fraction of the bytes and in order. Invariant: what
//! is counted of visits is what would be counted of events; a funnel that asks for more than they tell is told so before
//! anything is read.

mod terms;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::thread;

use clickhouse::native::decode::{Decode, ValueReader};
use clickhouse::native::{ArrayData, ArrayReader, Block, DataTypeNode};

use self::terms::{Number, Terms, between, upper};
use super::count::{Asked, Counted, Counter};
use super::people::Person;
use super::question::Question;
use crate::condition::{self, Bindings};
use crate::kind;
use crate::walk::{Event, MOST_STEPS};
use crate::{Error, Order};

const VISITS_SQL: &str = include_str!("../../../../sql/reports/funnel_visits.sql");
const NUMBERS_SQL: &str = include_str!("../../../../sql/reports/funnel_numbers.sql");
/// Whether any visit of the site has money in it, of which most sites know nothing.
const WORTH_SQL: &str =
    "SELECT count() FROM sessions WHERE site = {site:String} AND notEmpty(worth)";

/// Pages or elements that are told to the engine by their numbers; where more match, events are read.
const MOST_NUMBERS: usize = 50_000;
/// People are divided by the upper bits of their number, so that a part fits into a processor's cache.
const PARTS: usize = 256;

/// What an event is worth: its number as in `events`, the amount, the currency.
type Worth = (u64, f64, String);

/// A visit within a part.
#[derive(Debug, Clone, Copy)]
struct Visit {
    person: u64,
    /// Milliseconds since 1970.
    began: i64,
    /// Place of its first event, and how many it has.
    first: usize,
    events: usize,
}

/// The visits of some people.
#[derive(Debug, Default)]
struct Part {
    visits: Vec<Visit>,
    events: Vec<u64>,
    worth: HashMap<u64, Vec<(i64, u32, f64, String)>>,
}

/// The visits of all people that a funnel is about.
#[derive(Debug)]
pub(super) struct Gathered(Vec<Part>);

/// The events of one visit, without a vector of their own.
struct Events<'a>(ArrayReader<'a, u64>);

impl<'a> Decode<'a> for Events<'a> {
    fn compatible(data_type: &DataTypeNode) -> bool {
        Vec::<u64>::compatible(data_type)
    }

    fn decode(_: &mut ValueReader<'a>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("not an array".into())
    }

    fn decode_array(data: ArrayData<'a>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(data.into_reader()?))
    }
}

impl Question<'_> {
    /// The visits of all people; none where they do not tell all that is asked for.
    pub(super) async fn gathered(&self, asked: &Asked) -> Result<Option<Gathered>, Error> {
        let request = self.request;
        if !request.filters.is_empty() || request.breakdown.is_some() {
            return Ok(None);
        }
        let mut bindings = Bindings::default();
        let Some(terms) = Terms::of(request, &mut bindings) else {
            return Ok(None);
        };
        let (pages, elements) = (
            self.numbers(&bindings, "pages", "page", &terms.pages)
                .await?,
            self.numbers(&bindings, "elements", "element", &terms.elements)
                .await?,
        );
        let (Some(pages), Some(elements)) = (pages, elements) else {
            return Ok(None);
        };
        let mut gathered = Gathered((0..PARTS).map(|_| Part::default()).collect());
        let Some((names, arrays, mask)) = terms.sql(&pages, &elements) else {
            return Ok(Some(gathered));
        };
        let client = self.store.client();
        let has_worth = client
            .query(WORTH_SQL)
            .param("site", &request.site)
            .fetch_one::<u64>()
            .await?
            > 0;
        let (period, within) = between(request.period.start(), request.period.end());
        // In strict order what someone did between two steps counts too; what the tracker found out does not.
        let kept = match asked.plan.order {
            Order::Strict => format!("(e >= 4294967296 OR k <= {})", kind::CUSTOM),
            Order::Ordered | Order::Any => "e >= 4294967296".to_owned(),
        };
        let worth = match has_worth {
            true => {
                ",\n    arrayFilter(w -> w.1 >= 4294967296, arrayMap(w -> (seen[w.1], w.2, toString(w.3)), worth)) AS worth_seen"
            }
            false => "",
        };
        let sql = VISITS_SQL
            .replace("{{names}}", &names)
            .replace("{{arrays}}", &arrays)
            .replace("{{mask}}", &mask)
            .replace("{{kept}}", &kept)
            .replace("{{within}}", within)
            .replace("{{worth}}", worth)
            .replace("{{period}}", period);
        bindings.period(&request.period);
        let mut query = bindings
            .apply(client.query(&sql))
            .param("site", &request.site);
        for (name, numbers) in [("page", &pages), ("element", &elements)] {
            if !numbers.is_empty() {
                let of = |number: &Number| (number.number, upper(number.mask));
                let (numbers, masks): (Vec<u64>, Vec<u64>) = numbers.iter().map(of).unzip();
                query = query
                    .param(&format!("{name}s"), numbers)
                    .param(&format!("{name}_masks"), masks);
            }
        }
        if !terms.names.is_empty() {
            let of = |(name, mask): &(String, u32)| (name.clone(), upper(*mask));
            let (names, masks): (Vec<String>, Vec<u64>) = terms.names.iter().map(of).unzip();
            query = query.param("names", names).param("name_masks", masks);
        }
        let mut blocks = query.fetch_native()?;
        while let Some(block) = blocks.next().await? {
            gathered.take(&block)?;
        }
        Ok(Some(gathered))
    }

    /// The numbers for which any of the conditions holds; none where these are too many.
    async fn numbers(
        &self,
        bindings: &Bindings,
        table: &str,
        number: &str,
        conditions: &[(usize, String)],
    ) -> Result<Option<Vec<Number>>, Error> {
        if conditions.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let conditions = conditions.iter().map(|(bit, condition)| (*bit, condition));
        let sql = NUMBERS_SQL
            .replace("{{table}}", table)
            .replace("{{number}}", number)
            .replace("{{mask}}", &condition::mask(conditions));
        let query = bindings
            .apply(self.store.client().query(&sql))
            .param("site", &self.request.site)
            .param("limit", MOST_NUMBERS + 1);
        let found = query.fetch_all::<Number>().await?;
        Ok((found.len() <= MOST_NUMBERS).then_some(found))
    }
}

/// The time of an event of a visit, and its mask.
fn event(began: i64, number: u64) -> Event {
    Event {
        time: began + i64::from(number as u32),
        mask: (number >> 32) as u32,
    }
}

impl Gathered {
    /// Takes the visits of one block of the engine's answer.
    fn take(&mut self, block: &Block) -> Result<(), Error> {
        let column = |name| {
            block.column_by_name(name).ok_or_else(|| {
                clickhouse::error::Error::SchemaMismatch(format!("no column {name}"))
            })
        };
        let mut worth = match block.column_by_name("worth_seen") {
            None => None,
            Some(column) => Some(column.iter::<Vec<Worth>>()?),
        };
        let people = column("person")?.iter::<u64>()?;
        let began = column("began")?.iter::<i64>()?;
        let events = column("events")?.iter::<Events<'_>>()?;
        for ((person, began), events) in people.zip(began).zip(events) {
            let (person, began) = (person?, began?);
            let part = &mut self.0[(person >> 56) as usize % PARTS];
            let first = part.events.len();
            for number in events?.0 {
                part.events.push(number?);
            }
            part.visits.push(Visit {
                person,
                began,
                first,
                events: part.events.len() - first,
            });
            let worth = worth.as_mut().and_then(Iterator::next).transpose()?;
            for (number, amount, currency) in worth.unwrap_or_default() {
                let Event { time, mask } = event(began, number);
                let of_person = part.worth.entry(person).or_default();
                of_person.push((time, mask, amount, currency));
            }
        }
        Ok(())
    }

    /// Counts all people, on all processors: it takes a second for millions of them.
    pub(super) fn count(self, asked: &Asked) -> Counted {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let parts = Mutex::new(self.0.into_iter());
        let work = || {
            let mut counter = Counter::new(asked.clone());
            let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
            while let Some(part) = next() {
                part.count(asked, &mut counter);
            }
            counter.counted
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut counted = work();
            for other in others {
                match other.join() {
                    Ok(other) => counted.join(other),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            counted
        })
    }
}

impl Part {
    fn count(mut self, asked: &Asked, counter: &mut Counter) {
        let (order, second, is_all) = (asked.plan.order, asked.plan.second(), asked.is_all());
        let steps = (1_u32 << MOST_STEPS) - 1;
        self.visits
            .sort_unstable_by_key(|visit| (visit.person, visit.began));
        let mut person = Person::default();
        for visits in self
            .visits
            .chunk_by(|visit, next| visit.person == next.person)
        {
            let of = |visit: &Visit| &self.events[visit.first..visit.first + visit.events];
            let numbers = || visits.iter().flat_map(of);
            let matched = numbers().fold(0, |all, number| all | (number >> 32) as u32) & steps;
            let (has_begun, may_go_on) = match order {
                Order::Any => (matched != 0, matched.count_ones() > 1),
                Order::Ordered | Order::Strict => (matched & 1 != 0, matched & second != 0),
            };
            if !has_begun {
                continue;
            }
            let worth = match self.worth.is_empty() {
                true => None,
                false => self.worth.remove(&visits[0].person),
            };
            if !may_go_on && !is_all && worth.is_none() {
                counter.add_first();
                continue;
            }
            person.events.clear();
            for visit in visits {
                let events = of(visit).iter().map(|number| event(visit.began, *number));
                person.events.extend(events);
            }
            // Visits that a site has numbered may lie side by side.
            if !person.events.is_sorted_by_key(|event| event.time) {
                person.events.sort_by_key(|event| event.time);
            }
            person.worth = worth.unwrap_or_default();
            counter.add(&person);
        }
    }
}
