//! The records of one batch, written as they come.
//!
//! Invariant: an event is written whole or not at all, so that what is written always decodes; an element is described
//! before the first event that names it, and a text gets its place in the batch's dictionary when it is first used.
//! Places beyond a page's texts and elements stand for other ones, which harms nobody: the loader gives none out.

use super::entry::Entry;
use crate::kind;

/// Texts of a page.
pub const TEXTS: usize = 4096;
/// Elements of a page.
pub const ELEMENTS: usize = 1024;
/// Room for the records of one batch: for [`FULL_EVENTS`] of the longest, each of [`FIELDS`] fields of two bytes.
pub const RECORD_BYTES: usize = 64 * 1024;

/// Members of an element.
const MEMBERS: usize = 10;
/// Room for the fields of any record, and of an element within it.
const FIELDS: usize = 128;
/// Places for the texts of one batch.
const USED: usize = 1024;
/// Events from which on a batch is full: fewer than a decoder takes, for each may bring texts and elements.
const FULL_EVENTS: u32 = 220;
/// Texts from which on further ones are empty: what a decoder takes, less the site.
const FULL_TEXTS: u32 = 1000;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Records {
    told: u32,
    len: u32,
    events: u32,
    count: u32,
    describing: u32,
    view: u32,
    url: u32,
    fields: [u32; FIELDS],
    /// Places in this batch of the page's texts and, behind them, elements; 0 where there is none yet.
    places: [u16; TEXTS + ELEMENTS],
    elements: [[u32; MEMBERS]; ELEMENTS],
    pub(super) used: [u16; USED],
    pub(super) bytes: [u8; RECORD_BYTES],
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
            places: [0; TEXTS + ELEMENTS],
            elements: [[0; MEMBERS]; ELEMENTS],
            used: [0; USED],
            bytes: [0; RECORD_BYTES],
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.events = 0;
        self.count = 0;
        self.describing = 0;
        self.places.fill(0);
    }

    /// The page of the events to come.
    pub(super) const fn view(&mut self, view: u32, url: u32) {
        self.view = view;
        self.url = url;
    }

    /// Bytes, and texts from the 16th bit on; 0 where there is no event.
    pub(super) const fn size(&self) -> u32 {
        if self.events == 0 {
            return 0;
        }
        self.len | self.count << 16
    }

    pub(super) const fn is_full(&self) -> bool {
        self.events >= FULL_EVENTS
    }

    pub(super) const fn describe(&mut self, entry: &Entry) {
        let [_, element, texts @ ..] = entry;
        let element = *element as usize % ELEMENTS;
        if let Some(texts) = texts.first_chunk() {
            self.elements[element] = *texts;
        }
        // What was described before may have changed.
        self.places[TEXTS + element] = 0;
    }

    /// Tells a field that is a number.
    #[inline(never)]
    pub(super) const fn number(&mut self, number: u32) {
        self.fields[self.told as usize % FIELDS] = number;
        self.told += 1;
    }

    /// Tells a field that is a text.
    #[inline(never)]
    pub(super) const fn text(&mut self, text: u32) {
        let place = text as usize % TEXTS;
        if place > 0 && self.places[place] == 0 && self.count < FULL_TEXTS {
            self.used[self.count as usize % USED] = place as u16;
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
        if element > 0 && self.places[TEXTS + element] == 0 {
            let before = self.told;
            for text in self.elements[element] {
                self.text(text);
            }
            self.record(kind::ELEMENT, before);
            self.describing += 1;
            self.places[TEXTS + element] = self.describing as u16;
        }
        self.number(self.places[TEXTS + element].into());
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
    const fn record(&mut self, kind: u8, start: u32) {
        let mut end = self.told;
        while end > start && self.fields[(end - 1) as usize % FIELDS] == 0 {
            end -= 1;
        }
        // Written once to know how long it is.
        let before = self.len;
        self.payload(start, end);
        let len = self.len - before;
        self.len = before;
        self.varint(kind as u32);
        self.varint(len);
        self.payload(start, end);
        self.told = start;
    }

    #[inline(never)]
    const fn payload(&mut self, mut start: u32, end: u32) {
        while start < end {
            self.varint(self.fields[start as usize % FIELDS]);
            start += 1;
        }
    }

    #[inline(never)]
    const fn varint(&mut self, mut number: u32) {
        loop {
            let more = number > 0x7f;
            self.bytes[self.len as usize % RECORD_BYTES] = number as u8 & 0x7f | (more as u8) << 7;
            self.len += 1;
            number >>= 7;
            if !more {
                return;
            }
        }
    }

    /// Writes an event as a [`RECORD`](super::entry::RECORD) tells it.
    #[inline(never)]
    pub(super) fn copy(&mut self, row: &[u32]) {
        let [_, at, kind, types, fields @ ..] = row else {
            return;
        };
        let mut types = *types;
        self.begin(*at);
        for field in fields {
            match types & 3 {
                0 => self.text(*field),
                1 => self.number(*field),
                _ => self.element(*field),
            }
            types >>= 2;
        }
        self.end(*kind as u8);
    }
}
