//! All that the rules of an audit read: the reports of one site and period.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use super::finding::Over;
use super::flow::{self, from_first_screen};
use crate::condition::Bindings;
use crate::definitions::{StepOrGoal, funnels, steps};
use crate::format::for_shell;
use crate::goal::{Goal, main_goal};
use crate::reports::ads::{Ads, AdsRequest, Arms, ads, compare_ads};
use crate::reports::arms::ArmsCompared;
use crate::reports::coverage::coverage;
use crate::reports::discover::{discover, people};
use crate::reports::forms::{Forms, forms};
use crate::reports::funnel::{Funnel, FunnelRequest, Segment, funnel};
use crate::reports::links::{DEAD, Links, LinksRequest, links};
use crate::reports::lost::{Lost, lost};
use crate::reports::searches::{Searches, searches};
use crate::reports::span::Span;
use crate::reports::tracking::{Tracking, tracking};
use crate::reports::trouble::{Troubles, trouble};
use crate::{Attribution, Dimensions, Error, Period};

/// By what the visitors of a funnel are told apart, all at once.
const SEGMENTS: &str = "browser,device,country,channel";
/// Rows of reports that are looked at.
const ROWS: u32 = 10_000;
const DAY_MS: f64 = 86_400_000.0;

/// What a conversion is worth.
#[derive(Debug, Clone, PartialEq, Row, Deserialize)]
pub(super) struct Worth {
    pub(super) currency: String,
    pub(super) amount: f64,
}

/// A funnel, and the same by what its visitors are told apart.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) command: String,
    pub(super) funnel: Funnel,
    /// Its visitors told apart.
    pub(super) segments: Vec<Part>,
}

/// The visitors of a funnel that have one value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) dimension: &'static str,
    pub(super) value: String,
    /// Of each step: who came there, and of how many at the step before; none where there is none, or it may be left out.
    pub(super) steps: Vec<Option<(u64, u64)>>,
}

/// Adds the segments up to one part a value of each dimension.
fn parts(segments: &[Segment]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for segment in segments {
        let dimensions = SEGMENTS.split(',');
        for (dimension, value) in dimensions.zip(segment.value.split('|')) {
            if value.is_empty() {
                continue;
            }
            let of = |part: &Part| part.dimension == dimension && part.value == value;
            let at = parts.iter().position(of).unwrap_or_else(|| {
                parts.push(Part {
                    dimension,
                    value: value.to_owned(),
                    steps: vec![None; segment.steps.len()],
                });
                parts.len() - 1
            });
            for (sum, step) in parts[at].steps.iter_mut().zip(&segment.steps) {
                let step = &step.step;
                if let Some(previous) = step.previous.filter(|_| !step.optional) {
                    let (came, of) = sum.unwrap_or_default();
                    *sum = Some((came + step.visitors, of + previous));
                }
            }
        }
    }
    parts
}

/// The reports of one site and period.
#[derive(Debug)]
pub(super) struct Facts {
    /// The site as a shell takes it, with the period: ` --site shop --from 2026-01-01`.
    options: String,
    /// The goal that was given: ` --goal event:signup`.
    to_goal: String,
    /// From when to when, in milliseconds since 1970.
    pub(super) covered: Option<(i64, i64)>,
    /// The length of that in weeks; at least a day.
    pub(super) weeks: f64,
    /// Visitors of the period.
    pub(super) visitors: u64,
    pub(super) goal: Option<Goal>,
    /// People who did what they came for.
    pub(super) conversions: u64,
    /// What one of them is worth on the mean, where money is in it and all of one currency.
    pub(super) worth: Option<Worth>,
    pub(super) funnels: Vec<Told>,
    pub(super) links: Links,
    pub(super) troubles: Troubles,
    pub(super) forms: Forms,
    pub(super) lost: Lost,
    pub(super) searches: Searches,
    pub(super) ads: Ads,
    /// Creatives of one placement side by side, by its name.
    pub(super) placements: Vec<(String, ArmsCompared)>,
    pub(super) tracking: Tracking,
}

const DONE_SQL: &str = "SELECT uniqExact(visitor) FROM events \
                        WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{goal}})";
const WORTH_SQL: &str = "SELECT toString(currency) AS currency, ifNull(sum(value), 0) / uniqExact(visitor) AS amount FROM events \
                         WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{goal}}) AND value != 0 \
                         GROUP BY currency ORDER BY currency";

impl Facts {
    /// Asks for all of them.
    pub(super) async fn gather(
        store: &Store,
        site: &str,
        period: Period,
        goal: Option<StepOrGoal>,
    ) -> Result<Self, Error> {
        let span = &Span {
            site: site.to_owned(),
            period,
            filters: Vec::new(),
            limit: ROWS,
        };
        let found = coverage(store, &span.site).await?;
        let first = span.period.start().or(found.map(|found| found.first_ms));
        let last = span.period.end().or(found.map(|found| found.last_ms));
        let covered = first.zip(last);
        let days = covered.map_or(1.0, |(first, last)| (last - first) as f64 / DAY_MS);
        let visitors = people(store, span).await?;
        let discovered = discover(store, span).await?;
        let is_given = goal.is_some();
        let goal = match goal {
            Some(given) => Some(Goal::given(store, site, given).await?),
            None => main_goal(store, &span.site, &discovered).await?,
        };
        let options = format!(" --site {}{}", for_shell(site), period.options());
        let to_goal = match goal.as_ref().filter(|_| is_given) {
            Some(goal) => format!(" --goal {}", for_shell(&goal.step.to_string())),
            None => String::new(),
        };
        let forms = forms(store, span).await?;
        let way = discovered
            .proposals
            .iter()
            .find(|proposal| {
                let is_to = |goal: &Goal| {
                    let last = proposal.steps.last();
                    goal.name == proposal.name || last == Some(&goal.step.to_string())
                };
                goal.as_ref().is_some_and(is_to)
            })
            .map(|proposal| from_first_screen(&proposal.steps, &forms));
        let funnels = told(store, span, &options, way).await?;
        let troubles = trouble(store, span, goal.as_ref()).await?;
        let request = AdsRequest {
            placement: None,
            conversion: None,
        };
        let (conversions, worth) = done(store, span, goal.as_ref()).await?;
        let ads = ads(store, span, &request).await?;
        let placements = placements(store, span, &ads).await?;
        let request = LinksRequest {
            page: None,
            groups: Vec::new(),
            threshold: DEAD,
        };
        Ok(Self {
            options,
            to_goal,
            covered,
            weeks: days.max(1.0) / 7.0,
            visitors,
            conversions,
            worth,
            links: links(store, span, &request).await?,
            forms,
            lost: lost(store, span, goal.as_ref()).await?,
            searches: searches(store, span).await?,
            tracking: tracking(store, span).await?,
            goal,
            funnels,
            troubles,
            ads,
            placements,
        })
    }

    /// What claims are about.
    pub(super) fn over(&self) -> Over {
        Over {
            weeks: self.weeks,
            conversions: self.conversions,
            worth: self.worth.clone(),
        }
    }

    /// A command of this site and period.
    pub(super) fn command(&self, what: &str) -> String {
        format!("snag {what}{}", self.options)
    }

    /// A command that counts conversions.
    pub(super) fn command_to_goal(&self, what: &str) -> String {
        self.command(what) + &self.to_goal
    }

    /// The share of those who get past a page of a funnel that do what they came for; none of a page that is in none.
    pub(super) fn conversion_after(&self, page: &str) -> Option<f64> {
        self.funnels
            .iter()
            .find_map(|told| told.conversion_after(told.place_of(page)?))
    }
}

impl Told {
    /// The step, from 0, that is this page.
    pub(super) fn place_of(&self, page: &str) -> Option<usize> {
        let mut steps = self.funnel.steps.iter();
        steps.position(|of| flow::page(&of.step) == page)
    }

    /// Of those who came past a step, from 0, the share that came to the last.
    pub(super) fn conversion_after(&self, step: usize) -> Option<f64> {
        let (next, last) = (self.funnel.steps.get(step + 1)?, self.funnel.steps.last()?);
        crate::statistics::rate(last.visitors, next.visitors)
    }
}

/// The funnel to the goal, and those that were saved.
async fn told(
    store: &Store,
    span: &Span,
    options: &str,
    way: Option<&[String]>,
) -> Result<Vec<Told>, Error> {
    let mut requests = Vec::new();
    for saved in funnels(store, &span.site).await?.funnels {
        let name = for_shell(&saved.name);
        requests.push((
            format!("snag funnel {name}{options}"),
            saved.request(store, &span.site).await?,
        ));
    }
    if let Some(way) = way {
        let given: Vec<StepOrGoal> = way
            .iter()
            .map(|step| step.parse())
            .collect::<Result<_, _>>()?;
        let words: Vec<String> = way
            .iter()
            .map(|step| format!(" --step {}", for_shell(step)))
            .collect();
        let request = FunnelRequest::new(&span.site, steps(store, &span.site, given).await?);
        requests.push((format!("snag funnel{options}{}", words.concat()), request));
    }
    let mut told = Vec::new();
    for (command, mut request) in requests {
        request.period = span.period;
        request.breakdown = Some((SEGMENTS.parse::<Dimensions>()?, Attribution::default()));
        let funnel = funnel(store, &request).await?;
        told.push(Told {
            command,
            segments: parts(&funnel.breakdown),
            funnel,
        });
    }
    Ok(told)
}

/// How many did what they came for, and what one of them is worth.
async fn done(
    store: &Store,
    span: &Span,
    goal: Option<&Goal>,
) -> Result<(u64, Option<Worth>), Error> {
    let Some(goal) = goal else {
        return Ok((0, None));
    };
    let ask = |sql: &str| {
        let mut bindings = Bindings::default();
        let sql = sql.replace("{{goal}}", &bindings.step(&goal.step));
        span.query_with(store, &sql, &span.period, bindings)
    };
    let conversions = ask(DONE_SQL).fetch_one().await?;
    let mut worth: Vec<Worth> = ask(WORTH_SQL).fetch_all().await?;
    Ok((conversions, worth.pop().filter(|_| worth.is_empty())))
}

async fn placements(
    store: &Store,
    span: &Span,
    ads: &Ads,
) -> Result<Vec<(String, ArmsCompared)>, Error> {
    let mut names: Vec<&str> = ads.ads.iter().map(|ad| ad.placement.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut placements = Vec::new();
    for name in names {
        let request = AdsRequest {
            placement: Some(name.to_owned()),
            conversion: None,
        };
        let compared = compare_ads(store, span, &request, Arms::Creative, false).await?;
        placements.push((name.to_owned(), compared));
    }
    Ok(placements)
}
