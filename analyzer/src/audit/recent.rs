//! The audit of the last days beside those before: what a letter of the week tells.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use snag_store::Store;

use super::{Audit, AuditRequest, audit};
use crate::Error;
use crate::format::for_shell;
use crate::period::{Moment, Period};
use crate::reports::overview::overview;
use crate::reports::span::Span;

/// Days that are audited, and where few came in these.
const DAYS: i64 = 7;
const MANY_DAYS: i64 = 28;
/// So few visitors a week show no more than what is plainly broken (`make bench-truth`: at 1,000 visits half of what is
/// there is found).
const FEW: u64 = 1_000;

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

/// Audits the last seven whole days before a moment, by the days of a time zone, beside the seven before; 28 where fewer
/// than 1,000 visitors came in seven.
///
/// # Errors
/// As [`audit`].
pub async fn recent(
    store: &Store,
    site: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Recent, Error> {
    let week = Span {
        site: site.to_owned(),
        period: last_days(now, zone, DAYS)?,
        filters: Vec::new(),
        limit: 1,
    };
    let visitors = overview(store, &week).await?.now.visitors;
    let (period, days) = match visitors < FEW {
        true => (last_days(now, zone, MANY_DAYS)?, MANY_DAYS),
        false => (week.period, DAYS),
    };
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
    if *zone == TimeZone::UTC {
        return Period::new(Some(Moment::Day(first)), Some(Moment::Day(last)));
    }
    let start = first.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
    let end = today.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
    Ok(Period::between(
        start.as_millisecond(),
        end.as_millisecond(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_and_whole() {
        let now: Timestamp = "2026-03-30T06:00:00Z".parse().unwrap();
        let utc = last_days(now, &TimeZone::UTC, 7).unwrap();
        assert_eq!(utc.options(), " --from 2026-03-23 --to 2026-03-29");
        // Berlin's clocks went forward on the 29th.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let berlin = last_days(now, &berlin, 7).unwrap();
        assert_eq!(
            berlin.options(),
            " --from 2026-03-22T23:00:00Z --to 2026-03-29T21:59:59.999Z"
        );
    }
}
