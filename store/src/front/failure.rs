//! Errors as a ClickHouse server words them, and the HTTP status that goes with a code.
//!
//! Source of the map: `exceptionCodeToHTTPStatus` of ClickHouse. A code that is not in it is a 500.

use hyper::StatusCode;

use crate::engine::Refusal;
use crate::error::code_in;

/// Why a request was not answered, with ClickHouse's code for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: i32,
    /// `Code: N. DB::Exception: … (NAME)`, on one or more lines, without a line feed at its end.
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(code: i32, name: &str, message: &str) -> Failure {
        Failure {
            code,
            text: format!("Code: {code}. DB::Exception: {message} ({name})"),
        }
    }

    pub(super) fn bad_arguments(message: &str) -> Failure {
        Failure::new(36, "BAD_ARGUMENTS", message)
    }

    pub(super) fn syntax(message: &str) -> Failure {
        Failure::new(62, "SYNTAX_ERROR", message)
    }

    pub(super) fn not_implemented(message: &str) -> Failure {
        Failure::new(48, "NOT_IMPLEMENTED", message)
    }

    pub(super) fn body(message: &str) -> Failure {
        Failure::new(33, "CANNOT_READ_ALL_DATA", message)
    }

    pub(super) fn stopping() -> Failure {
        Failure::new(236, "ABORTED", "the engine is being closed")
    }

    /// Completes the text with the engine's version, as a server does.
    pub(super) fn signed(&self, version: &str) -> String {
        if self.text.contains("(version ") {
            format!("{}\n", self.text)
        } else {
            format!("{} (version {version} (embedded))\n", self.text)
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self.code {
            194 => StatusCode::UNAUTHORIZED,
            192 | 193 | 497 | 512 | 516 => StatusCode::FORBIDDEN,
            // The text or the values do not parse or do not fit.
            6 | 8 | 15 | 25 | 26 | 27 | 36 | 37 | 38 | 41 | 44 | 53 | 62 | 72 | 117 | 123 | 167
            | 168 | 223 | 321 | 376 | 427 | 441 | 675 | 676 => StatusCode::BAD_REQUEST,
            // There is no thing of that name.
            46 | 47 | 50 | 56 | 60 | 63 | 73 | 78 | 81 | 115 | 152 | 336 | 511 => {
                StatusCode::NOT_FOUND
            }
            229 => StatusCode::PAYLOAD_TOO_LARGE,
            48 => StatusCode::NOT_IMPLEMENTED,
            76 | 209 | 439 => StatusCode::SERVICE_UNAVAILABLE,
            381 => StatusCode::LENGTH_REQUIRED,
            159 => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(Refusal(text): Refusal) -> Failure {
        let text = text.trim();
        match code_in(text) {
            Some(code) => Failure {
                code,
                text: without_echo(text, code),
            },
            None => Failure::new(1002, "UNKNOWN_EXCEPTION", text),
        }
    }
}

/// The engine wraps its own words once or twice on their way out: `Code: 5. DB::Exception: Code: 5. DB::…`.
fn without_echo(text: &str, code: i32) -> String {
    let prefix = format!("Code: {code}. DB::Exception: ");
    let mut rest = text.strip_prefix("Error: ").unwrap_or(text);
    while let Some(inner) = rest.strip_prefix(&prefix)
        && inner.starts_with(&prefix)
    {
        rest = inner;
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_taken_off() {
        let refusal =
            Refusal("Code: 5. DB::Exception: Code: 5. DB::Exception: no. (NAME)".to_owned());
        let failure = Failure::from(refusal);
        assert_eq!(
            (failure.code, failure.text.as_str()),
            (5, "Code: 5. DB::Exception: no. (NAME)")
        );
        assert_eq!(
            failure.signed("26.7"),
            "Code: 5. DB::Exception: no. (NAME) (version 26.7 (embedded))\n"
        );
    }

    #[test]
    fn codes_have_the_status_a_server_gives() {
        let cases = [
            (62, 400),
            (27, 400),
            (60, 404),
            (46, 404),
            (47, 404),
            (115, 404),
            (194, 401),
            (516, 403),
            (497, 403),
            (48, 501),
            (229, 413),
            (159, 408),
            (164, 500),
            (202, 500),
        ];
        for (code, status) in cases {
            assert_eq!(
                Failure::new(code, "X", "").status().as_u16(),
                status,
                "{code}"
            );
        }
    }
}
