//! Sessions on the real engine against a plain model in Rust, on random streams of events: late ones, out of order, over
//! midnight and its change of salts, with explicit sessions, and whatever was derived before.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clickhouse::Row;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use snag_sessions::{Follower, catch_up, rebuild};
use snag_store::{Config, Store};

/// 2026-01-05T22:00:00Z, two hours before a midnight.
const EVENING: i64 = 1_767_650_400_000;
const MIDNIGHT: i64 = EVENING + 2 * HOUR;
const HOUR: i64 = 3_600_000;
const PAUSE: i64 = 30 * 60_000;
const SITE: &str = "shop";

#[derive(Debug, Clone, Row, Serialize)]
struct Event {
    site: &'static str,
    time: i64,
    seq: u32,
    visitor: u64,
    visitor_before: u64,
    session: u64,
    kind: i8,
    name: String,
    host: &'static str,
    path: String,
    channel: String,
    device: String,
    bot: &'static str,
    value: Option<f64>,
    currency: &'static str,
}

/// A session as it should be.
#[derive(Debug, Clone, PartialEq, Row, Deserialize)]
struct Session {
    start: i64,
    person: u64,
    session: u64,
    duration_ms: u32,
    pageviews: u32,
    interactions: u32,
    entry: String,
    exit: String,
    channel: String,
    device: String,
    at: Vec<u32>,
    kind: Vec<u8>,
    paths: Vec<String>,
    name: Vec<String>,
    worth: Vec<(u32, f64, String)>,
}

/// Events of a few people over two evenings and the day between, with a second seed for those of persistent identifiers.
fn stream(random: &mut StdRng) -> Vec<Event> {
    let mut events = Vec::new();
    for person in 1..=12_u64 {
        let persistent = person % 4 == 0;
        let explicit = person % 5 == 0;
        let mut time = EVENING + random.random_range(0..3 * HOUR);
        for seq in 0..random.random_range(1..25) {
            time += match random.random_range(0..10) {
                // A session told of by its number is seen whole up to a day.
                0 if !explicit => random.random_range(0..9 * HOUR),
                1 => PAUSE,
                2 => PAUSE + 1,
                3 => 0,
                _ => random.random_range(0..20 * 60_000),
            };
            let days = ((time - MIDNIGHT).div_euclid(24 * HOUR) + 1) as u64;
            let visitor = person * 1000 + if persistent { 0 } else { days };
            let shortly = (time - MIDNIGHT).rem_euclid(24 * HOUR) < PAUSE && time >= MIDNIGHT;
            events.push(Event {
                site: SITE,
                time,
                seq,
                visitor,
                visitor_before: if shortly && !persistent {
                    visitor - 1
                } else {
                    0
                },
                session: if explicit && random.random_bool(0.7) {
                    77 + person
                } else {
                    0
                },
                kind: [1, 1, 1, 2, 3, 11][random.random_range(0..6)],
                name: ["", "buy"][random.random_range(0..2)].to_owned(),
                host: "shop.example",
                path: format!("/{}", random.random_range(0..5)),
                channel: ["", "Direct", "Search"][random.random_range(0..3)].to_owned(),
                device: ["desktop", "mobile"][random.random_range(0..2)].to_owned(),
                bot: if random.random_bool(0.05) {
                    "crawler"
                } else {
                    ""
                },
                value: random
                    .random_bool(0.2)
                    .then(|| f64::from(random.random_range(1..9))),
                currency: ["EUR", ""][random.random_range(0..2)],
            });
        }
    }
    events
}

/// The definition, word by word: see METRICS.md and `0021_sessions.sql`.
fn model(events: &[Event]) -> Vec<Session> {
    let people: Vec<_> = events.iter().filter(|event| event.bot.is_empty()).collect();
    let before: BTreeMap<u64, u64> = people
        .iter()
        .filter(|event| event.visitor_before != 0)
        .map(|event| (event.visitor, event.visitor_before))
        .collect();
    let mut groups: BTreeMap<(u64, u64), Vec<&Event>> = BTreeMap::new();
    for event in people {
        let person = before.get(&event.visitor).copied().unwrap_or(event.visitor);
        groups
            .entry((person, event.session))
            .or_default()
            .push(event);
    }
    let mut sessions = Vec::new();
    for ((person, session), mut events) in groups {
        events.sort_by_key(|event| (event.time, event.seq, event.kind));
        let mut parts: Vec<Vec<&Event>> = Vec::new();
        for event in events {
            match parts.last_mut() {
                Some(part) if session != 0 || event.time - part.last().unwrap().time <= PAUSE => {
                    part.push(event)
                }
                _ => parts.push(vec![event]),
            }
        }
        for part in parts {
            let (first, last) = (part[0], part[part.len() - 1]);
            let shown: Vec<_> = part.iter().filter(|event| event.kind == 1).collect();
            let told = shown
                .iter()
                .find(|event| !event.channel.is_empty())
                .copied();
            let came = told.unwrap_or(&first);
            sessions.push(Session {
                start: first.time,
                person,
                session,
                duration_ms: (last.time - first.time) as u32,
                pageviews: shown.len() as u32,
                interactions: part
                    .iter()
                    .filter(|event| matches!(event.kind, 3 | 11))
                    .count() as u32,
                entry: shown
                    .first()
                    .map_or(&first.path, |event| &event.path)
                    .clone(),
                exit: shown.last().map_or(&last.path, |event| &event.path).clone(),
                channel: came.channel.clone(),
                device: came.device.clone(),
                at: part
                    .iter()
                    .map(|event| (event.time - first.time) as u32)
                    .collect(),
                kind: part.iter().map(|event| event.kind as u8).collect(),
                paths: part.iter().map(|event| event.path.clone()).collect(),
                name: part.iter().map(|event| event.name.clone()).collect(),
                worth: (1..)
                    .zip(&part)
                    .filter_map(|(place, event)| {
                        Some((place, event.value?, event.currency.to_owned()))
                    })
                    .collect(),
            });
        }
    }
    sessions.sort_by_key(|session| (session.start, session.person, session.session));
    sessions
}

async fn told(store: &Store) -> Vec<Session> {
    let sql = "WITH names AS (SELECT groupArray(page) AS pages, groupArray(path) AS paths FROM (SELECT DISTINCT page, path FROM pages ORDER BY page)) \
         SELECT toUnixTimestamp64Milli(start) AS start, person, session, duration_ms, pageviews, interactions, \
             transform(entry_page, (SELECT pages FROM names), (SELECT paths FROM names), '') AS entry, \
             transform(exit_page, (SELECT pages FROM names), (SELECT paths FROM names), '') AS exit, \
             toString(channel) AS channel, toString(device) AS device, at, kind, \
             arrayMap(one -> transform(one, (SELECT pages FROM names), (SELECT paths FROM names), ''), page) AS paths, \
             arrayMap(one -> toString(one), name) AS name, \
             arrayMap(one -> (one.1, one.2, toString(one.3)), worth) AS worth \
         FROM sessions FINAL WHERE site = 'shop' ORDER BY start, person, session";
    store
        .client()
        .query(sql)
        .fetch_all::<Session>()
        .await
        .unwrap()
}

async fn insert(store: &Store, events: &[Event]) {
    // The rows do not name every column.
    let client = store.client().clone().with_validation(false);
    let mut insert = client.insert::<Event>("events").await.unwrap();
    for event in events {
        insert.write(event).await.unwrap();
    }
    insert.end().await.unwrap();
}

async fn empty(store: &Store) {
    for table in [
        "events",
        "sessions",
        "touched",
        "midnights",
        "pages",
        "session_passes",
    ] {
        store
            .client()
            .query(&format!("TRUNCATE TABLE {table}"))
            .execute()
            .await
            .unwrap();
    }
}

fn assert_same(found: &[Session], wanted: &[Session], when: &str) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(found, wanted, "{when}");
    }
    assert_eq!(found.len(), wanted.len(), "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_those_of_the_model_however_the_events_came() {
    let directory = tempfile::tempdir().unwrap();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let store = Store::open(&Config {
        data_dir: directory.path().to_owned(),
        engine_cache: cache.or(home),
        ..Config::default()
    })
    .await
    .unwrap();
    let worlds = std::env::var("SNAG_WORLDS").map_or(12, |count| count.parse().unwrap());
    let first = std::env::var("SNAG_WORLD").map_or(0, |seed| seed.parse().unwrap());
    for seed in first..worlds {
        empty(&store).await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut events = stream(&mut random);
        let wanted = model(&events);
        // Half of the worlds are told in order, the others as they come.
        if seed % 2 == 1 {
            events.shuffle(&mut random);
        }
        let mut follower = Follower::new(store.clone()).await.unwrap();
        let mut rest = &events[..];
        while !rest.is_empty() {
            let (some, more) = rest.split_at(random.random_range(1..=rest.len().min(60)));
            insert(&store, some).await;
            rest = more;
            if random.random_bool(0.7) {
                follower.look().await.unwrap();
            }
            let so_far = events.len() - rest.len();
            if random.random_bool(0.2) {
                follower.look().await.unwrap();
                assert_same(
                    &told(&store).await,
                    &model(&events[..so_far]),
                    &format!("world {seed}, after {so_far} events"),
                );
            }
        }
        follower.look().await.unwrap();
        assert_same(
            &told(&store).await,
            &wanted,
            &format!("world {seed}, followed"),
        );
        rebuild(&store, Some(SITE)).await.unwrap();
        assert_same(
            &told(&store).await,
            &wanted,
            &format!("world {seed}, rebuilt"),
        );
        // From nothing, and by whoever comes later.
        store
            .client()
            .query("TRUNCATE TABLE sessions")
            .execute()
            .await
            .unwrap();
        let rebuilt = rebuild(&store, None).await.unwrap();
        assert_eq!(rebuilt.sessions, wanted.len() as u64);
        store
            .client()
            .query("TRUNCATE TABLE sessions")
            .execute()
            .await
            .unwrap();
        catch_up(&store).await.unwrap();
        assert_same(
            &told(&store).await,
            &wanted,
            &format!("world {seed}, caught up with"),
        );
    }
    what_is_touched_late_is_derived(&store).await;
    store.close().await.unwrap();
}

/// An insert tells its time before it can be seen.
async fn what_is_touched_late_is_derived(store: &Store) {
    empty(store).await;
    let events = stream(&mut StdRng::seed_from_u64(99));
    insert(store, &events).await;
    let mut follower = Follower::new(store.clone()).await.unwrap();
    assert!(follower.look().await.unwrap() > 0);
    assert_eq!(follower.look().await.unwrap(), 0, "nothing is new");
    let again = "TRUNCATE TABLE sessions";
    store.client().query(again).execute().await.unwrap();
    let late = "INSERT INTO touched SELECT site, toDate(time), visitor, now64(3) - INTERVAL 60 SECOND FROM events GROUP BY ALL";
    store.client().query(late).execute().await.unwrap();
    assert!(follower.look().await.unwrap() > 0);
    assert_same(&told(store).await, &model(&events), "touched late");
    assert_eq!(follower.look().await.unwrap(), 0, "nothing is new");
}
