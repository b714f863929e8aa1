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
mod records;
mod vitals;

pub use records::{ELEMENTS, RECORD_BYTES, TEXTS};

use attention::Attention;
use clicks::Clicks;
use entry::Entry;
use exposures::Exposures;
use forms::Forms;
use records::Records;
use vitals::Vitals;

/// What a flush gave: bytes of the records in the lower 16 bits, texts they use above; 0 where there is nothing to tell.
pub type Flushed = u32;

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Core {
    /// The entry that is to be put.
    pub entry: Entry,
    flushed: bool,
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
            entry: [0; entry::NUMBERS],
            flushed: false,
            attention: Attention::new(),
            vitals: Vitals::new(),
            clicks: Clicks::new(),
            forms: Forms::new(),
            out: Records::new(),
            exposures: Exposures::new(),
        }
    }

    /// Takes the entry. What a flush gives stands in [`records`](Self::records) and [`used`](Self::used) until the next
    /// entry.
    pub fn put(&mut self) -> Flushed {
        if self.flushed {
            self.flushed = false;
            self.out.clear();
        }
        let [code, t, a, b, c, ..] = self.entry;
        if code & 0xff < entry::TIMED {
            self.attention.tick(t);
            self.clicks.tick(t, &mut self.out);
            if code & 0xff < entry::ACTS {
                self.attention.activity(t);
            }
        }
        let row = self.entry.first_chunk().unwrap_or(&[0; 16]);
        match code & 0xff {
            entry::DOWN => self.clicks.down(t),
            entry::CLICK => self.clicks.click(code >> 8, row, &mut self.out),
            entry::FIELD => self.forms.touch(code >> 8, row),
            entry::FLUSH => return self.flush(t, a != 0),
            entry::STATE => {
                self.attention.state(t, a != 0);
                self.exposures.state(t, a != 0);
            }
            entry::SCROLL => self.attention.scroll(a, b),
            entry::ANSWER => self.clicks.answer(t, a),
            entry::SEEN => self
                .exposures
                .seen(t, a as usize, b != 0, self.attention.is_active()),
            entry::ERROR => self.clicks.error(t, a, &mut self.out),
            entry::VIEW => {
                self.out.view(a, b);
                self.attention.begin(t, c);
                self.vitals.begin();
                self.clicks.begin();
                self.forms.begin();
                self.exposures.begin();
            }
            entry::ELEMENT => self.out.describe(&self.entry),
            entry::VITAL => self.vitals.told([t, a, b, c], &mut self.attention),
            entry::RECORD => self.out.copy(&self.entry),
            _ => {}
        }
        0
    }

    fn flush(&mut self, t: u32, is_last: bool) -> Flushed {
        self.flushed = true;
        if is_last {
            self.clicks.leave(&mut self.out);
        }
        self.forms.flush(t, &mut self.out);
        self.attention.flush(t, &mut self.out);
        self.exposures
            .flush(t, self.attention.is_active(), is_last, &mut self.out);
        self.out.size()
    }

    /// Records of the batch that gave this, without head and end.
    #[must_use]
    pub fn records(&self, flushed: Flushed) -> &[u8] {
        let len = flushed as usize % RECORD_BYTES;
        self.out.bytes.get(..len).unwrap_or_default()
    }

    /// Texts those records name, from the second of the batch's dictionary on; the first one is the site.
    #[must_use]
    pub fn used(&self, flushed: Flushed) -> &[u16] {
        let count = (flushed >> 16) as usize;
        self.out.used.get(..count).unwrap_or_default()
    }

    /// Where, in bytes behind its own address, a core keeps the texts and the records of a flush.
    pub const PLACES: [usize; 2] = [
        core::mem::offset_of!(Self, out) + core::mem::offset_of!(Records, used),
        core::mem::offset_of!(Self, out) + core::mem::offset_of!(Records, bytes),
    ];
}
