//! The reports over visits: `snag overview`, `pages`, `paths`, `links`, `entries`, `exits`, `sources`, `campaigns`, `countries`, `devices`; and
//! `snag realtime`.

use anyhow::Result;
use snag_analyzer::{
    By, LinksRequest, PathsRequest, Period, Span, discover, links, overview, pages, paths,
    realtime, visits,
};
use snag_store::Store;

use crate::cli::{Now, Visits};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Which report.
#[derive(Debug, Clone)]
pub(crate) enum Which {
    Overview,
    Pages,
    Paths(PathsRequest),
    Links(LinksRequest),
    Discover,
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

/// Prints a report over visits.
pub(crate) async fn run(
    which: Which,
    asked: Visits,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let span = Span {
        site: asked.site,
        period: Period::new(asked.from, asked.to)?,
        filters: asked
            .filters
            .into_iter()
            .flat_map(|filters| filters.0)
            .collect(),
        limit: asked.limit,
    };
    let store = super::open_derived(config, environment).await?;
    let printed = match which {
        Which::Overview => overview(&store, &span)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = report.now.sessions > 0;
                super::print(&report, asked.format, is_there)
            }),
        Which::Pages => pages(&store, &span)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = !report.rows.is_empty();
                super::print(&report, asked.format, is_there)
            }),
        Which::Paths(request) => paths(&store, &span, &request)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = !report.rows.is_empty();
                super::print(&report, asked.format, is_there)
            }),
        Which::Links(request) => links(&store, &span, &request)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = !report.links.is_empty() || !report.broken.is_empty();
                super::print(&report, asked.format, is_there)
            }),
        Which::Discover => discover(&store, &span)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = !report.proposals.is_empty();
                super::print(&report, asked.format, is_there)
            }),
        Which::By(by) => visits(&store, &span, by)
            .await
            .map_err(Into::into)
            .and_then(|report| {
                let is_there = !report.rows.is_empty();
                super::print(&report, asked.format, is_there)
            }),
    };
    store.close().await?;
    printed
}

/// Prints who is there now.
pub(crate) async fn now(asked: Now, config: &Config, environment: &Environment) -> Result<Exit> {
    let store = Store::open(&config.store(environment)?).await?;
    let report = realtime(&store, &asked.site, asked.limit).await;
    store.close().await?;
    super::print(&report?, asked.format, true)
}
