//! Campaigns elsewhere: the visits they brought, what came of these and what was paid for them.
//!
//! Invariant: a conversion is owed to one campaign, that of the last visit somebody sent; a visit stands in one row, by its
//! campaign and by who sells the ads. A cost stands in the row whose campaign has its name or identifier, else in one of its own.

mod figures;
mod placed;
mod tables;

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub use self::figures::Figures;

use self::placed::{Tally, place};
use super::journeys::{bind_sellers, journeys, with_sellers};
use super::spending::{creatives, paid};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{money, thousands};
use crate::reports::span::{Over, Span};
use crate::step::Step;
use crate::window::Window;

const SQL: &str = include_str!("../../../../sql/reports/ads_campaigns.sql");
/// Campaigns that a note names.
const NAMED: usize = 3;

/// What is asked beside the span.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignsRequest {
    /// What counts as a conversion; without one an event that money is in.
    pub conversion: Option<Step>,
    /// How long before a conversion a visit may be that it is owed to.
    pub window: Window,
}

/// The campaigns of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Campaigns {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those with most visits first, then those that cost most.
    pub campaigns: Vec<Campaign>,
    /// All campaigns that cost something, together.
    pub priced: Figures,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A campaign of a seller.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Campaign {
    /// Its name, as in `utm_campaign`; empty where visits name none.
    pub campaign: String,
    /// What its seller calls it, where visits bear its number; else empty.
    pub title: String,
    /// Who sells its ads, else its source.
    pub source: String,
    /// Its media, as in `utm_medium`.
    pub media: Vec<String>,
    /// Names of the identifiers of clicks that its visits bore.
    pub click_ids: Vec<String>,
    /// People it brought.
    pub visitors: u64,
    /// What came of it.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Campaign {
    /// Whether it cost something and nothing came of it.
    fn is_in_vain(&self) -> bool {
        let figures = &self.figures;
        let cost = figures.cost.values().any(|cost| *cost > 0.0);
        cost && figures.visits == 0 && figures.conversions == 0
    }

    /// Whether it was paid for and nobody told how much.
    fn is_unpriced(&self) -> bool {
        self.figures.paid_visits > 0 && self.figures.cost.is_empty()
    }
}

#[derive(Row, Deserialize)]
struct Found {
    campaign: String,
    source: String,
    visits: u64,
    visitors: u64,
    paid_visits: u64,
    media: Vec<String>,
    click_ids: Vec<String>,
}

/// Tells of the campaigns.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn campaigns(
    store: &Store,
    span: &Span,
    request: &CampaignsRequest,
) -> Result<Campaigns, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let query = span.query_with(store, &with_sellers(SQL), &span.period, Bindings::default());
    let found: Vec<Found> = bind_sellers(query).fetch_all().await?;
    let mut tallies: BTreeMap<(String, String), Tally> = found.into_iter().map(tally).collect();
    let (paid, untold) = paid(store, span).await?;
    let creatives = creatives(store, span).await?;
    let unclear = place(&mut tallies, &paid, &creatives);
    let start = span.period.start().unwrap_or(i64::MIN);
    let known = journeys(
        store,
        span,
        request.conversion.as_ref(),
        request.window,
        |journey| {
            let last = journey.touches.last();
            if let Some(touch) = last.filter(|touch| touch.is_tagged && touch.is_asked) {
                let key = (touch.campaign.clone(), touch.source.clone());
                let tally = tallies.entry(key).or_default();
                tally.owe(journey, touch.at >= start);
            }
        },
    )
    .await?;
    let mut priced = Tally::default();
    for tally in tallies.values().filter(|tally| tally.is_priced) {
        priced.add(tally);
    }
    let rows = sorted(tallies);
    let mut notes: Vec<String> = untold.into_iter().chain(unclear).collect();
    notes.extend(placed::notes(&rows));
    if !rows.is_empty() {
        let conversion = request.conversion.as_ref();
        notes.push(known.note(store, span, conversion, request.window).await?);
    }
    let headline = headline(&span.site, &rows, &Figures::of(&priced));
    let shown = span.limit as usize;
    if rows.len() > shown {
        notes.push(format!(
            "{shown} of {} campaigns are shown: --limit",
            thousands(rows.len() as u64)
        ));
    }
    Ok(Campaigns {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        campaigns: rows.into_iter().take(shown).collect(),
        priced: Figures::of(&priced),
        notes,
    })
}

fn tally(found: Found) -> ((String, String), Tally) {
    let tally = Tally {
        visits: found.visits,
        visitors: found.visitors,
        paid_visits: found.paid_visits,
        media: found.media,
        click_ids: found.click_ids,
        ..Tally::default()
    };
    ((found.campaign, found.source), tally)
}

fn sorted(tallies: BTreeMap<(String, String), Tally>) -> Vec<Campaign> {
    let row = |((campaign, source), tally): ((String, String), Tally)| Campaign {
        figures: Figures::of(&tally),
        visitors: tally.visitors,
        title: tally.title,
        media: tally.media,
        click_ids: tally.click_ids,
        campaign,
        source,
    };
    let mut rows: Vec<Campaign> = tallies.into_iter().map(row).collect();
    let cost = |row: &Campaign| row.figures.cost.values().copied().fold(0.0, f64::max);
    rows.sort_by(|one, other| {
        let visits = other.figures.visits.cmp(&one.figures.visits);
        visits.then(cost(other).total_cmp(&cost(one)))
    });
    rows
}

fn headline(site: &str, rows: &[Campaign], priced: &Figures) -> String {
    if rows.is_empty() {
        return format!("{site} has neither visits by campaigns nor costs here");
    }
    let visits: u64 = rows.iter().map(|row| row.figures.visits).sum();
    let conversions: u64 = rows.iter().map(|row| row.figures.conversions).sum();
    let brought = format!(
        "{} brought {} and {}",
        several(rows.len() as u64, "campaign"),
        several(visits, "visit"),
        several(conversions, "conversion")
    );
    let in_vain = rows.iter().filter(|row| row.is_in_vain());
    let in_vain: Vec<&str> = in_vain.map(name).collect();
    let cost = match (priced.cost.is_empty(), priced.cpa.is_empty()) {
        (true, _) => "; no costs are known, `snag import costs` brings them".to_owned(),
        (false, true) => format!("; those with costs took {}", money(&priced.cost)),
        (false, false) => format!(
            "; those with costs took {}, {} a conversion",
            money(&priced.cost),
            money(&priced.cpa)
        ),
    };
    match in_vain.is_empty() {
        true => brought + &cost,
        false => format!("{brought}{cost}; {} brought no visit", listed(&in_vain)),
    }
}

/// `1 visit`, `1,200 visits`.
fn several(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", thousands(count))
}

/// What a campaign is called.
fn name(row: &Campaign) -> &str {
    match row.campaign.as_str() {
        "" => &row.source,
        campaign => campaign,
    }
}

/// `"a", "b" and 2 more`.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(NAMED)
        .map(|name| format!("\"{name}\""))
        .collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
