//! What the process ends with. The numbers are documented in the help and in the README.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well.
    Done = 0,
    /// Something broke.
    Broken = 1,
    /// The command or the configuration is not right.
    Usage = 2,
    /// There is nothing to report.
    NothingToReport = 3,
    /// The store is out of reach or not set up.
    Store = 4,
    /// Some or all of the input was not taken.
    BadInput = 5,
}

impl Exit {
    /// The exit that an error calls for.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        use snag_analyzer::Error as Report;
        for cause in error.chain() {
            if let Some(report) = cause.downcast_ref::<Report>() {
                match report {
                    Report::Usage { .. } | Report::Missing { .. } => return Self::Usage,
                    Report::UnknownSite { .. } => return Self::NothingToReport,
                    Report::Store(store) => return Self::of_store(store),
                    _ => return Self::Broken,
                }
            }
            if let Some(upkeep) = cause.downcast_ref::<snag_upkeep::Error>() {
                use snag_upkeep::Error as Upkeep;
                return match upkeep {
                    Upkeep::Usage { .. } => Self::Usage,
                    Upkeep::File { .. } => Self::BadInput,
                    Upkeep::Store(store) => Self::of_store(store),
                    _ => Self::Broken,
                };
            }
            if let Some(store) = cause.downcast_ref::<snag_store::Error>() {
                return Self::of_store(store);
            }
            if let Some(start) = cause.downcast_ref::<snag_collector::StartError>() {
                return match start {
                    snag_collector::StartError::Data(_) => Self::Broken,
                    snag_collector::StartError::Listen { .. }
                    | snag_collector::StartError::Database(_) => Self::Usage,
                };
            }
            if cause.is::<snag_collector::MmdbError>()
                || cause.is::<snag_simulator::Error>()
                || cause.is::<snag_checker::SetUpError>()
                || cause.is::<snag_messages::SetUpError>()
            {
                return Self::Usage;
            }
            if let Some(import) = cause.downcast_ref::<snag_collector::import::ImportError>() {
                return match import {
                    snag_collector::import::ImportError::Open { .. } => Self::BadInput,
                    snag_collector::import::ImportError::Store(store) => Self::of_store(store),
                    snag_collector::import::ImportError::Broken(_) => Self::Broken,
                };
            }
        }
        Self::Broken
    }

    fn of_store(error: &snag_store::Error) -> Self {
        if error.is_retryable() {
            Self::Store
        } else {
            Self::Broken
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
