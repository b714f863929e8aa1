//! The funnel: how many visitors get how far through a row of steps, and where they turn away (METRICS.md, Funnels).
//!
//! Which events are looked at is decided in `sql/reports/funnel.sql` and, where visits tell all that is asked for, in
//! `funnel_visits.sql`, how far they carry a person in [`crate::walk`], what is counted of it in `funnel/`. Only events within the period are seen, so that a run that crosses its end is
//! counted as far as it lies within.

mod breakdown;
mod columns;
mod comparison;
mod count;
mod gathered;
mod headline;
mod histogram;
mod leavers;
mod people;
mod question;
mod request;
mod sections;
mod steps;
mod tally;
mod titles;
mod trend;
mod why;

use serde::Serialize;
use snag_store::Store;

pub use self::breakdown::{AgainstOthers, Segment, SegmentStep};
pub use self::comparison::{Change, Compare, ComparedStep, Comparison};
pub use self::histogram::{Bin, TimeToConvert};
pub use self::leavers::{Destination, Reason, Went};
pub use self::request::{FunnelRequest, Histogram};
pub use self::steps::{Abandon, FunnelStep};
pub use self::trend::{Stretch, Trend};
pub use self::why::{Field, Why};

use self::question::{Matching, Presence, Question};
use super::coverage::{Coverage, coverage};
use super::near_names::near_names;
use crate::period::{day_text, moment_text};
use crate::{Error, Order};

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
    /// What makes an attempt void.
    pub exclusions: Vec<String>,
    /// What a visitor is.
    pub scope: &'static str,
    /// Whether the site has any event in the period.
    pub data: bool,
    /// Number of the step with the worst abandonment, that with the largest lower bound.
    pub worst_step: Option<usize>,
    /// The steps in their order.
    pub steps: Vec<FunnelStep>,
    /// What it is broken down by, as it was written.
    pub by: Option<String>,
    /// The same steps for each value, the most visitors first; empty unless asked for.
    pub breakdown: Vec<Segment>,
    /// The same steps for each day or week in which a run began; empty unless asked for.
    pub trend: Vec<Stretch>,
    /// What it is compared with, if asked for.
    pub comparison: Option<Comparison>,
    /// Why visitors leave at the worst step, if asked for and anybody does.
    pub why: Option<Why>,
    /// Times between two steps, if asked for.
    pub time_to_convert: Option<TimeToConvert>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

const SCOPE: &str =
    "visitor (without lasting identifiers, the same person on two days is two visitors)";

/// Counts a funnel.
///
/// A site without events in the period is no error but a report of zeros whose headline tells which period has data.
///
/// # Errors
/// [`Error::Usage`] where the request cannot be meant, [`Error::UnknownSite`], [`Error::Store`].
pub async fn funnel(store: &Store, request: &FunnelRequest) -> Result<Funnel, Error> {
    let plan = request.plan()?;
    let coverage = coverage(store, &request.site).await?;
    let question = Question::new(store, request);
    let counted = count::count(&question, &plan, coverage).await?;

    // Steps that nobody came to: whether there is anything to come to.
    // In any order the counts are not of single steps.
    let is_short = counted.whole.reached.contains(&0);
    let unreached: Vec<usize> = (0..plan.steps)
        .filter(|at| match request.order {
            Order::Any => is_short,
            _ => counted.whole.reached[*at] == 0,
        })
        .collect();
    let matching = match unreached.is_empty() {
        true => Vec::new(),
        false => question.matching(&unreached).await?,
    };
    let mut seen = counted.whole.reached.clone();
    for (at, matching) in unreached.iter().zip(&matching) {
        seen[*at] = matching.asked;
    }
    let presence = match seen.iter().any(|seen| *seen > 0) {
        true => None,
        false => Some(question.presence().await?),
    };
    let names = titles::without_common_ending(question.titles(coverage, &seen).await?);

    let mut steps = steps::steps(request, counted.whole, &names);
    let worst_step = headline::worst(&steps);
    let why = match worst_step.filter(|_| request.why) {
        None => None,
        Some(worst) => Some(why::why(&question, &plan, worst, &mut steps).await?),
    };
    let mut funnel = Funnel {
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
        order: request.order.name(),
        exclusions: request.exclusions.iter().map(ToString::to_string).collect(),
        scope: SCOPE,
        data: presence.as_ref().is_none_or(|presence| presence.events > 0),
        worst_step,
        why,
        by: request
            .breakdown
            .as_ref()
            .map(|(dimensions, _)| dimensions.given().to_owned()),
        breakdown: breakdown::breakdown(request, counted.segments, &names),
        trend: trend::trend(request, counted.stretches, &names),
        comparison: match &request.compare {
            None => None,
            Some(compare) => {
                Some(compared(store, request, compare, coverage, &steps, &names).await?)
            }
        },
        time_to_convert: request
            .histogram
            .map(|asked| histogram::histogram(asked, &counted.times)),
        steps,
        notes: Vec::new(),
    };
    funnel.headline = match presence {
        Some(Presence { events: 0, .. }) => headline::no_data(request, coverage),
        Some(Presence { filtered: 0, .. }) => headline::all_filtered(request),
        _ => {
            let sentence = headline::headline(&funnel.steps, funnel.worst_step);
            sentence + &headline::at_field(funnel.why.as_ref())
        }
    };
    if funnel.data {
        funnel
            .notes
            .extend(breakdown::note(request, &funnel.breakdown));
        funnel.notes.extend(all_data(request, coverage));
        funnel.notes.extend(several_days(request, coverage));
        for (at, matching) in unreached.iter().zip(&matching) {
            funnel
                .notes
                .extend(unmet(store, request, *at, *matching).await?);
        }
    }
    Ok(funnel)
}

async fn compared(
    store: &Store,
    request: &FunnelRequest,
    compare: &Compare,
    coverage: Option<Coverage>,
    steps: &[FunnelStep],
    names: &[Option<String>],
) -> Result<Comparison, Error> {
    let other = comparison::other(request, compare)?;
    let plan = other.plan()?;
    let counted = count::count(&Question::new(store, &other), &plan, coverage).await?;
    let others = steps::steps(&other, counted.whole, names);
    Ok(comparison::comparison(
        compare,
        &other.period,
        steps,
        others,
    ))
}

fn all_data(request: &FunnelRequest, coverage: Option<Coverage>) -> Option<String> {
    let coverage = coverage.filter(|_| request.period.is_all())?;
    Some(format!(
        "no period was given: all data, from {} to {}",
        day_text(coverage.first_ms),
        day_text(coverage.last_ms)
    ))
}

/// What is to be known of a funnel of several days: how far visitors are known.
fn several_days(request: &FunnelRequest, coverage: Option<Coverage>) -> Option<String> {
    let coverage = coverage?;
    let start = request
        .period
        .start()
        .map_or(coverage.first_ms, |start| start.max(coverage.first_ms));
    let end = request
        .period
        .end()
        .map_or(coverage.last_ms, |end| (end - 1).min(coverage.last_ms));
    (day_text(start) < day_text(end)).then(|| {
        "visitors without lasting identifiers are known for a day: who comes back on another is someone else".to_owned()
    })
}

/// What is said of a step that matched nothing; what may have been meant where nothing ever did.
async fn unmet(
    store: &Store,
    request: &FunnelRequest,
    at: usize,
    matching: Matching,
) -> Result<Option<String>, Error> {
    let Some(step) = request.steps.get(at).filter(|_| matching.asked == 0) else {
        return Ok(None);
    };
    let note = format!("step {}, {step}, matched no event", at + 1);
    if matching.ever > 0 {
        return Ok(Some(note));
    }
    let near = near_names(store, &request.site, step).await?;
    let near = match near.is_empty() {
        true => String::new(),
        false => format!("; near it are {}", near.join(", ")),
    };
    Ok(Some(format!("{note} at any time{near}")))
}
