//! One page under the microscope: who sees it, how far down, what they click, what goes wrong on it.
//!
//! Invariant: pageviews, visitors and visits are those of `pages`, what is seen and clicked that of `links`, fields those
//! of `forms`; a page of which nothing is known gets a report of nothing that says so.

mod audience;
mod elements;
mod sections;
mod wireframe;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub use self::audience::{Audience, DeviceAudience, Speed, Tenth, Vital};
pub use self::elements::{Counts, Element, OnDevice, Place, Point};
pub use self::wireframe::wireframe;

use super::forms::{self, Form};
use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::filter::Dimension;
use crate::format::{Cell, Column, Report, Section, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};
use crate::step::Step;

const PATHS_SQL: &str =
    "SELECT DISTINCT path FROM pages WHERE site = {site:String} ORDER BY path LIMIT {limit:UInt32}";
const HOSTS_SQL: &str = "SELECT DISTINCT toString(host) AS name FROM pages \
                         WHERE site = {site:String} AND path = {path:String} ORDER BY name";
const ERRORS_SQL: &str = include_str!("../../../sql/reports/page_errors.sql");

/// One page, or pages that a pattern takes together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OnePage {
    /// Identifier of the site.
    pub site: String,
    /// The page as it was asked for.
    pub page: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// How many pages these are.
    pub pages: u64,
    /// Over all devices.
    #[serde(flatten)]
    pub whole: Audience,
    /// On each device, that of most pageviews first.
    pub devices: Vec<DeviceAudience>,
    /// All clicks, also those on nothing that is known.
    pub clicks: u64,
    /// Clicks on nothing that is known: the page had too many elements, or events came without any.
    pub clicks_elsewhere: u64,
    /// What can be seen and clicked, the most clicked first, then what most people saw.
    pub elements: Vec<Element>,
    /// Scripts that failed and files that did not load, those that most people met first.
    pub errors: Vec<PageError>,
    /// Its forms, that which most people began first.
    pub forms: Vec<Form>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
    /// Rows of the table for people.
    #[serde(skip)]
    limit: usize,
}

/// A script that failed on a page, or a file that did not load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageError {
    /// `error` for a script, `resource` for a file.
    pub what: String,
    /// What was said, or the address of the file.
    pub message: String,
    /// Where the script failed most often, as file and line; empty where that is not known.
    pub source: String,
    /// How often.
    pub times: u64,
    /// People who met it.
    pub visitors: u64,
    /// Of those who saw the page.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
}

#[derive(Row, Deserialize)]
struct Failed {
    what: String,
    message: String,
    source: String,
    times: u64,
    visitors: u64,
}

/// What every statement of the report is narrowed by.
struct Narrowed {
    /// The page, as a condition on rows with a host and a path.
    pages: String,
    /// What `pages` binds.
    bindings: Bindings,
}

impl Narrowed {
    /// The filters of the report and the page.
    fn filters(&self) -> String {
        format!("{{{{filters}}}} AND ({})", self.pages)
    }

    /// The rows of a statement over what has a host and a path.
    async fn rows<T>(&self, store: &Store, span: &Span, sql: &str) -> Result<Vec<T>, Error>
    where
        T: clickhouse::RowOwned + clickhouse::RowRead,
    {
        let sql = sql.replace("{{filters}}", &self.filters());
        let query = span.query_with(store, &sql, &span.period, self.bindings.clone());
        Ok(query.fetch_all().await?)
    }
}

/// Looks at a page; `page` is a step that names pages.
///
/// # Errors
/// [`Error::Usage`] for a step about something else and for a filter that exposures do not answer, [`Error::UnknownSite`],
/// [`Error::Store`].
pub async fn page(store: &Store, span: &Span, page: &Step) -> Result<OnePage, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let mut bindings = Bindings::default();
    let pages = bindings.pages(Some(page))?;
    let name = page.to_string();
    let name = name.strip_prefix("page:").unwrap_or(&name).to_owned();
    let group = bindings.text(&name);
    let narrowed = Narrowed { pages, bindings };

    let audiences = audience::audiences(store, span, &narrowed).await?;
    let clicked = elements::elements(store, span, &narrowed).await?;
    let forms = forms::counted(
        store,
        span,
        &group,
        &narrowed.filters(),
        narrowed.bindings.clone(),
    )
    .await?;
    let failed: Vec<Failed> = narrowed.rows(store, span, ERRORS_SQL).await?;
    let visitors = audiences.whole.visitors;
    let errors = failed.into_iter().map(|row| error(row, visitors)).collect();

    let mut found = OnePage {
        site: span.site.clone(),
        page: name,
        headline: String::new(),
        from: covered.from,
        to: covered.to,
        pages: audiences.pages,
        whole: audiences.whole,
        devices: audiences.devices,
        clicks: clicked.clicks,
        clicks_elsewhere: clicked.elsewhere,
        elements: clicked.elements,
        errors,
        forms,
        notes: Vec::new(),
        limit: span.limit as usize,
    };
    found.headline = sections::headline(&found);
    found.notes = notes(&found);
    Ok(found)
}

/// Paths of pages that the site ever had, by their names, `limit` at most; for choosing among them.
///
/// # Errors
/// [`Error::Store`].
pub async fn known_paths(store: &Store, site: &str, limit: u32) -> Result<Vec<String>, Error> {
    let query = store.client().query(PATHS_SQL);
    let query = query.param("site", site).param("limit", limit);
    Ok(query.fetch_all().await?)
}

/// The hosts that have a page of this path, by their names.
///
/// # Errors
/// [`Error::Store`].
pub async fn hosts(store: &Store, site: &str, path: &str) -> Result<Vec<String>, Error> {
    let query = store.client().query(HOSTS_SQL);
    let query = query.param("site", site).param("path", path);
    Ok(query.fetch_all().await?)
}

fn error(row: Failed, of: u64) -> PageError {
    // Who came before the period began may meet something within it.
    let visitors = row.visitors.min(of);
    PageError {
        what: row.what,
        message: row.message,
        source: row.source,
        times: row.times,
        visitors: row.visitors,
        rate: rate(visitors, of),
        interval: wilson(visitors, of, Z_95),
    }
}

fn notes(page: &OnePage) -> Vec<String> {
    let mut notes = Vec::new();
    let count = page.elements.len();
    if count > page.limit {
        notes.push(format!(
            "{} of {} elements are in the table: --limit",
            page.limit,
            thousands(count as u64)
        ));
    }
    if page.whole.views == 0 {
        notes.push(format!(
            "`snag pages --site {}` lists the pages that were seen",
            page.site
        ));
    } else if count == 0 {
        notes.push(
            "the tracker tells what was on a page, seen and clicked; events from other sources do not"
                .to_owned(),
        );
    }
    if page.clicks_elsewhere > 0 {
        notes.push(format!(
            "{} clicks were on nothing that is known",
            thousands(page.clicks_elsewhere)
        ));
    }
    if page.pages > 1 {
        notes.push(format!(
            "these are {} pages together; an element counts as one where selector and target are the same",
            thousands(page.pages)
        ));
    }
    notes
}

/// The filters that visits answer, which are of no page, and those of pages.
fn parted(span: &Span) -> (Span, Span) {
    let is_of_visits =
        |dimension: &Dimension| matches!(dimension, Dimension::Known(name) if *name == "device");
    let (visits, pages) = span
        .filters
        .iter()
        .cloned()
        .partition(|filter| is_of_visits(&filter.dimension));
    let with = |filters| Span {
        filters,
        ..span.clone()
    };
    (with(visits), with(pages))
}

impl Report for OnePage {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &sections::COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let shown = self.elements.iter().take(self.limit);
        shown.map(sections::row).collect()
    }

    fn data_rows(&self) -> Vec<Vec<Cell>> {
        self.elements.iter().map(sections::row).collect()
    }

    fn sections(&self) -> Vec<Section> {
        sections::sections(self)
    }

    fn is_there(&self) -> bool {
        self.whole.views > 0 || !self.elements.is_empty()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
