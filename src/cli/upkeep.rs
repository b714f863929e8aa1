//! Keeping, copying and removing what is stored.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use snag_analyzer::Format;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; it appears when it is whole
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// With the key that imports hash visitors with, so that files that grow can be imported after a restore with the same
    /// visitors; who has it can try out whether somebody is in the data
    #[arg(long)]
    pub(crate) with_import_key: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// What `snag backup` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// In place of all that the store has
    #[arg(long, conflicts_with = "check")]
    pub(crate) replace: bool,
    /// Only say whether the file is whole, and what is in it; needs no store
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = FIND_VISITOR)]
pub(crate) struct Erase {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Only what this visitor did: a number as in the column visitor of the tables; how somebody's is found is said below
    #[arg(long, value_name = "NUMBER", conflicts_with = "before")]
    pub(crate) visitor: Option<u64>,
    /// Only visits before this day, 2026-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) before: Option<Date>,
    /// Without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

const FIND_VISITOR: &str = "Whose number is whose: nobody knows, and after the day it cannot be found out, for the day's salt, \
without which an address leads to no number, is gone after 48 hours. Somebody who asks within the day opens a page of the \
site with ?utm_content=WORD added to its address, a word made up for this, in the browser it is about; then their number is

  SELECT DISTINCT visitor FROM events WHERE utm_content = 'WORD'

through the address given by --sql-listen, or on the ClickHouse server. Numbers that are told to be the same person's over midnight go \
with it. Backups made before hold it still: remove them, or erase again after a restore.";

/// For how long visits are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// Keep the visits of a site for some days; older ones are removed at once and from then on
    Set {
        /// Site identifier, as in data-site
        #[arg(long, value_name = "SITE")]
        site: String,
        /// Days
        #[arg(long, value_name = "N")]
        days: u32,
    },
    /// The sites whose visits are kept for a time; those of all others are kept for ever
    List {
        /// How to print
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Format,
    },
    /// Keep the visits of a site for ever again
    Forget {
        /// Site identifier, as in data-site
        #[arg(long, value_name = "SITE")]
        site: String,
    },
}
