//! What can be typed after `snag simulate`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::civil::Date;
use snag_simulator::{Defect, DefectKind, FAMILIES};
use url::Url;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).args(["habits", "world", "family"])))]
pub(crate) struct Simulate {
    /// What visitors do on each page, in TOML: they are sent to a collector
    #[arg(long, value_name = "FILE")]
    pub(crate) habits: Option<PathBuf>,
    /// A site, its visitors and its defects, in TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// A site of a kind, drawn from the seed
    #[arg(long, value_name = "NAME", value_parser = FAMILIES.map(|(name, _)| name))]
    pub(crate) family: Option<String>,
    /// How many defects are drawn and planted in it, each of another kind
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "habits")]
    pub(crate) defects: usize,
    /// A defect to plant, with its strength from 0 to 1, else drawn: dead_link, losing_screen=0.4; may be repeated
    #[arg(long = "plant", value_name = "KIND", value_parser = defect, conflicts_with = "habits")]
    pub(crate) planted: Vec<Defect>,
    /// How many sessions
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        conflicts_with = "habits"
    )]
    pub(crate) sessions: u32,
    /// The last day, UTC
    #[arg(
        long,
        value_name = "DATE",
        default_value = "2026-06-28",
        conflicts_with = "habits"
    )]
    pub(crate) until: Date,
    /// Over how many days sessions are spread
    #[arg(long, value_name = "N", default_value_t = 28, conflicts_with = "habits", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// Sessions over which the share of conversions that a defect costs is reckoned at least
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50_000,
        conflicts_with = "habits"
    )]
    pub(crate) reckoned: u32,
    /// Directory for recordings.ndjson.zst, truth.json and world.toml
    #[arg(long, value_name = "DIR", conflicts_with_all = ["habits", "to"])]
    pub(crate) out: Option<PathBuf>,
    /// The collector they are sent to, as if the last day ended now [default: http://127.0.0.1:7624]
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<Url>,
    /// How many visitors, with --habits
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub(crate) visitors: u32,
    /// Another seed gives other visitors, and another site of the family
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the site's pages are, if not where the file says
    #[arg(long, value_name = "URL")]
    pub(crate) origin: Option<Url>,
    /// File to write what they truly did to
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub(crate) truth: Option<PathBuf>,
}

/// `dead_link`, `losing_screen=0.4`.
fn defect(text: &str) -> Result<Defect, String> {
    let (name, strength) = match text.split_once('=') {
        Some((name, strength)) => (name, strength),
        None => (text, "0"),
    };
    let kind = DefectKind::named(name).ok_or_else(|| {
        let known = DefectKind::ALL.map(DefectKind::name);
        format!("there is no such defect; known: {}", known.join(", "))
    })?;
    match strength.parse::<f64>() {
        Ok(strength) if (0.0..=1.0).contains(&strength) => Ok(Defect::of(kind, strength)),
        _ => Err("write a strength from 0 to 1".to_owned()),
    }
}
