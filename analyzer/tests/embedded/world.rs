//! A store in a directory of its own, and events to put into it.

use std::path::{Path, PathBuf};

use clickhouse::Row;
use serde::Serialize;
use snag_analyzer::{Error, Filters, Funnel, FunnelRequest, Moment, Period, Step, funnel};
use snag_store::{Config, Store};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// The library opens one directory a process, so tests of one process take turns.
static TURN: Mutex<()> = Mutex::const_new(());

pub(crate) const SITE: &str = "shop";
/// 2026-01-05T10:00:00Z, the origin of the seconds of hand-written events.
pub(crate) const ORIGIN_MS: i64 = 1_767_607_200_000;

#[derive(Debug, Clone, Row, Serialize)]
pub(crate) struct Event {
    pub(crate) site: String,
    pub(crate) time: i64,
    pub(crate) seq: u32,
    pub(crate) visitor: u64,
    pub(crate) visitor_before: u64,
    pub(crate) pageview: u64,
    pub(crate) kind: i8,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) title: String,
    pub(crate) element: u64,
    pub(crate) device: String,
    pub(crate) browser: String,
    pub(crate) referrer_host: String,
    pub(crate) referrer_path: String,
    pub(crate) amount: u32,
    pub(crate) detail: String,
    pub(crate) country: String,
    pub(crate) source: String,
    pub(crate) channel: String,
    pub(crate) click_id: String,
    pub(crate) utm_source: String,
    pub(crate) utm_medium: String,
    pub(crate) utm_campaign: String,
    pub(crate) bot: String,
    pub(crate) props: Vec<(String, String)>,
    pub(crate) value: Option<f64>,
    pub(crate) currency: String,
}

#[derive(Debug, Clone, Row, Serialize)]
pub(crate) struct Element {
    pub(crate) site: String,
    pub(crate) element: u64,
    pub(crate) selector: String,
    pub(crate) text: String,
    pub(crate) seen_at: i64,
}

/// A number for a visitor's name, the same for the same name.
pub(crate) fn visitor(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn event(who: &str, second: f64, kind: i8) -> Event {
    Event {
        site: SITE.into(),
        time: ORIGIN_MS + (second * 1000.0) as i64,
        seq: 0,
        visitor: visitor(who),
        visitor_before: 0,
        pageview: 0,
        kind,
        name: String::new(),
        host: "shop.example".into(),
        path: "/".into(),
        query: String::new(),
        title: String::new(),
        element: 0,
        device: "desktop".into(),
        browser: String::new(),
        referrer_host: String::new(),
        referrer_path: String::new(),
        amount: 0,
        detail: String::new(),
        country: "DE".into(),
        source: String::new(),
        channel: String::new(),
        click_id: String::new(),
        utm_source: String::new(),
        utm_medium: String::new(),
        utm_campaign: String::new(),
        bot: String::new(),
        props: Vec::new(),
        value: None,
        currency: String::new(),
    }
}

pub(crate) fn page(who: &str, second: f64, path: &str) -> Event {
    Event {
        path: path.into(),
        ..event(who, second, 1)
    }
}

pub(crate) fn click(who: &str, second: f64, element: u64) -> Event {
    Event {
        element,
        ..event(who, second, 2)
    }
}

pub(crate) fn custom(who: &str, second: f64, name: &str) -> Event {
    Event {
        name: name.into(),
        ..event(who, second, 3)
    }
}

impl Event {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Event)) -> Event {
        change(&mut self);
        self
    }

    pub(crate) fn prop(self, key: &str, value: &str) -> Event {
        self.with(|event| event.props.push((key.into(), value.into())))
    }
}

pub(crate) struct World {
    pub(crate) store: Store,
    _directory: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl World {
    /// An empty one.
    pub(crate) async fn open() -> World {
        let turn = TURN.lock().await;
        let directory = tempfile::tempdir().unwrap();
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache =
            cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
        let config = Config {
            data_dir: directory.path().to_owned(),
            engine_cache: cache,
            ..Config::default()
        };
        let store = Store::open(&config).await.unwrap();
        World {
            store,
            _directory: directory,
            _turn: turn,
        }
    }

    pub(crate) async fn of(events: &[Event]) -> World {
        let world = World::open().await;
        world.add(events).await;
        world
    }

    /// Takes rows that do not name every column.
    fn unchecked(&self) -> clickhouse::Client {
        self.store.client().clone().with_validation(false)
    }

    pub(crate) async fn add(&self, events: &[Event]) {
        let mut insert = self.unchecked().insert::<Event>("events").await.unwrap();
        for event in events {
            insert.write(event).await.unwrap();
        }
        insert.end().await.unwrap();
    }

    pub(crate) async fn add_elements(&self, elements: &[(u64, &str, &str, i64)]) {
        let mut insert = self
            .unchecked()
            .insert::<Element>("elements")
            .await
            .unwrap();
        for (element, selector, text, seen_at) in elements {
            let element = Element {
                site: SITE.into(),
                element: *element,
                selector: (*selector).into(),
                text: (*text).into(),
                seen_at: ORIGIN_MS + seen_at,
            };
            insert.write(&element).await.unwrap();
        }
        insert.end().await.unwrap();
    }

    /// How many visitors reach each step.
    pub(crate) async fn reached(&self, steps: &[&str]) -> Vec<u64> {
        visitors(&self.funnel(&request(steps)).await.unwrap())
    }

    /// The funnel, which is the same whether visits are asked or, with a filter that they cannot answer, events.
    pub(crate) async fn funnel(&self, request: &FunnelRequest) -> Result<Funnel, Error> {
        snag_sessions::catch_up(&self.store).await.unwrap();
        let found = funnel(&self.store, request).await;
        if let Ok(found) = &found
            && request.filters.is_empty()
        {
            let of_events = filtered(request.clone(), "title!='no such title'");
            let of_events = funnel(&self.store, &of_events).await.unwrap();
            assert_eq!(found.steps, of_events.steps, "{request:?}");
            assert_eq!(found.trend, of_events.trend, "{request:?}");
            assert_eq!(found.breakdown, of_events.breakdown, "{request:?}");
            assert_eq!(
                found.time_to_convert, of_events.time_to_convert,
                "{request:?}"
            );
        }
        found
    }

    pub(crate) async fn close(self) {
        self.store.close().await.unwrap();
    }
}

pub(crate) fn visitors(funnel: &Funnel) -> Vec<u64> {
    funnel.steps.iter().map(|step| step.visitors).collect()
}

pub(crate) fn request(steps: &[&str]) -> FunnelRequest {
    let steps = steps
        .iter()
        .map(|step| step.parse::<Step>().unwrap())
        .collect();
    FunnelRequest::new(SITE, steps)
}

pub(crate) fn within(mut request: FunnelRequest, window: &str) -> FunnelRequest {
    request.window = window.parse().unwrap();
    request
}

pub(crate) fn filtered(mut request: FunnelRequest, filters: &str) -> FunnelRequest {
    request.filters = filters.parse::<Filters>().unwrap().0;
    request
}

pub(crate) fn between(mut request: FunnelRequest, from: &str, to: &str) -> FunnelRequest {
    let moment = |text: &str| (!text.is_empty()).then(|| text.parse::<Moment>().unwrap());
    request.period = Period::new(moment(from), moment(to)).unwrap();
    request
}
