//! The people of a funnel as the engine tells them, one at a time.
//!
//! Invariant: of all people no more than one is held here. What their events mean is not known here.

use clickhouse::Row;
use clickhouse::query::RowCursor;
use serde::Deserialize;

use crate::Error;
use crate::walk::Event;

/// A row of `sql/reports/funnel.sql`.
#[derive(Debug, Row, Deserialize)]
pub(super) struct Told {
    walked: u8,
    times: Vec<i64>,
    masks: Vec<u32>,
    seqs: Vec<u32>,
    segments: Vec<String>,
    kinds: Vec<u8>,
    pageviews: Vec<u64>,
    worth: Vec<(i64, u32, f64, String)>,
}

/// One person. Events are in order of time, those of one time as they were reported where that is asked for.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// Empty where the person can only have done the first step, and nobody asked when.
    pub(super) events: Vec<Event>,
    /// The value of each event that it may be counted under; empty where nobody asked.
    pub(super) segments: Vec<String>,
    /// The kind of each event, and whether its page was slow; empty where nobody asked.
    pub(super) kinds: Vec<u8>,
    /// The pageview of each event that matches anything, else 0.
    pub(super) pageviews: Vec<u64>,
    pub(super) worth: Vec<(i64, u32, f64, String)>,
}

impl Person {
    /// What an event is worth, and in which currency.
    pub(super) fn worth(&self, event: usize) -> Option<(&str, f64)> {
        let event = self.events.get(event)?;
        self.worth
            .iter()
            .find(|(time, mask, ..)| (*time, *mask) == (event.time, event.mask))
            .map(|(_, _, amount, currency)| (currency.as_str(), *amount))
    }
}

/// All people of a question.
pub(super) struct People {
    cursor: RowCursor<Told>,
    order: Vec<usize>,
    /// How many events before each match anything.
    matching: Vec<usize>,
    person: Person,
}

impl People {
    pub(super) fn new(cursor: RowCursor<Told>) -> Self {
        Self {
            cursor,
            order: Vec::new(),
            matching: Vec::new(),
            person: Person::default(),
        }
    }

    /// The next person, until there is none.
    pub(super) async fn next(&mut self) -> Result<Option<&Person>, Error> {
        let Some(mut row) = self.cursor.next().await? else {
            return Ok(None);
        };
        debug_assert!(row.walked == 1 || row.times.is_empty());
        self.order.clear();
        self.order.extend(0..row.times.len().min(row.masks.len()));
        let seq = |at: usize| row.seqs.get(at).copied().unwrap_or(0);
        self.order.sort_by_key(|at| (row.times[*at], seq(*at)));
        let person = &mut self.person;
        person.events.clear();
        person.segments.clear();
        person.kinds.clear();
        person.pageviews.clear();
        self.matching.clear();
        let mut matching = 0;
        for mask in &row.masks {
            self.matching.push(matching);
            matching += usize::from(*mask != 0);
        }
        for at in &self.order {
            person.events.push(Event {
                time: row.times[*at],
                mask: row.masks[*at],
            });
            if let Some(kind) = row.kinds.get(*at) {
                person.kinds.push(*kind);
                let own = row.pageviews.get(self.matching[*at]);
                person
                    .pageviews
                    .push(own.copied().filter(|_| row.masks[*at] != 0).unwrap_or(0));
            }
            if let Some(segment) = row.segments.get_mut(*at) {
                person.segments.push(std::mem::take(segment));
            }
        }
        person.worth = row.worth;
        Ok(Some(person))
    }
}
