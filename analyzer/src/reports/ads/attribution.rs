//! Conversions divided among the visits that led to them, by five models side by side, and where these disagree.
//!
//! Invariant: by every model the credits of all rows together are the conversions, exactly. What a touch is, `journeys` says.

mod tables;

use std::collections::BTreeMap;

use serde::Serialize;
use snag_store::Store;

use self::tables::number;
use super::journeys::{Journey, Visit, journeys};
use crate::Error;
use crate::format::thousands;
use crate::reports::span::{Over, Span};
use crate::statistics::{Model, WHOLE, credit};
use crate::step::Step;
use crate::window::Window;

/// Rows that the headline names.
const NAMED: usize = 2;

/// What is asked beside the span, whose filters are conditions on the visit in which somebody converted.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributionRequest {
    /// What counts as a conversion; without one an event that money is in.
    pub conversion: Option<Step>,
    /// How long before a conversion a visit may be to have a share in it.
    pub window: Window,
}

/// Conversions by what led to them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attributed {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// How long before a conversion a visit has a share in it, in seconds.
    pub window_seconds: u32,
    /// Visits in which somebody converted.
    pub conversions: u64,
    /// Of these those with more than one touch.
    pub with_several_touches: u64,
    /// Those with most credit by the last touch first.
    pub touches: Vec<Credited>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// What is credited to visits that came about in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Credited {
    /// Their campaign; empty where they name none.
    pub campaign: String,
    /// Who sold their ads, else their source; empty for direct visits.
    pub source: String,
    /// Their channel, where they name no campaign.
    pub channel: String,
    /// Conversions by the last touch.
    pub last: f64,
    /// By the first.
    pub first: f64,
    /// The same to each.
    pub linear: f64,
    /// More to later ones.
    pub time_decay: f64,
    /// More to the first and the last.
    pub position: f64,
    /// The most of these less the least.
    pub spread: f64,
}

/// Campaign, source, and channel where there is no campaign.
type Way = (String, String, String);

/// Tells how conversions are divided.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn attribution(
    store: &Store,
    span: &Span,
    request: &AttributionRequest,
) -> Result<Attributed, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let mut ledger = Ledger::default();
    let known = journeys(
        store,
        span,
        request.conversion.as_ref(),
        request.window,
        |journey| {
            if journey.visit.is_asked {
                ledger.book(journey);
            }
        },
    )
    .await?;
    let mut touches: Vec<Credited> = ledger.credits.iter().map(credited).collect();
    touches.sort_by(|one, other| other.last.total_cmp(&one.last));
    let headline = headline(&span.site, &ledger, &touches);
    let conversion = request.conversion.as_ref();
    let mut notes = vec![known.note(store, span, conversion, request.window).await?];
    let shown = span.limit as usize;
    if touches.len() > shown {
        notes.push(format!(
            "{shown} of {} ways are shown, so the columns sum to less than the conversions: --limit",
            thousands(touches.len() as u64)
        ));
        touches.truncate(shown);
    }
    Ok(Attributed {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        window_seconds: request.window.seconds(),
        conversions: ledger.conversions,
        with_several_touches: ledger.with_several_touches,
        touches,
        notes,
    })
}

/// What was credited so far, in billionths of a conversion.
#[derive(Debug, Default)]
struct Ledger {
    conversions: u64,
    with_several_touches: u64,
    credits: BTreeMap<Way, [u64; Model::ALL.len()]>,
}

impl Ledger {
    fn book(&mut self, journey: &Journey) {
        self.conversions += 1;
        self.with_several_touches += u64::from(journey.touches.len() > 1);
        let ages: Vec<i64> = journey
            .touches
            .iter()
            .map(|touch| journey.at - touch.at)
            .collect();
        for (at, model) in Model::ALL.into_iter().enumerate() {
            for (touch, share) in journey.touches.iter().zip(credit(model, &ages)) {
                self.credits.entry(way(touch)).or_default()[at] += share;
            }
        }
    }
}

fn way(touch: &Visit) -> Way {
    let channel = match touch.campaign.is_empty() {
        true => touch.channel.clone(),
        false => String::new(),
    };
    (touch.campaign.clone(), touch.source.clone(), channel)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "to be read by people and programs"
)]
fn conversions(billionths: u64) -> f64 {
    billionths as f64 / WHOLE as f64
}

fn credited(((campaign, source, channel), credits): (&Way, &[u64; 5])) -> Credited {
    let [last, first, linear, time_decay, position] = credits.map(conversions);
    let (least, most) = (credits.iter().min(), credits.iter().max());
    let spread = most.zip(least).map_or(0, |(most, least)| most - least);
    Credited {
        campaign: campaign.clone(),
        source: source.clone(),
        channel: channel.clone(),
        last,
        first,
        linear,
        time_decay,
        position,
        spread: conversions(spread),
    }
}

impl Credited {
    fn name(&self) -> String {
        match (self.campaign.as_str(), self.source.as_str()) {
            ("", "") => self.channel.clone(),
            ("", source) => format!("{source}, {}", self.channel),
            (campaign, "") => campaign.to_owned(),
            (campaign, source) => format!("{campaign} by {source}"),
        }
    }

    /// The models that credit it with the least and the most, and with how much.
    fn extremes(&self) -> [(Model, f64); 2] {
        let by = [
            self.last,
            self.first,
            self.linear,
            self.time_decay,
            self.position,
        ];
        let by = Model::ALL.into_iter().zip(by);
        let ordered = |one: &(Model, f64), other: &(Model, f64)| one.1.total_cmp(&other.1);
        let none = (Model::Last, self.last);
        // The first of equals, so that the better known model is named.
        let most = by.clone().rev().max_by(ordered).unwrap_or(none);
        [by.min_by(ordered).unwrap_or(none), most]
    }
}

fn headline(site: &str, ledger: &Ledger, touches: &[Credited]) -> String {
    let of_site = match ledger.conversions {
        0 => return format!("{site} has no conversions here"),
        1 => "1 conversion".to_owned(),
        count => format!("{} conversions", thousands(count)),
    };
    let mut apart: Vec<&Credited> = touches.iter().filter(|one| one.spread > 0.0).collect();
    apart.sort_by(|one, other| other.spread.total_cmp(&one.spread));
    if apart.is_empty() {
        return format!(
            "{of_site}, over which all models agree: none had visits by several ways before it"
        );
    }
    let told = |one: &&Credited| {
        let [(least, low), (most, high)] = one.extremes();
        format!(
            "\"{}\" ({} by {}, {} by {})",
            one.name(),
            number(low),
            least.name(),
            number(high),
            most.name()
        )
    };
    let told: Vec<String> = apart.iter().take(NAMED).map(told).collect();
    format!(
        "{of_site}, {} of them after several visits that somebody sent; models disagree most over {}",
        thousands(ledger.with_several_touches),
        told.join(" and ")
    )
}
