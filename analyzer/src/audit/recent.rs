//! The audit of the last days beside those before: what a letter of the week tells, and what is looked at each day.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use snag_store::Store;

use super::{Audit, AuditRequest, audit};
use crate::Error;
use crate::definitions::StepOrGoal;
use crate::format::for_shell;
use crate::period::{Moment, Period};

/// Days that are audited, and where few came in these.
const DAYS: i64 = 7;
const MANY_DAYS: i64 = 28;
const DAY_MS: i64 = 86_400_000;
/// Fewer visitors, or fewer conversions of them, show no more in a week than what is plainly broken.
const FEW_VISITORS: u64 = 1_000;
const FEW_CONVERSIONS: u64 = 100;

/// An audit of the last days.
#[derive(Debug, Clone, PartialEq)]
pub struct Recent {
    /// What was found, beside as many days before.
    pub audit: Audit,
    /// How many days.
    pub days: i64,
    /// The command that shows the same.
    pub command: String,
}

/// Audits the last seven whole days before a moment, by the days of a time zone, beside the seven before; 28 where seven had
/// fewer than 1,000 visitors, or fewer than 100 conversions.
///
/// # Errors
/// As [`audit`].
pub async fn recent(
    store: &Store,
    site: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Recent, Error> {
    let week = of_days(store, site, now, zone, DAYS).await?;
    let is_little = week.audit.visitors < FEW_VISITORS
        || week.audit.goal.is_some() && week.audit.conversions < FEW_CONVERSIONS;
    match is_little {
        true => of_days(store, site, now, zone, MANY_DAYS).await,
        false => Ok(week),
    }
}

/// Audits the last 28 days up to a moment, beside as many before: what is looked at each day. Where nobody came in these, all
/// there is: better an audit of old data than none.
///
/// # Errors
/// As [`audit`].
pub async fn daily(
    store: &Store,
    site: &str,
    goal: Option<StepOrGoal>,
    now: Timestamp,
) -> Result<Audit, Error> {
    let now = now.as_millisecond();
    let mut request = AuditRequest {
        site: site.to_owned(),
        period: Period::between(now - MANY_DAYS * DAY_MS, now),
        goal,
        is_compared: true,
    };
    let found = audit(store, request.clone()).await?;
    if found.visitors > 0 {
        return Ok(found);
    }
    request.period = Period::all();
    request.is_compared = false;
    audit(store, request).await
}

async fn of_days(
    store: &Store,
    site: &str,
    now: Timestamp,
    zone: &TimeZone,
    days: i64,
) -> Result<Recent, Error> {
    let period = last_days(now, zone, days)?;
    let request = AuditRequest {
        site: site.to_owned(),
        period,
        goal: None,
        is_compared: true,
    };
    let command = format!("snag audit --site {}{}", for_shell(site), period.options());
    Ok(Recent {
        audit: audit(store, request).await?,
        days,
        command: command.replacen(" --from ", " --since ", 1),
    })
}

/// Whole days before the one that a moment lies in.
fn last_days(now: Timestamp, zone: &TimeZone, days: i64) -> Result<Period, Error> {
    let today = now.to_zoned(zone.clone()).date();
    let wrong = |error: jiff::Error| Error::usage(error.to_string(), "give a time near today");
    let first = today.checked_sub(days.days()).map_err(wrong)?;
    let last = today.checked_sub(1.day()).map_err(wrong)?;
    let start = first.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
    let end = today.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
    // Where the clocks show UTC days are days, which commands say shorter.
    let is_day = |at: Timestamp| at.as_millisecond() % DAY_MS == 0;
    match is_day(start) && is_day(end) {
        true => Period::new(Some(Moment::Day(first)), Some(Moment::Day(last))),
        false => Ok(Period::between(
            start.as_millisecond(),
            end.as_millisecond(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_and_whole() {
        let now: Timestamp = "2026-03-30T06:00:00Z".parse().unwrap();
        let utc = last_days(now, &TimeZone::UTC, 7).unwrap();
        assert_eq!(utc.options(), " --from 2026-03-23 --to 2026-03-29");
        let dublin = TimeZone::get("Europe/Dublin").unwrap();
        let winter = "2026-03-02T06:00:00Z".parse().unwrap();
        let dublin = last_days(winter, &dublin, 7).unwrap();
        assert_eq!(dublin.options(), " --from 2026-02-23 --to 2026-03-01");
        // Berlin's clocks went forward on the 29th.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let berlin = last_days(now, &berlin, 7).unwrap();
        assert_eq!(
            berlin.options(),
            " --from 2026-03-22T23:00:00Z --to 2026-03-29T21:59:59.999Z"
        );
    }
}
