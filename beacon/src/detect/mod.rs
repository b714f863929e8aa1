//! Detection: from what happened in a page to what it means. The same code runs in the page, as wasm, and in the
//! collector, over the raw log of a page that allows no wasm.
//!
//! Invariant: the result depends on the entries alone, whatever batches they were cut into: no clock, no allocation, no
//! panic. It sees numbers only, and its state is all zero at the start. A new view forgets the one before.
//!
//! Definitions follow METRICS.md, Clicks: rage, dead and error clicks, quick back, exposure.

mod attention;
mod clicks;
pub mod entry;
mod exposures;
mod forms;
mod records;
mod vitals;

pub use records::{ELEMENTS, RECORD_BYTES, TEXTS};

use crate::kind::{self, signal};
use attention::Attention;
use clicks::{Click, Clicks};
use entry::Entry;
use exposures::Exposures;
use forms::Forms;
use records::Records;
use vitals::Vitals;

/// Errors of scripts that one view tells of.
const ERRORS: u32 = 10;
/// Numbers for the names and values of a custom event.
const PROPS: usize = 64;
/// Milliseconds within which going back says that the other page was not what was sought.
const QUICK_BACK: u32 = 10_000;

/// What a flush gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flushed {
    /// Bytes of the records; 0 where there is nothing to tell.
    pub bytes: usize,
    /// Texts they use.
    pub texts: usize,
    /// There is more than fits into one batch: flush again.
    pub more: bool,
}

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Core {
    flushed: bool,
    /// The pageview is not told yet; its time, referrer and status.
    untold: bool,
    begun: u32,
    referrer: u32,
    status: u32,
    errors: u32,
    /// Names and values of the custom event to come.
    told: usize,
    props: [u32; PROPS],
    attention: Attention,
    vitals: Vitals,
    clicks: Clicks,
    forms: Forms,
    out: Records,
    exposures: Exposures,
}

impl Core {
    /// A core that was told nothing.
    #[expect(
        clippy::new_without_default,
        reason = "a static needs a const one, and two are one too many"
    )]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            flushed: false,
            untold: false,
            begun: 0,
            referrer: 0,
            status: 0,
            errors: 0,
            told: 0,
            props: [0; PROPS],
            attention: Attention::new(),
            vitals: Vitals::new(),
            clicks: Clicks::new(),
            forms: Forms::new(),
            out: Records::new(),
            exposures: Exposures::new(),
        }
    }

    /// Takes one entry. What a flush gives stands in [`records`](Self::records) and [`used`](Self::used) until the next
    /// entry.
    pub fn put(&mut self, entry: &Entry) -> Flushed {
        if core::mem::take(&mut self.flushed) {
            self.out.clear();
        }
        let [code, t, a, b, c, d, ..] = *entry;
        if !matches!(code, entry::ELEMENT | entry::PROP | entry::VITAL) {
            self.attention.tick(t);
            self.clicks.tick(t, &mut self.out);
        }
        if matches!(
            code,
            entry::ACTIVE | entry::DOWN | entry::CLICK | entry::FIELD
        ) {
            self.attention.activity(t);
        }
        match code {
            entry::FLUSH => return self.flush(t, a, b != 0),
            entry::VIEW => self.view(entry),
            entry::ELEMENT => self.out.describe(entry),
            entry::STATE => {
                self.attention.state(t, a != 0);
                self.exposures.state(t, a != 0);
            }
            entry::SCROLL => self.attention.scroll(a, b),
            entry::DOWN => self.clicks.down(t),
            entry::CLICK => self.click(entry),
            entry::ANSWER => self.clicks.answer(t, a),
            entry::SEEN => self
                .exposures
                .seen(t, a, b != 0, self.attention.is_active()),
            entry::ERROR => {
                self.clicks.error(t, a, &mut self.out);
                if self.errors < ERRORS {
                    self.errors += 1;
                    self.signal(signal::ERROR, t, 0, c, a, b);
                }
            }
            entry::RESOURCE => self.signal(signal::RESOURCE, t, b, 0, a, 0),
            entry::FIELD => self.forms.touch(t, [a, b, c, d], &mut self.out),
            entry::PROP => {
                self.props[self.told % PROPS] = t;
                self.props[(self.told + 1) % PROPS] = a;
                self.told += 2;
            }
            entry::CUSTOM => self.custom(t, a, b, c),
            entry::SIGNAL => self.signal(a, t, b, c, d, 0),
            entry::VITAL => self.vitals.told([t, a, b, c], &mut self.attention),
            _ => {}
        }
        Flushed::default()
    }

    fn signal(&mut self, what: u32, t: u32, element: u32, amount: u32, detail: u32, name: u32) {
        let place = Click::at(t, element);
        self.out.signal(what, &place, amount, detail, name);
    }

    fn view(&mut self, entry: &Entry) {
        let [_, t, view, url, referrer, status, away, other, ..] = *entry;
        self.out.view(view, url);
        self.untold = true;
        self.begun = t;
        self.referrer = referrer;
        self.status = status;
        self.errors = 0;
        self.attention.begin(t, status);
        self.vitals = Vitals::new();
        self.clicks = Clicks::new();
        self.forms = Forms::new();
        self.exposures.clear();
        if away > 0 && away <= QUICK_BACK {
            self.signal(signal::QUICK_BACK, t, 0, away, other, 0);
        }
    }

    fn click(&mut self, entry: &Entry) {
        let [_, at, element, x, y, marks, within_x, within_y, ..] = *entry;
        let click = Click { at, element, x, y };
        self.exposures.click(element);
        let out = &mut self.out;
        out.begin(at);
        for _ in 0..5 {
            out.number(0);
        }
        out.number(x);
        out.number(y);
        out.element(element);
        out.number(within_x);
        out.number(within_y);
        out.end(kind::CLICK);
        self.clicks.click(&click, marks, out);
    }

    fn custom(&mut self, at: u32, name: u32, currency: u32, value: u32) {
        let out = &mut self.out;
        out.begin(at);
        out.text(name);
        out.number(self.told as u32 / 2);
        for place in 0..self.told {
            out.text(self.props[place % PROPS]);
        }
        self.told = 0;
        out.text(currency);
        out.number(0);
        out.text(value);
        out.end(kind::CUSTOM);
    }

    fn flush(&mut self, t: u32, title: u32, is_last: bool) -> Flushed {
        self.flushed = true;
        if self.untold {
            self.untold = false;
            let out = &mut self.out;
            out.begin(self.begun);
            out.text(self.referrer);
            out.text(title);
            out.number(self.status);
            out.end(kind::PAGEVIEW);
        }
        if is_last {
            self.clicks.leave(&mut self.out);
        }
        self.forms.flush(t, &mut self.out);
        self.attention.flush(t, &mut self.out);
        let more = self.exposures.flush(t, is_last, &mut self.out);
        let is_empty = self.out.events() == 0;
        Flushed {
            bytes: if is_empty { 0 } else { self.records().len() },
            texts: self.used().len(),
            more,
        }
    }

    /// Records of the batch that was flushed last, without head and end.
    #[must_use]
    pub fn records(&self) -> &[u8] {
        self.out.bytes()
    }

    /// Texts those records name, from the second of the batch's dictionary on; the first one is the site.
    #[must_use]
    pub fn used(&self) -> &[u16] {
        self.out.used()
    }
}
