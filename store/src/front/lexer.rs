//! Splits SQL into words, quoted things and signs, skipping comments. Knows no grammar.
//!
//! Works on bytes, because the data of an INSERT follows its text without a seam and need not be UTF-8. Takes time that
//! grows with the length of the text alone, whatever stands in it.

use std::collections::HashMap;

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

/// Reads the tokens of one text.
pub(super) struct Lexer<'a> {
    text: &'a [u8],
    /// Where each `$mark$` begins for the last time; made when the first is met.
    marks: Option<HashMap<&'a [u8], usize>>,
}

/// The first token at or after `position`, of a text of which no more is read.
pub(super) fn next_token(text: &[u8], position: usize) -> Option<Token> {
    Lexer::new(text).next(position)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a [u8]) -> Lexer<'a> {
        Lexer { text, marks: None }
    }

    /// The next token at or after `position`; `None` at the end of the text. A quote or comment that is not
    /// closed reaches to the end. The rules are those of ClickHouse's own lexer.
    pub(super) fn next(&mut self, position: usize) -> Option<Token> {
        let text = self.text;
        let start = skip_blank(text, position);
        let rest = text.get(start..)?;
        let (kind, end) = match rest {
            [] => return None,
            // Hexadecimal and binary literals know no escapes.
            [b'x' | b'X' | b'b' | b'B', b'\'', ..] => (Kind::Quoted, after(text, start + 2, b"'")),
            [quote @ (b'\'' | b'"' | b'`'), ..] => {
                (Kind::Quoted, end_of_quote(text, start, *quote))
            }
            // ‘text’ and “name”.
            [0xe2, 0x80, 0x98, ..] => (Kind::Quoted, after(text, start + 3, "’".as_bytes())),
            [0xe2, 0x80, 0x9c, ..] => (Kind::Quoted, after(text, start + 3, "”".as_bytes())),
            [b'$', ..] => match self.end_of_heredoc(start) {
                Some(end) => (Kind::Quoted, end),
                None => (Kind::Word, end_of_word(text, start + 1)),
            },
            [first, ..] if is_word_byte(*first) => (Kind::Word, end_of_word(text, start)),
            [first, ..] => (Kind::Sign(*first), start + 1),
        };
        Some(Token { kind, start, end })
    }

    /// `$anything$ … $anything$`
    fn end_of_heredoc(&mut self, start: usize) -> Option<usize> {
        let text = self.text;
        let close = find(text, start + 1, b"$")?;
        let mark = &text[start..=close];
        let marks = self.marks.get_or_insert_with(|| last_marks(text));
        // Looked for only where it is, or each of many marks would be sought to the end.
        let last = marks.get(mark).filter(|last| **last > close);
        let found = last.and_then(|_| find(text, close + 1, mark))?;
        Some(found + mark.len())
    }
}

/// What stands from each dollar to the next, with where it does for the last time.
fn last_marks(text: &[u8]) -> HashMap<&[u8], usize> {
    let mut marks = HashMap::new();
    let mut dollars = (0..text.len()).filter(|at| text[*at] == b'$');
    let mut begin = dollars.next();
    for end in dollars {
        if let Some(begin) = begin.replace(end) {
            marks.insert(&text[begin..=end], begin);
        }
    }
    marks
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_word(text: &[u8], start: usize) -> usize {
    let length = text[start..]
        .iter()
        .position(|byte| !is_word_byte(*byte) && *byte != b'$');
    length.map_or(text.len(), |length| start + length)
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

fn skip_blank(text: &[u8], mut at: usize) -> usize {
    loop {
        let rest = &text[at.min(text.len())..];
        at = match rest {
            [b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, ..] => at + 1,
            [b'-', b'-', ..] | [b'/', b'/', ..] | [b'#', b' ' | b'!', ..] => after(text, at, b"\n"),
            [b'/', b'*', ..] => end_of_comment(text, at),
            _ => return at.min(text.len()),
        };
    }
}

/// Comments of several lines may hold one another.
fn end_of_comment(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// Just behind the next `needle`, or the end of the text.
fn after(text: &[u8], from: usize, needle: &[u8]) -> usize {
    find(text, from, needle).map_or(text.len(), |found| found + needle.len())
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
        let mut lexer = Lexer::new(sql.as_bytes());
        let mut at = 0;
        while let Some(token) = lexer.next(at) {
            tokens.push(&sql[token.start..token.end]);
            at = token.end;
        }
        tokens
    }

    #[test]
    fn words_quotes_and_signs_are_told_apart() {
        let cases: [(&str, &[&str]); 17] = [
            ("select 1", &["select", "1"]),
            ("-- format\nselect/* x */a", &["select", "a"]),
            ("#!x\nselect # y\n1 // z\n", &["select", "1"]),
            (r"'it''s \' fine' x", &[r"'it''s \' fine'", "x"]),
            ("`a``b`.\"c\"", &["`a``b`", ".", "\"c\""]),
            ("$h$ format ' $h$ x", &["$h$ format ' $h$", "x"]),
            ("$a-$b$ $a-$ x", &["$a-$b$ $a-$", "x"]),
            ("$a$ $a", &["$a$", "$a"]),
            ("a$b$ '$b$'", &["a$b$", "'$b$'"]),
            ("/* /* ' */ ' */ x", &["x"]),
            (r"x'\' y", &[r"x'\'", "y"]),
            ("‘ ' ’ y", &["‘ ' ’", "y"]),
            ("“ ` ” y", &["“ ` ”", "y"]),
            ("$ x", &["$", "x"]),
            ("f(1,2)", &["f", "(", "1", ",", "2", ")"]),
            ("'open", &["'open"]),
            ("", &[]),
        ];
        for (sql, wanted) in cases {
            assert_eq!(texts(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn marks_that_are_not_closed_are_not_each_sought_to_the_end() {
        let marks: String = (0..100_000).map(|number| format!("$a{number}-")).collect();
        assert_eq!(texts(&marks).len(), 200_000);
    }
}
