//! The ways that led people to conversions: their visits in the window before, and which of them are touches.
//!
//! Invariant: a conversion is a visit in which the step was done, and has one touch at least, itself. A touch is a visit that
//! somebody sent; a visit that came directly is one only where there is no other. Clicks on a site's own creatives are none:
//! they bring nobody to the site, and `snag ads` has them.
//!
//! Source: GA4 gives direct visits no credit unless the path has no others (support.google.com/analytics/answer/10596866), as
//! does Matomo's last non-direct; as in Plausible what a visit came by is told by its start.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use crate::Error;
use crate::condition::Bindings;
use crate::costs::seller;
use crate::reports::near_names::near_names;
use crate::reports::span::Span;
use crate::step::Step;
use crate::window::Window;

const SQL: &str = include_str!("../../../../sql/reports/ads_journeys.sql");
/// What visits say of a campaign.
const IS_TAGGED: &str =
    "(click_id != '' OR utm_source != '' OR utm_medium != '' OR utm_campaign != '')";
/// Who sent a visit, or sold what it was sent by (`costs::seller`), by the campaign's own word before any other.
const SELLER: &str = "transform(toString(click_id), {click_ids:Array(String)}, {click_owners:Array(String)}, \
     transform(lowerUTF8(trimBoth(if(utm_source != '', utm_source, source))), {seller_words:Array(String)}, \
     {seller_names:Array(String)}, lowerUTF8(trimBoth(if(utm_source != '', utm_source, source)))))";
const DIRECT: &str = "Direct";
const DAY_MS: i64 = 86_400_000;
/// 2201-01-01, when the last period ends.
const LATEST: i64 = 7_289_654_400_000;

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) campaign: String,
    pub(super) source: String,
    pub(super) channel: String,
    /// Whether a campaign or an identifier of a click speaks of it.
    pub(super) is_tagged: bool,
    /// Whether the filters hold of it.
    pub(super) is_asked: bool,
}

impl Visit {
    fn is_direct(&self) -> bool {
        !self.is_tagged && (self.channel.is_empty() || self.channel == DIRECT)
    }
}

/// A conversion and what led to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Journey {
    pub(super) person: u64,
    /// The time, milliseconds since 1970.
    pub(super) at: i64,
    /// The visit in which it was done.
    pub(super) visit: Visit,
    /// Visits that credit is divided among, in their order.
    pub(super) touches: Vec<Visit>,
    pub(super) revenue: BTreeMap<String, f64>,
}

#[derive(Row, Deserialize)]
struct Told {
    person: u64,
    conversions: Vec<(i64, f64, String)>,
    visits: Vec<(i64, String, String, String, bool, bool)>,
}

/// What is known of all of them.
#[derive(Debug, Default)]
pub(super) struct Known {
    any: bool,
    /// Whether anybody who converted was seen again more than a day later.
    pub(super) lasts: bool,
}

/// The statement with what it knows of sellers.
pub(super) fn with_sellers(sql: &str) -> String {
    sql.replace("{{seller}}", SELLER)
        .replace("{{is_tagged}}", IS_TAGGED)
}

/// Binds what [`with_sellers`] refers to.
pub(super) fn bind_sellers(query: clickhouse::query::Query) -> clickhouse::query::Query {
    let [words, names] = seller::words();
    let [ids, owners] = seller::click_ids();
    query
        .param("seller_words", words)
        .param("seller_names", names)
        .param("click_ids", ids)
        .param("click_owners", owners)
}

/// Tells every conversion in the period to `see`, person by person.
///
/// # Errors
/// [`Error::Store`].
pub(super) async fn journeys(
    store: &Store,
    span: &Span,
    conversion: Option<&Step>,
    window: Window,
    mut see: impl FnMut(&Journey),
) -> Result<Known, Error> {
    let mut bindings = Bindings::default();
    let condition = match conversion {
        Some(step) => bindings.step(step),
        None => "value IS NOT NULL".to_owned(),
    };
    let sql = with_sellers(SQL).replace("{{conversion}}", &condition);
    let touches_from = span.period.start().unwrap_or_default() - window.milliseconds();
    // A visit of up to a day may have begun before what it did.
    let touches_from = (touches_from - DAY_MS).max(0);
    let query = span.query_with(store, &sql, &span.period, bindings);
    let query = bind_sellers(query)
        .param("touches_from", touches_from)
        .param("touches_to", span.period.end().unwrap_or(LATEST));
    let mut cursor = query.fetch::<Told>()?;
    let mut known = Known::default();
    while let Some(told) = cursor.next().await? {
        let visits = visits(told.visits);
        let days = visits.first().zip(visits.last());
        // Salts change at midnight, over which visitors are joined once.
        known.any = true;
        known.lasts |= days.is_some_and(|(first, last)| last.at - first.at >= 2 * DAY_MS);
        for journey in of_person(told.person, &visits, told.conversions, window) {
            see(&journey);
        }
    }
    Ok(known)
}

impl Known {
    /// What should be known beside the numbers: how far back visits are seen, or what was meant by a step nobody did.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(super) async fn note(
        &self,
        store: &Store,
        span: &Span,
        conversion: Option<&Step>,
        window: Window,
    ) -> Result<String, Error> {
        if self.any && self.lasts {
            return Ok(format!(
                "visits of up to {window} before count, direct ones only where there is no other; of people known for a day \
                 only, those of earlier days are not seen"
            ));
        }
        if self.any {
            return Ok(format!(
                "nobody who converted was known for longer than a day, so visits of earlier days are not seen, though those of \
                 up to {window} would count: this needs identifiers that last"
            ));
        }
        let Some(step) = conversion else {
            return Ok(
                "no event has money in it, and none other was named: --conversion".to_owned(),
            );
        };
        let near = near_names(store, &span.site, step).await?;
        Ok(match near.is_empty() {
            true => format!("nobody did {step} here"),
            false => format!("nobody did {step} here; near it are {}", near.join(", ")),
        })
    }
}

fn visits(told: Vec<(i64, String, String, String, bool, bool)>) -> Vec<Visit> {
    let visit = |(at, campaign, source, channel, is_tagged, is_asked)| Visit {
        at,
        campaign,
        source,
        channel,
        is_tagged,
        is_asked,
    };
    let mut visits: Vec<Visit> = told.into_iter().map(visit).collect();
    visits.sort_by_key(|visit| visit.at);
    visits
}

/// One journey for each visit with conversions.
fn of_person(
    person: u64,
    visits: &[Visit],
    mut conversions: Vec<(i64, f64, String)>,
    window: Window,
) -> Vec<Journey> {
    conversions.sort_by_key(|(at, ..)| *at);
    let mut found: BTreeMap<usize, Journey> = BTreeMap::new();
    for (at, amount, currency) in conversions {
        // How many visits had begun: the last of them is the one it was done in.
        let begun = visits.partition_point(|visit| visit.at <= at);
        let journey = found
            .entry(begun)
            .or_insert_with(|| journey(person, &visits[..begun], at, window));
        if amount != 0.0 {
            *journey.revenue.entry(currency).or_default() += amount;
        }
    }
    found.into_values().collect()
}

fn journey(person: u64, begun: &[Visit], at: i64, window: Window) -> Journey {
    let visit = begun.last().cloned().unwrap_or_else(|| Visit {
        at,
        campaign: String::new(),
        source: String::new(),
        channel: DIRECT.to_owned(),
        is_tagged: false,
        is_asked: true,
    });
    let within = |one: &&Visit| one.at >= at - window.milliseconds() && !one.is_direct();
    let mut touches: Vec<Visit> = begun.iter().filter(within).cloned().collect();
    if touches.is_empty() {
        touches.push(visit.clone());
    }
    Journey {
        person,
        at,
        visit,
        touches,
        revenue: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(day: i64, source: &str) -> Visit {
        Visit {
            at: day * DAY_MS,
            campaign: String::new(),
            source: source.into(),
            channel: match source {
                "" => DIRECT.into(),
                _ => "Email".into(),
            },
            is_tagged: !source.is_empty(),
            is_asked: true,
        }
    }

    fn sources(journey: &Journey) -> Vec<&str> {
        let touches = journey.touches.iter();
        touches.map(|touch| touch.source.as_str()).collect()
    }

    #[test]
    fn direct_visits_are_touches_only_where_there_is_no_other() {
        let visits = [visit(1, "a"), visit(2, ""), visit(3, "b"), visit(4, "")];
        let bought = |day: i64| (day * DAY_MS + 1, 5.0, "EUR".to_owned());
        let window: Window = "30d".parse().unwrap();
        let journeys = of_person(1, &visits, vec![bought(4), bought(2)], window);
        let found: Vec<_> = journeys.iter().map(sources).collect();
        assert_eq!(found, [vec!["a"], vec!["a", "b"]]);
        let short: Window = "12h".parse().unwrap();
        let journeys = of_person(1, &visits, vec![bought(4)], short);
        assert_eq!(sources(&journeys[0]), [""]);
        // What no visit tells of came from nowhere.
        assert_eq!(
            sources(&of_person(1, &[], vec![bought(4)], window)[0]),
            [""]
        );
    }

    #[test]
    fn a_visit_converts_once_and_is_worth_all_that_was_paid_in_it() {
        let paid = |after: i64, amount, currency: &str| (DAY_MS + after, amount, currency.into());
        let conversions = vec![
            paid(9, 2.0, "EUR"),
            paid(5, 3.0, "USD"),
            paid(7, 4.0, "EUR"),
        ];
        let journeys = of_person(1, &[visit(1, "a")], conversions, Window::default());
        assert_eq!((journeys.len(), journeys[0].at), (1, DAY_MS + 5));
        let revenue = [("EUR".to_owned(), 6.0), ("USD".to_owned(), 3.0)];
        assert_eq!(journeys[0].revenue, revenue.into());
    }
}
