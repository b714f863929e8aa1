//! The functions of the engine library that are used, resolved once a process.
//!
//! The library is never unloaded: its threads and its thread-local destructors would outlive their code.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libloading::Library;

use super::Refusal;

pub(super) type RawConnection = *mut c_void;
pub(super) type RawResult = *mut c_void;
pub(super) type RawInsertion = *mut c_void;

/// What `chdb_classify_query_n` fills in.
#[repr(C)]
#[derive(Default)]
pub(super) struct RawAnalysis {
    pub(super) struct_size: u32,
    pub(super) statement_count: u32,
    pub(super) flags: u32,
    pub(super) query_class: u32,
}

type WithParameters<R> = unsafe extern "C" fn(
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
) -> R;
type OfResult<R> = unsafe extern "C" fn(RawResult) -> R;

macro_rules! symbols {
    ($($field:ident: $kind:ty = $name:literal;)*) => {
        /// The resolved functions.
        pub(crate) struct Symbols {
            $(pub(super) $field: $kind,)*
            library: Library,
            path: PathBuf,
        }

        impl Symbols {
            fn resolve(library: Library, path: &Path) -> Result<Symbols, libloading::Error> {
                // SAFETY: the types are those of the library's C header at the pinned version.
                unsafe {
                    $(let $field = *library.get::<$kind>($name)?;)*
                    Ok(Symbols { $($field,)* library, path: path.to_owned() })
                }
            }
        }
    };
}

symbols! {
    connect: unsafe extern "C" fn(c_int, *mut *mut c_char) -> *mut RawConnection = b"chdb_connect\0";
    close: unsafe extern "C" fn(*mut RawConnection) = b"chdb_close_conn\0";
    query: WithParameters<RawResult> = b"chdb_query_with_params_n\0";
    stream: WithParameters<RawResult> = b"chdb_stream_query_with_params_n\0";
    fetch: unsafe extern "C" fn(RawConnection, RawResult) -> RawResult = b"chdb_stream_fetch_result\0";
    cancel: unsafe extern "C" fn(RawConnection, RawResult) = b"chdb_stream_cancel_query\0";
    destroy: OfResult<()> = b"chdb_destroy_query_result\0";
    buffer: OfResult<*const u8> = b"chdb_result_buffer\0";
    length: OfResult<usize> = b"chdb_result_length\0";
    failure: OfResult<*const c_char> = b"chdb_result_error\0";
    result_rows: OfResult<u64> = b"chdb_result_rows_read\0";
    read_rows: OfResult<u64> = b"chdb_result_storage_rows_read\0";
    read_bytes: OfResult<u64> = b"chdb_result_storage_bytes_read\0";
    written_rows: OfResult<u64> = b"chdb_result_rows_written\0";
    written_bytes: OfResult<u64> = b"chdb_result_bytes_written\0";
    insert: WithParameters<RawInsertion> = b"chdb_stream_insert_with_params_n\0";
    append: unsafe extern "C" fn(RawInsertion, *const u8, usize) -> c_int = b"chdb_stream_append\0";
    done: unsafe extern "C" fn(RawInsertion) -> RawResult = b"chdb_stream_done\0";
    cancel_insert: unsafe extern "C" fn(RawInsertion) = b"chdb_stream_cancel_insert\0";
    insert_error: unsafe extern "C" fn(RawInsertion) -> *const c_char = b"chdb_stream_insert_error\0";
    destroy_insert: unsafe extern "C" fn(RawInsertion) = b"chdb_destroy_insert_stream\0";
    classify: unsafe extern "C" fn(RawConnection, *const c_char, usize, *const c_char, usize, *mut RawAnalysis) -> c_int
        = b"chdb_classify_query_n\0";
    version: unsafe extern "C" fn() -> *const c_char = b"chdb_version\0";
    shutdown: unsafe extern "C" fn() -> c_int = b"chdb_shutdown\0";
    set_signal_handlers: unsafe extern "C" fn(c_int) = b"chdb_set_signal_handlers_enabled\0";
}

static LOADED: Mutex<Option<&'static Symbols>> = Mutex::new(None);

/// Connections that are open.
pub(super) static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);

impl Symbols {
    /// Opens the library at `path`, or gives the one this process has opened already.
    ///
    /// # Errors
    /// The loader's words when the file is no library for this machine or lacks a function.
    pub(crate) fn load(path: &Path) -> Result<&'static Symbols, Refusal> {
        let mut loaded = LOADED
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(symbols) = *loaded {
            return Ok(symbols);
        }
        // SAFETY: the initialisers of the engine library have no preconditions.
        let library = unsafe { Library::new(path) }.map_err(|error| Refusal(error.to_string()))?;
        let symbols =
            Symbols::resolve(library, path).map_err(|error| Refusal(error.to_string()))?;
        let symbols: &'static Symbols = Box::leak(Box::new(symbols));
        // SAFETY: a plain call without preconditions; the handlers are declined before any connection.
        unsafe { (symbols.set_signal_handlers)(0) };
        *loaded = Some(symbols);
        Ok(symbols)
    }

    /// The version the library states, such as `26.7.3`.
    pub(crate) fn version(&self) -> String {
        // SAFETY: the library gives a static NUL-terminated string.
        unsafe { CStr::from_ptr((self.version)()) }
            .to_string_lossy()
            .into_owned()
    }

    /// The file the library was loaded from.
    pub(crate) fn path(&self) -> &Path {
        let _keeps_the_library_open = &self.library;
        &self.path
    }
}

/// To be called whenever a connection was opened. The library registers destructors when it first uses what they
/// destroy, and what was registered last runs first: so the hook is registered again and again, at first each time, then
/// ever more rarely, for the list is never shortened.
pub(super) fn stop_before_destructors() {
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let opened = OPENED.fetch_add(1, Ordering::SeqCst) + 1;
    if opened <= 64 || opened.is_power_of_two() {
        register_stop();
    }
}

/// Joins the engine's threads before the destructors of the process run, which race them otherwise. With a connection still open the threads
/// cannot be joined: then the process ends here, without those destructors. The data is as safe as after a crash.
extern "C" fn stop_at_exit(status: c_int, _: *mut c_void) {
    if CONNECTIONS.load(Ordering::SeqCst) > 0 {
        // SAFETY: both may be called at any time; what the process had buffered is written first.
        unsafe {
            libc::fflush(std::ptr::null_mut());
            libc::_exit(status);
        }
    }
    if let Ok(loaded) = LOADED.try_lock()
        && let Some(symbols) = *loaded
    {
        // SAFETY: callable from any thread at any time; no connection is open.
        unsafe { (symbols.shutdown)() };
    }
}

/// Has [`stop_at_exit`] called with the status that the process ends with.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn register_stop() {
    unsafe extern "C" {
        fn on_exit(hook: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    }
    // SAFETY: glibc's function; the hook lives as long as the process.
    unsafe { on_exit(stop_at_exit, std::ptr::null_mut()) };
}

/// Elsewhere the status is not told, so that a process with an open connection cannot be ended early.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn register_stop() {
    extern "C" fn stop() {
        if CONNECTIONS.load(Ordering::SeqCst) == 0 {
            stop_at_exit(0, std::ptr::null_mut());
        }
    }
    // SAFETY: the hook lives as long as the process.
    unsafe { libc::atexit(stop) };
}
