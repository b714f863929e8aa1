//! The reports over visits: `snag overview`, `pages`, `paths`, `links`, `entries`, `exits`, `sources`, `campaigns`, `countries`, `devices`; and
//! `snag realtime`.

use anyhow::Result;
use snag_analyzer::definitions::{StepOrGoal, steps};
use snag_analyzer::format::{Format, Report};
use snag_analyzer::{
    AdsRequest, Arms, ArmsCompared, AttributionRequest, By, CampaignsRequest, Error,
    ExperimentRequest, Goal, LinksRequest, PathsRequest, Period, PlanRequest, Span,
    TimelineRequest, ads, attribution, campaigns, compare_ads, discover, forms, links, lost,
    overview, pages, paths, realtime, searches, timeline, tracking, trouble, visits,
};

use crate::cli::{Experiments, Now, Visits};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Which report.
#[derive(Debug, Clone)]
pub(crate) enum Which {
    Overview,
    Pages,
    Paths(PathsRequest),
    Timeline(TimelineRequest),
    Links(LinksRequest),
    Discover,
    Trouble(Option<StepOrGoal>),
    Lost(Option<StepOrGoal>),
    Forms,
    Searches,
    Tracking,
    Ads(AdsRequest),
    AdsCompared {
        request: AdsRequest,
        arms: Arms,
        is_randomised: bool,
        plan: Option<PlanRequest>,
    },
    Campaigns(CampaignsRequest),
    Attribution(AttributionRequest),
    By(By),
}

impl Which {
    /// The way that `word` names, which is one of theirs: the command line lets no other through.
    pub(crate) fn named(ways: &[By], word: &str) -> Option<Self> {
        ways.iter()
            .find(|by| by.name == word)
            .copied()
            .map(Self::By)
    }
}

pub(super) fn span(asked: Visits) -> Result<Span> {
    let filters = asked.filters.into_iter();
    Ok(Span {
        site: asked.site,
        period: Period::new(asked.from, asked.to)?,
        filters: filters.flat_map(|filters| filters.0).collect(),
        limit: asked.limit,
    })
}

/// Prints a report over visits.
pub(crate) async fn run(
    which: Which,
    asked: Visits,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let format = asked.format;
    let span = span(asked)?;
    let store = super::open_derived(config, environment).await?;
    let told = match which {
        Which::Overview => told(overview(&store, &span).await, format),
        Which::Pages => told(pages(&store, &span).await, format),
        Which::Paths(request) => told(paths(&store, &span, &request).await, format),
        Which::Timeline(request) => told(timeline(&store, &span, &request).await, format),
        Which::Links(request) => told(links(&store, &span, &request).await, format),
        Which::Discover => told(discover(&store, &span).await, format),
        Which::Trouble(asked) => {
            let found = async {
                let goal = Goal::of(&store, &span, asked).await?;
                trouble(&store, &span, goal.as_ref()).await
            };
            told(found.await, format)
        }
        Which::Lost(asked) => {
            let found = async {
                let goal = Goal::of(&store, &span, asked).await?;
                lost(&store, &span, goal.as_ref()).await
            };
            told(found.await, format)
        }
        Which::Forms => told(forms(&store, &span).await, format),
        Which::Searches => told(searches(&store, &span).await, format),
        Which::Tracking => told(tracking(&store, &span).await, format),
        Which::Ads(request) => told(ads(&store, &span, &request).await, format),
        Which::AdsCompared {
            request,
            arms,
            is_randomised,
            plan,
        } => {
            let compared = compare_ads(&store, &span, &request, arms, is_randomised).await;
            told(
                compared.and_then(|compared| planned(compared, plan)),
                format,
            )
        }
        Which::Campaigns(request) => told(campaigns(&store, &span, &request).await, format),
        Which::Attribution(request) => told(attribution(&store, &span, &request).await, format),
        Which::By(by) => told(visits(&store, &span, by).await, format),
    };
    store.close().await?;
    told
}

/// Prints a comparison of variants.
pub(crate) async fn experiment(
    asked: Experiments,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let format = asked.visits.format;
    let plan = asked.planning.request();
    let span = span(asked.visits)?;
    let compared = super::with_store(config, environment, async |store| {
        let mut goal = steps(store, &span.site, vec![asked.goal]).await?;
        let request = ExperimentRequest {
            variants: asked.variants,
            exposure: asked.exposure,
            goal: goal.remove(0),
            is_randomised: !asked.not_randomised,
        };
        let compared = snag_analyzer::experiment(store, &span, &request).await?;
        planned(compared, plan)
    });
    super::print(&compared.await?, format)
}

fn planned(compared: ArmsCompared, plan: Option<PlanRequest>) -> Result<ArmsCompared, Error> {
    match plan {
        Some(plan) => compared.planned(plan),
        None => Ok(compared),
    }
}

fn told(report: Result<impl Report, Error>, format: Format) -> Result<Exit> {
    super::print(&report?, format)
}

/// Prints who is there now.
pub(crate) async fn now(asked: Now, config: &Config, environment: &Environment) -> Result<Exit> {
    let report = super::with_store(config, environment, async |store| {
        realtime(store, &asked.site, asked.limit).await
    });
    super::print(&report.await?, asked.format)
}
