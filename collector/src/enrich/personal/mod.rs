//! Replaces what may name a person wherever it stands: in paths, titles, texts of elements, campaign words, properties.
//!
//! | mark | stands for |
//! |---|---|
//! | `{email}` | an e-mail address, its `@` plain or percent-encoded |
//! | `{number}` | nine digits or more in a row, or in groups as phones and cards are written |
//! | `{ip}` | an IPv4 or IPv6 address |
//! | `{token}` | 32 or more characters without a break that no one would write: hashes, keys, UUIDs, JWTs |
//!
//! Shorter identifiers, prices, dates, times, years and versions stay. It is a net for what slips into texts by
//! accident, not a proof: names and street addresses are not recognised. What names the site is not cleaned: its
//! identifier, and the host of its own pages. Invariant: what was cleaned stays as it is when
//! cleaned again, and grows to no more than twice its length. Most texts cost one look at each byte.

mod digits;
mod email;
mod token;

use std::borrow::Cow;

/// What to put in the place of bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    mark: &'static str,
}

/// The text without what may name a person.
#[must_use]
pub(crate) fn clean<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let mut text = text.into();
    // A mark also sets apart what stood beside, and then that may be seen to name a person too.
    while let Some(marked) = mark(&text) {
        text = Cow::Owned(marked);
    }
    text
}

/// The text with marks for what is found at one walk; `None` when nothing is. No mark is ever found again, so there are
/// fewer bytes left to find each time.
fn mark(text: &str) -> Option<String> {
    if !is_suspicious(text.as_bytes()) {
        return None;
    }
    let spans = spans(text.as_bytes());
    if spans.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(&text[at..span.start]);
        out.push_str(span.mark);
        at = span.end;
    }
    out.push_str(&text[at..]);
    Some(out)
}

/// Digits in groups, down to which a text is looked at closely.
const NUMBER_DIGITS: usize = 9;

/// Length from which a word without a break may be a secret.
const TOKEN_BYTES: usize = 32;

/// Bytes that are summed up at once, so that no sum runs into the next.
const SUMMED: usize = 255;

const DIGIT: u64 = 1;
const DOT: u64 = 1 << 16;
const COLON: u64 = 1 << 32;
const SIGN: u64 = 1 << 48;

/// What each byte adds to the sums: digits, dots, colons, and signs that an `@` can be written with.
const WEIGHTS: [u64; 256] = weights();

const fn weights() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b':' => COLON,
            b'@' | b'%' => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    table
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether the text could hold anything at all: decided by counting, so that most texts are done with.
fn is_suspicious(text: &[u8]) -> bool {
    let (mut digits, mut dots, mut colons, mut signs) = (0, 0, 0, 0);
    for part in text.chunks(SUMMED) {
        let sum = part
            .iter()
            .map(|byte| WEIGHTS[usize::from(*byte)])
            .sum::<u64>();
        digits += sum & 0xffff;
        dots += (sum >> 16) & 0xffff;
        colons += (sum >> 32) & 0xffff;
        signs += sum >> 48;
    }
    let number = NUMBER_DIGITS as u64;
    digits >= number
        || digits >= 4 && dots >= 3
        || digits > 0 && colons >= 2
        || signs > 0 && email::has_sign(text)
        || digits > 0 && text.len() >= TOKEN_BYTES && has_long_word(text)
}

/// Whether there is a word that is long enough for a secret.
fn has_long_word(text: &[u8]) -> bool {
    text.split(|byte| !is_word(*byte))
        .any(|word| word.len() >= TOKEN_BYTES)
}

/// All that is to be replaced, in order and without overlap.
fn spans(text: &[u8]) -> Vec<Span> {
    let mut spans = email::find(text);
    let emails = spans.len();
    let mut next_email = 0;
    let mut at = 0;
    while at < text.len() {
        if next_email < emails && at >= spans[next_email].start {
            at = spans[next_email].end;
            next_email += 1;
            continue;
        }
        let end = if next_email < emails {
            spans[next_email].start
        } else {
            text.len()
        };
        let part = &text[..end];
        let (span, next) = look(part, at);
        spans.extend(span);
        at = next;
    }
    spans.sort_unstable_by_key(|span| span.start);
    spans
}

/// What stands at a place, and where to look next.
fn look(text: &[u8], at: usize) -> (Option<Span>, usize) {
    let before = at.checked_sub(1).map(|before| text[before]);
    let begins_word =
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) || follows_escape(text, at);
    if begins_word && let Some(span) = token::at(text, at).or_else(|| digits::address_at(text, at))
    {
        return (Some(span), span.end);
    }
    let begins_number =
        text[at].is_ascii_digit() && before.is_none_or(|byte| !byte.is_ascii_digit());
    if begins_number || follows_escape(text, at) && text[at].is_ascii_digit() {
        return digits::number_at(text, at);
    }
    (None, at + 1)
}

/// Whether a percent escape ends just before `at`.
fn follows_escape(text: &[u8], at: usize) -> bool {
    at >= 3
        && text[at - 3] == b'%'
        && text[at - 2].is_ascii_hexdigit()
        && text[at - 1].is_ascii_hexdigit()
}

#[cfg(test)]
mod tests;
