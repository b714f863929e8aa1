//! Detection: from what happened in a page to what it means. The same code runs in the page, as wasm, and in the
//! collector, over the raw log of a page that allows no wasm.
//!
//! Invariant: the result depends on the entries alone, whatever batches they were cut into: no clock, no allocation, no
//! panic. It sees numbers only, and its state is all zero at the start. A new view forgets the one before.
//!
//! Definitions follow METRICS.md, Clicks. The code is written to be small as wasm: arrays have sizes of powers of two, and
//! a place is taken modulo its array's size instead of being checked.

mod attention;
mod clicks;
pub mod entry;
mod exposures;
mod forms;
mod out;

use attention::Attention;
use clicks::Clicks;
use entry::Entry;
use exposures::Exposures;
use forms::Forms;
use out::Out;

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Core {
    out: Out,
    is_flushed: bool,
    fed: u32,
    entry: [i32; 8],
    attention: Attention,
    clicks: Clicks,
    forms: Forms,
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
            out: Out::new(),
            is_flushed: false,
            fed: 0,
            entry: [0; 8],
            attention: Attention::new(),
            clicks: Clicks::new(),
            forms: Forms::new(),
            exposures: Exposures::new(),
        }
    }

    /// Takes the next number of an entry, and puts it with the last one.
    pub fn feed(&mut self, number: i32) {
        self.entry[self.fed as usize % 8] = number;
        self.fed += 1;
        if self.fed == entry::NUMBERS as u32 {
            self.fed = 0;
            let [code, t, a, b, c, d, ..] = self.entry;
            self.put([code, t, a, b, c, d]);
        }
    }

    /// Takes an entry. What a flush gives stands in [`told`](Self::told) until the next entry.
    pub fn put(&mut self, [code, t, a, b, c, d]: Entry) {
        if self.is_flushed {
            self.is_flushed = false;
            self.out.len = 0;
        }
        if code < entry::TIMED {
            self.attention.tick(t);
            self.clicks.tick(t, &mut self.out);
        }
        if code < entry::ACTS {
            self.attention.activity(t);
        }
        match code {
            entry::DOWN => self.clicks.down(t),
            entry::CLICK => self.clicks.click([t, a, b, c], d != 0, &mut self.out),
            entry::FIELD => self.forms.touch(t, a, [b, c], d),
            entry::FLUSH => {
                self.is_flushed = true;
                if a != 0 {
                    self.clicks.leave(&mut self.out);
                }
                self.forms.flush(t, &mut self.out);
                self.attention.flush(t, &mut self.out);
                self.exposures
                    .flush(t, self.attention.is_active, a != 0, &mut self.out);
            }
            entry::STATE => {
                self.attention.state(t, a != 0);
                self.exposures.state(t, a != 0);
            }
            entry::SCROLL => self.attention.scroll(a, b),
            entry::ANSWER => self.clicks.answer(t, a),
            entry::SEEN => self.exposures.seen(t, a, b != 0, self.attention.is_active),
            entry::ERROR => self.clicks.error(t, &mut self.out),
            entry::VIEW => {
                self.attention.begin(t);
                self.clicks.begin();
                self.forms.begin();
                self.exposures.begin();
            }
            entry::SHIFT => self.attention.shift(t, a),
            entry::INTERACTION => self.attention.interaction(t),
            _ => {}
        }
    }

    /// The rows of the last flush, each with its [`kind`](crate::kind) in front; the crate's README tells their fields.
    #[must_use]
    pub fn told(&self) -> &[i32] {
        let len = if self.is_flushed { self.out.len } else { 0 };
        self.out.numbers.get(..len as usize).unwrap_or_default()
    }
}
