//! `snag funnel`: how far visitors get, and where they abandon.

use anyhow::Result;
use snag_analyzer::{FunnelRequest, Histogram, Period};

use crate::cli::Funnel;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints the funnel.
pub(crate) async fn run(
    funnel: Funnel,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let request = FunnelRequest {
        order: funnel.order,
        window: funnel.window,
        exclusions: funnel.exclusions,
        period: Period::new(funnel.from, funnel.to)?,
        filters: funnel
            .filters
            .into_iter()
            .flat_map(|filters| filters.0)
            .collect(),
        breakdown: funnel
            .by
            .map(|dimensions| (dimensions, funnel.attribution.unwrap_or_default())),
        histogram: funnel.histogram.map(|histogram| Histogram {
            bins: funnel.bins,
            ..histogram
        }),
        trend: funnel.trend,
        compare: funnel.compare,
        why: funnel.why,
        ..FunnelRequest::new(funnel.site, funnel.steps)
    };
    let store = super::open_derived(config, environment).await?;
    let report = snag_analyzer::funnel(&store, &request).await;
    store.close().await?;
    let report = report?;
    super::print(&report, funnel.format, report.data)
}
