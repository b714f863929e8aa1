//! Why something was not done, as RFC 9457 has it.

use serde_json::{Value, json};
use snag_analyzer::Error;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// HTTP status.
    pub(crate) status: u16,
    /// A stable word for it.
    pub(crate) kind: &'static str,
    /// What that word means.
    pub(crate) title: &'static str,
    /// What is wrong here, and how to mend it.
    pub(crate) detail: String,
    /// Seconds until it may be tried again.
    pub(crate) retry_after: Option<i64>,
}

/// Kinds of problems: status, word, meaning.
pub(crate) const KINDS: [(u16, &str, &str); 10] = [
    (400, "bad-request", "The request cannot be meant like this"),
    (401, "not-signed-in", "Sign in, or bring a token"),
    (403, "not-allowed", "Your role does not allow this"),
    (404, "not-found", "There is no such thing"),
    (405, "no-such-method", "This cannot be done here"),
    (409, "conflict", "It is not as you think it is"),
    (413, "too-large", "The body is too large"),
    (429, "too-many", "Too many attempts"),
    (500, "broken", "Something broke on this side"),
    (503, "unavailable", "The store does not answer"),
];

impl Problem {
    /// A problem of that status, which is one of [`KINDS`].
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        let found = KINDS.into_iter().find(|(code, ..)| *code == status);
        let (status, kind, title) = found.unwrap_or(KINDS[8]);
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            retry_after: None,
        }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, detail)
    }

    /// As `application/problem+json` has it.
    pub(crate) fn json(&self) -> Value {
        json!({
            "type": format!("urn:snaglist:problem:{}", self.kind),
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        })
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match &error {
            Error::Usage { .. } => Self::bad(error.to_string()),
            Error::Missing { .. } => Self::not_found(error.to_string()),
            Error::UnknownSite { .. } => {
                // Which sites there are is not for everybody.
                Self::not_found("nothing is known of this site yet")
            }
            Error::Store(snag_store::Error::Unavailable { .. }) => {
                tracing::warn!(%error, "the store does not answer");
                Self::new(503, "the store does not answer; try again in a moment")
            }
            _ => {
                tracing::error!(%error, "a report broke");
                Self::new(500, "this could not be told; the log says why")
            }
        }
    }
}

impl From<snag_upkeep::Error> for Problem {
    fn from(error: snag_upkeep::Error) -> Self {
        match error {
            snag_upkeep::Error::Usage { .. } => Self::bad(error.to_string()),
            snag_upkeep::Error::Store(error) => Error::Store(error).into(),
            _ => {
                tracing::error!(%error, "upkeep broke");
                Self::new(500, "this could not be done; the log says why")
            }
        }
    }
}
