//! What one request may ask to store, and that it is stored as a whole or not at all.

use std::path::Path;
use std::sync::{Arc, LazyLock, Once};
use std::time::Duration;

use futures_util::FutureExt as _;
use snag_beacon::{Batch, Custom, Event, Kind, Pageview};
use snag_store::Store;
use tokio::runtime::Runtime;

use super::take::{ROWS_BYTES, Taken, take};
use super::{Limiter, Receiving, Room};
use crate::databases::{DatabaseFiles, Databases};
use crate::detections::Detections;
use crate::enrich::{Agents, BotRules, ClientHints, Sender, Sites, SpamReferrers};
use crate::health::Health;
use crate::known_elements::KnownElements;
use crate::metrics::Metrics;
use crate::salts::Salts;
use crate::spool::{Spool, SpoolConfig};
use crate::{Collecting, Limits, Proxies};

/// Where the store would be asked.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

const WAIT: Duration = Duration::from_secs(5);

fn collecting(directory: &Path, spool_bytes: u64) -> Arc<Collecting> {
    let spool = SpoolConfig {
        directory: directory.join("spool"),
        max_bytes: spool_bytes,
        min_free_bytes: 1,
        segment_bytes: 1 << 20,
        segment_rows: 1000,
        segment_age: WAIT,
        commit_wait: Duration::from_millis(1),
    };
    let spool = Arc::new(Spool::open(spool).expect("a spool"));
    let now = jiff::Timestamp::now().as_millisecond();
    let nowhere = snag_store::Config {
        clickhouse: Some(snag_store::ServerConfig::at("http://127.0.0.1:9")),
        ..snag_store::Config::default()
    };
    // A server is not asked anything until something is wanted of it.
    let store = Store::connect(&nowhere).now_or_never().expect("at once");
    let runtime = RUNTIME.handle().clone();
    let health = Health::new(store.expect("a store"), spool.shelf(), runtime);
    Arc::new(Collecting {
        health,
        sites: Sites::default(),
        proxies: Proxies::default(),
        limits: Limits {
            requests_per_second: 0,
            burst: 0,
            connections: 1,
            head_time: WAIT,
            body_time: WAIT,
            idle_time: WAIT,
        },
        limiter: Limiter::new(0, 0),
        room: Room::default(),
        bots: BotRules::default(),
        agents: Agents::default(),
        databases: Databases::open(&DatabaseFiles::default()).expect("no databases"),
        known_spam: SpamReferrers::default(),
        salts: Salts::open(directory, now).expect("salts"),
        metrics: Arc::new(Metrics::new(spool.shelf(), None)),
        spool,
        detections: Detections::default(),
        known_elements: KnownElements::default(),
        files: Vec::new(),
        rotation: None,
        proxy_warning: Once::new(),
        guests: Arc::new(crate::Guests::none()),
    })
}

/// What becomes of requests, one after the other, each of these batches.
fn taken(spool_bytes: u64, requests: &[&[Batch<'_>]]) -> Vec<Taken> {
    let directory = tempfile::tempdir().expect("tempdir");
    let collecting = collecting(directory.path(), spool_bytes);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let sender = Sender {
        address: "198.18.0.7".parse().expect("address"),
        user_agent: "Mozilla/5.0",
        hints: ClientHints::default(),
    };
    let taken = tokio::task::LocalSet::new().block_on(&runtime, async {
        let receiving = Receiving::new(Arc::clone(&collecting));
        let mut taken = Vec::new();
        for batches in requests {
            taken.push(take(&receiving, &sender, batches).await);
        }
        taken
    });
    collecting.spool.close();
    taken
}

fn batch<'a>(site: &str, events: Vec<Event<'a>>) -> Batch<'a> {
    Batch {
        site: site.to_owned().into(),
        page: 7,
        sent: 0,
        viewport: (0, 0),
        automated: false,
        events,
    }
}

fn event<'a>(url: &'a str, kind: Kind<'a>) -> Event<'a> {
    Event {
        at: 0,
        view: 0,
        url: url.into(),
        kind,
    }
}

#[test]
fn an_event_for_several_sites_is_stored_for_all_or_for_none() {
    let note = "word ".repeat(400);
    let noted = |site: &str| {
        let custom = Custom {
            name: "noted".into(),
            props: vec![("note".into(), note.as_str().into())],
            ..Custom::default()
        };
        let event = event("https://shop.example/", Kind::Custom(custom));
        batch(site, vec![event])
    };
    // Two fit, three do not.
    let room = 3 * note.len() as u64 - 100;
    let three = ["a", "b", "c"].map(noted);
    let two = ["d", "e"].map(noted);
    let taken = taken(room, &[&three, &two]);
    assert!(matches!(taken[0], Taken::Unavailable), "{taken:?}");
    assert!(
        matches!(taken[1], Taken::Stored { accepted: 2, .. }),
        "{taken:?}"
    );
}

#[test]
fn texts_that_are_named_too_often_are_refused_before_they_are_looked_at() {
    // Hardly any of it would be stored.
    let long = format!("https://shop.example/?page={}", "x".repeat(2000));
    let times = |events: usize| {
        let kind = || {
            Kind::Pageview(Pageview {
                referrer: long.as_str().into(),
                title: "".into(),
                ..Pageview::default()
            })
        };
        let events = (0..events).map(|_| event(&long, kind()));
        batch("shop", events.collect())
    };
    let most = ROWS_BYTES as usize / (2 * long.len());
    let taken = taken(1 << 30, &[&[times(most)], &[times(most + 1)]]);
    assert!(
        matches!(taken[0], Taken::Stored { accepted, .. } if accepted == most),
        "{taken:?}"
    );
    assert!(matches!(taken[1], Taken::TooLarge), "{taken:?}");
}
