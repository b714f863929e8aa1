//! What can go wrong, by what the caller does about it.

use std::path::PathBuf;
use std::time::Duration;

/// Why visitors could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The habits are no TOML, or hold a key or a type that habits do not have.
    #[error("{}: {source}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        source: Box<toml::de::Error>,
    },
    /// The habits are well written but make no sense.
    #[error("{place}: {problem}; {mend}")]
    Habits {
        /// Where, as a path into the file.
        place: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        mend: String,
    },
    /// A funnel step is not one of the known forms.
    #[error(
        "funnel step {step:?} is of no known form; write page:/path, event:name or element:selector"
    )]
    Step {
        /// As it was written.
        step: String,
    },
    /// Two truths do not speak of the same funnel or site.
    #[error(
        "truths of different {what} cannot be added: {left} and {right}; make both with the same habits"
    )]
    Apart {
        /// Site or funnel.
        what: &'static str,
        /// One side.
        left: String,
        /// The other.
        right: String,
    },
    /// The target is no address beacons can be sent to.
    #[error("{target} is no address for beacons; give the collector's as http://host:port")]
    Target {
        /// As it was given.
        target: String,
    },
    /// The collector did not answer.
    #[error("no answer from {url}: {source}; is `snag serve` running there?")]
    Unreachable {
        /// Where the beacon was sent.
        url: String,
        /// The client's words.
        source: reqwest::Error,
    },
    /// The collector answered something other than 204.
    #[error("{url} answered {status} to a beacon, not 204: {body}")]
    Refused {
        /// Where the beacon was sent.
        url: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
    /// The collector stayed busy for too long.
    #[error(
        "{url} asked to wait {attempts} times, {waited:?} in all; see its disk and its spool quota"
    )]
    Busy {
        /// Where the beacon was sent.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// Time waited between the attempts.
        waited: Duration,
    },
    /// What the habits make visitors say does not fit into a beacon.
    #[error("the beacon of {page} cannot be written: {source}; shorten its texts in the habits")]
    Beacon {
        /// The page's path.
        page: String,
        /// The encoder's reason.
        source: snag_beacon::EncodeError,
    },
}
