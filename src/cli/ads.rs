//! What can be typed about ads and their costs.

use std::path::PathBuf;

use clap::Args;
use snag_analyzer::{Step, Window};

use super::{Planning, Visits};

#[derive(Debug, Args)]
pub(crate) struct Ads {
    /// What is asked [default: creatives on the site's own pages]
    #[arg(value_name = "REPORT")]
    pub(crate) about: Option<About>,
    /// Creatives of this placement alone, as in data-snag-placement
    #[arg(long, value_name = "NAME")]
    pub(crate) placement: Option<String>,
    /// What counts as a conversion, written like a step of a funnel [default: an event that money is in]
    #[arg(long, value_name = "STEP")]
    pub(crate) conversion: Option<Step>,
    /// How long before a conversion a visit may be that campaigns or attribution give credit to [default: 30d]
    #[arg(long, value_name = "TIME")]
    pub(crate) window: Option<Window>,
    /// What is compared: creative, campaign or placement [default: creative]
    #[arg(long, value_name = "WORD", value_parser = ["creative", "campaign", "placement"])]
    pub(crate) by: Option<String>,
    /// They were rotated at random, each as often as any other: whether they were is checked, and a difference is no mere
    /// association
    #[arg(long)]
    pub(crate) randomised: bool,
    #[command(flatten)]
    pub(crate) planning: Planning,
    #[command(flatten)]
    pub(crate) visits: Visits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum About {
    /// Which creative is clicked most by those who see it, and how sure that is
    Compare,
    /// Campaigns elsewhere: visits, conversions and costs
    Campaigns,
    /// Which visits conversions are owed to, by five models side by side
    Attribution,
}

#[derive(Debug, Args)]
pub(crate) struct ImportCosts {
    /// Files, of which each goes in as a whole or not at all; - is standard input. One's own have date, campaign or ad, and cost, beside them
    /// source, medium, impressions, clicks and currency; without a source a cost is of the creatives on the site's own pages
    /// that bear its names, if there are any
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Site identifier, as in data-site [default: the only one there is]
    #[arg(long, value_name = "SITE")]
    pub(crate) site: Option<String>,
    /// Currency of files that name none: EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    pub(crate) currency: Option<String>,
}

/// Three letters, as in ISO 4217.
fn currency(text: &str) -> Result<String, String> {
    match text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => Ok(text.to_ascii_uppercase()),
        false => Err("write three letters such as EUR".to_owned()),
    }
}
