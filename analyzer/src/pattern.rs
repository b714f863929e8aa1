//! A text to be met exactly, or with stars that stand for any run of characters.

use std::str::FromStr;

use crate::Error;
use crate::word::{Reader, Word};

/// A pattern over a whole text. `*` stands for any characters, slashes and none included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This text, character by character.
    Exact(String),
    /// These pieces in their order, the first at the start and the last at the end; two at least.
    Glob(Vec<String>),
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let word = Reader::new(text.trim()).word(|_| false).map_err(|why| {
            Error::usage(
                format!("the pattern {text:?} cannot be read ({why})"),
                "write such as '/product/*', with a backslash before a star that is one",
            )
        })?;
        Ok(Self::from_word(word))
    }
}

impl Pattern {
    pub(crate) fn from_word(word: Word) -> Self {
        match word.pieces.len() {
            0 | 1 => Self::Exact(word.text()),
            _ => Self::Glob(word.pieces),
        }
    }

    /// As it was written, with its stars.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Exact(text) => text.clone(),
            Self::Glob(pieces) => pieces.join("*"),
        }
    }

    /// The first piece, up to the first star.
    pub(crate) fn head(&self) -> &str {
        match self {
            Self::Exact(text) => text,
            Self::Glob(pieces) => pieces.first().map_or("", String::as_str),
        }
    }

    pub(crate) fn head_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Exact(text) => Some(text),
            Self::Glob(pieces) => pieces.first_mut(),
        }
    }

    /// Whether `text` is met; what the engine's `LIKE` does with [`like`].
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let pieces = match self {
            Self::Exact(exact) => return exact == text,
            Self::Glob(pieces) => pieces,
        };
        let [first, middle @ .., last] = pieces.as_slice() else {
            return false;
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            match rest.find(piece.as_str()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

/// The pieces of a glob as a pattern of SQL's `LIKE`.
pub(crate) fn like(pieces: &[String]) -> String {
    let escape = |piece: &String| {
        piece
            .replace('\\', r"\\")
            .replace('%', r"\%")
            .replace('_', r"\_")
    };
    pieces.iter().map(escape).collect::<Vec<_>>().join("%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Pattern {
        Pattern::Glob(text.split('*').map(ToOwned::to_owned).collect())
    }

    #[test]
    fn stars_stand_for_any_run_and_the_ends_are_anchored() {
        let cases = [
            ("/a/*", "/a/", true),
            ("/a/*", "/a/b/c", true),
            ("/a/*", "/a", false),
            ("*/pay", "/checkout/pay", true),
            ("*/pay", "/checkout/pay/2", false),
            ("/a*b*c", "/a-b-b-c", true),
            ("/ab*b", "/ab", false),
            ("*", "", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(glob(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_like_takes_for_a_sign_is_escaped() {
        assert_eq!(like(&["/50%_off\\".into(), "x".into()]), r"/50\%\_off\\%x");
    }
}
