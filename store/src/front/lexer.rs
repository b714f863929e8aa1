//! Splits SQL into words, quoted things and signs, skipping comments. Knows no grammar.
//!
//! Works on bytes, because the data of an INSERT follows its text without a seam and need not be UTF-8.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a bare identifier, or a number.
    Word,
    /// A quoted identifier, a text literal or a heredoc.
    Quoted,
    /// Any other single byte.
    Sign(u8),
}

/// A token and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Whether the token is this keyword, in any case.
    pub(super) fn is_word(&self, text: &[u8], word: &str) -> bool {
        self.kind == Kind::Word && text[self.start..self.end].eq_ignore_ascii_case(word.as_bytes())
    }
}

/// The next token at or after `position`; `None` at the end of the text. A quote or comment that is not
/// closed reaches to the end.
pub(super) fn next_token(text: &[u8], position: usize) -> Option<Token> {
    let start = skip_blank(text, position);
    let first = *text.get(start)?;
    let (kind, end) = match first {
        b'\'' | b'"' | b'`' => (Kind::Quoted, end_of_quote(text, start, first)),
        b'$' => match end_of_heredoc(text, start) {
            Some(end) => (Kind::Quoted, end),
            None => (Kind::Sign(first), start + 1),
        },
        _ if is_word_byte(first) => (Kind::Word, end_of_word(text, start)),
        _ => (Kind::Sign(first), start + 1),
    };
    Some(Token { kind, start, end })
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn end_of_word(text: &[u8], start: usize) -> usize {
    text[start..]
        .iter()
        .position(|byte| !is_word_byte(*byte))
        .map_or(text.len(), |length| start + length)
}

fn end_of_quote(text: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        if text[at] == b'\\' {
            at += 2;
        } else if text[at] == quote {
            if text.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    text.len()
}

/// `$tag$ … $tag$`
fn end_of_heredoc(text: &[u8], start: usize) -> Option<usize> {
    let close = end_of_word(text, start + 1);
    if text.get(close) != Some(&b'$') {
        return None;
    }
    let mark = &text[start..=close];
    find(text, close + 1, mark).map(|found| found + mark.len())
}

fn skip_blank(text: &[u8], mut at: usize) -> usize {
    loop {
        let rest = &text[at.min(text.len())..];
        at = match rest {
            [b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, ..] => at + 1,
            [b'-', b'-', ..] | [b'#', b' ' | b'!', ..] => {
                find(text, at, b"\n").unwrap_or(text.len())
            }
            [b'/', b'*', ..] => find(text, at + 2, b"*/").map_or(text.len(), |found| found + 2),
            _ => return at.min(text.len()),
        };
    }
}

fn find(text: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(needle.len())
        .position(|window| window == needle)
        .map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(token) = next_token(sql.as_bytes(), at) {
            tokens.push(&sql[token.start..token.end]);
            at = token.end;
        }
        tokens
    }

    #[test]
    fn words_quotes_and_signs_are_told_apart() {
        let cases: [(&str, &[&str]); 9] = [
            ("select 1", &["select", "1"]),
            ("-- format\nselect/* x */a", &["select", "a"]),
            ("#!x\nselect # y\n1", &["select", "1"]),
            (r"'it''s \' fine' x", &[r"'it''s \' fine'", "x"]),
            ("`a``b`.\"c\"", &["`a``b`", ".", "\"c\""]),
            ("$h$ format ' $h$ x", &["$h$ format ' $h$", "x"]),
            ("f(1,2)", &["f", "(", "1", ",", "2", ")"]),
            ("'open", &["'open"]),
            ("", &[]),
        ];
        for (sql, wanted) in cases {
            assert_eq!(texts(sql), wanted, "{sql}");
        }
    }
}
