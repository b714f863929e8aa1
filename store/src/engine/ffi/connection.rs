//! A connection to the engine and the statements that run on it.

use std::ffi::{CString, c_char, c_int};
use std::ptr;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::symbols::{
    CONNECTIONS, RawAnalysis, RawConnection, RawInsertion, RawResult, stop_before_destructors,
};
use super::{Insertion, Refusal, Symbols, Tally, message};

/// The value of a `{name:Type}` placeholder: the text of one TabSeparated field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: Vec<u8>,
}

/// What the engine's parser says a text would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementClass {
    /// Leaves no trace.
    ReadOnly,
    /// Changes data, definitions, the session, or something outside the engine.
    Changing,
    /// Does not parse.
    Unknown,
}

/// The engine's view of a text, before running it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// How many statements the text holds; 0 when it is empty or does not parse.
    pub(crate) statements: u32,
    /// What they would do at most.
    pub(crate) class: StatementClass,
}

/// One session with the engine. Settings, parameters and the current database live and die with it.
pub(crate) struct Connection {
    symbols: &'static Symbols,
    handle: *mut RawConnection,
}

// SAFETY: the library allows a connection to be used from any thread, by one at a time; statements take
// `&mut self`, and the only shared access is none.
unsafe impl Send for Connection {}

impl Connection {
    /// Connects; the first connection of a process opens the data at `--path=`, later ones join it.
    ///
    /// # Errors
    /// The library gives no reason; the refusal says only that it refused.
    pub(crate) fn open(
        symbols: &'static Symbols,
        arguments: &[String],
    ) -> Result<Connection, Refusal> {
        let owned: Vec<CString> = arguments
            .iter()
            .map(|argument| CString::new(argument.as_str()))
            .collect::<Result<_, _>>()
            .map_err(|_| Refusal("an argument holds a NUL byte".to_owned()))?;
        let mut pointers: Vec<*mut c_char> = owned
            .iter()
            .map(|argument| argument.as_ptr().cast_mut())
            .collect();
        // SAFETY: `pointers` has as many live NUL-terminated strings as told; the library copies them.
        let handle = unsafe { (symbols.connect)(pointers.len() as c_int, pointers.as_mut_ptr()) };
        if handle.is_null() {
            return Err(Refusal("the engine refused to open".to_owned()));
        }
        CONNECTIONS.fetch_add(1, Ordering::SeqCst);
        stop_before_destructors();
        Ok(Connection { symbols, handle })
    }

    fn raw(&self) -> RawConnection {
        // SAFETY: `handle` came from `connect`, was not null, and is closed only by `drop`.
        unsafe { *self.handle }
    }

    /// Runs one statement and gives its whole answer in `format` (unless it names another itself).
    pub(crate) fn query(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[Parameter],
    ) -> Result<(Bytes, Tally), Refusal> {
        let bound = Bound::new(parameters);
        // SAFETY: every pointer is to a buffer that lives through the call, with its length.
        let result = unsafe { bound.call(self.symbols.query, self.raw(), sql, format) };
        Answer {
            symbols: self.symbols,
            result,
        }
        .take()
    }

    /// Starts a SELECT whose answer is fetched block by block, each a whole document of the format.
    pub(crate) fn stream(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[Parameter],
    ) -> Result<Chunks<'_>, Refusal> {
        let bound = Bound::new(parameters);
        // SAFETY: as for `query`.
        let result = unsafe { bound.call(self.symbols.stream, self.raw(), sql, format) };
        let answer = Answer {
            symbols: self.symbols,
            result,
        };
        answer.check()?;
        Ok(Chunks {
            connection: self,
            answer,
            ended: false,
        })
    }

    /// Starts an INSERT whose rows are appended in `format`; `sql` has no FORMAT clause and no data.
    pub(crate) fn insert(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[Parameter],
    ) -> Result<Insertion<'_>, Refusal> {
        let bound = Bound::new(parameters);
        // SAFETY: as for `query`.
        let raw: RawInsertion = unsafe { bound.call(self.symbols.insert, self.raw(), sql, format) };
        Insertion::begin(self.symbols, raw, self)
    }

    /// Parses without running.
    pub(crate) fn classify(&mut self, sql: &[u8]) -> Analysis {
        let mut raw = RawAnalysis {
            struct_size: size_of::<RawAnalysis>() as u32,
            ..RawAnalysis::default()
        };
        // SAFETY: `sql` lives through the call, no target database is given, `raw` states its size.
        let state = unsafe {
            (self.symbols.classify)(
                self.raw(),
                sql.as_ptr().cast(),
                sql.len(),
                ptr::null(),
                0,
                &raw mut raw,
            )
        };
        let class = match (state, raw.query_class) {
            (0, 0) => StatementClass::ReadOnly,
            (0, 1..=3) => StatementClass::Changing,
            _ => StatementClass::Unknown,
        };
        Analysis {
            statements: raw.statement_count,
            class,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: closed once; every statement borrowed the connection and is gone.
        unsafe { (self.symbols.close)(self.handle) };
        CONNECTIONS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A running SELECT. Dropping it before its end cancels it.
pub(crate) struct Chunks<'a> {
    connection: &'a mut Connection,
    answer: Answer,
    ended: bool,
}

impl Chunks<'_> {
    /// The next block; `None` at the end. Blocks while the engine works.
    pub(crate) fn fetch(&mut self) -> Result<Option<(Bytes, Tally)>, Refusal> {
        // SAFETY: both handles are live, and `&mut self` keeps fetches in sequence.
        let result =
            unsafe { (self.connection.symbols.fetch)(self.connection.raw(), self.answer.result) };
        let chunk = Answer {
            symbols: self.connection.symbols,
            result,
        }
        .take();
        match chunk {
            Ok((bytes, _)) if bytes.is_empty() => {
                self.ended = true;
                Ok(None)
            }
            Ok(chunk) => Ok(Some(chunk)),
            Err(refusal) => {
                self.ended = true;
                Err(refusal)
            }
        }
    }
}

impl Drop for Chunks<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // SAFETY: both handles are live; the result itself is freed by `Answer`.
            unsafe { (self.connection.symbols.cancel)(self.connection.raw(), self.answer.result) };
        }
    }
}

/// Owns a result of the library.
pub(super) struct Answer {
    pub(super) symbols: &'static Symbols,
    pub(super) result: RawResult,
}

impl Answer {
    fn check(&self) -> Result<(), Refusal> {
        // SAFETY: the result is live until drop; the library copes with null.
        match unsafe { message((self.symbols.failure)(self.result)) } {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    /// Copies the answer out, so that no result outlives its connection.
    pub(super) fn take(self) -> Result<(Bytes, Tally), Refusal> {
        self.check()?;
        let symbols = self.symbols;
        // SAFETY: the result is live until drop; buffer and length describe one allocation of it.
        unsafe {
            let (buffer, length) = ((symbols.buffer)(self.result), (symbols.length)(self.result));
            let bytes = if buffer.is_null() || length == 0 {
                Bytes::new()
            } else {
                Bytes::copy_from_slice(std::slice::from_raw_parts(buffer, length))
            };
            let tally = Tally {
                read_rows: (symbols.read_rows)(self.result),
                read_bytes: (symbols.read_bytes)(self.result),
                result_rows: (symbols.result_rows)(self.result),
                written_rows: (symbols.written_rows)(self.result),
                written_bytes: (symbols.written_bytes)(self.result),
            };
            Ok((bytes, tally))
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // SAFETY: freed once; the library copes with null.
        unsafe { (self.symbols.destroy)(self.result) };
    }
}

/// Parallel arrays of names and values, as the C calls want them.
struct Bound {
    names: Vec<*const c_char>,
    name_lengths: Vec<usize>,
    values: Vec<*const c_char>,
    value_lengths: Vec<usize>,
}

impl Bound {
    fn new(parameters: &[Parameter]) -> Bound {
        Bound {
            names: parameters
                .iter()
                .map(|parameter| parameter.name.as_ptr().cast())
                .collect(),
            name_lengths: parameters
                .iter()
                .map(|parameter| parameter.name.len())
                .collect(),
            values: parameters
                .iter()
                .map(|parameter| parameter.value.as_ptr().cast())
                .collect(),
            value_lengths: parameters
                .iter()
                .map(|parameter| parameter.value.len())
                .collect(),
        }
    }

    /// # Safety
    /// `connection` is live and the parameters given to `new` still live.
    unsafe fn call<R>(
        &self,
        function: unsafe extern "C" fn(
            RawConnection,
            *const c_char,
            usize,
            *const c_char,
            usize,
            *const *const c_char,
            *const usize,
            *const *const c_char,
            *const usize,
            usize,
        ) -> R,
        connection: RawConnection,
        sql: &[u8],
        format: &str,
    ) -> R {
        // SAFETY: lengths are those of the buffers; the caller vouches for the rest.
        unsafe {
            function(
                connection,
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                self.names.as_ptr(),
                self.name_lengths.as_ptr(),
                self.values.as_ptr(),
                self.value_lengths.as_ptr(),
                self.names.len(),
            )
        }
    }
}
