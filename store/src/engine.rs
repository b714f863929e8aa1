//! The embedded engine: one data directory, opened once, many connections side by side.
//!
//! Invariant: while an [`Engine`] lives it holds one connection open, so the engine is not started and
//! stopped between requests; a connection handed out is new and is thrown away after its statement, so no
//! setting, database or parameter of one request reaches the next. Opening one takes well under a millisecond.
//! HTTP is not known here.

mod configuration;
mod ffi;
mod library;

pub use configuration::PASSING_TABLES;
pub(crate) use configuration::READER;
pub(crate) use ffi::{Connection, Insertion, Parameter, Refusal, StatementClass, Symbols, Tally};
pub use library::{ENGINE_VERSION, engine_package};
pub(crate) use library::{find, install_command};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::lock::{Lock, Owner};

/// Settings of every connection that a request may override. Times without a zone are UTC whatever the
/// machine's zone; an insert is confirmed only when it is written.
const DEFAULTS: [&str; 2] = ["--session_timezone=UTC", "--async_insert=0"];

/// The directory the engine of this process has open: the library knows one a process.
static OPEN: Mutex<Option<PathBuf>> = Mutex::new(None);

fn open_directory() -> MutexGuard<'static, Option<PathBuf>> {
    OPEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The engine of this process.
pub(crate) struct Engine {
    symbols: &'static Symbols,
    arguments: Vec<String>,
    version: String,
    anchor: Mutex<Option<Connection>>,
    /// Freed after the anchor is closed.
    lock: Mutex<Lock>,
}

impl Engine {
    /// Opens the data in `directory`, which is made if it is missing, and keeps `lock` as long as it is open.
    /// Blocks for some tenths of a second.
    ///
    /// # Errors
    /// [`Error::Setup`] when the library does not load, when this process has another directory open, or when
    /// the engine refuses the directory.
    pub(crate) fn open(
        library: &Path,
        directory: &Path,
        database: &str,
        lock: Lock,
    ) -> Result<Engine, Error> {
        let symbols = Symbols::load(library).map_err(|Refusal(reason)| Error::Setup {
            message: format!(
                "the engine library {} does not load: {reason}",
                library.display()
            ),
            mend: install_command(),
        })?;
        let mut open = open_directory();
        if let Some(other) = open.as_ref() {
            return Err(Error::Setup {
                message: format!("this process has an engine open in {}", other.display()),
                mend: "close that store first, or open this one in a process of its own".to_owned(),
            });
        }
        let configuration = directory.with_extension("config");
        let written = std::fs::create_dir_all(directory)
            .and_then(|()| configuration::write(&configuration, database));
        let configuration = written.map_err(|error| Error::Setup {
            message: format!(
                "the directory {} cannot be made: {error}",
                directory.display()
            ),
            mend: "choose a directory that can be written to".to_owned(),
        })?;
        let mut arguments = vec!["snag".to_owned(), format!("--path={}", directory.display())];
        arguments.push(format!("--config-file={}", configuration.display()));
        arguments.extend(DEFAULTS.map(str::to_owned));
        let refused = |Refusal(reason): Refusal| {
            Error::Setup {
            message: format!("the engine does not open {}: {reason}", directory.display()),
            mend: "check that the directory can be written to, that the disk is not full, and that it was \
                   not written by a newer engine"
                .to_owned(),
        }
        };
        let mut anchor = Connection::open(symbols, &arguments).map_err(refused)?;
        let create = format!("CREATE DATABASE IF NOT EXISTS {}", quote_name(database));
        anchor
            .query(create.as_bytes(), "Null", &[])
            .map_err(refused)?;
        let (version, _) = anchor
            .query(b"SELECT version()", "TSVRaw", &[])
            .map_err(refused)?;
        *open = Some(directory.to_owned());
        Ok(Engine {
            symbols,
            arguments,
            version: String::from_utf8_lossy(&version).trim().to_owned(),
            anchor: Mutex::new(Some(anchor)),
            lock: Mutex::new(lock),
        })
    }

    /// Tells other processes where the engine is served.
    pub(crate) fn publish(&self, owner: &Owner) -> Result<(), Error> {
        self.lock
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .publish(owner)
    }

    /// A new connection with the default settings and the database `default`.
    pub(crate) fn connect(&self) -> Result<Connection, Refusal> {
        Connection::open(self.symbols, &self.arguments)
    }

    /// The ClickHouse version of the engine, such as `26.7.2.1`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Closes the engine when the last of its other holders lets go, if that is soon enough; `false` if it is not.
    pub(crate) fn close(self: Arc<Engine>, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut engine = self;
        loop {
            match Arc::try_unwrap(engine) {
                Ok(_last) => return true,
                Err(shared) => engine = shared,
            }
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks the statements whose `log_comment` ends in `mark` to stop. They end some moments later.
    pub(crate) fn kill(&self, mark: &str) -> Result<(), Refusal> {
        let sql = format!(
            "KILL QUERY WHERE endsWith(Settings['log_comment'], {}) ASYNC",
            quote_text(mark)
        );
        self.connect()?.query(sql.as_bytes(), "Null", &[]).map(drop)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The last connection stops the engine, and only then may another be opened.
        let mut open = open_directory();
        drop(
            self.anchor
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .take(),
        );
        *open = None;
    }
}

/// Writes a name as a quoted identifier of SQL.
#[must_use]
pub fn quote_name(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// Writes a text as a quoted literal of SQL.
#[must_use]
pub fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_a_name_or_a_text_do_not_end_it() {
        assert_eq!(quote_name("a`b\\"), "`a\\`b\\\\`");
        assert_eq!(quote_text("it's\\"), "'it\\'s\\\\'");
    }
}
