//! Mail: one letter over SMTP.
//!
//! Invariant: no password and no letter goes over a line that is not encrypted, but to this machine itself.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Encryption, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::Told;
use crate::clean::{line, short};
use crate::letter::letter;
use crate::place::Address;
use crate::send::{Outcome, SetUpError};

/// For one command, and for all of a letter.
const COMMAND_TIME: Duration = Duration::from_secs(20);
const LETTER_TIME: Duration = Duration::from_secs(60);
/// Characters of an answer that are told.
const SHOWN: usize = 200;

/// How the line to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte on.
    Implicit,
    /// After a word in the clear; without it nothing is sent.
    StartTls,
    /// Not at all, to a server on this machine.
    None,
}

impl Tls {
    /// The port where servers listen for it. Source: RFC 8314, RFC 6409, RFC 5321.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Implicit => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// The server that takes letters.
#[derive(Clone, PartialEq)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    pub tls: Tls,
    /// Who sends, and by which password.
    pub credentials: Option<(String, String)>,
    /// From whom letters are.
    pub from: Address,
    /// A certificate, as PEM, that vouches for the server beside those that everybody knows.
    pub authority: Option<Vec<u8>>,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl MailServer {
    /// Whether a host is this machine.
    #[must_use]
    pub fn is_here(host: &str) -> bool {
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        host == "localhost" || address.is_some_and(|address| address.is_loopback())
    }
}

/// Sends letters.
#[derive(Debug)]
pub(crate) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Mail {
    pub(crate) fn new(server: MailServer) -> Result<Self, SetUpError> {
        let wrong = |message: String| SetUpError::Mail {
            host: server.host.clone(),
            message,
        };
        let encryption = match server.tls {
            Tls::None if !MailServer::is_here(&server.host) => {
                return Err(wrong(
                    "it is not on this machine, so the line has to be encrypted".to_owned(),
                ));
            }
            Tls::None => Encryption::None,
            tls => {
                let mut parameters = TlsParameters::builder(server.host.clone());
                if let Some(pem) = &server.authority {
                    let certificate = Certificate::from_pem(pem);
                    let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                    parameters = parameters.add_root_certificate(certificate);
                }
                let parameters = parameters
                    .build()
                    .map_err(|error| wrong(error.to_string()))?;
                match tls {
                    Tls::Implicit => Encryption::Wrapper(parameters),
                    _ => Encryption::Required(parameters),
                }
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(encryption)
            .timeout(Some(COMMAND_TIME));
        if let Some((user, password)) = server.credentials {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: builder.build(),
            from: server.from,
        })
    }

    pub(crate) async fn send(
        &self,
        to: &Address,
        id: &str,
        told: &Told,
        created: Timestamp,
    ) -> Outcome {
        let letter = match letter(&self.from, to, id, told, created) {
            Ok(letter) => letter,
            Err(error) => return Outcome::Refused(error.to_string()),
        };
        match tokio::time::timeout(LETTER_TIME, self.transport.send(letter)).await {
            Ok(Ok(answer)) => {
                let words: Vec<&str> = answer.message().collect();
                Outcome::Delivered(told_of(&format!("{} {}", answer.code(), words.join(" "))))
            }
            Ok(Err(error)) => failed(&error),
            Err(_) => Outcome::Later {
                why: "the mail server took too long".to_owned(),
                wait_ms: None,
            },
        }
    }
}

/// What an error means: only that this letter will never be taken is final. Who refuses to let us in may do so once a password
/// was mended.
fn failed(error: &smtp::Error) -> Outcome {
    let code = error.status().map(|code| code.to_string());
    let is_about_us = code.as_deref().is_some_and(|code| {
        // RFC 4954, 6: who we are, and how that is shown.
        ["454", "530", "534", "535", "538"].contains(&code)
    });
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(at) = cause {
        let more = at.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = at.source();
    }
    let why = told_of(&words);
    match error.is_permanent() && !is_about_us {
        true => Outcome::Refused(why),
        false => Outcome::Later { why, wait_ms: None },
    }
}

fn told_of(words: &str) -> String {
    short(&line(words), SHOWN)
}
