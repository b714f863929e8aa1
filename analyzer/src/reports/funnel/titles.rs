//! Titles of pages as names of screens: which are asked for, and without what only names the site.

use clickhouse::Row;
use serde::Deserialize;

use super::Coverage;
use super::question::Question;
use crate::condition;
use crate::period::Period;
use crate::{Error, Order};

const NAMES_SQL: &str = include_str!("../../../../sql/reports/funnel_names.sql");
/// So many visitors of a screen are enough to tell its title. Reading every title costs as much as the counting.
const TITLE_VISITORS: u64 = 20_000;
/// 1900-01-01, where the engine's times begin.
const EARLIEST_MS: i64 = -2_208_988_800_000;

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

impl Question<'_> {
    /// The title of each step that has one: the most frequent of the latest stretch that shows enough visitors, else
    /// of the whole period. `seen` are visitors or events of each step.
    pub(super) async fn titles(
        &self,
        coverage: Option<Coverage>,
        seen: &[u64],
    ) -> Result<Vec<Option<String>>, Error> {
        let mut titles = vec![None; self.steps.len()];
        if self.request.order == Order::Any {
            return Ok(titles);
        }
        let mut untitled: Vec<usize> = (0..self.steps.len())
            .filter(|at| {
                self.request.steps[*at].is_screen() && seen.get(*at).is_some_and(|seen| *seen > 0)
            })
            .collect();
        let most = untitled.iter().map(|at| seen[*at]).max().unwrap_or(0);
        let latest =
            coverage.and_then(|coverage| latest_stretch(coverage, &self.request.period, most));
        for since in latest.into_iter().chain([EARLIEST_MS]) {
            if untitled.is_empty() {
                break;
            }
            for found in self.titles_since(since, &untitled).await? {
                let at = usize::from(found.step).wrapping_sub(1);
                untitled.retain(|other| *other != at);
                if let Some(title) = titles.get_mut(at) {
                    *title = Some(found.title);
                }
            }
        }
        Ok(titles)
    }

    async fn titles_since(&self, since: i64, wanted: &[usize]) -> Result<Vec<Title>, Error> {
        let screens: Vec<(usize, &String)> = wanted
            .iter()
            .filter_map(|at| Some((*at, self.steps.get(*at)?)))
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

/// Signs between a page's own title and the site's name.
const DIVIDERS: [&str; 8] = [" – ", " — ", " - ", " | ", " · ", " • ", " :: ", " » "];

/// The titles without the ending that all of them share, from a divider on: `Cart – Shop`, `Pay – Shop` are `Cart`
/// and `Pay`. One title alone, or several equal ones, keep theirs, for nothing tells what it is. Control characters
/// are taken out.
pub(super) fn without_common_ending(titles: Vec<Option<String>>) -> Vec<Option<String>> {
    let titles: Vec<Option<String>> = titles
        .into_iter()
        .map(|title| title.map(|title| crate::format::printable(title.trim()).trim().to_owned()))
        .map(|title| title.filter(|title| !title.is_empty()))
        .collect();
    let ending = common_ending(&titles).map(str::len).unwrap_or_default();
    let cut = |mut title: String| {
        title.truncate(title.len() - ending);
        title
    };
    titles.into_iter().map(|title| title.map(cut)).collect()
}

/// The longest ending that begins at a divider, is shared by all titles and leaves something of each.
fn common_ending(titles: &[Option<String>]) -> Option<&str> {
    let mut present = titles.iter().flatten();
    let first = present.next()?;
    let others: Vec<&String> = present.collect();
    if others.iter().all(|other| *other == first) {
        return None;
    }
    let mut starts: Vec<usize> = DIVIDERS
        .iter()
        .flat_map(|divider| first.match_indices(divider).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    starts
        .into_iter()
        .map(|start| &first[start..])
        .find(|ending| {
            ending.len() < first.len()
                && others
                    .iter()
                    .all(|other| other.len() > ending.len() && other.ends_with(ending))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_titles_share_behind_a_divider_is_cut() {
        let cases: [(&[&str], &[&str]); 8] = [
            (&["Cart – Shop", "Pay – Shop"], &["Cart", "Pay"]),
            (&["Cart | A | Shop", "Pay | A | Shop"], &["Cart", "Pay"]),
            (&["Cart | A | Shop", "Pay | Shop"], &["Cart | A", "Pay"]),
            (&["Cart – Shop", "Pay"], &["Cart – Shop", "Pay"]),
            (&["Cart – Shop"], &["Cart – Shop"]),
            (
                &["Cart – Shop", "Cart – Shop"],
                &["Cart – Shop", "Cart – Shop"],
            ),
            (
                &["Cart in Shop", "Pay in Shop"],
                &["Cart in Shop", "Pay in Shop"],
            ),
            (&["Cart - Shop", " - Shop"], &["Cart - Shop", "- Shop"]),
        ];
        for (titles, names) in cases {
            let given = titles
                .iter()
                .map(|title| Some((*title).to_owned()))
                .chain([None])
                .collect();
            let mut expected: Vec<_> = names.iter().map(|name| Some((*name).to_owned())).collect();
            expected.push(None);
            assert_eq!(without_common_ending(given), expected, "{titles:?}");
        }
    }

    #[test]
    fn control_characters_and_empty_titles_do_not_pass() {
        let given = vec![Some("Pay\u{1b}[31m now".to_owned()), Some(" \n".to_owned())];
        assert_eq!(
            without_common_ending(given),
            [Some("Pay [31m now".to_owned()), None]
        );
    }

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
    fn the_sql_holds_no_placeholder_and_is_ordered() {
        assert!(!NAMES_SQL.contains('?') && NAMES_SQL.contains("ORDER BY"));
    }
}
