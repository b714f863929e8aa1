//! Tells people and programs what was found: by mail, and by webhook for programs and chats.
//!
//! Knows no store and no clock: it is given what is to be told, to whom and when it is, and is asked what is due. Invariants:
//! nothing that a visitor may have sent becomes a header, a tag or a command of a chat; nothing is told twice, for what was
//! told and what still waits stands in one file that is replaced as a whole; nobody is sent anything whom the configuration
//! does not name, and no address of an inner network is asked unless it says so.

mod causes;
mod clean;
mod due;
mod html;
mod letter;
mod mail;
mod outbox;
mod place;
mod post;
mod retry;
mod send;
mod signature;
mod slack;
mod text;
mod told;
mod words;

pub use causes::{Causes, RateNow, SilenceNow};
pub use due::{Schedule, ZoneError};
pub use html::html;
pub use letter::{LetterError, letter};
pub use mail::{MailServer, Tls};
pub use outbox::{Outbox, OutboxError, Parcel};
pub use place::{Address, AddressError, Hook, Place, Style};
pub use post::body;
pub use send::{Outcome, Sender, SetUpError};
pub use signature::{Secret, SecretError};
pub use slack::slack;
pub use text::text;
pub use told::{Change, Cost, Rate, Silence, Snag, Told, Weekly};
pub use words::subject;
