//! The records of one batch, written as they come.
//!
//! Invariant: an event is written whole or not at all, so that what is written always decodes; an element is described
//! before the first event that names it, and a text gets its place in the batch's dictionary when it is first used.
//! Places beyond a page's texts and elements stand for other ones, which harms nobody: the loader gives none out.

use super::clicks::Click;
use super::entry::Entry;
use crate::kind;

/// Texts of a page.
pub const TEXTS: usize = 4096;
/// Elements of a page.
pub const ELEMENTS: usize = 1024;
/// Bytes of the records of one batch.
pub const RECORD_BYTES: usize = 16 * 1024;

/// Members of an element.
const MEMBERS: usize = 10;
/// Room for the fields of any record, and of an element within it.
const FIELDS: usize = 128;
/// Places for the texts of one batch.
const USED: usize = 1024;
/// Events, bytes, texts and elements from which on a batch is full: what a decoder takes, less one of the largest
/// event with its elements.
const FULL_EVENTS: usize = 240;
const FULL_BYTES: usize = RECORD_BYTES - 400;
const FULL_TEXTS: usize = 900;
const FULL_ELEMENTS: usize = 500;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Records {
    told: usize,
    len: usize,
    events: usize,
    count: usize,
    describing: usize,
    view: u32,
    url: u32,
    fields: [u32; FIELDS],
    described: [u16; ELEMENTS],
    elements: [[u16; MEMBERS]; ELEMENTS],
    used: [u16; USED],
    places: [u16; TEXTS],
    bytes: [u8; RECORD_BYTES],
}

impl Records {
    pub(super) const fn new() -> Self {
        Self {
            told: 0,
            len: 0,
            events: 0,
            count: 0,
            describing: 0,
            view: 0,
            url: 0,
            fields: [0; FIELDS],
            described: [0; ELEMENTS],
            elements: [[0; MEMBERS]; ELEMENTS],
            used: [0; USED],
            places: [0; TEXTS],
            bytes: [0; RECORD_BYTES],
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.events = 0;
        self.count = 0;
        self.describing = 0;
        self.described.fill(0);
        self.places.fill(0);
    }

    /// The page of the events to come.
    pub(super) const fn view(&mut self, view: u32, url: u32) {
        self.view = view;
        self.url = url;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(super) fn used(&self) -> &[u16] {
        self.used.get(..self.count).unwrap_or_default()
    }

    pub(super) const fn events(&self) -> usize {
        self.events
    }

    pub(super) const fn is_full(&self) -> bool {
        self.events >= FULL_EVENTS
            || self.len >= FULL_BYTES
            || self.count >= FULL_TEXTS
            || self.describing >= FULL_ELEMENTS
    }

    pub(super) fn describe(&mut self, entry: &Entry) {
        let [_, element, texts @ ..] = entry;
        let element = *element as usize % ELEMENTS;
        for (place, text) in self.elements[element].iter_mut().zip(texts) {
            *place = *text as u16;
        }
        // What was described before may have changed.
        self.described[element] = 0;
    }

    /// Tells a field that is a number.
    #[inline(never)]
    pub(super) const fn number(&mut self, number: u32) {
        self.fields[self.told % FIELDS] = number;
        self.told += 1;
    }

    /// Tells a field that is a text.
    #[inline(never)]
    pub(super) const fn text(&mut self, text: u32) {
        let place = text as usize % TEXTS;
        if place > 0 && self.places[place] == 0 {
            self.used[self.count % USED] = place as u16;
            self.count += 1;
            // The site is the first text of a batch.
            self.places[place] = self.count as u16 + 1;
        }
        self.number(self.places[place] as u32);
    }

    /// Tells a field that is an element; describes it where it was not yet.
    #[inline(never)]
    pub(super) fn element(&mut self, element: u32) {
        let element = element as usize % ELEMENTS;
        if element > 0 && self.described[element] == 0 && !self.is_full() {
            let before = self.told;
            for text in self.elements[element] {
                self.text(text.into());
            }
            self.record(kind::ELEMENT, before);
            self.describing += 1;
            self.described[element] = self.describing as u16;
        }
        self.number(self.described[element].into());
    }

    /// Begins an event.
    #[inline(never)]
    pub(super) const fn begin(&mut self, at: u32) {
        self.told = 0;
        self.number(at);
        self.number(self.view);
        self.text(self.url);
    }

    /// Ends an event; where there is no room it is forgotten.
    #[inline(never)]
    pub(super) fn end(&mut self, kind: u8) {
        if !self.is_full() && self.url > 0 {
            self.record(kind, 0);
            self.events += 1;
        }
    }

    /// Writes the fields told from `start` on as a record, without the zeros at its end, and forgets them.
    #[inline(never)]
    fn record(&mut self, kind: u8, start: usize) {
        let mut end = self.told;
        while end > start && self.fields[(end - 1) % FIELDS] == 0 {
            end -= 1;
        }
        // Written once to know how long it is.
        let before = self.len;
        self.payload(start, end);
        let len = self.len - before;
        self.len = before;
        self.varint(kind.into());
        self.varint(len as u32);
        self.payload(start, end);
        self.told = start;
    }

    #[inline(never)]
    const fn payload(&mut self, mut start: usize, end: usize) {
        while start < end {
            self.varint(self.fields[start % FIELDS]);
            start += 1;
        }
    }

    #[inline(never)]
    const fn varint(&mut self, mut number: u32) {
        loop {
            let more = number > 0x7f;
            self.bytes[self.len % RECORD_BYTES] = number as u8 & 0x7f | (more as u8) << 7;
            self.len += 1;
            number >>= 7;
            if !more {
                return;
            }
        }
    }

    /// Writes a signal.
    #[inline(never)]
    pub(super) fn signal(&mut self, what: u32, place: &Click, amount: u32, detail: u32, name: u32) {
        self.begin(place.at);
        self.number(what);
        self.element(place.element);
        self.number(place.x);
        self.number(place.y);
        self.number(amount);
        self.text(detail);
        self.text(name);
        self.end(kind::SIGNAL);
    }
}
