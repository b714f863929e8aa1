//! A streamed INSERT: nothing is confirmed before [`Insertion::finish`] came back without a refusal.

use super::connection::Answer;
use super::symbols::RawInsertion;
use super::{Connection, Refusal, Symbols, Tally, message};

/// A running INSERT. Dropping it before [`Insertion::finish`] aborts it: a block that is not complete leaves
/// nothing behind.
pub(crate) struct Insertion<'a> {
    symbols: &'static Symbols,
    raw: RawInsertion,
    _connection: &'a mut Connection,
}

impl<'a> Insertion<'a> {
    pub(super) fn begin(
        symbols: &'static Symbols,
        raw: RawInsertion,
        connection: &'a mut Connection,
    ) -> Result<Insertion<'a>, Refusal> {
        let insertion = Insertion {
            symbols,
            raw,
            _connection: connection,
        };
        match insertion.refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(insertion),
        }
    }

    fn refusal(&self) -> Option<Refusal> {
        // SAFETY: the handle is live until drop.
        unsafe { message((self.symbols.insert_error)(self.raw)) }
    }

    /// Hands over the next bytes of the format; may block while the engine is behind.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        // SAFETY: the handle is live; the library copies the bytes.
        if unsafe { (self.symbols.append)(self.raw, bytes.as_ptr(), bytes.len()) } == 0 {
            return Ok(());
        }
        Err(self
            .refusal()
            .unwrap_or_else(|| Refusal("the insert ended early".to_owned())))
    }

    /// Ends the input and waits until the engine has committed it.
    pub(crate) fn finish(self) -> Result<Tally, Refusal> {
        // SAFETY: the handle is live; the result is owned by `Answer`, the handle freed by drop.
        let result = unsafe { (self.symbols.done)(self.raw) };
        let (_, tally) = Answer {
            symbols: self.symbols,
            result,
        }
        .take()?;
        Ok(tally)
    }
}

impl Drop for Insertion<'_> {
    fn drop(&mut self) {
        // SAFETY: freed once; both calls do nothing to an insert that has ended.
        unsafe {
            (self.symbols.cancel_insert)(self.raw);
            (self.symbols.destroy_insert)(self.raw);
        }
    }
}
