//! What can be typed of one page.

use std::path::PathBuf;

use clap::Args;
use snag_analyzer::Step;

use super::{Visits, page};

#[derive(Debug, Args)]
pub(crate) struct OnePage {
    /// The page: /checkout/4, or pages together: '/product/*', https://host/path
    #[arg(long, value_name = "PAGE", value_parser = page)]
    pub(crate) page: Step,
    /// File to draw the page into, as SVG: its elements where visitors' browsers had them, and where they were clicked
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) visits: Visits,
}
