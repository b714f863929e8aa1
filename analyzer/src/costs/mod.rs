//! What ads cost: files that sellers export, kept by day, seller and campaign.
//!
//! Invariant: a file is understood as a whole before anything of it is written, and is written in one insert. A campaign's day
//! is as it was told last, whichever ads it had before, so importing again changes nothing and a newer export replaces an
//! older one. Files are read by who asks; this sees their bytes.

mod amount;
mod day;
mod layout;
pub(crate) mod seller;
mod sheet;
mod told;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use clickhouse::Row;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub(crate) use self::amount::Amount;
pub use self::told::Costs;
use self::told::Key;

use crate::Error;
use crate::reports::coverage::coverage;
use crate::reports::sites::sites;

const KEPT: &str = "SELECT site, day, source, campaign, lines, version FROM costs FINAL WHERE site = {site:String} \
                    AND day BETWEEN toDate({first:String}) AND toDate({last:String}) ORDER BY day, source, campaign";

/// Campaign identifier, medium, ad, currency, impressions, clicks, cost.
type Line = (String, String, String, String, u64, u64, Amount);

/// A row of `costs`; the day is the number of those since 1970.
#[derive(Debug, Clone, Row, Serialize, Deserialize)]
struct Kept {
    site: String,
    day: u16,
    source: String,
    campaign: String,
    lines: Vec<Line>,
    version: u64,
}

/// What became of a file, in days of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Those of which nothing was known.
    pub new: u64,
    /// Those of which something else was known.
    pub replaced: u64,
    /// Those that were known like this.
    pub already: u64,
}

/// The site that costs are of: the one that is named, else the only one there is.
///
/// # Errors
/// [`Error::UnknownSite`] when others have events and the one named has none, [`Error::Usage`] when none is named and there are
/// none or several, [`Error::Store`].
pub async fn site_of_costs(store: &Store, named: Option<&str>) -> Result<String, Error> {
    if let Some(site) = named {
        coverage(store, site).await?;
        return Ok(site.to_owned());
    }
    let mut known = sites(store).await?;
    match known.len() {
        1 => Ok(known.remove(0).site),
        0 => Err(Error::usage(
            "no site has events yet, so the costs may be of any",
            "name it with --site",
        )),
        _ => {
            let names: Vec<String> = known.into_iter().map(|site| site.site).collect();
            Err(Error::usage(
                format!("the costs may be of {}", names.join(", ")),
                "name one with --site",
            ))
        }
    }
}

/// Keeps the costs of a file.
///
/// # Errors
/// [`Error::Store`]; then nothing of it is kept.
pub async fn import_costs(store: &Store, site: &str, costs: &Costs) -> Result<Imported, Error> {
    let mut known = kept(store, site, costs).await?;
    let mut imported = Imported {
        new: 0,
        replaced: 0,
        already: 0,
    };
    let mut rows = Vec::new();
    for (key, told) in &costs.days {
        let line = |(of, figures): (&told::Of, &told::Figures)| -> Line {
            let [campaign_id, medium, ad, currency] = of.clone();
            let told::Figures {
                impressions,
                clicks,
                cost,
            } = *figures;
            (campaign_id, medium, ad, currency, impressions, clicks, cost)
        };
        let mut row = Kept {
            site: site.to_owned(),
            day: number(key.day),
            source: key.source.clone(),
            campaign: key.campaign.clone(),
            lines: told.iter().map(line).collect(),
            version: 1,
        };
        match known.remove(key) {
            Some(before) if before.lines == row.lines => {
                imported.already += 1;
                continue;
            }
            Some(before) => {
                imported.replaced += 1;
                row.version = before.version + 1;
            }
            None => imported.new += 1,
        }
        rows.push(row);
    }
    if !rows.is_empty() {
        let mut insert = store.client().insert::<Kept>("costs").await?;
        for row in &rows {
            insert.write(row).await?;
        }
        insert.end().await?;
    }
    Ok(imported)
}

/// What is known of the days that a file tells of.
async fn kept(store: &Store, site: &str, costs: &Costs) -> Result<BTreeMap<Key, Kept>, Error> {
    let days = costs.days.keys().map(|key| key.day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return Ok(BTreeMap::new());
    };
    let query = store
        .client()
        .query(KEPT)
        .param("site", site)
        .param("first", first.to_string())
        .param("last", last.to_string());
    let rows: Vec<Kept> = query.fetch_all().await?;
    let keyed = |row: Kept| {
        let key = Key {
            day: date(row.day),
            source: row.source.clone(),
            campaign: row.campaign.clone(),
        };
        (key, row)
    };
    Ok(rows.into_iter().map(keyed).collect())
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1970; those that are read lie between 1970 and 2148, which the store can hold.
fn number(day: Date) -> u16 {
    let days = day.duration_since(EPOCH).as_hours() / 24;
    u16::try_from(days).unwrap_or_default()
}

fn date(number: u16) -> Date {
    let days = jiff::Span::new().days(i64::from(number));
    EPOCH.checked_add(days).unwrap_or(EPOCH)
}
