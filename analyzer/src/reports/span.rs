//! What reports over visits have in common: the site, the period, the filters.
//!
//! Invariant: a filter that no visit can answer is refused with those it can; what a site without visits gets is a report of
//! nothing that says so.

use clickhouse::query::Query;
use snag_store::Store;

use crate::Error;
use crate::condition::Bindings;
use crate::filter::{Dimension, Filter};
use crate::period::{Period, moment_text};
use crate::reports::coverage::coverage;

/// Dimensions a visit has one value of.
const OF_VISITS: [&str; 14] = [
    "browser",
    "channel",
    "city",
    "country",
    "device",
    "os",
    "referrer",
    "region",
    "source",
    "utm_campaign",
    "utm_content",
    "utm_medium",
    "utm_source",
    "utm_term",
];

/// What a report over visits is asked for.
#[derive(Debug, Clone)]
pub struct Span {
    /// Identifier of the site.
    pub site: String,
    /// In which the visits began.
    pub period: Period,
    /// Conditions on every visit.
    pub filters: Vec<Filter>,
    /// Rows at most.
    pub limit: u32,
}

/// Dimensions that what was seen has.
const OF_EXPOSURES: [&str; 3] = ["device", "host", "path"];

/// What a report is made of, and so what it can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Visits,
    Exposures,
    Events,
}

impl Over {
    fn knows(self, name: &str) -> bool {
        match self {
            Self::Visits => OF_VISITS.contains(&name),
            Self::Exposures => OF_EXPOSURES.contains(&name),
            Self::Events => true,
        }
    }

    fn refusal(self, name: &str) -> Error {
        let (message, names) = match self {
            Self::Exposures => (
                format!("what was seen is not told apart by {name}"),
                &OF_EXPOSURES[..],
            ),
            Self::Visits | Self::Events => (
                format!(
                    "visits are not told apart by {name}, which each of their events has for itself"
                ),
                &OF_VISITS[..],
            ),
        };
        Error::usage(message, format!("filter by one of {}", names.join(", ")))
    }
}

/// From when to when a report tells, RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Covered {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// Whether the site has any event at all.
    pub(crate) has_data: bool,
}

impl Span {
    /// Checks the filters, and finds out what is covered.
    ///
    /// # Errors
    /// [`Error::Usage`] for a filter that these do not answer, [`Error::UnknownSite`], [`Error::Store`].
    pub(crate) async fn covered(&self, store: &Store, over: Over) -> Result<Covered, Error> {
        for filter in &self.filters {
            let name = match &filter.dimension {
                Dimension::Known(name) if over.knows(name) => continue,
                Dimension::Known(name) => (*name).to_owned(),
                Dimension::Property(_) if over == Over::Events => continue,
                Dimension::Property(key) => format!("props.{key}"),
            };
            return Err(over.refusal(&name));
        }
        let coverage = coverage(store, &self.site).await?;
        let first = coverage.map(|coverage| coverage.first_ms);
        let last = coverage.map(|coverage| coverage.last_ms);
        Ok(Covered {
            from: self.period.start().or(first).map(moment_text),
            to: self
                .period
                .end()
                .map(|end| end - 1)
                .or(last)
                .map(moment_text),
            has_data: coverage.is_some(),
        })
    }

    /// The statement with period and filters in it, for the visits of `period`.
    pub(crate) fn query(&self, store: &Store, sql: &str, period: &Period) -> Query {
        self.query_with(store, sql, period, Bindings::default())
    }

    /// The same, where more is bound.
    pub(crate) fn query_with(
        &self,
        store: &Store,
        sql: &str,
        period: &Period,
        mut bindings: Bindings,
    ) -> Query {
        let sql = sql
            .replace("{{period}}", &bindings.period(period))
            .replace("{{filters}}", &bindings.filters(&self.filters));
        bindings
            .apply(store.client().query(&sql))
            .param("site", &self.site)
            .param("limit", self.limit)
    }
}
