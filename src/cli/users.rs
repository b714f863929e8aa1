//! People of the dashboard.

use clap::{Args, Subcommand};
use snag_analyzer::Format;
use snag_web::Role;

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Who has an account
    List {
        /// How to print
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Format,
    },
    /// Make a link with which somebody new makes their account
    Invite {
        /// viewer, editor or owner
        #[arg(long, value_name = "ROLE", value_parser = role)]
        role: Role,
        /// Of this site alone [default: of every site]
        #[arg(long, value_name = "SITE")]
        site: Option<String>,
    },
    /// Make a link with which somebody chooses a new password
    Reset(Email),
    /// Take an account away
    Remove(Email),
}

#[derive(Debug, Args)]
pub(crate) struct Email {
    /// Their e-mail address
    #[arg(value_name = "EMAIL")]
    pub(crate) email: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::named(text).ok_or_else(|| "write viewer, editor or owner".to_owned())
}
