//! E-mail addresses: what stands around an `@`, plain or percent-encoded once or twice.

use super::Span;

/// The addresses in a text, in order.
pub(super) fn find(text: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let length = sign(&text[at..]);
        if length == 0 {
            at += 1;
            continue;
        }
        let local = local_start(&text[from..at]) + from;
        let end = at + length + domain_length(&text[at + length..]);
        if local < at && end > at + length {
            spans.push(Span {
                start: local,
                end,
                mark: "{email}",
            });
            from = end;
            at = end;
        } else {
            // No name reaches over a sign, and no byte is looked at again for each that follows.
            at += length;
            from = at;
        }
    }
    spans
}

/// Whether there is an `@`, plain or percent-encoded.
pub(super) fn has_sign(text: &[u8]) -> bool {
    memchr::memchr2_iter(b'@', b'%', text).any(|at| sign(&text[at..]) > 0)
}

/// Length of the `@` that a text begins with, 0 if it does not.
fn sign(text: &[u8]) -> usize {
    if text.starts_with(b"@") {
        1
    } else if text.starts_with(b"%40") {
        3
    } else if text.starts_with(b"%2540") {
        5
    } else {
        0
    }
}

/// Where the name before the sign begins.
fn local_start(before: &[u8]) -> usize {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-~!$*'".contains(byte) || *byte >= 0x80;
    let name = before
        .iter()
        .rev()
        .take_while(|byte| is_local(byte))
        .count();
    let start = before.len() - name;
    let has_name = before[start..]
        .iter()
        .any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    if has_name { start } else { before.len() }
}

/// Length of the host name after the sign; 0 when it is none.
fn domain_length(after: &[u8]) -> usize {
    let mut end = 0;
    let mut last_dot = None;
    while end < after.len() {
        match after[end] {
            b'.' => {
                last_dot = Some(end + 1);
                end += 1;
            }
            b'-' => end += 1,
            byte if byte.is_ascii_alphanumeric() || byte >= 0x80 => end += 1,
            b'%' => match after.get(end + 1..end + 3) {
                Some(b"2E" | b"2e") => {
                    last_dot = Some(end + 3);
                    end += 3;
                }
                Some([high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    // Beyond ASCII: letters of an international name.
                    if !matches!(high, b'8' | b'9' | b'A'..=b'F' | b'a'..=b'f') {
                        break;
                    }
                    end += 3;
                }
                _ => break,
            },
            _ => break,
        }
    }
    while end > 0 && matches!(after[end - 1], b'.' | b'-') {
        end -= 1;
    }
    let Some(top) = last_dot
        .filter(|dot| *dot < end)
        .or_else(|| dot_before(&after[..end]))
    else {
        return 0;
    };
    let letters = &after[top..end];
    let is_top = letters.len() >= 2 && !letters[0].is_ascii_digit() && letters[0] != b'-';
    if is_top && !is_image_scale(&after[..end]) {
        end
    } else {
        0
    }
}

/// Where the last label begins.
fn dot_before(host: &[u8]) -> Option<usize> {
    host.iter()
        .rposition(|byte| *byte == b'.')
        .map(|dot| dot + 1)
}

/// Files are named `logo@2x.png` for fine screens.
fn is_image_scale(host: &[u8]) -> bool {
    let digits = host.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && host[digits..].starts_with(b"x.")
}
