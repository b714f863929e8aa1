//! Errors by what the caller does about them: try again, set the rows aside, or tell the user how to mend it.

use std::fmt::Write as _;

/// Why the store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// ClickHouse is out of reach or out of resources: the same call may succeed later.
    #[error("clickhouse is unavailable: {message}")]
    Unavailable {
        /// ClickHouse's error code, if it answered.
        code: Option<i32>,
        /// What happened, and where.
        message: String,
    },
    /// ClickHouse read what was sent and refuses it: sending the same again is of no use.
    #[error("clickhouse refused: {message}")]
    Rejected {
        /// ClickHouse's error code, if it gave one.
        code: Option<i32>,
        /// ClickHouse's words.
        message: String,
    },
    /// Something about the installation has to be mended by its owner.
    #[error("{message}; to mend it: {mend}")]
    Setup {
        /// What is wrong, and where.
        message: String,
        /// What to do, as a command where there is one.
        mend: String,
    },
}

/// What a code of ClickHouse asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Passing,
    Installation(&'static str),
    Request,
}

const CREDENTIALS: &str = "check the user and the password for ClickHouse";
const SCHEMA: &str = "run `snag migrate`";

fn cause(code: i32) -> Cause {
    match code {
        // No rights, or a wrong password.
        192..=195 | 291 | 497 | 516 => Cause::Installation(CREDENTIALS),
        // No such column, table or database: the schema is older than this program.
        16 | 60 | 81 => Cause::Installation(SCHEMA),
        // Files, sockets and names: 74 to 76, 95, 96, 198, 204, 209, 210, 425, 499.
        74..=76 | 95 | 96 | 198 | 204 | 209 | 210 | 425 | 499
        // Time and load: timeouts, quotas, too many queries, parts or mutations, memory, disk.
        | 159 | 160 | 173 | 201 | 202 | 203 | 241 | 243 | 252 | 364 | 439 | 692 | 745
        // Replication and keeper.
        | 225 | 242 | 244 | 254 | 279 | 285 | 286 | 289 | 319 | 999
        // Stopped, locked, read-only for now, starting or stopping.
        | 164 | 236 | 373 | 394 | 473 | 667 | 735 => Cause::Passing,
        _ => Cause::Request,
    }
}

/// Whether a code of ClickHouse finds fault with the rows themselves: with their form (6, 25 to 27, 32, 33, 38, 41, 62,
/// 72, 117, 130, 131, 691), their types and columns (20, 36, 43, 53, 69, 70) or their values (349, 469).
fn speaks_of_rows(code: i32) -> bool {
    matches!(
        code,
        6 | 20 | 25
            ..=27
                | 32
                | 33
                | 36
                | 38
                | 41
                | 43
                | 53
                | 62
                | 69
                | 70
                | 72
                | 117
                | 130
                | 131
                | 349
                | 469
                | 691
    )
}

impl Error {
    /// Whether the same call may succeed later with nothing changed in what was sent: all but
    /// [`Error::Rejected`]. A wrong password or a missing table is no fault of the rows.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Error::Rejected { .. })
    }

    /// The error as one of an insert: rows are only refused for what is wrong with rows. Whatever else ClickHouse
    /// says, a full disk by one of its many names for instance, may pass, and rows that were set aside do not come
    /// back.
    pub(crate) fn of_insert(self) -> Error {
        match self {
            Error::Rejected {
                code: Some(code),
                message,
            } if !speaks_of_rows(code) => Error::Unavailable {
                code: Some(code),
                message,
            },
            other => other,
        }
    }

    /// ClickHouse's error code, if it gave one.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self {
            Error::Unavailable { code, .. } | Error::Rejected { code, .. } => *code,
            Error::Setup { message, .. } => code_in(message),
        }
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Error {
        Error::Unavailable {
            code: None,
            message: message.into(),
        }
    }

    /// Sorts an answer of ClickHouse such as `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`.
    fn from_answer(text: &str) -> Error {
        let message = text.trim().to_owned();
        let Some(code) = code_in(&message) else {
            // Not ClickHouse's words: a proxy in between, or a server that is starting.
            return Error::Unavailable {
                code: None,
                message,
            };
        };
        match cause(code) {
            Cause::Passing => Error::Unavailable {
                code: Some(code),
                message,
            },
            Cause::Installation(mend) => Error::Setup {
                message,
                mend: mend.to_owned(),
            },
            Cause::Request => Error::Rejected {
                code: Some(code),
                message,
            },
        }
    }
}

/// The number after the first `Code: `.
pub(crate) fn code_in(text: &str) -> Option<i32> {
    let rest = &text[text.find("Code: ")? + "Code: ".len()..];
    let digits = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

impl From<clickhouse::error::Error> for Error {
    fn from(error: clickhouse::error::Error) -> Error {
        use clickhouse::error::Error as Client;
        match error {
            Client::BadResponse(text) => Error::from_answer(&text),
            Client::Network(_) | Client::TimedOut => Error::unavailable(with_sources(&error)),
            _ => Error::Rejected {
                code: None,
                message: with_sources(&error),
            },
        }
    }
}

/// The error and what lies under it: `client error (Connect): tcp connect error: Connection refused`.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(below) = source {
        let below_text = below.to_string();
        if !text.contains(&below_text) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {below_text}");
        }
        source = below.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_sorted_by_what_the_caller_does() {
        let cases: [(&str, bool, &str); 8] = [
            (
                "Code: 241. DB::Exception: memory limit exceeded (MEMORY_LIMIT_EXCEEDED)",
                true,
                "unavailable",
            ),
            (
                "Code: 252. DB::Exception: Too many parts (TOO_MANY_PARTS)",
                true,
                "unavailable",
            ),
            (
                "Code: 242. DB::Exception: Table is in readonly mode",
                true,
                "unavailable",
            ),
            (
                "Code: 27. DB::Exception: Cannot parse input",
                false,
                "rejected",
            ),
            (
                "Code: 33. DB::Exception: Cannot read all data",
                false,
                "rejected",
            ),
            (
                "Code: 516. DB::Exception: Authentication failed",
                true,
                "setup",
            ),
            (
                "Code: 60. DB::Exception: Table snag.events does not exist",
                true,
                "setup",
            ),
            ("502 Bad Gateway", true, "unavailable"),
        ];
        for (text, retryable, kind) in cases {
            let error = Error::from(clickhouse::error::Error::BadResponse(text.to_owned()));
            let named = match error {
                Error::Unavailable { .. } => "unavailable",
                Error::Rejected { .. } => "rejected",
                Error::Setup { .. } => "setup",
            };
            assert_eq!((error.is_retryable(), named), (retryable, kind), "{text}");
            assert_eq!(error.code(), code_in(text), "{text}");
        }
    }

    #[test]
    fn rows_are_refused_only_for_what_is_wrong_with_rows() {
        let cases = [
            (33, false),
            (117, false),
            (1001, true),
            (107, true),
            (341, true),
        ];
        for (code, retryable) in cases {
            let text = format!("Code: {code}. DB::Exception: words");
            let error = Error::from(clickhouse::error::Error::BadResponse(text)).of_insert();
            assert_eq!(error.is_retryable(), retryable, "{code}");
        }
    }

    #[test]
    fn a_network_error_tells_what_lies_under_it() {
        let refused = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "nobody there");
        let error = Error::from(clickhouse::error::Error::Network(Box::new(refused)));
        assert!(error.is_retryable());
        assert!(error.to_string().contains("nobody there"), "{error}");
    }
}
