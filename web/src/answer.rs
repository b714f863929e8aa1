//! What a room gives back, before it is HTTP.

use bytes::Bytes;
use serde_json::Value;

use crate::problem::Problem;

/// What a room gives back.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The middle of a page, as HTML.
    Html(String),
    /// JSON, and its status.
    Json(u16, Value),
    /// A file.
    File {
        content_type: &'static str,
        /// The name it is saved under, if it is to be saved.
        name: Option<String>,
        body: Bytes,
    },
    /// A picture, as SVG.
    Picture(Bytes),
    /// Go on at another place of this site.
    Go { to: String, cookie: Option<Cookie> },
    /// It is done.
    Done,
}

/// What becomes of the browser's cookie.
#[derive(Debug)]
pub(crate) enum Cookie {
    /// It is signed in with this.
    Set(String),
    /// It is signed out.
    Clear,
}

pub(crate) type Outcome = Result<Answer, Problem>;

impl Answer {
    /// Goes on at another place.
    pub(crate) fn go(to: impl Into<String>) -> Self {
        Self::Go {
            to: to.into(),
            cookie: None,
        }
    }
}

/// A template's text.
pub(crate) fn html(template: &impl askama::Template) -> Outcome {
    Ok(Answer::Html(fragment(template)?))
}

/// A template's text, as part of another.
pub(crate) fn fragment(template: &impl askama::Template) -> Result<String, Problem> {
    template.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be written");
        Problem::new(500, "this page cannot be written; the log says why")
    })
}
