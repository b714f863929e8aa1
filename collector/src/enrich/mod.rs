//! From what a page said to what is stored: a list of named, pure steps over each event.
//!
//! Invariant: nothing here does I/O or asks the clock; `now`, the sender and all look-ups come in as arguments. No
//! address and no raw user agent leaves this module: only hashes, words and places do. A step may drop an event, with
//! a reason that is counted; a drop is not an error.

mod agent;
mod bot;
mod bot_words;
mod channel;
mod hints;
mod interaction;
mod mmdb;
mod network;
mod personal;
mod place;
mod site;
mod source;
mod spam;
mod target;
mod visit;
mod visitor;
mod web_address;

use std::borrow::Cow;
use std::net::IpAddr;

use snag_beacon::{Batch, Event, Kind};

pub use agent::{Agent, Agents};
pub use bot::{BotPolicy, BotReason};
pub(crate) use bot::{BotRules, Treatment};
pub(crate) use hints::ClientHints;
pub use mmdb::MmdbError;
pub use network::Networks;
pub(crate) use personal::clean;
pub use place::{Place, Places};
pub use site::{SEARCH_PARAMETERS, Site, Sites};
pub use source::attribution;
pub(crate) use source::{Source, source_of, without_www};
pub use spam::SpamReferrers;
pub(crate) use target::target;
pub(crate) use visitor::{Salt, SaltPair, Visitors, chance};
pub(crate) use web_address::{PageAddress, page_address, referrer_address};

use crate::row::{ElementRow, EventKind, EventRow, InteractionRow};
use visit::Visit;

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
    /// The `Sec-CH-UA…` headers.
    pub(crate) hints: ClientHints<'a>,
}

/// What the steps may look at.
#[derive(Debug)]
pub(crate) struct Knowledge<'a> {
    /// Time of receipt, milliseconds since 1970.
    pub(crate) now: i64,
    /// Who visitors are.
    pub(crate) visitors: Visitors<'a>,
    /// Configured sites.
    pub(crate) sites: &'a Sites,
    /// What to do with bots.
    pub(crate) bots: &'a BotRules,
    /// User agents, parsed once each.
    pub(crate) agents: &'a Agents,
    /// The geo database, if one is configured.
    pub(crate) places: Option<&'a Places>,
    /// The ASN database, if one is configured.
    pub(crate) networks: Option<&'a Networks>,
    /// Hosts that only send made-up visits.
    pub(crate) spam: &'a SpamReferrers,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Enriched<'a> {
    /// Rows to store.
    pub(crate) events: Vec<EventRow<'a>>,
    /// Rows of tables beside `events`.
    pub(crate) interactions: Vec<InteractionRow<'a>>,
    /// The elements those rows name.
    pub(crate) elements: Vec<ElementRow<'a>>,
    /// Events not taken, each with its reason.
    pub(crate) dropped: Vec<DropReason>,
    /// Events that seem to be of bots, each with its reason and what was done.
    pub(crate) detected: Vec<(BotReason, Treatment)>,
}

struct Draft<'a, 'b> {
    visit: &'b mut Visit<'a>,
    event: &'a Event<'a>,
    row: EventRow<'a>,
    is_referrer_spam: bool,
    detected: &'b mut Vec<(BotReason, Treatment)>,
}

type Step = fn(&Knowledge<'_>, &mut Draft<'_, '_>) -> Result<(), DropReason>;

/// The steps every event goes through, in order. What depends on the sender alone is found once a batch, in `visit`.
const STEPS: &[(&str, Step)] = &[
    ("time", time),
    ("url", url),
    ("site", site::check),
    ("source", source::attribute),
    ("bot", bot::mark),
    ("kind", kind),
];

/// Runs all steps over all events of a batch.
#[must_use]
pub(crate) fn enrich<'a>(
    knowledge: &Knowledge<'_>,
    sender: &Sender<'_>,
    batch: &'a Batch<'a>,
) -> Enriched<'a> {
    let mut enriched = Enriched::default();
    if !knowledge.sites.knows(&batch.site) {
        enriched.dropped = vec![DropReason::UnknownSite; batch.events.len()];
        return enriched;
    }
    let mut visit = Visit::of(knowledge, sender, batch);
    enriched.events.reserve_exact(batch.events.len());
    for (index, event) in batch.events.iter().enumerate() {
        let row = visit.row(knowledge.now, index, event);
        let mut draft = Draft {
            visit: &mut visit,
            event,
            row,
            is_referrer_spam: false,
            detected: &mut enriched.detected,
        };
        match STEPS
            .iter()
            .try_for_each(|(_, step)| step(knowledge, &mut draft))
        {
            Ok(()) => {
                let mut row = draft.row;
                let what = interaction::interaction(&mut row, &event.kind);
                for (element, named) in interaction::elements(&event.kind, &row, what.as_ref()) {
                    enriched.elements.push(element_row(&row, named, element));
                }
                if let Some(what) = what {
                    let event = row;
                    enriched.interactions.push(InteractionRow { event, what });
                    continue;
                }
                let beside =
                    interaction::told_beside(&row, &event.kind, &event.url, knowledge.sites);
                enriched.events.push(row);
                enriched.events.extend(beside);
            }
            Err(reason) => enriched.dropped.push(reason),
        }
    }
    enriched
}

/// The server's time less the page's own elapsed time, so that a wrong clock on the visitor's side harms nothing.
fn time(knowledge: &Knowledge<'_>, draft: &mut Draft<'_, '_>) -> Result<(), DropReason> {
    let age = draft.visit.batch.sent.saturating_sub(draft.event.at);
    draft.row.time = knowledge.now - i64::try_from(age).unwrap_or(0);
    Ok(())
}

fn url(knowledge: &Knowledge<'_>, draft: &mut Draft<'_, '_>) -> Result<(), DropReason> {
    let address = draft.visit.page(knowledge, &draft.event.url);
    draft.row.page = address.ok_or(DropReason::NotAWebPage)?;
    Ok(())
}

fn kind(_: &Knowledge<'_>, draft: &mut Draft<'_, '_>) -> Result<(), DropReason> {
    match &draft.event.kind {
        Kind::Pageview(pageview) => {
            draft.row.kind = EventKind::Pageview;
            draft.row.title = clean(pageview.title.as_ref());
            draft.row.amount = pageview.status.into();
            if pageview.back {
                draft.row.detail = Cow::Borrowed("back");
            }
        }
        Kind::Click(click) => {
            draft.row.kind = EventKind::Click;
            draft.row.element = interaction::element_of(&draft.row, &click.element);
            (draft.row.x, draft.row.y) = (click.x, click.y);
            draft.row.within = click.within;
        }
        Kind::Custom(custom) => {
            draft.row.kind = EventKind::Custom;
            draft.row.name = clean(custom.name.as_ref());
            draft.row.props = custom
                .props
                .iter()
                .map(|(key, value)| (clean(key.as_ref()), clean(value.as_ref())))
                .collect();
            draft.row.value = custom.value;
            draft.row.currency = clean(custom.currency.as_ref());
        }
        Kind::Signal(signal) => interaction::signal(&mut draft.row, signal),
        // Rows of their own.
        Kind::Attention(_) | Kind::Exposure(_) | Kind::Field(_) => {}
    }
    Ok(())
}

/// What is kept of an element that an event of `row` names.
#[must_use]
pub(crate) fn element_row<'a>(
    row: &EventRow<'a>,
    named: u64,
    element: &'a snag_beacon::Element<'_>,
) -> ElementRow<'a> {
    let text = |text: &'a Cow<'_, str>| clean(text.as_ref());
    ElementRow {
        site: row.site.clone(),
        element: named,
        host: row.page.host.clone(),
        path: row.page.path.clone(),
        selector: interaction::selector(element),
        tag: text(&element.tag),
        text: text(&element.text),
        href: target(&element.href),
        role: text(&element.role),
        name: text(&element.name),
        type_: text(&element.type_),
        ad: text(&element.ad),
        placement: text(&element.placement),
        campaign: text(&element.campaign),
        rotation: text(&element.rotation),
        seen_at: row.received_at,
    }
}

#[cfg(test)]
mod tests;
