//! Rates day by day and silences, of events in a store.

use snag_analyzer::audit::recent;
use snag_analyzer::definitions::{Name, SavedFunnel, save_funnel};
use snag_analyzer::watch::rates;
use snag_analyzer::{heard, silence};

use crate::world::{Event, ORIGIN_MS, SITE, World, custom, page};

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;
const DAYS: u32 = 42;

/// Sixty visitors a day, six each hour from ten to eight, of whom half sign up until the last two days, and a tenth on these.
fn visitors() -> Vec<Event> {
    let visitor = |day: u32, who: u32| {
        let name = format!("{day}-{who}");
        let at = f64::from(day) * DAY + f64::from(who / 6) * HOUR + f64::from(who % 6) * 500.0;
        let signs = if day < DAYS - 2 {
            who.is_multiple_of(2)
        } else {
            who.is_multiple_of(10)
        };
        let signed = signs.then(|| custom(&name, at + 30.0, "signup"));
        [Some(page(&name, at, "/")), signed]
    };
    let days = (0..DAYS).flat_map(|day| (0..60).map(move |who| (day, who)));
    days.flat_map(|(day, who)| visitor(day, who))
        .flatten()
        .collect()
}

#[tokio::test]
async fn a_rate_that_fell_is_told_of_a_saved_funnel_and_without_one_of_the_goal() {
    let world = World::of(&visitors()).await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    // The origin is ten in the morning.
    let first = ORIGIN_MS.div_euclid(86_400_000);
    let last = first + i64::from(DAYS) - 1;
    let look = async |day: i64| {
        let now = (day + 1) * 86_400_000 + 3 * 3_600_000;
        rates(&world.store, SITE, day, now).await.unwrap()
    };
    let found = look(last).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].is_goal, "{found:?}");
    let off = found[0].off.clone().unwrap();
    assert!(
        off.episode.shift.rate < off.episode.shift.interval.low,
        "{off:?}"
    );
    assert!(look(last - 2).await[0].off.is_none());
    let funnel = SavedFunnel {
        name: "join".to_owned(),
        steps: vec!["page:/".to_owned(), "event:signup".to_owned()],
        ..SavedFunnel::default()
    };
    let name: Name = "join".parse().unwrap();
    save_funnel(&world.store, SITE, &name, &funnel)
        .await
        .unwrap();
    let found = look(last).await;
    assert_eq!((found[0].name.as_str(), found[0].is_goal), ("join", false));
    assert!(found[0].off.is_some() && found[0].command.starts_with("snag funnel join --site shop"));
    world.close().await;
}

#[tokio::test]
async fn a_silence_is_told_by_what_usually_comes_at_that_hour() {
    let world = World::of(&visitors()).await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    let last = heard(&world.store, SITE, ORIGIN_MS + 43 * 86_400_000)
        .await
        .unwrap()
        .unwrap()
        .last_ms;
    let after = async |hours: i64| {
        let now = last + hours * 3_600_000;
        heard(&world.store, SITE, now).await.unwrap().unwrap()
    };
    // Visits come from ten in the morning to eight in the evening, six an hour.
    let night = after(13).await;
    assert!(!night.is_silence() && night.expected < 2.0, "{night:?}");
    let noon = after(18).await;
    assert!(noon.is_silence() && noon.expected > 18.0, "{noon:?}");
    assert_eq!(noon.last_ms, last);
    let past = silence(&world.store, SITE, last, last + 18 * 3_600_000);
    assert_eq!(past.await.unwrap(), Some(noon));
    // Ten days are too few to know a week by.
    world.close().await;
    let few = World::of(&visitors()[..600]).await;
    snag_sessions::catch_up(&few.store).await.unwrap();
    let found = heard(&few.store, SITE, ORIGIN_MS + 60 * 86_400_000)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.yearly, found.is_silence()), (None, false));
    few.close().await;
}

#[tokio::test]
async fn the_last_week_is_audited_and_four_where_little_happened_in_it() {
    use crate::audited::{Faults, VISITORS, site};
    let missing = Faults {
        missing: true,
        ..Faults::default()
    };
    // Two weeks of visitors from the origin on, looked at a day after them.
    let now = jiff::Timestamp::from_millisecond(ORIGIN_MS + 15 * 86_400_000).unwrap();
    let utc = jiff::tz::TimeZone::UTC;
    for (visitors, days, since) in [
        (VISITORS, 7, "2026-01-13"),
        (VISITORS / 8, 28, "2025-12-23"),
    ] {
        let world = site(missing, visitors, 11).await;
        let found = recent(&world.store, SITE, now, &utc).await.unwrap();
        assert_eq!(found.days, days, "{visitors}");
        let command = format!("snag audit --site shop --since {since} --to 2026-01-19");
        assert_eq!(found.command, command);
        let change = found.audit.findings.first().map(|first| first.change);
        assert!(change.is_some_and(|change| change.is_some()), "{found:?}");
        world.close().await;
    }
}
