//! What the engine is asked for a funnel.
//!
//! Answers are given for every step of the request, in their order, also where the engine has nothing to say.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;
use snag_store::Store;

use super::{Coverage, FunnelRequest};
use crate::Error;
use crate::condition::{self, Bindings};
use crate::period::Period;

const FUNNEL_SQL: &str = include_str!("../../../../sql/reports/funnel.sql");
const NAMES_SQL: &str = include_str!("../../../../sql/reports/funnel_names.sql");
const PRESENCE_SQL: &str = include_str!("../../../../sql/reports/presence.sql");

/// So many visitors of a screen are enough to tell its title. Reading every title costs as much as the counting.
const TITLE_VISITORS: u64 = 20_000;
/// 1900-01-01, where the engine's times begin.
const EARLIEST_MS: i64 = -2_208_988_800_000;

/// What is counted for a step; times from the previous one in milliseconds, not a number where there are none.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Count {
    pub(super) step: u8,
    pub(super) visitors: u64,
    /// Visitors with any event that matches the step, in whatever order.
    pub(super) matching: u64,
    pub(super) mean_ms: f64,
    pub(super) median_ms: f64,
    pub(super) p90_ms: f64,
}

impl Count {
    pub(super) fn none(step: u8) -> Self {
        Self {
            step,
            visitors: 0,
            matching: 0,
            mean_ms: f64::NAN,
            median_ms: f64::NAN,
            p90_ms: f64::NAN,
        }
    }
}

#[derive(Row, Deserialize)]
struct Title {
    step: u8,
    title: String,
    #[expect(
        dead_code,
        reason = "orders the rows; a row has all columns of its query"
    )]
    pageviews: u64,
}

/// How many events there are in the period, and of these how many meet the filters.
#[derive(Row, Deserialize)]
pub(super) struct Presence {
    pub(super) events: u64,
    pub(super) filtered: u64,
}

/// A request as conditions of SQL, with what they are bound to.
pub(super) struct Question<'a> {
    store: &'a Store,
    request: &'a FunnelRequest,
    bindings: Bindings,
    period: String,
    filters: String,
    steps: Vec<String>,
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
        Self {
            store,
            request,
            bindings,
            period,
            filters,
            steps,
        }
    }

    /// How far visitors get: one count for each step.
    pub(super) async fn counts(&self) -> Result<Vec<Count>, Error> {
        let mask = condition::mask((1..).zip(&self.steps));
        let sql = FUNNEL_SQL
            .replace("{{mask}}", &format!("if({}, {mask}, 0)", self.filters))
            .replace("{{rows}}", &self.rows(&self.steps));
        let query = self.query(sql).param("steps", self.steps.len());
        let found = query
            .param("window", self.request.window.milliseconds())
            .fetch_all::<Count>()
            .await?;
        let count = |(step, _)| found.iter().copied().find(|count| count.step == step);
        Ok((1..)
            .zip(&self.steps)
            .map(|step| count(step).unwrap_or_else(|| Count::none(step.0)))
            .collect())
    }

    /// The title of each step that has one: the most frequent of the latest stretch that shows enough visitors, else
    /// of the whole period.
    pub(super) async fn titles(
        &self,
        coverage: Option<Coverage>,
        counts: &[Count],
    ) -> Result<Vec<Option<String>>, Error> {
        let mut titles = vec![None; self.steps.len()];
        let screens = counts.iter().zip(&self.request.steps);
        let mut untitled: Vec<&Count> = screens
            .filter(|(count, step)| step.is_screen() && count.matching > 0)
            .map(|(count, _)| count)
            .collect();
        let most = untitled
            .iter()
            .map(|count| count.matching)
            .max()
            .unwrap_or(0);
        let latest =
            coverage.and_then(|coverage| latest_stretch(coverage, &self.request.period, most));
        for since in latest.into_iter().chain([EARLIEST_MS]) {
            if untitled.is_empty() {
                break;
            }
            for found in self.titles_since(since, &untitled).await? {
                untitled.retain(|count| count.step != found.step);
                if let Some(title) = usize::from(found.step)
                    .checked_sub(1)
                    .and_then(|at| titles.get_mut(at))
                {
                    *title = Some(found.title);
                }
            }
        }
        Ok(titles)
    }

    async fn titles_since(&self, since: i64, wanted: &[&Count]) -> Result<Vec<Title>, Error> {
        let is_wanted =
            |number: usize| wanted.iter().any(|count| usize::from(count.step) == number);
        let screens: Vec<(usize, &String)> = (1..)
            .zip(&self.steps)
            .filter(|(number, _)| is_wanted(*number))
            .collect();
        let conditions: Vec<String> = screens
            .iter()
            .map(|(_, condition)| (*condition).clone())
            .collect();
        let sql = NAMES_SQL
            .replace("{{mask}}", &condition::mask(screens))
            .replace("{{rows}}", &self.rows(&conditions));
        Ok(self.query(sql).param("since", since).fetch_all().await?)
    }

    /// Whether there is anything to count at all.
    pub(super) async fn presence(&self) -> Result<Presence, Error> {
        Ok(self
            .query(PRESENCE_SQL.replace("{{filters}}", &self.filters))
            .fetch_one()
            .await?)
    }

    /// The events that meet the filters and one of the conditions at least.
    fn rows(&self, conditions: &[String]) -> String {
        format!("({}) AND ({})", self.filters, condition::any(conditions))
    }

    fn query(&self, sql: String) -> Query {
        let query = self
            .store
            .client()
            .query(&sql.replace("{{period}}", &self.period));
        self.bindings.apply(query).param("site", &self.request.site)
    }
}

/// The start of the latest stretch in which `TITLE_VISITORS` of the `visitors` of the whole may be expected; none where
/// that is the whole.
fn latest_stretch(coverage: Coverage, period: &Period, visitors: u64) -> Option<i64> {
    if visitors <= TITLE_VISITORS {
        return None;
    }
    let start = period
        .start()
        .map_or(coverage.first_ms, |start| start.max(coverage.first_ms));
    let end = period
        .end()
        .map_or(coverage.last_ms, |end| end.min(coverage.last_ms));
    let length =
        i128::from(end.saturating_sub(start)) * i128::from(TITLE_VISITORS) / i128::from(visitors);
    i64::try_from(length)
        .ok()
        .map(|length| end.saturating_sub(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_many_visitors_are_taken_from_the_latest_stretch() {
        let coverage = Coverage::of(1_000_000, 2_000_000);
        let to = |text: &str| Period::new(None, Some(text.parse().unwrap())).unwrap();
        let cases = [
            (Period::all(), 20_000, None),
            (Period::all(), 40_000, Some(1_500_000)),
            (Period::all(), 200_000, Some(1_900_000)),
            (to("1970-01-01T00:24:59.999Z"), 40_000, Some(1_250_000)),
        ];
        for (period, visitors, since) in cases {
            assert_eq!(
                latest_stretch(coverage, &period, visitors),
                since,
                "{visitors} {period}"
            );
        }
    }

    #[test]
    fn no_report_s_sql_holds_the_client_s_placeholder() {
        for sql in [FUNNEL_SQL, NAMES_SQL, PRESENCE_SQL] {
            assert!(!sql.contains('?') && sql.contains("ORDER BY"), "{sql}");
        }
    }
}
