//! Rows of the tables beacons end in, and their encoding as ClickHouse `RowBinaryWithNamesAndTypes`.
//!
//! Invariant: a schema and the rows written under it name the same columns in the same order; the spool stores both,
//! so that a segment can be shipped by a later version as it is. What the columns mean stands in `sql/migrations`.

/// A table that the collector fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Table {
    /// `elements`: what element identifiers stand for. Comes first, so that no event names an unknown element.
    Elements = 1,
    /// `events`: one row an event.
    Events = 2,
}

impl Table {
    /// All tables, in the order in which a segment's rows are shipped.
    pub(crate) const ALL: [Self; 2] = [Self::Elements, Self::Events];

    /// The table's name in the store.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elements => "elements",
            Self::Events => "events",
        }
    }

    /// The table with this number, if there is one.
    #[must_use]
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|table| *table as u8 == number)
    }

    fn columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Elements => ELEMENT_COLUMNS,
            Self::Events => EVENT_COLUMNS,
        }
    }

    /// The head of a `RowBinaryWithNamesAndTypes` document: column count, names, types.
    #[must_use]
    pub(crate) fn schema(self) -> Vec<u8> {
        let columns = self.columns();
        let mut out = Vec::with_capacity(64 * columns.len());
        put_length(&mut out, columns.len());
        for (name, _) in columns {
            put_text(&mut out, name);
        }
        for (_, kind) in columns {
            put_text(&mut out, kind);
        }
        out
    }
}

const TEXT: &str = "String";
const WORD: &str = "LowCardinality(String)";
const TIME: &str = "DateTime64(3, 'UTC')";

const EVENT_COLUMNS: &[(&str, &str)] = &[
    ("site", WORD),
    ("time", TIME),
    ("received_at", TIME),
    ("seq", "UInt32"),
    ("visitor", "UInt64"),
    ("visitor_before", "UInt64"),
    ("session", "UInt64"),
    ("pageview", "UInt64"),
    ("kind", "Enum8('pageview' = 1, 'click' = 2, 'custom' = 3)"),
    ("name", WORD),
    ("host", WORD),
    ("path", TEXT),
    ("query", TEXT),
    ("title", TEXT),
    ("element", "UInt64"),
    ("x", "UInt16"),
    ("y", "UInt16"),
    ("referrer_host", WORD),
    ("referrer_path", TEXT),
    ("source", WORD),
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
    ("seen_at", TIME),
];

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
}

/// One row of `events`. Times are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct EventRow {
    pub(crate) site: String,
    pub(crate) time: i64,
    pub(crate) received_at: i64,
    pub(crate) seq: u32,
    pub(crate) visitor: u64,
    pub(crate) visitor_before: u64,
    pub(crate) session: u64,
    pub(crate) pageview: u64,
    pub(crate) kind: EventKind,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) title: String,
    pub(crate) element: u64,
    pub(crate) x: u16,
    pub(crate) y: u16,
    pub(crate) referrer_host: String,
    pub(crate) referrer_path: String,
    pub(crate) source: String,
    pub(crate) utm: Utm,
    pub(crate) agent: crate::enrich::Agent,
    pub(crate) place: crate::enrich::Place,
    pub(crate) viewport: (u16, u16),
    pub(crate) bot: &'static str,
    pub(crate) props: Vec<(String, String)>,
    pub(crate) value: Option<f64>,
    pub(crate) currency: String,
}

/// The campaign parameters of a landing URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Utm {
    pub(crate) source: String,
    pub(crate) medium: String,
    pub(crate) campaign: String,
    pub(crate) term: String,
    pub(crate) content: String,
}

impl EventRow {
    /// Appends the row in the order of the schema.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.site);
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.received_at.to_le_bytes());
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.visitor.to_le_bytes());
        out.extend_from_slice(&self.visitor_before.to_le_bytes());
        out.extend_from_slice(&self.session.to_le_bytes());
        out.extend_from_slice(&self.pageview.to_le_bytes());
        out.extend_from_slice(&(self.kind as i8).to_le_bytes());
        for text in [&self.name, &self.host, &self.path, &self.query, &self.title] {
            put_text(out, text);
        }
        out.extend_from_slice(&self.element.to_le_bytes());
        out.extend_from_slice(&self.x.to_le_bytes());
        out.extend_from_slice(&self.y.to_le_bytes());
        let (utm, agent, place) = (&self.utm, &self.agent, &self.place);
        for text in [&self.referrer_host, &self.referrer_path, &self.source] {
            put_text(out, text);
        }
        for text in [
            &utm.source,
            &utm.medium,
            &utm.campaign,
            &utm.term,
            &utm.content,
        ] {
            put_text(out, text);
        }
        for text in [
            agent.device,
            &agent.browser,
            &agent.browser_version,
            &agent.os,
            &agent.os_version,
        ] {
            put_text(out, text);
        }
        for text in [&place.country, &place.region, &place.city] {
            put_text(out, text);
        }
        out.extend_from_slice(&self.viewport.0.to_le_bytes());
        out.extend_from_slice(&self.viewport.1.to_le_bytes());
        put_text(out, self.bot);
        put_length(out, self.props.len());
        for (key, value) in &self.props {
            put_text(out, key);
            put_text(out, value);
        }
        match self.value {
            None => out.push(1),
            Some(value) => {
                out.push(0);
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
        put_text(out, &self.currency);
    }
}

/// One row of `elements`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ElementRow {
    pub(crate) site: String,
    pub(crate) element: u64,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) selector: String,
    pub(crate) tag: String,
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) role: String,
    pub(crate) seen_at: i64,
}

impl ElementRow {
    /// Appends the row in the order of the schema.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.site);
        out.extend_from_slice(&self.element.to_le_bytes());
        for text in [
            &self.host,
            &self.path,
            &self.selector,
            &self.tag,
            &self.text,
            &self.href,
            &self.role,
        ] {
            put_text(out, text);
        }
        out.extend_from_slice(&self.seen_at.to_le_bytes());
    }
}

/// Identifier of an element: equal for the same selector and link target anywhere on the site, so that a link repeated
/// on all pages is one element and each card of a list is its own.
#[must_use]
pub(crate) fn element_id(site: &str, selector: &str, href: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in [site, selector, href] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    number(&hasher)
}

/// The first eight bytes of a hash as a number; 0 is kept for "none".
pub(crate) fn number(hasher: &blake3::Hasher) -> u64 {
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes).max(1)
}

fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length as u8) | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_leb128() {
        for (length, bytes) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![0x80, 1]),
            (300, vec![0xac, 2]),
        ] {
            let mut out = Vec::new();
            put_length(&mut out, length);
            assert_eq!(out, bytes);
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
