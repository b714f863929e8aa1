//! The ordered funnel: how many visitors get how far through a row of steps, and where they turn away.
//!
//! Other events may lie between two steps; the window runs from the first step; one event serves one step; events of
//! one time may follow each other in any order; the run of a visitor that got furthest counts, once, and of equally
//! far ones the latest, or, where all steps were done, the first (METRICS.md, Funnels). Only events within the period
//! are seen, so that a run that crosses its end is counted as far as it lies within.
//!
//! The counting is done in `sql/reports/funnel.sql`. Strict order, any order and exclusions are not known here.

mod columns;
mod headline;
mod question;
mod titles;

use serde::Serialize;
use snag_store::Store;

use self::question::{Count, Presence, Question};
use super::coverage::{Coverage, coverage};
use crate::condition::MASK_BITS;
use crate::filter::Filter;
use crate::period::{Period, day_text, moment_text};
use crate::statistics::{Interval, Z_95, wilson};
use crate::step::Step;
use crate::{Error, Window};

const FEWEST_STEPS: usize = 2;

/// What a funnel is asked for.
#[derive(Debug, Clone)]
pub struct FunnelRequest {
    /// Identifier of the site.
    pub site: String,
    /// 2 to 20 steps.
    pub steps: Vec<Step>,
    /// How long a run may take from its first step.
    pub window: Window,
    /// Which events are seen.
    pub period: Period,
    /// Conditions on every event.
    pub filters: Vec<Filter>,
}

/// A funnel as found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC: as asked for, else the time of the first event.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// How long a run may take from its first step, in seconds.
    pub window_seconds: u32,
    /// How steps follow each other.
    pub order: &'static str,
    /// What a visitor is.
    pub scope: &'static str,
    /// Whether the site has any event in the period.
    pub data: bool,
    /// Number of the step with the worst abandonment, that with the largest lower bound.
    pub worst_step: Option<usize>,
    /// The steps in their order.
    pub steps: Vec<FunnelStep>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A step of a funnel. Rates of nobody are absent; intervals are Wilson's, 95 %.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunnelStep {
    /// 1 for the first.
    pub number: usize,
    /// The step as it was written.
    pub step: String,
    /// What people call it: the title of its page, else its own words.
    pub name: String,
    /// Visitors who reached at least this step.
    pub visitors: u64,
    /// Of the visitors of the first step.
    pub rate_from_first: Option<f64>,
    /// Interval of `rate_from_first`.
    pub interval_from_first: Option<Interval>,
    /// Of the visitors of the previous step; absent at the first.
    pub rate_from_previous: Option<f64>,
    /// Interval of `rate_from_previous`.
    pub interval: Option<Interval>,
    /// Visitors lost between the previous step and this one; 0 at the first.
    pub drop_off: u64,
    /// Those who got here and no further; absent at the last step and where nobody came.
    pub abandon: Option<Abandon>,
    /// Mean time from the previous step, in seconds; times are of the run that got furthest.
    pub mean_seconds: Option<f64>,
    /// Median of that time, between two middle values their mean (`quantileExactInclusive`, type 7 of R).
    pub median_seconds: Option<f64>,
    /// 90th percentile of that time, of the same kind.
    pub p90_seconds: Option<f64>,
    #[serde(skip)]
    screen: bool,
}

/// Who gave up after a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Abandon {
    /// Visitors who reached the step and not the next.
    pub visitors: u64,
    /// Of the visitors of the step.
    pub rate: f64,
    /// Interval of `rate`.
    pub interval: Interval,
}

const SCOPE: &str =
    "visitor (without lasting identifiers, the same person on two days is two visitors)";

/// Counts a funnel.
///
/// A site without events in the period is no error but a report of zeros whose headline tells which period has data.
///
/// # Errors
/// [`Error::Usage`] with fewer than 2 or more than 20 steps, [`Error::UnknownSite`], [`Error::Store`].
pub async fn funnel(store: &Store, request: &FunnelRequest) -> Result<Funnel, Error> {
    let count = request.steps.len();
    if !(FEWEST_STEPS..=MASK_BITS).contains(&count) {
        return Err(Error::usage(
            format!(
                "{count} {} not make a funnel",
                if count == 1 { "step does" } else { "steps do" }
            ),
            format!("give {FEWEST_STEPS} to {MASK_BITS} of them with --step"),
        ));
    }
    let coverage = coverage(store, &request.site).await?;
    let question = Question::new(store, request);
    let counts = question.counts().await?;
    let titles = question.titles(coverage, &counts).await?;
    let presence = match counts.iter().any(|count| count.matching > 0) {
        true => None,
        false => Some(question.presence().await?),
    };
    let mut funnel = assemble(
        request,
        coverage,
        &counts,
        titles::without_common_ending(titles),
    );
    funnel.data = presence.as_ref().is_none_or(|presence| presence.events > 0);
    funnel.worst_step = headline::worst(&funnel.steps);
    funnel.headline = match presence {
        Some(Presence { events: 0, .. }) => headline::no_data(request, coverage),
        Some(Presence { filtered: 0, .. }) => headline::all_filtered(request),
        _ => headline::headline(&funnel),
    };
    if funnel.data {
        funnel.notes = notes(request, coverage, &counts);
    }
    Ok(funnel)
}

fn assemble(
    request: &FunnelRequest,
    coverage: Option<Coverage>,
    counts: &[Count],
    titles: Vec<Option<String>>,
) -> Funnel {
    let first = counts.first().map_or(0, |count| count.visitors);
    let step = |(at, ((step, count), title)): (usize, ((&Step, &Count), Option<String>))| {
        let visitors = count.visitors;
        let previous = at
            .checked_sub(1)
            .and_then(|before| counts.get(before))
            .map(|count| count.visitors);
        let seconds = |ms: f64| ms.is_finite().then_some(ms / 1000.0);
        FunnelStep {
            number: at + 1,
            step: step.to_string(),
            name: title.unwrap_or_else(|| crate::format::printable(&step.plain_name())),
            visitors,
            rate_from_first: rate(visitors, first),
            interval_from_first: wilson(visitors, first, Z_95),
            rate_from_previous: previous.and_then(|previous| rate(visitors, previous)),
            interval: previous.and_then(|previous| wilson(visitors, previous, Z_95)),
            drop_off: previous.map_or(0, |previous| previous.saturating_sub(visitors)),
            abandon: counts
                .get(at + 1)
                .and_then(|next| abandon(visitors, next.visitors)),
            mean_seconds: seconds(count.mean_ms),
            median_seconds: seconds(count.median_ms),
            p90_seconds: seconds(count.p90_ms),
            screen: step.is_screen(),
        }
    };
    Funnel {
        site: request.site.clone(),
        headline: String::new(),
        from: request
            .period
            .start()
            .or(coverage.map(|coverage| coverage.first_ms))
            .map(moment_text),
        to: request
            .period
            .end()
            .map(|end| end - 1)
            .or(coverage.map(|coverage| coverage.last_ms))
            .map(moment_text),
        window_seconds: request.window.seconds(),
        order: "ordered",
        scope: SCOPE,
        data: true,
        worst_step: None,
        steps: request
            .steps
            .iter()
            .zip(counts)
            .zip(titles)
            .enumerate()
            .map(step)
            .collect(),
        notes: Vec::new(),
    }
}

fn abandon(visitors: u64, went_on: u64) -> Option<Abandon> {
    let lost = visitors.saturating_sub(went_on);
    Some(Abandon {
        visitors: lost,
        rate: rate(lost, visitors)?,
        interval: wilson(lost, visitors, Z_95)?,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn notes(request: &FunnelRequest, coverage: Option<Coverage>, counts: &[Count]) -> Vec<String> {
    let whole = coverage
        .filter(|_| request.period.is_all())
        .map(|coverage| {
            format!(
                "no period was given: all data, from {} to {}",
                day_text(coverage.first_ms),
                day_text(coverage.last_ms)
            )
        });
    let unmet = request
        .steps
        .iter()
        .zip(counts)
        .filter(|(_, count)| count.matching == 0);
    let unmet = unmet.map(|(step, count)| format!("step {}, {step}, matched no event", count.step));
    whole.into_iter().chain(unmet).collect()
}
