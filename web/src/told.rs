//! Reports by their names: what each is asked for, and what it tells, as pages, exports and the API show it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use snag_analyzer::definitions::{StepOrGoal, steps};
use snag_analyzer::format::{Cell, Column, Format, Measure, Report, Section, for_shell, render};
use snag_analyzer::{
    AdsRequest, Arms, AttributionRequest, By, CampaignsRequest, Error, ExperimentRequest, Goal,
    LinksRequest, PathsRequest, Step, TimelineRequest, Window, Zone,
};
use snag_store::Store;

use crate::asked::Pairs;
use crate::problem::Problem;
use crate::view::View;

/// The rate below which a link is dead, and how long before a conversion a visit may be (METRICS.md, Links, Ads).
const DEAD: f64 = 0.005;
const WINDOW: &str = "30d";
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
    ($name:literal, $title:literal, $about:literal, [$($parameter:expr),*], $tell:path) => {
        Named {
            name: $name,
            title: $title,
            about: $about,
            parameters: &[$($parameter),*],
            tell: |store, view, query| Box::pin($tell(store, view, query)),
        }
    };
}

macro_rules! spanned {
    ($name:ident, $command:literal, $report:path) => {
        async fn $name(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
            let report = $report(&store, &view.span()).await?;
            Told::of(&report, command($command, &view, ""))
        }
    };
}

/// A command with the view's options.
fn command(words: &str, view: &View, more: &str) -> String {
    format!("snag {words}{}{more}", view.options())
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

spanned!(overview, "overview", snag_analyzer::overview);
spanned!(pages, "pages", snag_analyzer::pages);
spanned!(forms, "forms", snag_analyzer::forms);
spanned!(searches, "searches", snag_analyzer::searches);
spanned!(tracking, "tracking", snag_analyzer::tracking);
spanned!(discover, "funnels discover", snag_analyzer::discover);

async fn timeline(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let unit = query.get("unit").map(str::parse).transpose()?;
    let zone: Zone = query.get("zone").unwrap_or("UTC").parse()?;
    let mut more = format!(" --zone {}", for_shell(zone.name()));
    if let Some(unit) = query.get("unit") {
        more += &format!(" --unit {}", for_shell(unit));
    }
    let request = TimelineRequest { unit, zone };
    let report = snag_analyzer::timeline(&store, &view.span(), &request).await?;
    Told::of(&report, command("timeline", &view, &more))
}

/// Visits told apart by one of these ways.
async fn by(
    store: &Store,
    view: &View,
    query: &Pairs,
    words: &str,
    ways: &[By],
) -> Result<Told, Error> {
    let word = query.get("by").unwrap_or(ways[0].name);
    let Some(way) = ways.iter().find(|way| way.name == word) else {
        let known: Vec<&str> = ways.iter().map(|way| way.name).collect();
        return Err(Error::Usage {
            message: format!("{words} are not told apart by {word:?}"),
            mend: format!("write {}", known.join(", ")),
        });
    };
    let report = snag_analyzer::visits(store, &view.span(), *way).await?;
    Told::of(
        &report,
        command(words, view, &format!(" --by {}", way.name)),
    )
}

async fn entries(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::visits(&store, &view.span(), By::ENTRY).await?;
    Told::of(&report, command("entries", &view, ""))
}

async fn exits(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::visits(&store, &view.span(), By::EXIT).await?;
    Told::of(&report, command("exits", &view, ""))
}

async fn sources(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "sources", &By::SOURCES).await
}

async fn campaigns(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "campaigns", &By::CAMPAIGNS).await
}

async fn countries(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "countries", &By::PLACES).await
}

async fn devices(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "devices", &By::DEVICES).await
}

/// The page that is asked about, if one is.
pub(crate) fn page(query: &Pairs) -> Result<Option<Step>, Error> {
    let page = query.get("page");
    page.map(|page| {
        // Where a site has several hosts, reports name a page by host and path.
        let is_whole = page.starts_with('/') || page.contains("://") || page.contains('*');
        match is_whole {
            true => format!("page:{page}").parse(),
            false => format!("page:https://{page}").parse(),
        }
    })
    .transpose()
}

async fn one_page(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let page = page(&query)?.ok_or_else(|| Error::Usage {
        message: "no page is named".to_owned(),
        mend: "write one such as /cart".to_owned(),
    })?;
    let report = snag_analyzer::page(&store, &view.span(), &page).await?;
    let path = query.get("page").unwrap_or_default();
    let more = format!(" --page {}", for_shell(path));
    Told::of(&report, command("page", &view, &more))
}

async fn paths(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let page = page(&query)?;
    let is_back = query.get("back").is_some();
    let mut more = String::new();
    if let Some(page) = query.get("page") {
        more += &format!(" --page {}", for_shell(page));
    }
    if is_back {
        more += " --back";
    }
    let request = PathsRequest { page, is_back };
    let report = snag_analyzer::paths(&store, &view.span(), &request).await?;
    Told::of(&report, command("paths", &view, &more))
}

async fn links(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let request = LinksRequest {
        page: page(&query)?,
        groups: Vec::new(),
        threshold: DEAD,
    };
    let more = query
        .get("page")
        .map_or_else(String::new, |page| format!(" --page {}", for_shell(page)));
    let report = snag_analyzer::links(&store, &view.span(), &request).await?;
    Told::of(&report, command("links", &view, &more))
}

fn placement(query: &Pairs) -> (Option<String>, String) {
    let placement = query.get("placement");
    let more = placement.map_or_else(String::new, |name| {
        format!(" --placement {}", for_shell(name))
    });
    (placement.map(str::to_owned), more)
}

async fn ads(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (placement, more) = placement(&query);
    let request = AdsRequest {
        placement,
        conversion: None,
    };
    let report = snag_analyzer::ads(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads", &view, &more))
}

async fn compare(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (placement, mut more) = placement(&query);
    let by = query.get("by").unwrap_or(Arms::ALL[0].0);
    let Some((name, arms)) = Arms::ALL.into_iter().find(|(name, _)| *name == by) else {
        return Err(Error::Usage {
            message: format!("nothing is compared by {by:?}"),
            mend: format!("write {}", Arms::ALL.map(|(name, _)| name).join(", ")),
        });
    };
    let is_randomised = query.get("randomised").is_some();
    more += &format!(" --by {name}");
    if is_randomised {
        more += " --randomised";
    }
    let request = AdsRequest {
        placement,
        conversion: None,
    };
    let report =
        snag_analyzer::compare_ads(&store, &view.span(), &request, arms, is_randomised).await?;
    Told::of(&report, command("ads compare", &view, &more))
}

async fn campaign_costs(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let window: Window = WINDOW.parse()?;
    let request = CampaignsRequest {
        conversion: None,
        window,
    };
    let report = snag_analyzer::campaigns(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads campaigns", &view, ""))
}

async fn attribution(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let window: Window = WINDOW.parse()?;
    let request = AttributionRequest {
        conversion: None,
        window,
    };
    let report = snag_analyzer::attribution(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads attribution", &view, ""))
}

/// The goal that is asked for, and how a command is given it.
fn goal(query: &Pairs) -> Result<(Option<StepOrGoal>, String), Error> {
    let goal = query.get("goal");
    let more = goal.map_or_else(String::new, |goal| format!(" --goal {}", for_shell(goal)));
    Ok((goal.map(str::parse).transpose()?, more))
}

async fn experiments(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let missing = |what: &str, such: &str| Error::Usage {
        message: format!("no {what} given"),
        mend: format!("write one such as {such}"),
    };
    let variants = query.get("variants");
    let variants = variants.ok_or_else(|| missing("variants are", "props.variant"))?;
    let (goal, more) = goal(&query)?;
    let goal = goal.ok_or_else(|| missing("goal is", "event:purchase"))?;
    let mut goal = steps(&store, &view.site, vec![goal]).await?;
    let request = ExperimentRequest {
        variants: variants.parse()?,
        exposure: None,
        goal: goal.remove(0),
        is_randomised: true,
    };
    let report = snag_analyzer::experiment(&store, &view.span(), &request).await?;
    let more = format!(" --variants {}{more}", for_shell(variants));
    Told::of(&report, command("experiments", &view, &more))
}

async fn trouble(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (given, more) = goal(&query)?;
    let goal = Goal::of(&store, &view.span(), given).await?;
    let report = snag_analyzer::trouble(&store, &view.span(), goal.as_ref()).await?;
    Told::of(&report, command("trouble", &view, &more))
}

async fn lost(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (given, more) = goal(&query)?;
    let goal = Goal::of(&store, &view.span(), given).await?;
    let report = snag_analyzer::lost(&store, &view.span(), goal.as_ref()).await?;
    Told::of(&report, command("lost", &view, &more))
}

async fn realtime(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::realtime(&store, &view.site, view.limit).await?;
    let command = format!("snag realtime --site {}", for_shell(&view.site));
    Told::of(&report, command)
}

async fn findings(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::audit::findings(&store, &view.site).await?;
    let command = format!("snag findings list --site {}", for_shell(&view.site));
    Told::of(&report, command)
}

/// Whether a column is one of numbers.
pub(crate) fn is_number(measure: Measure) -> bool {
    matches!(measure, Measure::Count | Measure::Rate | Measure::Seconds)
}
