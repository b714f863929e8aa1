//! From what a page said to what is stored: a list of named, pure steps over each event.
//!
//! Invariant: nothing here does I/O or asks the clock; `now`, the sender and all look-ups come in as arguments. No
//! address and no raw user agent leaves this module: only hashes, words and places do. A step may drop an event, with
//! a reason that is counted; a drop is not an error.

mod agent;
mod bot;
mod place;
mod site;
mod source;
mod visitor;
mod web_address;

use std::borrow::Cow;
use std::net::IpAddr;

use snag_beacon::{Batch, Event, Kind};

pub(crate) use agent::Agent;
pub use agent::Agents;
pub use bot::BotPolicy;
use bot::bot_reason;
pub(crate) use place::Place;
pub use place::{GeoError, Places};
pub use site::{Site, Sites};
pub(crate) use source::source_of;
pub(crate) use visitor::{Salt, SaltPair};
pub(crate) use web_address::page_address;

use crate::row::{ElementRow, EventKind, EventRow, element_id, number};

/// Why an event was not taken. The words are stable: they are metric labels and stand in the debug header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DropReason {
    /// The site is not among the configured ones.
    UnknownSite,
    /// The page's host is not one of the site's.
    ForeignHost,
    /// A bot, and the configuration says to drop bots.
    Bot,
    /// The page's address is no http or https URL.
    NotAWebPage,
}

impl DropReason {
    /// The reason in one stable word.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::UnknownSite => "unknown_site",
            Self::ForeignHost => "foreign_host",
            Self::Bot => "bot",
            Self::NotAWebPage => "not_a_web_page",
        }
    }
}

/// Who sent a batch, as far as the connection tells. Never stored.
#[derive(Debug, Clone)]
pub(crate) struct Sender<'a> {
    /// Address of the visitor, after trusted proxies were taken off.
    pub(crate) address: IpAddr,
    /// The `User-Agent` header, or empty.
    pub(crate) user_agent: &'a str,
}

/// What the steps may look at.
#[derive(Debug)]
pub(crate) struct Knowledge<'a> {
    /// Time of receipt, milliseconds since 1970.
    pub(crate) now: i64,
    /// The salts in force.
    pub(crate) salts: &'a SaltPair,
    /// Configured sites.
    pub(crate) sites: &'a Sites,
    /// What to do with bots.
    pub(crate) bots: BotPolicy,
    /// User agents, parsed once each.
    pub(crate) agents: &'a Agents,
    /// The geo database, if one is configured.
    pub(crate) places: Option<&'a Places>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Enriched {
    /// Rows to store.
    pub(crate) events: Vec<EventRow>,
    /// The elements those rows name.
    pub(crate) elements: Vec<ElementRow>,
    /// Events not taken, each with its reason.
    pub(crate) dropped: Vec<DropReason>,
}

struct Draft<'a> {
    sender: &'a Sender<'a>,
    batch: &'a Batch<'a>,
    event: &'a Event<'a>,
    row: EventRow,
}

type Step = fn(&Knowledge<'_>, &mut Draft<'_>) -> Result<(), DropReason>;

/// The steps every event goes through, in order. What only depends on the sender is cached behind the look-ups.
const STEPS: &[(&str, Step)] = &[
    ("time", time),
    ("url", url),
    ("site", site::check),
    ("bot", bot::mark),
    ("visitor", visitor::identify),
    ("source", source::attribute),
    ("device", agent::describe),
    ("geo", place::locate),
    ("kind", kind),
];

/// Runs all steps over all events of a batch.
#[must_use]
pub(crate) fn enrich(
    knowledge: &Knowledge<'_>,
    sender: &Sender<'_>,
    batch: &Batch<'_>,
) -> Enriched {
    let mut enriched = Enriched::default();
    for (index, event) in batch.events.iter().enumerate() {
        let row = EventRow {
            site: batch.site.to_string(),
            received_at: knowledge.now,
            seq: u32::try_from(index).unwrap_or(u32::MAX),
            pageview: pageview_id(batch, event),
            viewport: batch.viewport,
            ..EventRow::default()
        };
        let mut draft = Draft {
            sender,
            batch,
            event,
            row,
        };
        match STEPS
            .iter()
            .try_for_each(|(_, step)| step(knowledge, &mut draft))
        {
            Ok(()) => {
                if let Kind::Click(click) = &event.kind {
                    enriched
                        .elements
                        .push(element_row(&draft.row, &click.element));
                }
                enriched.events.push(draft.row);
            }
            Err(reason) => enriched.dropped.push(reason),
        }
    }
    enriched
}

/// The server's time less the page's own elapsed time, so that a wrong clock on the visitor's side harms nothing.
fn time(knowledge: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    let age = draft.batch.sent.saturating_sub(draft.event.at);
    draft.row.time = knowledge.now - i64::try_from(age).unwrap_or(0);
    Ok(())
}

fn url(knowledge: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    let kept = knowledge.sites.query_parameters(&draft.row.site);
    let address = page_address(&draft.event.url, kept).ok_or(DropReason::NotAWebPage)?;
    draft.row.host = address.host;
    draft.row.path = address.path;
    draft.row.query = address.query;
    draft.row.utm = address.utm;
    Ok(())
}

fn kind(_: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    match &draft.event.kind {
        Kind::Pageview(pageview) => {
            draft.row.kind = EventKind::Pageview;
            draft.row.title = pageview.title.to_string();
        }
        Kind::Click(click) => {
            let element = &click.element;
            draft.row.kind = EventKind::Click;
            draft.row.element =
                element_id(&draft.row.site, &element.selector, &target(&element.href));
            (draft.row.x, draft.row.y) = (click.x, click.y);
        }
        Kind::Custom(custom) => {
            draft.row.kind = EventKind::Custom;
            draft.row.name = custom.name.to_string();
            draft.row.props = custom
                .props
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect();
            draft.row.value = custom.value;
            draft.row.currency = custom.currency.to_string();
        }
    }
    Ok(())
}

fn pageview_id(batch: &Batch<'_>, event: &Event<'_>) -> u64 {
    if batch.page == 0 {
        return 0;
    }
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(batch.site.as_bytes())
        .update(&batch.page.to_le_bytes())
        .update(&event.view.to_le_bytes());
    number(&hasher)
}

/// What is kept of an element that an event of `row` names.
#[must_use]
pub(crate) fn element_row(row: &EventRow, element: &snag_beacon::Element<'_>) -> ElementRow {
    ElementRow {
        site: row.site.clone(),
        element: row.element,
        host: row.host.clone(),
        path: row.path.clone(),
        selector: element.selector.to_string(),
        tag: element.tag.to_string(),
        text: element.text.to_string(),
        href: target(&element.href).into_owned(),
        role: element.role.to_string(),
        seen_at: row.received_at,
    }
}

/// What is kept of a link's target: no query, fragment or credentials, and of addresses that are no web page, such as
/// `mailto:`, the scheme alone. All of these may name people.
pub(crate) fn target(href: &str) -> Cow<'_, str> {
    let end = href.find(['?', '#']).unwrap_or(href.len());
    let bare = &href[..end];
    let Some((scheme, rest)) = bare.split_once(':') else {
        return Cow::Borrowed(bare);
    };
    if !matches!(scheme, "http" | "https") {
        return Cow::Borrowed(&bare[..=scheme.len()]);
    }
    let host_end = rest.find(|c| c != '/').map_or(rest.len(), |start| {
        rest[start..]
            .find('/')
            .map_or(rest.len(), |end| start + end)
    });
    match rest[..host_end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{}", &rest[at + 1..])),
        None => Cow::Borrowed(bare),
    }
}

#[cfg(test)]
mod tests;
