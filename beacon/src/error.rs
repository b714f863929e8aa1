//! What can be wrong with a batch, and where.
//!
//! Invariant: a message never repeats more than a few bytes of what was fed in, and no control characters of it, so
//! it can go into an answer or a log.

use std::fmt;

use thiserror::Error;

/// What is wrong with a batch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// No body.
    #[error("the body is empty; send a JSON object or a binary batch of version 1")]
    Empty,
    /// Body over [`BATCH_BYTES`](crate::limits::BATCH_BYTES).
    #[error("the batch is over {limit} bytes; send it in parts")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// First byte or `version` is another.
    #[error(
        "version {found} is not known; this side reads version 1, or JSON that starts with a brace"
    )]
    Version {
        /// The version found.
        found: u64,
    },
    /// Flags this version does not know.
    #[error("flags {found:#04x} are not known in version 1, where they are 0")]
    Flags {
        /// The flags found.
        found: u8,
    },
    /// The batch ends before it should.
    #[error("the batch is cut off")]
    CutOff,
    /// Bytes after the end.
    #[error("there are bytes after the end of the batch")]
    Trailing,
    /// No head record, or a second one.
    #[error("a batch has one head, right behind its dictionary")]
    Head,
    /// A varint beyond 64 bits or with bytes it does not need.
    #[error("a number is not a canonical varint of at most 64 bits")]
    Varint,
    /// A number over what its field can hold.
    #[error("a number is over {limit}")]
    Number {
        /// Largest number allowed.
        limit: u64,
    },
    /// Too many of something.
    #[error("there are more than {limit} {what}; send them in parts")]
    Count {
        /// What there are too many of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// A text over its limit.
    #[error("a text is over {limit} bytes; cut it")]
    LongText {
        /// Bytes allowed.
        limit: usize,
    },
    /// A text that is not UTF-8.
    #[error("a text is not valid utf-8")]
    Utf8,
    /// A text with a NUL character.
    #[error("a text holds a NUL character")]
    Nul,
    /// An index beyond the dictionary.
    #[error("string {index} is not in the dictionary, which has {count}")]
    Dictionary {
        /// The index found.
        index: u64,
        /// Strings in the dictionary.
        count: usize,
    },
    /// A site identifier that cannot be one.
    #[error("a site is named by 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    Site,
    /// A field that has to be there.
    #[error("`{0}` is missing or empty")]
    Missing(&'static str),
    /// `at` after `sent`.
    #[error("the event happens after its batch was sent; `at` must not exceed `sent`")]
    AfterSent,
    /// `sent` over [`SENT_MS`](crate::limits::SENT_MS).
    #[error(
        "the page claims to have been open for over 30 days; `sent` counts milliseconds from its start"
    )]
    Absurd,
    /// NaN or an infinity.
    #[error("a value is not a finite number")]
    NotFinite,
    /// What the binary layout has no place for.
    #[error("the binary layout has no place for it; write JSON")]
    NoPlace,
    /// A kind no event of a JSON batch may be all of.
    #[error(
        "no event is of a known kind: pageview, click, custom, signal, attention, exposure, field"
    )]
    Kind,
    /// JSON that does not parse, or has a member of the wrong type.
    #[error("{0}")]
    Json(String),
}

impl Problem {
    /// A short, stable word for it, fit for a metric's label.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Version { .. } | Self::Flags { .. } => "version",
            Self::CutOff | Self::Trailing | Self::Head | Self::Varint | Self::Dictionary { .. } => {
                "malformed"
            }
            Self::Number { .. } | Self::NotFinite => "number",
            Self::Count { .. } => "count",
            Self::LongText { .. } | Self::Utf8 | Self::Nul => "text",
            Self::Site => "site",
            Self::Missing(_) => "missing",
            Self::AfterSent | Self::Absurd => "time",
            Self::Kind | Self::NoPlace => "kind",
            Self::Json(_) => "json",
        }
    }
}

/// Where in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Offset from the body's first byte.
    Byte(usize),
    /// Path of a JSON member, as in `events[3].url`; of the field of that name in a [`Batch`](crate::Batch) too.
    Member(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::Member(path) => write!(f, "at {path}"),
        }
    }
}

/// Why a body is no batch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem} ({place})")]
pub struct DecodeError {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
}

/// Why a batch cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem} ({place})")]
pub struct EncodeError {
    /// What is wrong.
    pub problem: Problem,
    /// Which field.
    pub place: Place,
}

const PATH_CHARS: usize = 60;

/// A path made harmless: names inside it may be anybody's.
pub(crate) fn member(path: &str) -> Place {
    let mut tame: String = path
        .chars()
        .take(PATH_CHARS)
        .map(|c| {
            if c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() {
                c
            } else {
                '?'
            }
        })
        .collect();
    if path.chars().nth(PATH_CHARS).is_some() {
        tame.push('…');
    }
    Place::Member(tame)
}
