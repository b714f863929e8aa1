//! Words that no one would write: hashes, session keys, UUIDs, the parts of a JWT.
//!
//! Long words that people do write, such as `how-to-make-the-best-cake-2024` or the names of CSS classes, stay.

use super::{Span, TOKEN_BYTES, is_word};

/// The secret that begins here, if one does.
pub(super) fn at(text: &[u8], at: usize) -> Option<Span> {
    let is_inside = at > 0 && is_word(text[at - 1]) && !super::follows_escape(text, at);
    if is_inside {
        return None;
    }
    let end = at + text[at..].iter().take_while(|byte| is_word(**byte)).count();
    let is_secret = end - at >= TOKEN_BYTES && is_secret(&text[at..end]);
    is_secret.then_some(Span {
        start: at,
        end,
        mark: "{token}",
    })
}

fn is_secret(word: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| word.iter().filter(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let joints = count(|byte| matches!(byte, b'-' | b'_'));
    let letters = word.len() - digits - joints;
    // Digits alone are judged as numbers.
    if digits == 0 || letters == 0 {
        return false;
    }
    let is_hex = word
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_mixed = digits >= 2
        && word.iter().any(u8::is_ascii_uppercase)
        && word.iter().any(u8::is_ascii_lowercase)
        && joints * 10 <= word.len();
    is_hex && word.len() - joints >= TOKEN_BYTES || is_mixed || has_unbroken(word)
}

/// Whether there is a stretch without a joint that is long enough on its own and mixes letters with digits.
fn has_unbroken(word: &[u8]) -> bool {
    word.split(|byte| matches!(byte, b'-' | b'_')).any(|part| {
        let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
        part.len() >= TOKEN_BYTES && digits >= 4 && digits < part.len()
    })
}
