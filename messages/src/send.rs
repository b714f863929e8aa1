//! One attempt to deliver a message.

use jiff::Timestamp;

use crate::mail::{Mail, MailServer};
use crate::post::Poster;
use crate::{Place, Told};

/// Why nothing can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// Encryption of webhooks.
    #[error(transparent)]
    Web(#[from] snag_checker::SetUpError),
    /// The mail server, or its certificates.
    #[error("mail to {host} cannot be set up: {message}")]
    Mail {
        /// The server.
        host: String,
        /// What is wrong.
        message: String,
    },
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it, with these words.
    Delivered(String),
    /// It may be taken later.
    Later {
        /// Why not now.
        why: String,
        /// Milliseconds that the other side asked for.
        wait_ms: Option<i64>,
    },
    /// It will not be taken.
    Refused(String),
}

/// Delivers messages.
#[derive(Debug)]
pub struct Sender {
    mail: Option<Mail>,
    poster: Poster,
}

impl Sender {
    /// Of mail only with a server.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(mail: Option<MailServer>) -> Result<Self, SetUpError> {
        Ok(Self {
            mail: mail.map(Mail::new).transpose()?,
            poster: Poster::new()?,
        })
    }

    /// Tries once. `id` names the message in all attempts, `created` is when it was told.
    pub async fn send(
        &self,
        place: &Place,
        id: &str,
        told: &Told,
        created: Timestamp,
        now: Timestamp,
    ) -> Outcome {
        match (place, &self.mail) {
            (Place::Mail(to), Some(mail)) => mail.send(to, id, told, created).await,
            (Place::Mail(_), None) => {
                Outcome::Refused("there is no mail server: name one in [mail]".to_owned())
            }
            (Place::Hook(hook), _) => self.poster.send(hook, id, told, created, now).await,
        }
    }
}
