//! A message as a letter: text and HTML, of which mail programs show the last they can.
//!
//! Invariant: every header is one line, whatever a site is called and whatever visitors sent.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart, SinglePart};

use crate::clean::line;
use crate::place::Address;
use crate::{Told, html, subject, text};

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Its HTML part.
    #[error("the letter cannot be written: {0}")]
    Html(#[from] askama::Error),
    /// Its headers.
    #[error("the letter cannot be addressed: {0}")]
    Headers(#[from] lettre::error::Error),
}

/// Writes a letter. Every attempt to deliver it has the same `id`, so that mail programs that get it twice show it once.
///
/// # Errors
/// [`LetterError`].
pub fn letter(
    from: &Address,
    to: &Address,
    id: &str,
    told: &Told,
    created: Timestamp,
) -> Result<Message, LetterError> {
    let subject = subject(told);
    let stop = format!(
        "<mailto:{}?subject=unsubscribe%20{}>",
        from,
        percent_encoded(told.site())
    );
    let header = |name: &'static str, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), line(value))
    };
    let message = Message::builder()
        .from(from.0.clone())
        .to(to.0.clone())
        .subject(subject)
        .date(SystemTime::from(created))
        .message_id(Some(format!("<{id}@{}>", from.0.email.domain())))
        // RFC 3834: nobody's holiday answers it.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("List-Unsubscribe", &stop))
        .raw_header(header(
            "List-Id",
            &format!("Snaglist <{}.snaglist.invalid>", host_label(told.site())),
        ));
    let parts = MultiPart::alternative()
        .singlepart(SinglePart::plain(text(told)))
        .singlepart(SinglePart::html(html(told)?));
    Ok(message.multipart(parts)?)
}

/// What may stand in the subject of a mailto address.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

/// A site as a part of the name of a list.
fn host_label(site: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    site.chars().map(letter).collect()
}
