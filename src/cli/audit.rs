//! What can be typed of audits and their findings.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use snag_analyzer::definitions::StepOrGoal;
use snag_analyzer::{Format, Moment};

use super::funnel::Listed;

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// First day, 2026-01-31, or time [default: all there is]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Moment>,
    /// Last day, included, or time
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Moment>,
    /// First day, or time, beside the stretch of the same length right before: what is new, worse, better, gone
    #[arg(long, value_name = "DATE", conflicts_with = "from")]
    pub(crate) since: Option<Moment>,
    /// What visitors are to do, written like a step of a funnel, or goal:NAME [default: what most came for]
    #[arg(long, value_name = "STEP")]
    pub(crate) goal: Option<StepOrGoal>,
    /// Keep what is found, for `snag findings`
    #[arg(long)]
    pub(crate) keep: bool,
    /// Audit once a day, keep what is found and tell what is new, until Ctrl-C
    #[arg(long, conflicts_with_all = ["from", "to", "since", "html"])]
    pub(crate) watch: bool,
    /// File to write it to as a page that can be sent and printed
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Findings {
    /// All that audits found and kept, and whether the last one still found it
    List(Listed),
    /// It is known, and meant to be mended
    Accept(Judged),
    /// It is mended; found again, it is told as back
    Fix(Judged),
    /// Do not tell of it any more
    Mute(Judged),
}

#[derive(Debug, Args)]
pub(crate) struct Judged {
    /// Its identifier, as listed
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
}
