//! Reports by their names: what each is asked for, and what it tells, as pages, exports and the API show it.

mod ask;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use snag_analyzer::Error;
use snag_analyzer::format::{Cell, Column, Format, Measure, Report, Section, render};
use snag_store::Store;

use crate::asked::Pairs;
use crate::problem::Problem;
use crate::view::View;

/// Columns of a table in text; the web has its own.
const WIDTH: u16 = 100;

/// What a report tells.
pub(crate) struct Told {
    pub(crate) headline: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) sections: Vec<Section>,
    pub(crate) notes: Vec<String>,
    /// The whole of it.
    pub(crate) json: Value,
    pub(crate) csv: String,
    /// The command that shows the same.
    pub(crate) command: String,
}

impl Told {
    /// What a report tells, and the command that shows the same.
    pub(crate) fn of(report: &impl Report, command: String) -> Result<Self, Error> {
        let broken = |error: serde_json::Error| Error::Format {
            format: "json",
            message: error.to_string(),
        };
        let (columns, rows) = people(report.columns(), report.rows());
        Ok(Self {
            headline: report.headline().to_owned(),
            columns,
            rows,
            sections: report.sections(),
            notes: report.notes().to_vec(),
            json: serde_json::to_value(report).map_err(broken)?,
            csv: render(report, Format::Csv, WIDTH)?,
            command,
        })
    }
}

/// Columns that people read, with their cells.
pub(crate) fn people(columns: &[Column], rows: Vec<Vec<Cell>>) -> (Vec<Column>, Vec<Vec<Cell>>) {
    let is_shown: Vec<bool> = columns
        .iter()
        .map(|column| column.title().is_some())
        .collect();
    let columns = columns.iter().filter(|column| column.title().is_some());
    let row = |row: Vec<Cell>| {
        let cells = row.into_iter().zip(&is_shown);
        cells
            .filter(|(_, is_shown)| **is_shown)
            .map(|(cell, _)| cell)
            .collect()
    };
    (
        columns.copied().collect(),
        rows.into_iter().map(row).collect(),
    )
}

type Telling = Pin<Box<dyn Future<Output = Result<Told, Error>> + Send>>;

/// A report that can be asked for by name.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What it tells, in one sentence.
    pub(crate) about: &'static str,
    /// What it is asked for beside period and filters: name, meaning.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    tell: fn(Arc<Store>, View, Pairs) -> Telling,
}

macro_rules! named {
    ($name:literal, $title:literal, $about:literal, [$($parameter:expr),*], $tell:ident) => {
        Named {
            name: $name,
            title: $title,
            about: $about,
            parameters: &[$($parameter),*],
            tell: |store, view, query| Box::pin(ask::$tell(store, view, query)),
        }
    };
}

const GOAL: (&str, &str) = (
    "goal",
    "What counts as a conversion, written like a step of a funnel, or goal:NAME; what most came for where none is given",
);
const PAGE: (&str, &str) = ("page", "A page: /cart, /product/*, https://host/path");

/// All reports.
pub(crate) static REPORTS: &[Named] = &[
    named!(
        "overview",
        "Overview",
        "All visits together, beside those of the stretch of the same length before",
        [],
        overview
    ),
    named!(
        "timeline",
        "Visits over time",
        "Visits by hour, day, week or month",
        [
            (
                "unit",
                "hour, day, week or month; what fits the period where none is given"
            ),
            (
                "zone",
                "Where stretches begin, such as Europe/Dublin; UTC where none is given"
            )
        ],
        timeline
    ),
    named!(
        "pages",
        "Pages",
        "Pages by their pageviews: who saw them, who came in and went out by them",
        [],
        pages
    ),
    named!(
        "page",
        "One page",
        "One page: who sees it, how far down, what they click and where, how fast it is, what fails",
        [PAGE],
        one_page
    ),
    named!(
        "entries",
        "Entry pages",
        "Pages that visits began with",
        [],
        entries
    ),
    named!(
        "exits",
        "Exit pages",
        "Pages that visits ended with",
        [],
        exits
    ),
    named!(
        "sources",
        "Sources",
        "Where visits came from",
        [("by", "channel, source or referrer")],
        sources
    ),
    named!(
        "campaigns",
        "Campaigns",
        "Which campaigns visits came by",
        [("by", "campaign, source, medium, term, content or click-id")],
        campaigns
    ),
    named!(
        "countries",
        "Places",
        "Where visitors are",
        [("by", "country, region or city")],
        countries
    ),
    named!(
        "devices",
        "Devices",
        "What visitors use",
        [("by", "device, browser or os")],
        devices
    ),
    named!(
        "paths",
        "Paths",
        "Where visitors went from a page, or came to it from",
        [PAGE, ("back", "1 for where they came from")],
        paths
    ),
    named!(
        "links",
        "Links",
        "Links, buttons and creatives: seen by whom, clicked by whom, and which are dead",
        [PAGE],
        links
    ),
    named!(
        "ads",
        "Ads",
        "Creatives on the site's own pages: seen by whom, clicked by whom, what came of it",
        [("placement", "Creatives of this placement alone")],
        ads
    ),
    named!(
        "compare",
        "Which creative does better",
        "Which creative is clicked most by those who see it, and how sure that is",
        [
            ("by", "creative, campaign or placement"),
            ("placement", "Creatives of this placement alone"),
            ("randomised", "1 where chance chose them")
        ],
        compare
    ),
    named!(
        "campaign-costs",
        "Campaigns elsewhere",
        "Campaigns elsewhere: visits, conversions and costs",
        [],
        campaign_costs
    ),
    named!(
        "attribution",
        "Attribution",
        "Which visits conversions are owed to, by five models side by side",
        [],
        attribution
    ),
    named!(
        "experiments",
        "Experiments",
        "Variants told apart by a property, and which does better",
        [
            (
                "variants",
                "What tells the variants apart, such as props.variant"
            ),
            GOAL
        ],
        experiments
    ),
    named!(
        "trouble",
        "Trouble",
        "What visitors met on pages, and what it cost: errors, dead clicks, slowness",
        [GOAL],
        trouble
    ),
    named!(
        "lost",
        "Lost",
        "Pages that people get lost around",
        [GOAL],
        lost
    ),
    named!(
        "forms",
        "Forms",
        "How many send a form, and at which field the others stop",
        [],
        forms
    ),
    named!(
        "searches",
        "Searches",
        "What is searched for on the site, and which searches fail",
        [],
        searches
    ),
    named!(
        "tracking",
        "Tracking",
        "Pages that never tell of themselves, and silences",
        [],
        tracking
    ),
    named!(
        "realtime",
        "Realtime",
        "Who is there now, and on which pages",
        [],
        realtime
    ),
    named!(
        "discover",
        "Proposed funnels",
        "Funnels backwards from goals, form submits and purchases",
        [],
        discover
    ),
    named!(
        "findings",
        "Findings so far",
        "What audits found so far, and what was thought of it",
        [],
        findings
    ),
];

/// Tells a report.
///
/// # Errors
/// [`Problem`] 404 for a name that is none, else what the report says.
pub(crate) async fn tell(
    store: &Arc<Store>,
    name: &str,
    view: &View,
    query: &Pairs,
) -> Result<Told, Problem> {
    let Some(named) = REPORTS.iter().find(|named| named.name == name) else {
        let known: Vec<&str> = REPORTS.iter().map(|named| named.name).collect();
        return Err(Problem::not_found(format!(
            "no report {name:?}; there are {}",
            known.join(", ")
        )));
    };
    Ok((named.tell)(Arc::clone(store), view.clone(), query.clone()).await?)
}

pub(crate) use ask::{page, page_command};

/// Whether a column is one of numbers.
pub(crate) fn is_number(measure: Measure) -> bool {
    matches!(measure, Measure::Count | Measure::Rate | Measure::Seconds)
}
