//! What can be typed of messages.

use clap::{Args, Subcommand};
use snag_analyzer::Format;

use crate::config::What;

#[derive(Debug, Subcommand)]
pub(crate) enum Messages {
    /// What is told, of which site, to whom and when, and what waits to be delivered
    List {
        /// How to print
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Format,
    },
    /// Send one message to each place now, and say what the other side answered
    Test {
        /// Site identifier, as in data-site
        #[arg(long, value_name = "SITE")]
        site: String,
    },
    /// Print what would be sent now
    Show(Shown),
}

#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Which message
    #[arg(long, value_name = "WORD", default_value = "weekly")]
    pub(crate) what: What,
    /// As a letter's text, a letter's HTML, the body of a webhook or that of a chat
    #[arg(long = "as", value_name = "FORM", default_value = "text")]
    pub(crate) form: Form,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// A letter's text
    Text,
    /// A letter's HTML
    Html,
    /// The body of a webhook
    Json,
    /// That of a chat
    Slack,
}
