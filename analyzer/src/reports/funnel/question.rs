//! What the engine is asked for a funnel.
//!
//! Answers are given for every step of the request, in their order, also where the engine has nothing to say.

use std::collections::HashMap;

use clickhouse::Row;
use clickhouse::query::{Query, RowCursor};
use serde::Deserialize;
use snag_store::Store;

use super::FunnelRequest;
use super::count::Asked;
use super::people::People;
use super::why::Touched;
use crate::condition::{self, Bindings};
use crate::walk::{MOST_STEPS, Plan};
use crate::{Error, Order};

const FUNNEL_SQL: &str = include_str!("../../../../sql/reports/funnel.sql");
const MATCHING_SQL: &str = include_str!("../../../../sql/reports/funnel_matching.sql");
const FIELDS_SQL: &str = include_str!("../../../../sql/reports/funnel_fields.sql");
const ELEMENTS_SQL: &str = include_str!("../../../../sql/reports/element_names.sql");
const PRESENCE_SQL: &str = include_str!("../../../../sql/reports/presence.sql");

/// What tells where someone went, and what they met there; the rest of what the tracker sees does not.
const SEEN: &str =
    "kind NOT IN ('custom', 'copy', 'identify', 'consent', 'outbound', 'download', 'form_start')";
/// The kind of an event, with 128 more on a page whose largest part took over 4 s to show (METRICS.md, web vitals).
const KIND: &str = "toUInt8(toUInt8(kind) + 128 * (pageview != 0 AND pageview GLOBAL IN (\
                    SELECT pageview FROM attention WHERE site = {site:String} AND bot = '' AND lcp_ms > 4000)))";
/// How many events match a step.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Matching {
    bit: u8,
    /// Of those that are asked for.
    pub(super) asked: u64,
    /// Of all of the site.
    pub(super) ever: u64,
}

#[derive(Row, Deserialize)]
struct Element {
    element: u64,
    name_or_selector: String,
}

/// How many events there are in the period, and of these how many meet the filters.
#[derive(Row, Deserialize)]
pub(super) struct Presence {
    pub(super) events: u64,
    pub(super) filtered: u64,
}

/// A request as conditions of SQL, with what they are bound to.
pub(super) struct Question<'a> {
    pub(super) store: &'a Store,
    pub(super) request: &'a FunnelRequest,
    bindings: Bindings,
    period: String,
    filters: String,
    pub(super) steps: Vec<String>,
    exclusions: Vec<String>,
    segment: Option<String>,
}

impl<'a> Question<'a> {
    pub(super) fn new(store: &'a Store, request: &'a FunnelRequest) -> Self {
        let mut bindings = Bindings::default();
        let period = bindings.period(&request.period);
        let filters = bindings.filters(&request.filters);
        let steps = request
            .steps
            .iter()
            .map(|step| bindings.step(step))
            .collect();
        let exclusions = request
            .exclusions
            .iter()
            .map(|exclusion| bindings.step(&exclusion.event))
            .collect();
        let by = request.breakdown.as_ref();
        let segment = by.map(|(dimensions, _)| bindings.values(&dimensions.dimensions));
        Self {
            store,
            request,
            bindings,
            period,
            filters,
            steps,
            exclusions,
            segment,
        }
    }

    /// The people who may have begun, each with what is needed to walk their events; `all` with all that they did.
    pub(super) fn people(&self, plan: &Plan, all: bool) -> Result<People, Error> {
        let strict = plan.order == Order::Strict;
        let by = self.request.breakdown.is_some();
        let excluded = (MOST_STEPS..).zip(&self.exclusions);
        let mask = condition::mask((0..).zip(&self.steps).chain(excluded));
        // What the tracker found out does not lie between the steps that someone did.
        let kept = match strict {
            _ if all => format!("mask != 0 OR {SEEN}"),
            true => format!(
                "({}) AND (kind IN ('pageview', 'click', 'custom') OR mask != 0)",
                self.filters
            ),
            false => "mask != 0".to_owned(),
        };
        let matching: Vec<String> = self.steps.iter().chain(&self.exclusions).cloned().collect();
        let rows = match strict {
            _ if all => "1".to_owned(),
            true => self.filters.clone(),
            false => self.rows(&matching),
        };
        let list =
            |is_asked, list: &'static str, none: &'static str| if is_asked { list } else { none };
        let steps = (1_u32 << MOST_STEPS) - 1;
        let (begun, next) = match plan.order {
            Order::Any => (
                format!("bitAnd(matched, {steps}) != 0"),
                format!("bitCount(bitAnd(matched, {steps})) > 1"),
            ),
            _ => (
                "bitTest(matched, 0)".to_owned(),
                format!("bitAnd(matched, {}) != 0", plan.second()),
            ),
        };
        let always = all || Asked::new(self.request, plan).is_all();
        let sql = FUNNEL_SQL
            .replace(
                "{{mask}}",
                &format!("if({}, {mask}, toUInt32(0))", self.filters),
            )
            .replace("{{kept}}", &kept)
            .replace("{{rows}}", &rows)
            .replace("{{segment}}", self.segment.as_deref().unwrap_or("''"))
            .replace(
                "{{seqs}}",
                list(
                    strict || by || all,
                    "groupArrayIf(seq, kept)",
                    "emptyArrayUInt32()",
                ),
            )
            .replace(
                "{{segments}}",
                list(by, "groupArrayIf(segment, kept)", "emptyArrayString()"),
            )
            .replace("{{kind}}", if all { KIND } else { "toUInt8(0)" })
            .replace(
                "{{kinds}}",
                list(all, "groupArrayIf(kind_seen, kept)", "emptyArrayUInt8()"),
            )
            .replace(
                "{{pageviews}}",
                list(
                    all,
                    "groupArrayIf(pageview, mask != 0)",
                    "emptyArrayUInt64()",
                ),
            )
            .replace("{{walked}}", if always { "1" } else { &next })
            .replace("{{begun}}", &begun);
        Ok(People::new(self.query(sql).fetch()?))
    }

    /// The field that was touched last, of every pageview.
    pub(super) fn fields(&self) -> Result<RowCursor<Touched>, Error> {
        Ok(self.query(FIELDS_SQL.to_owned()).fetch()?)
    }

    /// What elements are called, those that are known.
    pub(super) async fn element_names(
        &self,
        elements: &[u64],
    ) -> Result<HashMap<u64, String>, Error> {
        let query = self
            .query(ELEMENTS_SQL.to_owned())
            .param("elements", elements);
        let found = query.fetch_all::<Element>().await?;
        Ok(found
            .into_iter()
            .map(|row| (row.element, row.name_or_selector))
            .collect())
    }

    /// How many events match each of some steps, from 0.
    pub(super) async fn matching(&self, steps: &[usize]) -> Result<Vec<Matching>, Error> {
        let wanted: Vec<(usize, &String)> = steps
            .iter()
            .filter_map(|at| Some((*at, self.steps.get(*at)?)))
            .collect();
        let conditions: Vec<String> = wanted
            .iter()
            .map(|(_, condition)| (*condition).clone())
            .collect();
        let sql = MATCHING_SQL
            .replace("{{mask}}", &condition::mask(wanted))
            .replace("{{filters}}", &self.filters)
            .replace("{{rows}}", &condition::any(&conditions));
        let found = self.query(sql).fetch_all::<Matching>().await?;
        let of = |at: &usize| {
            let here = found
                .iter()
                .find(|matching| usize::from(matching.bit) == *at);
            here.copied().unwrap_or(Matching {
                bit: 0,
                asked: 0,
                ever: 0,
            })
        };
        Ok(steps.iter().map(of).collect())
    }

    /// Whether there is anything to count at all.
    pub(super) async fn presence(&self) -> Result<Presence, Error> {
        Ok(self
            .query(PRESENCE_SQL.replace("{{filters}}", &self.filters))
            .fetch_one()
            .await?)
    }

    /// The events that meet the filters and one of the conditions at least.
    pub(super) fn rows(&self, conditions: &[String]) -> String {
        format!("({}) AND ({})", self.filters, condition::any(conditions))
    }

    pub(super) fn query(&self, sql: String) -> Query {
        let query = self
            .store
            .client()
            .query(&sql.replace("{{period}}", &self.period));
        self.bindings.apply(query).param("site", &self.request.site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_report_s_sql_holds_the_client_s_placeholder() {
        for sql in [
            FUNNEL_SQL,
            MATCHING_SQL,
            FIELDS_SQL,
            ELEMENTS_SQL,
            PRESENCE_SQL,
        ] {
            let is_ordered = sql.contains("ORDER BY") || sql.contains("so they are in no order");
            assert!(!sql.contains('?') && is_ordered, "{sql}");
        }
    }
}
