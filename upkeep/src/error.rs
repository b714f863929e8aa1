//! Errors by what the caller does: write the command differently, take another file, look after the disk or the store.

use std::io;
use std::path::{Path, PathBuf};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command cannot be meant like this.
    #[error("{message}: {mend}")]
    Usage {
        /// What is wrong, and where.
        message: String,
        /// What to write instead.
        mend: String,
    },
    /// A file is no backup, or no whole one.
    #[error("{} {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It was told to stop before it was done.
    #[error("stopped before it was done; {0}")]
    Stopped(&'static str),
    /// The store holds after all what should be gone, or lacks what should be there.
    #[error("{0}")]
    Unlike(String),
    /// The store did not answer as it should.
    #[error(transparent)]
    Store(#[from] snag_store::Error),
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            mend: mend.into(),
        }
    }

    pub(crate) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(crate) fn disk(path: &Path, error: io::Error) -> Self {
        Self::Disk {
            path: path.to_owned(),
            error,
        }
    }
}

impl From<clickhouse::error::Error> for Error {
    fn from(error: clickhouse::error::Error) -> Self {
        Self::Store(error.into())
    }
}
