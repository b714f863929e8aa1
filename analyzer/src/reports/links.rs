//! Links: which are seen and never clicked, which lead nowhere, which clicks go wrong.
//!
//! Invariant: what is judged is what a page's inventory says was on it, so that a link nobody ever clicked is judged too;
//! counts are people, each once, and who clicked something is taken to have seen it.

mod judged;
mod sections;
mod verdict;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub(crate) use self::verdict::UNSEEN;
pub use self::verdict::{Bounds, Counts, Verdict, usual_rate, verdict};

use self::judged::{judged, rivals, wrong};
use super::link_targets::{self, LinkTarget};
use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Report, Section, thousands};
use crate::pattern::Pattern;
use crate::statistics::Interval;
use crate::step::Step;

/// The rate below which a link is dead, where nothing else is asked (METRICS.md, Clicks).
pub const DEAD: f64 = 0.005;

const SQL: &str = include_str!("../../../sql/reports/links.sql");
const BROKEN_SQL: &str = include_str!("../../../sql/reports/broken.sql");
/// How pages that are not there are titled, in the languages of most sites.
const MISSING: &str = r"(^|[^\w])(404|page not found|not found|seite nicht gefunden|nicht gefunden|page introuvable|p[aá]gina no encontrada|pagina non trovata|pagina niet gevonden|p[aá]gina n[aã]o encontrada)($|[^\w])";

/// What is asked beside the span.
#[derive(Debug, Clone, PartialEq)]
pub struct LinksRequest {
    /// Links of these pages alone, as a step of pageviews.
    pub page: Option<Step>,
    /// Pages that count as one, instead of those with ten and more siblings below the first level; one that is empty for no
    /// groups at all.
    pub groups: Vec<Pattern>,
    /// The rate below which a link is dead.
    pub threshold: f64,
}

/// The links of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Links {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those with the worst verdicts first, of these those that most people saw.
    pub links: Vec<Link>,
    /// Pages that are not there.
    pub broken: Vec<Broken>,
    /// Targets that were broken when `snag links check` asked them.
    pub broken_targets: Vec<LinkTarget>,
    /// Elements at which clicks went wrong, those of most people first.
    pub wrong: Vec<Wrong>,
    /// Links of one page that lead to the same place.
    pub rivals: Vec<Rivals>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A link, button or creative.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// Its text, else where it leads, else its selector.
    pub name: String,
    /// Selector that finds it.
    pub selector: String,
    /// Where it leads, or empty.
    pub href: String,
    /// The page, or group of pages, where most people saw it.
    pub page: String,
    /// On how many pages or groups it is.
    pub pages: u64,
    /// Pageviews it was on.
    pub shown: u64,
    /// Of these the share in which it was seen.
    pub seen_rate: Option<f64>,
    /// People who saw it.
    pub exposed: u64,
    /// Of these who clicked it.
    pub clickers: u64,
    /// Clickers of those who saw it.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// How many more people have to see it until that is known; absent where it is, or no number would do.
    pub undecided_for: Option<u64>,
    /// Pages on which the verdict is another one.
    pub stands_out: Vec<StandsOut>,
}

/// A page on which a link does worse or better than everywhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandsOut {
    /// The page or group of pages.
    pub page: String,
    /// People who saw it there.
    pub exposed: u64,
    /// Of these who clicked it.
    pub clickers: u64,
    /// What is to be thought of it there.
    pub verdict: Verdict,
}

/// A page that is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Row, Deserialize)]
pub struct Broken {
    /// Its path.
    pub path: String,
    /// The worst status it answered with; 200 or 0 where only its title says so.
    pub status: u16,
    /// People who met it.
    pub visitors: u64,
    /// Times it was shown.
    pub views: u64,
    /// Pages they came from, the most frequent first; an empty one is none of the site's.
    pub came_from: Vec<String>,
    /// Elements that lead there.
    pub elements: Vec<String>,
}

/// An element at which clicks went wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wrong {
    /// Its text, else where it leads, else its selector.
    pub name: String,
    /// Selector that finds it.
    pub selector: String,
    /// The page, or group of pages, where most clicked it.
    pub page: String,
    /// Whether it is a link, a button or the like; others only look as if they were.
    pub is_control: bool,
    /// People who clicked it.
    pub clickers: u64,
    /// Of these whose click nothing answered.
    pub dead: u64,
    /// Of these who clicked it in a rage.
    pub rage: u64,
    /// Of these whose click an error followed.
    pub errors: u64,
    /// The share of those to whom the most frequent of these happened.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
}

/// Links of one page that lead to the same place and are clicked there, more than one of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rivals {
    /// The page or group of pages.
    pub page: String,
    /// Where they lead.
    pub href: String,
    /// Their names and how many clicked them, the most clicked first.
    pub links: Vec<(String, u64)>,
}

#[derive(Debug, Clone, Row, Deserialize)]
struct Told {
    element: u64,
    of_page: String,
    shown: u64,
    seen: u64,
    exposed: u64,
    clickers: u64,
    dead: u64,
    rage: u64,
    errors: u64,
    pages: u64,
    found: u8,
    selector: String,
    tag: String,
    text: String,
    href: String,
    role: String,
}

impl Told {
    fn name(&self) -> String {
        name([&self.text, &self.href, &self.selector])
            .map_or_else(|| format!("element {}", self.element), str::to_owned)
    }

    fn counts(&self) -> Counts {
        Counts {
            shown: self.shown,
            seen: self.seen,
            exposed: self.exposed,
            clickers: self.clickers,
        }
    }

    fn is_control(&self) -> bool {
        is_control(&self.tag, &self.href, &self.role)
    }
}

/// The first of an element's text, target and selector that says something.
pub(super) fn name(told: [&str; 3]) -> Option<&str> {
    told.into_iter()
        .map(str::trim)
        .find(|name| !name.is_empty())
}

/// Whether an element is a link, a button or the like; others only look as if they were.
pub(super) fn is_control(tag: &str, href: &str, role: &str) -> bool {
    !href.is_empty()
        || matches!(
            tag,
            "a" | "button" | "summary" | "input" | "select" | "label"
        )
        || matches!(
            role,
            "button" | "link" | "menuitem" | "tab" | "switch" | "checkbox"
        )
}

/// Judges the links.
///
/// # Errors
/// [`Error::Usage`] for what exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn links(store: &Store, span: &Span, request: &LinksRequest) -> Result<Links, Error> {
    let mut bindings = Bindings::default();
    let covered = span.covered(store, Over::Exposures).await?;
    let pages = bindings.pages(request.page.as_ref())?;
    let broken_targets =
        link_targets::broken_targets(store, span, &pages, bindings.clone()).await?;
    let narrowed = format!("{{{{filters}}}} AND ({pages})");
    let page = bindings.group(&request.groups);
    let sql = SQL
        .replace("{{page}}", &page)
        .replace("{{filters}}", &narrowed);
    let told: Vec<Told> = span
        .query_with(store, &sql, &span.period, bindings.clone())
        .fetch_all()
        .await?;
    let broken = BROKEN_SQL.replace("{{filters}}", &narrowed);
    let broken: Vec<Broken> = span
        .query_with(store, &broken, &span.period, bindings)
        .param("missing", MISSING)
        .fetch_all()
        .await?;
    let (whole, by_page): (Vec<Told>, Vec<Told>) =
        told.into_iter().partition(|told| told.of_page.is_empty());
    let mut links = judged(request, &whole, &by_page);
    let mut notes = Vec::new();
    let count = links.len();
    let headline = sections::headline(&span.site, &links, &broken, &broken_targets);
    let limit = span.limit as usize;
    if count > limit {
        links.truncate(limit);
        notes.push(format!(
            "{limit} of {} links are shown: --limit",
            thousands(count as u64)
        ));
    }
    if count == 0 {
        notes.push(
            "the tracker tells which links were on a page and seen; events from other sources do not".to_owned(),
        );
    }
    let mut wrong = wrong(&whole, &by_page);
    wrong.truncate(limit);
    let mut rivals = rivals(&by_page);
    rivals.truncate(limit);
    Ok(Links {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        links,
        broken,
        broken_targets,
        wrong,
        rivals,
        notes,
    })
}

impl Report for Links {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &sections::COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.links.iter().map(sections::row).collect()
    }

    fn sections(&self) -> Vec<Section> {
        sections::sections(self)
    }

    fn is_there(&self) -> bool {
        !self.links.is_empty() || !self.broken.is_empty() || !self.broken_targets.is_empty()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
