//! Funnels by name.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::{Name, StepOrGoal, of, steps, unknown};
use crate::Error;
use crate::filter::{Filter, Filters};
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::reports::funnel::FunnelRequest;

const LIST: &str = "SELECT name, steps, sequence AS `order`, within AS `window`, exclusions, filters FROM funnels FINAL \
                    WHERE site = {site:String} ORDER BY name";
const WRITE: &str = "INSERT INTO funnels SELECT {site:String}, {name:String}, {steps:Array(String)}, {sequence:String}, \
                     {within:String}, {exclusions:Array(String)}, {filters:Array(String)}, \
                     toUnixTimestamp64Nano(now64(9)), {is_deleted:UInt8}";

/// What belongs to a funnel's definition, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Row, Deserialize)]
pub struct SavedFunnel {
    /// Its name.
    pub name: String,
    /// Its steps.
    pub steps: Vec<String>,
    /// How they follow each other; empty for the usual.
    pub order: String,
    /// Within which time; empty for the usual.
    pub window: String,
    /// What makes an attempt void.
    pub exclusions: Vec<String>,
    /// Conditions on every event.
    pub filters: Vec<String>,
}

/// The funnels of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedFunnels {
    /// Identifier of the site.
    pub site: String,
    headline: String,
    /// By their names.
    pub funnels: Vec<SavedFunnel>,
}

impl SavedFunnel {
    /// What is asked of a site with this funnel, of all data and without more.
    ///
    /// # Errors
    /// [`Error::Usage`] for what cannot be read or meant, and goals that are not there; [`Error::Store`].
    pub async fn request(&self, store: &Store, site: &str) -> Result<FunnelRequest, Error> {
        let given = self
            .steps
            .iter()
            .map(|step| step.parse())
            .collect::<Result<Vec<StepOrGoal>, _>>()?;
        let mut request = FunnelRequest::new(site, steps(store, site, given).await?);
        if !self.order.is_empty() {
            request.order = self.order.parse()?;
        }
        if !self.window.is_empty() {
            request.window = self.window.parse()?;
        }
        let exclusions = self.exclusions.iter().map(|exclusion| exclusion.parse());
        request.exclusions = exclusions.collect::<Result<_, _>>()?;
        request.filters = self.filters()?;
        request.check()?;
        Ok(request)
    }

    fn filters(&self) -> Result<Vec<Filter>, Error> {
        let filters = self
            .filters
            .iter()
            .map(|filters| filters.parse::<Filters>());
        let filters = filters.collect::<Result<Vec<_>, _>>()?;
        Ok(filters.into_iter().flat_map(|filters| filters.0).collect())
    }
}

/// The funnels of a site by their names.
///
/// # Errors
/// [`Error::Store`].
pub async fn funnels(store: &Store, site: &str) -> Result<SavedFunnels, Error> {
    let funnels: Vec<SavedFunnel> = store
        .client()
        .query(LIST)
        .param("site", site)
        .fetch_all()
        .await?;
    let headline = match funnels.len() {
        1 => format!("{site} has one saved funnel"),
        count => format!("{site} has {} saved funnels", thousands(count as u64)),
    };
    Ok(SavedFunnels {
        site: site.to_owned(),
        headline,
        funnels,
    })
}

/// The funnel of that name.
///
/// # Errors
/// [`Error::Missing`] where there is none, [`Error::Store`].
pub async fn saved_funnel(store: &Store, site: &str, name: &Name) -> Result<SavedFunnel, Error> {
    let known = funnels(store, site).await?.funnels;
    match known.iter().find(|funnel| funnel.name == name.0) {
        Some(funnel) => Ok(funnel.clone()),
        None => {
            let known = known.into_iter().map(|funnel| funnel.name).collect();
            Err(unknown("funnel", site, &name.0, known))
        }
    }
}

/// Saves a funnel under its name after all of it was understood; whether it replaced one.
///
/// # Errors
/// As [`SavedFunnel::request`].
pub async fn save_funnel(
    store: &Store,
    site: &str,
    name: &Name,
    funnel: &SavedFunnel,
) -> Result<bool, Error> {
    funnel.request(store, site).await?;
    let known = funnels(store, site).await?.funnels;
    write(store, site, name, funnel, 0).await?;
    Ok(known.iter().any(|known| known.name == name.0))
}

/// Deletes a funnel.
///
/// # Errors
/// [`Error::Missing`] where there is none of that name, [`Error::Store`].
pub async fn delete_funnel(store: &Store, site: &str, name: &Name) -> Result<(), Error> {
    saved_funnel(store, site, name).await?;
    write(store, site, name, &SavedFunnel::default(), 1).await
}

async fn write(
    store: &Store,
    site: &str,
    name: &Name,
    funnel: &SavedFunnel,
    is_deleted: u8,
) -> Result<(), Error> {
    let query = of(store, WRITE, site, name)
        .param("steps", &funnel.steps)
        .param("sequence", &funnel.order)
        .param("within", &funnel.window)
        .param("exclusions", &funnel.exclusions)
        .param("filters", &funnel.filters)
        .param("is_deleted", is_deleted);
    Ok(query.execute().await?)
}

const COLUMNS: [Column; 6] = [
    Column::both("Funnel", "name", Measure::Text),
    Column::both("Steps", "steps", Measure::Text),
    Column::both("Order", "order", Measure::Text),
    Column::both("Within", "window", Measure::Text),
    Column::both("Without", "exclusions", Measure::Text),
    Column::both("Where", "filters", Measure::Text),
];

impl Report for SavedFunnels {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells = |funnel: &SavedFunnel| {
            vec![
                Cell::Text(funnel.name.clone()),
                Cell::Text(funnel.steps.join(" > ")),
                Cell::Text(funnel.order.clone()),
                Cell::Text(funnel.window.clone()),
                Cell::Text(funnel.exclusions.join(", ")),
                Cell::Text(funnel.filters.join(", ")),
            ]
        };
        self.funnels.iter().map(cells).collect()
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}
