//! Asking where links lead.

use clap::{Args, Subcommand};
use snag_analyzer::{Filters, Format, Moment};
use url::Url;

#[derive(Debug, Subcommand)]
pub(crate) enum LinksAction {
    /// Ask where links to other sites lead whether it is there, politely: robots.txt is heeded, and one request at a time
    /// goes to a site. Answers are kept, and `snag links` tells of them
    Check(LinkChecks),
}

#[derive(Debug, Args)]
pub(crate) struct LinkChecks {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Who to write to about these requests, a web or e-mail address; it goes out with each of them [default: the site's
    /// own address]
    #[arg(long, value_name = "CONTACT")]
    pub(crate) agent: Option<String>,
    /// Ask for the site's own pages too, at this origin [default: https:// and the host of the pages that link there]
    #[arg(long, value_name = "ORIGIN", num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "not asked for, asked for, and asked for at an origin"
    )]
    pub(crate) own: Option<Option<Url>>,
    /// Also those that were fine within the last day
    #[arg(long)]
    pub(crate) again: bool,
    /// Targets at most, those most clicked and then most seen first
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Seconds between two requests to one site
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub(crate) pause: f64,
    /// Seconds one answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0, value_parser = seconds)]
    pub(crate) timeout: f64,
    /// Sites asked at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) parallel: u8,
    /// Ask addresses of this machine and of private networks too
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// Links that were on a page since this day or time [default: the last 30 days]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Moment>,
    /// Links that were on a page until this day, included, or time
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Moment>,
    /// Only links for which this holds: 'path=/shop,device=mobile'; may be repeated
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filters: Vec<Filters>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

/// Up to an hour.
fn seconds(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('s').trim().parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("write seconds, from 0 to 3600".to_owned()),
    }
}
