//! Secrets: made by chance, compared in constant time, kept as hashes.

use std::fmt::Write as _;

use subtle::ConstantTimeEq as _;

/// A secret of 256 bits. Nobody guesses it, so a plain hash of it may be kept.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new() -> Self {
        Self(hex(&rand::random::<[u8; 32]>()))
    }

    /// As somebody brought it.
    pub(crate) fn brought(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What is handed out.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> String {
        blake3::hash(self.0.as_bytes()).to_hex().to_string()
    }
}

/// What only who has the key can have made of a text, for one purpose.
pub(crate) fn keyed(purpose: &str, key: &str, text: &str) -> [u8; 32] {
    let key = blake3::derive_key(purpose, key.as_bytes());
    *blake3::keyed_hash(&key, text.as_bytes()).as_bytes()
}

/// Whether two are the same, in a time that does not depend on where they differ.
pub(crate) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// Two letters a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
