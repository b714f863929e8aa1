//! Rows of the tables beacons end in.
//!
//! Invariant: a row writes as many values as its table has columns, in their order. What the columns mean stands in
//! `sql/migrations`; how values become bytes, in `encoding`.

mod interaction;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::encoding::Values;
use crate::enrich::{Agent, PageAddress, Place, Source};
pub(crate) use interaction::{Interaction, InteractionRow};

/// A table that the collector fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Table {
    /// `elements`: what element identifiers stand for. Comes first, so that no event names an unknown element.
    Elements = 1,
    /// `events`: one row an event.
    Events = 2,
    /// `exposures`: which elements were on a page, and seen.
    Exposures = 3,
    /// `attention`: how pages were looked at.
    Attention = 4,
    /// `fields`: how fields were filled in.
    Fields = 5,
}

impl Table {
    /// All tables, in the order in which a segment's rows are shipped.
    pub(crate) const ALL: [Self; 5] = [
        Self::Elements,
        Self::Events,
        Self::Exposures,
        Self::Attention,
        Self::Fields,
    ];

    /// The table's name in the store.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elements => "elements",
            Self::Events => "events",
            Self::Exposures => "exposures",
            Self::Attention => "attention",
            Self::Fields => "fields",
        }
    }

    /// The table with this number, if there is one.
    #[must_use]
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|table| *table as u8 == number)
    }

    /// Names and types, in the order in which rows are written.
    pub(crate) fn columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Elements => ELEMENT_COLUMNS,
            Self::Events => EVENT_COLUMNS,
            Self::Exposures => interaction::EXPOSURES,
            Self::Attention => interaction::ATTENTION,
            Self::Fields => interaction::FIELDS,
        }
    }
}

const TEXT: &str = "String";
const WORD: &str = "LowCardinality(String)";
const TIME: &str = "DateTime64(3, 'UTC')";

const EVENT_COLUMNS: &[(&str, &str)] = &[
    ("site", WORD),
    ("time", TIME),
    ("received_at", "DateTime('UTC')"),
    ("seq", "UInt32"),
    ("visitor", "UInt64"),
    ("visitor_before", "UInt64"),
    ("session", "UInt64"),
    ("pageview", "UInt64"),
    ("kind", KINDS),
    ("name", WORD),
    ("host", WORD),
    ("path", WORD),
    ("query", TEXT),
    ("title", WORD),
    ("element", "UInt64"),
    ("x", "UInt16"),
    ("y", "UInt16"),
    ("across", "UInt16"),
    ("down", "UInt16"),
    ("amount", "UInt32"),
    ("detail", TEXT),
    ("referrer_host", WORD),
    ("referrer_path", TEXT),
    ("source", WORD),
    ("channel", WORD),
    ("click_id", WORD),
    ("utm_source", WORD),
    ("utm_medium", WORD),
    ("utm_campaign", WORD),
    ("utm_term", WORD),
    ("utm_content", WORD),
    ("device", WORD),
    ("browser", WORD),
    ("browser_version", WORD),
    ("os", WORD),
    ("os_version", WORD),
    ("country", WORD),
    ("region", WORD),
    ("city", WORD),
    ("viewport_width", "UInt16"),
    ("viewport_height", "UInt16"),
    ("bot", WORD),
    ("props", "Map(LowCardinality(String), String)"),
    ("value", "Nullable(Float64)"),
    ("currency", WORD),
];

const ELEMENT_COLUMNS: &[(&str, &str)] = &[
    ("site", WORD),
    ("element", "UInt64"),
    ("host", WORD),
    ("path", TEXT),
    ("selector", TEXT),
    ("tag", WORD),
    ("text", TEXT),
    ("href", TEXT),
    ("role", WORD),
    ("name", TEXT),
    ("type", WORD),
    ("ad", TEXT),
    ("placement", TEXT),
    ("campaign", TEXT),
    ("rotation", TEXT),
    ("seen_at", TIME),
];

/// The partition of `events` that a time (milliseconds since 1970) falls into: year times 100 and month, UTC.
#[must_use]
pub(crate) fn month_of(time: i64) -> u32 {
    let time = Timestamp::from_millisecond(time).unwrap_or_default();
    let date = Offset::UTC.to_datetime(time).date();
    u32::from(date.year().unsigned_abs()) * 100 + u32::from(date.month().unsigned_abs())
}

/// The kinds of `events.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i8)]
pub(crate) enum EventKind {
    /// A page was shown.
    #[default]
    Pageview = 1,
    /// An element was clicked.
    Click = 2,
    /// An event the page named itself.
    Custom = 3,
    /// Clicks in one place in quick succession.
    Rage = 4,
    /// A click that nothing answered.
    Dead = 5,
    /// A click that an error followed.
    ErrorClick = 6,
    /// Text was copied.
    Copy = 7,
    /// A script failed.
    Error = 8,
    /// A file of the page could not be loaded.
    Resource = 9,
    /// A form was begun.
    FormStart = 10,
    /// A form was submitted.
    FormSubmit = 11,
    /// A form was not let through.
    FormFail = 12,
    /// The page said who the visitor is.
    Identify = 13,
    /// The page said what the visitor agreed to.
    Consent = 14,
    /// A link to another host was clicked.
    Outbound = 15,
    /// A link to a file was clicked.
    Download = 16,
    /// The site was searched.
    Search = 17,
}

/// The type of `events.kind`, as in its latest migration.
const KINDS: &str = "Enum8('pageview' = 1, 'click' = 2, 'custom' = 3, 'rage' = 4, 'dead' = 5, 'error_click' = 6, \
     'copy' = 7, 'error' = 8, 'resource' = 9, 'form_start' = 10, 'form_submit' = 11, \
     'form_fail' = 12, 'identify' = 13, 'consent' = 14, 'outbound' = 15, 'download' = 16, 'search' = 17)";

impl EventKind {
    /// The kind of event that a signal is.
    #[must_use]
    pub(crate) fn of_signal(word: &str) -> Self {
        match word {
            "rage" => Self::Rage,
            "dead" => Self::Dead,
            "error_click" => Self::ErrorClick,
            "copy" => Self::Copy,
            "error" => Self::Error,
            "resource" => Self::Resource,
            "form_start" => Self::FormStart,
            "form_submit" => Self::FormSubmit,
            "form_fail" => Self::FormFail,
            "identify" => Self::Identify,
            "consent" => Self::Consent,
            _ => Self::Custom,
        }
    }
}

/// One row of `events`. Times are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct EventRow<'a> {
    pub(crate) site: Cow<'a, str>,
    pub(crate) time: i64,
    pub(crate) received_at: i64,
    pub(crate) seq: u32,
    pub(crate) visitor: u64,
    pub(crate) visitor_before: u64,
    pub(crate) session: u64,
    pub(crate) pageview: u64,
    pub(crate) kind: EventKind,
    pub(crate) name: Cow<'a, str>,
    pub(crate) page: PageAddress<'a>,
    pub(crate) title: Cow<'a, str>,
    pub(crate) element: u64,
    pub(crate) x: u16,
    pub(crate) y: u16,
    /// Place within the element, in thousandths of its width and height; 0 and 0 when unknown.
    pub(crate) within: (u16, u16),
    pub(crate) amount: u32,
    pub(crate) detail: Cow<'a, str>,
    pub(crate) source: Source<'a>,
    pub(crate) agent: Option<Arc<Agent>>,
    pub(crate) place: Option<Arc<Place>>,
    pub(crate) viewport: (u16, u16),
    pub(crate) bot: &'static str,
    pub(crate) props: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(crate) value: Option<f64>,
    pub(crate) currency: Cow<'a, str>,
}

impl EventRow<'_> {
    /// Writes the row in the order of the table's columns.
    pub(crate) fn write(&self, to: &mut impl Values) {
        to.text(&self.site);
        to.number(self.time.to_le_bytes());
        let received = u32::try_from(self.received_at / 1000).unwrap_or(0);
        to.number(received.to_le_bytes());
        to.number(self.seq.to_le_bytes());
        to.number(self.visitor.to_le_bytes());
        to.number(self.visitor_before.to_le_bytes());
        to.number(self.session.to_le_bytes());
        to.number(self.pageview.to_le_bytes());
        to.number((self.kind as i8).to_le_bytes());
        let page = &self.page;
        for text in [&self.name, &page.host, &page.path, &page.query, &self.title] {
            to.text(text);
        }
        to.number(self.element.to_le_bytes());
        to.number(self.x.to_le_bytes());
        to.number(self.y.to_le_bytes());
        to.number(self.within.0.to_le_bytes());
        to.number(self.within.1.to_le_bytes());
        to.number(self.amount.to_le_bytes());
        to.text(&self.detail);
        let source = &self.source;
        for text in [&source.referrer_host, &source.referrer_path, &source.name] {
            to.text(text);
        }
        to.text(source.channel.name());
        to.text(page.click_id);
        let utm = &page.utm;
        for text in [
            &utm.source,
            &utm.medium,
            &utm.campaign,
            &utm.term,
            &utm.content,
        ] {
            to.text(text);
        }
        match &self.agent {
            Some(agent) => {
                to.text(agent.device);
                for text in [
                    &agent.browser,
                    &agent.browser_version,
                    &agent.os,
                    &agent.os_version,
                ] {
                    to.text(text);
                }
            }
            None => (0..5).for_each(|_| to.text("")),
        }
        match &self.place {
            Some(place) => {
                for text in [&place.country, &place.region, &place.city] {
                    to.text(text);
                }
            }
            None => (0..3).for_each(|_| to.text("")),
        }
        to.number(self.viewport.0.to_le_bytes());
        to.number(self.viewport.1.to_le_bytes());
        to.text(self.bot);
        to.map(&self.props);
        to.optional(self.value);
        to.text(&self.currency);
        to.end_row();
    }
}

/// One row of `elements`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ElementRow<'a> {
    pub(crate) site: Cow<'a, str>,
    pub(crate) element: u64,
    pub(crate) host: Cow<'a, str>,
    pub(crate) path: Cow<'a, str>,
    pub(crate) selector: Cow<'a, str>,
    pub(crate) tag: Cow<'a, str>,
    pub(crate) text: Cow<'a, str>,
    pub(crate) href: Cow<'a, str>,
    pub(crate) role: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) type_: Cow<'a, str>,
    pub(crate) ad: Cow<'a, str>,
    pub(crate) placement: Cow<'a, str>,
    pub(crate) campaign: Cow<'a, str>,
    pub(crate) rotation: Cow<'a, str>,
    pub(crate) seen_at: i64,
}

impl ElementRow<'_> {
    /// Writes the row in the order of the table's columns.
    pub(crate) fn write(&self, to: &mut impl Values) {
        to.text(&self.site);
        to.number(self.element.to_le_bytes());
        for text in [
            &self.host,
            &self.path,
            &self.selector,
            &self.tag,
            &self.text,
            &self.href,
            &self.role,
            &self.name,
            &self.type_,
            &self.ad,
            &self.placement,
            &self.campaign,
            &self.rotation,
        ] {
            to.text(text);
        }
        to.number(self.seen_at.to_le_bytes());
        to.end_row();
    }

    /// The row on its own feet.
    pub(crate) fn into_owned(self) -> ElementRow<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        ElementRow {
            site: owned(self.site),
            element: self.element,
            host: owned(self.host),
            path: owned(self.path),
            selector: owned(self.selector),
            tag: owned(self.tag),
            text: owned(self.text),
            href: owned(self.href),
            role: owned(self.role),
            name: owned(self.name),
            type_: owned(self.type_),
            ad: owned(self.ad),
            placement: owned(self.placement),
            campaign: owned(self.campaign),
            rotation: owned(self.rotation),
            seen_at: self.seen_at,
        }
    }
}

/// Identifier of an element: equal for the same selector and link target anywhere on the site, so that a link repeated
/// on all pages is one element and each card of a list is its own.
#[must_use]
pub(crate) fn element_id(site: &str, selector: &str, href: &str) -> u64 {
    number(blake3::hash(&apart([site, selector, href])))
}

/// Texts in a row that no other texts give.
pub(crate) fn apart(texts: [&str; 3]) -> Vec<u8> {
    let length: usize = texts.iter().map(|text| 8 + text.len()).sum();
    let mut row = Vec::with_capacity(length);
    for text in texts {
        row.extend_from_slice(&(text.len() as u64).to_le_bytes());
        row.extend_from_slice(text.as_bytes());
    }
    row
}

/// The first eight bytes of a hash as a number; 0 is kept for "none".
pub(crate) fn number(hash: blake3::Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h]).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_calendars_in_utc() {
        for (time, month) in [
            (0, 197001),
            (1_769_903_999_999, 202601),
            (1_769_904_000_000, 202602),
            (1_709_164_800_000, 202402),
        ] {
            assert_eq!(month_of(time), month, "{time}");
        }
    }

    #[test]
    fn an_element_is_the_same_on_all_pages_and_differs_by_target() {
        assert_eq!(
            element_id("shop", "nav a", "/cart"),
            element_id("shop", "nav a", "/cart")
        );
        assert_ne!(
            element_id("shop", "nav a", "/cart"),
            element_id("shop", "nav a", "/sale")
        );
        assert_ne!(element_id("shop", "ab", "c"), element_id("shop", "a", "bc"));
    }
}
