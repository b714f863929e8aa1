//! What stands around every page: title, the way to other pages and sites, the bar of period and filters.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use snag_analyzer::format::capital;

use crate::access::{Caller, Role};
use crate::answer::fragment;
use crate::asked::{Asked, Pairs};
use crate::assets::place;
use crate::house::House;
use crate::problem::Problem;
use crate::route::{Kind, Route};
use crate::view::{PERIODS, View};

/// Pages of a site: where, what people read, and the least role that sees it.
const TABS: [(&str, &str, Role); 11] = [
    ("", "Snags", Role::Viewer),
    ("/overview", "Overview", Role::Viewer),
    ("/funnels", "Funnels", Role::Viewer),
    ("/links", "Links", Role::Viewer),
    ("/ads", "Ads", Role::Viewer),
    ("/experiments", "Experiments", Role::Viewer),
    ("/paths", "Paths", Role::Viewer),
    ("/page", "Pages", Role::Viewer),
    ("/health", "Health", Role::Viewer),
    ("/realtime", "Realtime", Role::Viewer),
    ("/settings", "Settings", Role::Editor),
];
/// Dimensions that the bar's own fields offer.
const DIMENSIONS: [&str; 14] = [
    "device",
    "browser",
    "os",
    "country",
    "region",
    "city",
    "channel",
    "source",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
];
/// What the bar itself writes into the address.
const OF_BAR: [&str; 8] = [
    "period",
    "from",
    "to",
    "where",
    "dimension",
    "operator",
    "value",
    "limit",
];

/// What stands around a page.
pub(crate) struct Frame {
    pub(crate) origin: String,
    title: String,
    who: String,
    site: String,
    sites: Vec<String>,
    tabs: Vec<Tab>,
    bar: Option<Bar>,
    csrf: String,
    path: String,
    query: String,
}

struct Tab {
    to: String,
    name: &'static str,
    is_here: bool,
}

/// The bar.
struct Bar {
    path: String,
    word: String,
    from: String,
    to: String,
    chips: Vec<Chip>,
    /// What else the address says.
    others: Vec<(String, String)>,
}

struct Chip {
    text: String,
    /// The same view without it.
    without: String,
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a> {
    frame: &'a Frame,
    css: String,
    js: String,
    mark: String,
    periods: &'a [(&'static str, &'static str, Option<i64>)],
    dimensions: &'a [&'static str],
    middle: &'a str,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Refusal<'a> {
    problem: &'a Problem,
    sentence: String,
    signs_in: bool,
    next: String,
    csrf: &'a str,
}

/// What stands in place of the middle until it is there. Texts of others are escaped, so none of them reads like it.
const HERE: &str = "<!--middle-->";

impl Frame {
    /// Around a page that is let through.
    pub(crate) fn of(route: &Route, asked: &Asked) -> Self {
        let shelf = asked.house.access.shelf();
        let mut frame = Self::new(&asked.house, &asked.caller, &asked.path, &asked.query);
        frame.origin.clone_from(&asked.origin);
        frame.csrf.clone_from(&asked.csrf);
        if let Kind::Page { title, bar } = route.kind {
            frame.title = title.to_owned();
            frame.bar = bar.then(|| Bar::of(asked));
        }
        if let Some(role) = asked.caller.role(&shelf, asked.site()) {
            frame.site = asked.site().to_owned();
            frame.tabs = tabs(&frame.site, &asked.path, role, &asked.query);
        }
        frame
    }

    /// Around a refusal, which shows nothing that who asks does not know.
    pub(crate) fn of_refusal(
        house: &Arc<House>,
        caller: &Caller,
        csrf: String,
        path: &str,
        query: &Pairs,
    ) -> Self {
        Self {
            csrf,
            ..Self::new(house, caller, path, query)
        }
    }

    fn new(house: &Arc<House>, caller: &Caller, path: &str, query: &Pairs) -> Self {
        let shelf = house.access.shelf();
        let sites = house.sites();
        let seen = sites
            .iter()
            .filter(|site| caller.role(&shelf, site).is_some());
        Self {
            origin: String::new(),
            title: "Snaglist".to_owned(),
            who: caller.name(),
            site: String::new(),
            sites: seen.cloned().collect(),
            tabs: Vec::new(),
            bar: None,
            csrf: String::new(),
            path: path.to_owned(),
            query: query.text(),
        }
    }

    /// What comes before the middle, and what after.
    pub(crate) fn halves(&self) -> (String, String) {
        let layout = Layout {
            frame: self,
            css: place("dashboard.css"),
            js: place("dashboard.js"),
            mark: place("mark.svg"),
            periods: &PERIODS,
            dimensions: &DIMENSIONS,
            middle: HERE,
        };
        let whole = fragment(&layout).unwrap_or_default();
        let (head, foot) = whole.split_once(HERE).unwrap_or((&whole, ""));
        (head.to_owned(), foot.to_owned())
    }

    /// The line that is shown while a report is reckoned; the style sheet takes it away once something follows it.
    pub(crate) fn progress(&self) -> String {
        "<p class=\"progress\" role=\"status\">Reading what visitors did. This page may be left at any time, which ends the reading.</p>"
            .to_owned()
    }

    /// The middle of a page that is refused.
    pub(crate) fn refusal(&self, problem: &Problem) -> String {
        let refusal = Refusal {
            problem,
            sentence: capital(&problem.detail),
            signs_in: problem.status == 401,
            next: format!("{}{}", self.path, self.query),
            csrf: &self.csrf,
        };
        fragment(&refusal).unwrap_or_else(|problem| problem.detail)
    }
}

fn tabs(site: &str, path: &str, role: Role, query: &Pairs) -> Vec<Tab> {
    let root = format!("/sites/{site}");
    // Period and filters go along, what one page alone is asked for does not.
    let kept = query.of_view().text();
    TABS.into_iter()
        .filter(|(.., least)| role >= *least)
        .map(|(to, name, _)| {
            let to = format!("{root}{to}");
            Tab {
                is_here: path == to,
                to: format!("{to}{kept}"),
                name,
            }
        })
        .collect()
}

impl Bar {
    fn of(asked: &Asked) -> Self {
        let query = &asked.query;
        // A view that does not read is refused by its page; the bar then shows the usual one.
        let view = View::read(asked.site(), query, Timestamp::now());
        let (word, from, to, conditions) = match view {
            Ok(view) => (view.word, view.from, view.to, view.conditions),
            Err(_) => (
                "custom".to_owned(),
                query.get("from").unwrap_or_default().to_owned(),
                query.get("to").unwrap_or_default().to_owned(),
                query.all("where").map(str::to_owned).collect(),
            ),
        };
        let is_others = |(name, _): &&(String, String)| !OF_BAR.contains(&name.as_str());
        let others: Vec<(String, String)> = query.0.iter().filter(is_others).cloned().collect();
        let own = || {
            let names = ["period", "from", "to"];
            let kept = query
                .0
                .iter()
                .filter(move |(name, _)| names.contains(&name.as_str()));
            kept.chain(&others).cloned()
        };
        let chip = |at: usize| {
            let left = conditions
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at);
            let left = left.map(|(_, text)| ("where".to_owned(), text.clone()));
            Chip {
                text: conditions[at].clone(),
                without: format!(
                    "{}{}",
                    asked.path,
                    Pairs(own().chain(left).collect()).text()
                ),
            }
        };
        Self {
            path: asked.path.clone(),
            chips: (0..conditions.len()).map(chip).collect(),
            word,
            from,
            to,
            others,
        }
    }
}
