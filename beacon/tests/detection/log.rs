//! A page's log, written as a loader without wasm writes it, and its events in short.
//!
//! Invariant: each flush is a batch that holds the whole log so far, of which only the last flush counts.

use serde_json::{Value, json};
use snag_beacon::detect::entry;
use snag_beacon::{Event, Kind, decode};

use crate::common::page;

/// A log, begun with a view of a page that is looked at.
pub(crate) struct Log {
    pub(crate) entries: Vec<Vec<i32>>,
    elements: Vec<Value>,
    records: Vec<Value>,
}

impl Log {
    /// Elements -1 to -9 are buttons, called `e1` to `e9`.
    pub(crate) fn new() -> Self {
        let buttons =
            (1..=9).map(|number| json!({ "i": -number, "p": format!("e{number}"), "t": "button" }));
        Self {
            entries: vec![vec![entry::VIEW, 10], vec![entry::STATE, 10, 1]],
            elements: buttons.collect(),
            records: Vec::new(),
        }
    }

    /// Says something else of the first element.
    pub(crate) fn describe(&mut self, members: Value) -> &mut Self {
        if let (Some(Value::Object(known)), Value::Object(members)) =
            (self.elements.first_mut(), members)
        {
            known.extend(members);
        }
        self
    }

    pub(crate) fn record(&mut self, record: Value) -> &mut Self {
        self.records.push(record);
        self
    }

    pub(crate) fn tell(&mut self, entry: &[i32]) -> &mut Self {
        self.entries.push(entry.to_vec());
        self
    }

    pub(crate) fn down(&mut self, t: i32) -> &mut Self {
        self.tell(&[entry::DOWN, t])
    }

    pub(crate) fn click_at(&mut self, t: i32, element: i32, (x, y): (i32, i32)) -> &mut Self {
        self.tell(&[entry::CLICK, t, element, x, y])
    }

    pub(crate) fn press(&mut self, t: i32, element: i32) -> &mut Self {
        self.down(t).click_at(t + 60, element, (100, 100))
    }

    pub(crate) fn answer(&mut self, t: i32, how: i32) -> &mut Self {
        self.tell(&[entry::ANSWER, t, how])
    }

    pub(crate) fn field(&mut self, t: i32, what: i32, element: i32, message: i32) -> &mut Self {
        self.tell(&[entry::FIELD, t, what, -9, element, message])
    }

    pub(crate) fn flush(&mut self, t: i32, is_leaving: bool) -> &mut Self {
        self.tell(&[entry::FLUSH, t, is_leaving.into()])
    }

    /// What all batches say.
    pub(crate) fn events(&self) -> Vec<String> {
        let is_flush = |end: &usize| self.entries[*end][0] == entry::FLUSH;
        (0..self.entries.len())
            .filter(is_flush)
            .flat_map(|end| self.batch(end))
            .collect()
    }

    /// What the batch says that leaves with the entry at that place.
    fn batch(&self, end: usize) -> Vec<String> {
        let body = page(json!({
            "t": 4_000_000,
            "e": self.elements,
            "r": self.records,
            "l": self.entries[..=end],
        }));
        let batch = decode(body.as_bytes()).expect("a batch");
        batch.events.iter().map(told).collect()
    }

    /// Of what they say that which begins so.
    pub(crate) fn of(&self, word: &str) -> Vec<String> {
        let mut events = self.events();
        events.retain(|event| event.starts_with(word));
        events
    }
}

/// An event in short.
fn told(event: &Event<'_>) -> String {
    let at = event.at;
    match &event.kind {
        Kind::Signal(found) => format!(
            "{} at {at} on {} {} {}",
            found.what, found.element.selector, found.amount, found.detail
        ),
        Kind::Exposure(found) => format!(
            "exposure of {} {} {}",
            found.element.selector, found.viewable, found.visible
        ),
        Kind::Field(found) => format!(
            "field {} of {} {} {:?}",
            found.element.selector, found.form.selector, found.message, found.usage
        ),
        Kind::Attention(found) => format!(
            "attention {} {} {:?} {} {}",
            found.engaged, found.depth, found.tenths, found.inp, found.cls
        ),
        other => format!("{other:?}"),
    }
}
