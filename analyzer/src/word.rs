//! Words of the little languages of steps and filters: quoting and escapes.
//!
//! A word ends at a stop character. `'…'` or `"…"` around the whole word, or a backslash before one character, take
//! the meaning from what they hold, stars included. Knows nothing of what the words are for.

use std::iter::Peekable;
use std::str::Chars;

/// One word as read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Word {
    /// The text between the stars, without quotes and escapes; one piece where there is no star.
    pub(crate) pieces: Vec<String>,
    /// Whether it was written in quotes.
    pub(crate) quoted: bool,
}

impl Word {
    /// The text with its stars as plain characters.
    pub(crate) fn text(&self) -> String {
        self.pieces.join("*")
    }
}

/// Reads words from the front of a text.
pub(crate) struct Reader<'a> {
    letters: Peekable<Chars<'a>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            letters: text.chars().peekable(),
        }
    }

    pub(crate) fn peek(&mut self) -> Option<char> {
        self.letters.peek().copied()
    }

    /// Takes the next character if it is `wanted`.
    pub(crate) fn take(&mut self, wanted: char) -> bool {
        self.letters.next_if_eq(&wanted).is_some()
    }

    pub(crate) fn skip_spaces(&mut self) {
        while self
            .letters
            .next_if(|letter| letter.is_whitespace())
            .is_some()
        {}
    }

    /// The next word, up to a character for which `stops` holds or the end. Spaces around an unquoted word are dropped.
    pub(crate) fn word(&mut self, stops: impl Fn(char) -> bool) -> Result<Word, String> {
        self.skip_spaces();
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => self.bare(stops),
        }
    }

    /// A word in which backslashes and stars stand for themselves, so that a regex needs no more of them; only before a
    /// character that would end the word a backslash takes that meaning away.
    pub(crate) fn raw(&mut self, stops: impl Fn(char) -> bool) -> Result<String, String> {
        self.skip_spaces();
        if let Some(quote @ ('\'' | '"')) = self.peek() {
            return Ok(self.quoted(quote)?.text());
        }
        let mut text = String::new();
        while let Some(letter) = self.letters.next_if(|letter| !stops(*letter)) {
            if letter == '\\' {
                match self.letters.next() {
                    Some(escaped) if stops(escaped) => text.push(escaped),
                    Some(escaped) => text.extend([letter, escaped]),
                    None => text.push(letter),
                }
            } else {
                text.push(letter);
            }
        }
        Ok(text.trim_end().to_owned())
    }

    fn quoted(&mut self, quote: char) -> Result<Word, String> {
        self.letters.next();
        let mut text = String::new();
        loop {
            match self.letters.next() {
                None => return Err(format!("the quote {quote} is not closed")),
                Some(letter) if letter == quote => break,
                Some('\\') => match self.letters.next_if(|next| *next == quote || *next == '\\') {
                    Some(escaped) => text.push(escaped),
                    None => text.push('\\'),
                },
                Some(letter) => text.push(letter),
            }
        }
        self.skip_spaces();
        Ok(Word {
            pieces: vec![text],
            quoted: true,
        })
    }

    fn bare(&mut self, stops: impl Fn(char) -> bool) -> Result<Word, String> {
        let mut pieces = vec![String::new()];
        // Escaped spaces at the end are meant.
        let mut meant = 0;
        while let Some(letter) = self.letters.next_if(|letter| !stops(*letter)) {
            let last = pieces.len() - 1;
            match letter {
                '\\' => {
                    let escaped = self
                        .letters
                        .next()
                        .ok_or("a backslash at the end escapes nothing")?;
                    pieces[last].push(escaped);
                    meant = pieces[last].len();
                }
                '*' => {
                    pieces.push(String::new());
                    meant = 0;
                }
                _ => pieces[last].push(letter),
            }
        }
        if let Some(last) = pieces.last_mut() {
            last.truncate(last.trim_end().len().max(meant));
        }
        Ok(Word {
            pieces,
            quoted: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<String>, bool, String), String> {
        let mut reader = Reader::new(text);
        let word = reader.word(|letter| letter == ',')?;
        let rest = reader.letters.collect();
        Ok((word.pieces, word.quoted, rest))
    }

    #[test]
    fn words_end_at_a_stop_and_lose_quotes_and_escapes() {
        let cases: [(&str, &[&str], bool, &str); 11] = [
            ("abc", &["abc"], false, ""),
            (" a b ,c", &["a b"], false, ",c"),
            (r"a\,b,c", &["a,b"], false, ",c"),
            (r"a\ ,c", &["a "], false, ",c"),
            ("'a,b',c", &["a,b"], true, ",c"),
            (r#""it's \"so\"" ,c"#, &[r#"it's "so""#], true, ",c"),
            (r"'.md\:x'", &[r".md\:x"], true, ""),
            ("/a/*/b*", &["/a/", "/b", ""], false, ""),
            (r"/a\*b", &["/a*b"], false, ""),
            ("'/a*'", &["/a*"], true, ""),
            ("", &[""], false, ""),
        ];
        for (text, pieces, quoted, rest) in cases {
            let pieces = pieces.iter().map(ToString::to_string).collect();
            assert_eq!(read(text), Ok((pieces, quoted, rest.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_quote_left_open_and_a_backslash_at_the_end_are_errors() {
        assert!(read("'abc").is_err());
        assert!(read(r"abc\").is_err());
    }
}
