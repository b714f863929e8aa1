//! What is looked at day by day: whether the rates of a site's funnels, or of its goal, are what they usually are.
//!
//! Invariant: a day is looked at once it is over, everywhere in UTC, and beside days of the same length; of a day too few
//! people had nothing is said.

mod episodes;

use serde::Serialize;
use snag_store::Store;

pub use self::episodes::{Episode, YEARLY, alpha, episodes};

use self::episodes::DAYS;
use crate::Error;
use crate::definitions::{funnels, steps};
use crate::format::for_shell;
use crate::goal::Goal;
use crate::period::{Period, day_text};
use crate::reports::coverage::coverage;
use crate::reports::funnel::{Funnel, FunnelRequest, Trend, funnel};
use crate::reports::span::Span;

const DAY_MS: i64 = 86_400_000;

/// A rate that is not what it usually is, or was not until a few days ago.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WatchedRate {
    /// The name of the funnel, or of the goal.
    pub name: String,
    /// Whether it is a goal's.
    pub is_goal: bool,
    /// What shows the same.
    pub command: String,
    /// The stretch, where there is one that lasts.
    pub off: Option<Off>,
}

/// A stretch that lasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Off {
    /// The first of the days that showed it.
    pub from: String,
    /// The last of them.
    pub to: String,
    /// These days against those before.
    pub episode: Episode,
}

/// Looks at the rates of a site's saved funnels, without any at that of its goal, up to a day, counted from 1970, that is over;
/// `now` is in milliseconds since then.
///
/// # Errors
/// [`Error::Usage`] for a saved funnel that no longer reads, [`Error::UnknownSite`], [`Error::Store`].
pub async fn rates(
    store: &Store,
    site: &str,
    day: i64,
    now: i64,
) -> Result<Vec<WatchedRate>, Error> {
    if coverage(store, site).await?.is_none() {
        return Ok(Vec::new());
    }
    let end = (day + 1) * DAY_MS;
    let count = i64::try_from(DAYS).unwrap_or(i64::MAX / DAY_MS);
    // Who began late on that day may go on behind it.
    let period = Period::between(end - count * DAY_MS, now);
    let requests = requests(store, site, period).await?;
    let alpha = alpha(requests.len());
    let mut rates = Vec::new();
    for (name, is_goal, mut request) in requests {
        request.period = period;
        request.trend = Some(Trend::Day);
        let found = funnel(store, &request).await?;
        let days = by_day(&found, end, count);
        let last = episodes(&days, alpha).pop();
        let day = |at: usize| {
            let ago = i64::try_from(days.len() - at).unwrap_or_default();
            day_text(end - ago * DAY_MS)
        };
        let off = last.filter(|last| last.end.is_none()).map(|episode| Off {
            from: day(episode.day + 1 - episode.window),
            to: day(episode.day),
            episode,
        });
        rates.push(WatchedRate {
            command: command(site, &name, is_goal, &request, &day(0)),
            name,
            is_goal,
            off,
        });
    }
    Ok(rates)
}

/// The funnels that are watched, with their names and whether they are of a goal.
async fn requests(
    store: &Store,
    site: &str,
    period: Period,
) -> Result<Vec<(String, bool, FunnelRequest)>, Error> {
    let mut requests = Vec::new();
    for saved in funnels(store, site).await?.funnels {
        let request = saved.request(store, site).await?;
        requests.push((saved.name, false, request));
    }
    if !requests.is_empty() {
        return Ok(requests);
    }
    let span = Span {
        site: site.to_owned(),
        period,
        filters: Vec::new(),
        limit: 1,
    };
    if let Some(goal) = Goal::of(store, &span, None).await? {
        let mut way = steps(store, site, vec!["page:*".parse()?]).await?;
        way.push(goal.step);
        requests.push((goal.name, true, FunnelRequest::new(site, way)));
    }
    Ok(requests)
}

/// (Conversions, people) of each day before the end, the oldest first.
fn by_day(found: &Funnel, end: i64, count: i64) -> Vec<(u64, u64)> {
    let of = |ago: i64| {
        let day = day_text(end - ago * DAY_MS);
        let stretch = found.trend.iter().find(|stretch| stretch.day == day)?;
        let (first, last) = (stretch.steps.first()?, stretch.steps.last()?);
        Some((last.visitors, first.visitors))
    };
    (1..=count)
        .rev()
        .map(|ago| of(ago).unwrap_or_default())
        .collect()
}

fn command(site: &str, name: &str, is_goal: bool, request: &FunnelRequest, from: &str) -> String {
    let what = match is_goal {
        false => format!(" {}", for_shell(name)),
        true => {
            let step = |step| format!(" --step {}", for_shell(&format!("{step}")));
            request.steps.iter().map(step).collect()
        }
    };
    format!(
        "snag funnel{what} --site {} --from {from} --trend day",
        for_shell(site)
    )
}
