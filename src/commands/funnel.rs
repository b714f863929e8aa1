//! `snag funnel`: how far visitors get, and where they abandon; of steps that are given, or of a saved funnel.

use anyhow::Result;
use snag_analyzer::definitions::{SavedFunnel, saved_funnel, steps};
use snag_analyzer::{Error, FunnelRequest, Histogram, Period};
use snag_store::Store;

use crate::cli::{Funnel, FunnelAction, FunnelDefinition};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints the funnel, or saves it.
pub(crate) async fn run(
    funnel: Funnel,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    if let Some(FunnelAction::Save {
        name,
        site,
        definition,
    }) = funnel.action
    {
        let saved = saved(definition);
        return super::definitions::save_funnel(&name, &site, &saved, config, environment).await;
    }
    let format = funnel.format;
    let store = super::open_derived(config, environment).await?;
    let report = report(&store, funnel).await;
    store.close().await?;
    super::print(&report?, format)
}

async fn report(store: &Store, funnel: Funnel) -> Result<snag_analyzer::Funnel, Error> {
    let site = funnel.site.unwrap_or_default();
    let definition = funnel.definition;
    let filters = definition.filters.into_iter();
    let filters = filters.flat_map(|filters| filters.value.0);
    let mut request = match &funnel.name {
        Some(name) => {
            saved_funnel(store, &site, name)
                .await?
                .request(store, &site)
                .await?
        }
        None => {
            let given = definition
                .steps
                .into_iter()
                .map(|step| step.value)
                .collect();
            let order = definition.order.map(|order| order.value);
            let window = definition.window.map(|window| window.value);
            let exclusions = definition.exclusions.into_iter();
            FunnelRequest {
                order: order.unwrap_or_default(),
                window: window.unwrap_or_default(),
                exclusions: exclusions.map(|exclusion| exclusion.value).collect(),
                ..FunnelRequest::new(&site, steps(store, &site, given).await?)
            }
        }
    };
    request.filters.extend(filters);
    request.period = Period::new(funnel.from, funnel.to)?;
    request.breakdown = funnel
        .by
        .map(|dimensions| (dimensions, funnel.attribution.unwrap_or_default()));
    request.histogram = funnel.histogram.map(|histogram| Histogram {
        bins: funnel.bins,
        ..histogram
    });
    request.trend = funnel.trend;
    request.compare = funnel.compare;
    request.why = funnel.why;
    snag_analyzer::funnel(store, &request).await
}

/// The definition as it was written.
fn saved(definition: FunnelDefinition) -> SavedFunnel {
    SavedFunnel {
        name: String::new(),
        steps: definition
            .steps
            .into_iter()
            .map(|step| step.given)
            .collect(),
        order: definition
            .order
            .map(|order| order.given)
            .unwrap_or_default(),
        window: definition
            .window
            .map(|window| window.given)
            .unwrap_or_default(),
        exclusions: definition
            .exclusions
            .into_iter()
            .map(|one| one.given)
            .collect(),
        filters: definition
            .filters
            .into_iter()
            .map(|one| one.given)
            .collect(),
    }
}
