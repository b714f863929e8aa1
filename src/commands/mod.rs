//! One file a command.

use anyhow::Result;
use snag_analyzer::format::{Format, Report, render};

use crate::exit::Exit;

/// Columns a table may take.
const WIDTH: u16 = 100;

/// Prints a report, and says whether there was anything to report.
fn print(report: &impl Report, format: Format, is_there: bool) -> Result<Exit> {
    print!("{}", render(report, format, WIDTH)?);
    Ok(if is_there {
        Exit::Done
    } else {
        Exit::NothingToReport
    })
}

pub(crate) mod doctor;
pub(crate) mod funnel;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod rebuild;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod snippet;
pub(crate) mod spool;
pub(crate) mod verify;
pub(crate) mod visits;
