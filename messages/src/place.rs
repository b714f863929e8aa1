//! Where messages go: to an address of mail, or to a webhook.

use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::Secret;

/// An address of mail, such as `a@b.example` or `Anna <a@b.example>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Address(pub(crate) Mailbox);

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address of mail: write it such as a@b.example")]
pub struct AddressError(String);

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // A line of its own in a name would be one in a header.
        match text.parse::<Mailbox>() {
            Ok(mailbox) if !text.contains(char::is_control) => Ok(Self(mailbox)),
            _ => Err(AddressError(text.to_owned())),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.email)
    }
}

/// What a webhook is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The message itself, for programs.
    Plain,
    /// Blocks of a chat.
    Slack,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    /// Its address, http or https.
    pub url: Url,
    /// What it is sent.
    pub style: Style,
    /// What its requests are signed with.
    pub secret: Option<Secret>,
    /// Whether it may be on this machine or in a private network.
    pub allow_private: bool,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// To an address of mail.
    Mail(Address),
    /// To a webhook.
    Hook(Hook),
}

impl fmt::Display for Place {
    /// Names it in logs and files. Of a webhook only host and a check word, for the rest of the address is often its key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(address) => write!(f, "mail to {address}"),
            Self::Hook(hook) => write!(
                f,
                "webhook at {} ({})",
                hook.url.host_str().unwrap_or_default(),
                &digest(hook.url.as_str())[..6]
            ),
        }
    }
}

/// A number of a text, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_bring_a_header_with_it() {
        for text in [
            "",
            "a",
            "a@b@c",
            "a@b.example\r\nBcc: x@y.example",
            "Anna\r\nBcc: x@y.example <a@b.example>",
            "a@b.example, c@d.example",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
        let address: Address = "Änna <a@b.example>".parse().unwrap();
        assert_eq!(address.to_string(), "a@b.example");
    }

    #[test]
    fn a_webhook_s_key_is_not_told() {
        let hook = Place::Hook(Hook {
            url: "https://hooks.example/services/T0/B0/key?token=x"
                .parse()
                .unwrap(),
            style: Style::Slack,
            secret: None,
            allow_private: false,
        });
        let name = hook.to_string();
        assert!(
            name.starts_with("webhook at hooks.example (") && !name.contains("key"),
            "{name}"
        );
    }
}
