//! Halves of characters: JavaScript cuts texts between the two halves of one, and then writes a half as `\ud83d`, which
//! is no JSON text.
//!
//! Invariant: a body without such a half stays as it is, and a mended one is as long.

use std::borrow::Cow;

/// The body with every lone half replaced by the replacement character.
#[must_use]
pub fn mended(body: &[u8]) -> Cow<'_, [u8]> {
    if body.starts_with(super::START) {
        whole(body)
    } else {
        Cow::Borrowed(body)
    }
}

/// The same of any JSON.
pub(super) fn whole(json: &[u8]) -> Cow<'_, [u8]> {
    if !json
        .windows(3)
        .any(|part| part.eq_ignore_ascii_case(br"\ud"))
    {
        return Cow::Borrowed(json);
    }
    let mut body = json.to_vec();
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'\\' {
            at += 1;
        } else {
            at += match (half(&body[at..]), body.get(at + 6..).and_then(half)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
                (Some(0xd800..=0xdfff), _) => {
                    body[at + 2..at + 6].copy_from_slice(b"fffd");
                    6
                }
                _ => 2,
            };
        }
    }
    Cow::Owned(body)
}

/// The number of an escape `\uXXXX` that stands first.
fn half(body: &[u8]) -> Option<u16> {
    let digits = body.strip_prefix(br"\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_halves_are_replaced() {
        for (text, mended_text) in [
            (r"\ud83d\ude00", r"\ud83d\ude00"),
            (r"\ud83d", r"\ufffd"),
            (r"\ude00 \uD83D.", r"\ufffd \ufffd."),
            (r"\ud83d\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\\ud83d", r"\\ud83d"),
            (r"\ud8", r"\ud8"),
            (r"\u0064", r"\u0064"),
        ] {
            let body = |text: &str| format!(r#"{{"v":2,"u":"{text}"}}"#).into_bytes();
            assert_eq!(&*mended(&body(text)), body(mended_text), "{text}");
        }
    }
}
