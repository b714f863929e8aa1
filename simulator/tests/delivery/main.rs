//! Visitors sent over real HTTP to a collector that writes down what it hears: what the wire says must be the truth.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod listener;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use listener::{Answer, Heard, Listener};
use snag_beacon::{Kind, decode};
use snag_simulator::{Error, Habits, Options, Period, Run, World, run, send};
use url::Url;

fn shop() -> Habits {
    Habits::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/habits.toml")).unwrap()
}

fn few(visitors: u32) -> Options {
    Options {
        visitors,
        seed: 11,
        ..Options::default()
    }
}

/// One event as a collector would place it: the address it came from, when it happened, what it was.
struct Told {
    address: String,
    time: i128,
    what: String,
    path: String,
}

fn told(heard: &[Heard]) -> Vec<Told> {
    let mut all = Vec::new();
    for beacon in heard {
        let batch = decode(&beacon.body).unwrap();
        let received = beacon
            .at
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis() as i128;
        for event in &batch.events {
            let what = match &event.kind {
                Kind::Pageview(_) => "view".to_owned(),
                Kind::Click(click) => format!("click {}", click.element.selector),
                Kind::Custom(custom) => format!("event {}", custom.name),
                // Told of beside what was done.
                Kind::Signal(_) | Kind::Attention(_) | Kind::Exposure(_) | Kind::Field(_) => {
                    continue;
                }
            };
            all.push(Told {
                address: beacon.forwarded.clone(),
                time: received - i128::from(batch.sent - event.at),
                what,
                path: Url::parse(&event.url).unwrap().path().to_owned(),
            });
        }
    }
    all.sort_by_key(|event| event.time);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_wire_says_is_the_truth() {
    let listener = Listener::start(|_| Answer::status(204)).await;
    let mut last = None;
    let options = Options {
        origin: Some(Url::parse("http://127.0.0.1:8080").unwrap()),
        ..few(400)
    };
    let truth = run(&shop(), &listener.address, &options, |progress| {
        last = Some(progress)
    })
    .await
    .unwrap();
    let heard = listener.heard();
    let last = last.unwrap();
    assert_eq!(
        (last.done, last.visitors, last.beacons),
        (400, 400, heard.len() as u64)
    );

    let events = told(&heard);
    assert_eq!(
        truth.pageviews,
        events.iter().filter(|event| event.what == "view").count() as u64
    );
    let mut visitors: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for event in &events {
        visitors.entry(&event.address).or_default().push(event);
    }
    assert_eq!(truth.visitors, visitors.len() as u64);

    let mut screens = [0; 6];
    let mut clicks: BTreeMap<String, u64> = BTreeMap::new();
    for deeds in visitors.values() {
        let mut next = 1;
        for deed in deeds {
            if next <= 6 && deed.what == "view" && deed.path == format!("/checkout/{next}") {
                screens[next - 1] += 1;
                next += 1;
            }
        }
        let clicked: BTreeSet<&str> = deeds
            .iter()
            .filter_map(|deed| deed.what.strip_prefix("click "))
            .collect();
        for selector in clicked {
            *clicks.entry(selector.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(truth.funnel.visitors, screens);
    assert_eq!(truth.clicks, clicks);
    assert!(screens[5] > 0, "nobody bought anything: {screens:?}");

    for beacon in &heard {
        assert_eq!(
            (beacon.method.as_str(), beacon.path.as_str()),
            ("POST", "/b")
        );
        assert_eq!(beacon.origin, "http://127.0.0.1:8080");
        assert!(
            beacon.agent.starts_with("Mozilla/5.0 (") && !beacon.agent.contains('{'),
            "{}",
            beacon.agent
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_lie_within_the_spread_and_end_before_now() {
    let listener = Listener::start(|_| Answer::status(204)).await;
    let before = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis() as i128;
    run(&shop(), &listener.address, &few(200), |_| ())
        .await
        .unwrap();
    let events = told(&listener.heard());
    let last = events.last().unwrap().time;
    assert!(
        last <= before + 60_000,
        "an event lies {} ms after the run began",
        last - before
    );
    let hours = (before - events[0].time) / 3_600_000;
    assert!(
        (5..=9).contains(&hours),
        "the first event lies {hours} h back"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_truth_whatever_order_answers_come_in() {
    let slow =
        Listener::start(|count| Answer::status(204).after(Duration::from_millis(count % 7))).await;
    let quick = Listener::start(|_| Answer::status(204)).await;
    let first = run(&shop(), &slow.address, &few(60), |_| ()).await.unwrap();
    let one_by_one = Options {
        concurrency: 1,
        ..few(60)
    };
    assert_eq!(
        first,
        run(&shop(), &quick.address, &one_by_one, |_| ())
            .await
            .unwrap()
    );
    let other = Options {
        seed: 12,
        ..few(60)
    };
    assert_ne!(
        first,
        run(&shop(), &quick.address, &other, |_| ()).await.unwrap()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_collector_is_waited_for_and_hears_every_beacon_once() {
    let busy = Listener::start(|count| {
        if count.is_multiple_of(5) {
            Answer::status(503).with("retry-after", "0")
        } else {
            Answer::status(204)
        }
    })
    .await;
    let truth = run(&shop(), &busy.address, &few(40), |_| ()).await.unwrap();
    let heard = busy.heard();
    let asked = heard.len();
    let taken: Vec<Heard> = heard
        .into_iter()
        .filter(|beacon| beacon.answered == 204)
        .collect();
    assert!(taken.len() < asked, "nobody was asked to wait");
    let views = told(&taken)
        .iter()
        .filter(|event| event.what == "view")
        .count();
    assert_eq!(truth.pageviews, views as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_stays_busy_is_given_up_on() {
    let busy = Listener::start(|_| Answer::status(503).with("retry-after", "0")).await;
    let error = run(&shop(), &busy.address, &few(1), |_| ())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert!(error.to_string().contains("spool"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_other_answer_is_an_error_that_names_it() {
    for status in [200, 202, 301, 400, 404, 500] {
        let listener = Listener::start(move |_| {
            Answer::status(status)
                .with("location", "/elsewhere")
                .saying("unknown site \"shop\"")
        })
        .await;
        let error = run(&shop(), &listener.address, &few(3), |_| ())
            .await
            .unwrap_err();
        let words = error.to_string();
        assert!(
            words.contains(&status.to_string()) && words.contains("unknown site"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn nobody_listening_is_an_error_with_the_mend() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = run(&shop(), &free, &few(1), |_| ()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { .. }) && error.to_string().contains("snag serve"),
        "{error}"
    );
    for unfit in ["mailto:a@b.example", "ftp://127.0.0.1/"] {
        let error = run(&shop(), &Url::parse(unfit).unwrap(), &few(1), |_| ())
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Target { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sessions_of_a_world_are_sent_as_they_would_be_written() {
    let world = World::of_family("agency", 4).unwrap();
    let asked = |days| Run {
        sessions: 150,
        seed: 4,
        period: Period {
            until: jiff::civil::date(2026, 6, 28),
            days,
        },
        reckoned: 0,
    };
    let listener = Listener::start(|_| Answer::status(204)).await;
    let truth = send(&world, &asked(28), &listener.address, |_| ())
        .await
        .unwrap();
    let heard = listener.heard();
    let place = tempfile::tempdir().unwrap();
    let written = snag_simulator::simulate(&world, &asked(28), place.path(), |_| ()).unwrap();
    assert_eq!(truth, written);
    let packed = std::fs::File::open(place.path().join("recordings.ndjson.zst")).unwrap();
    let text = String::from_utf8(zstd::decode_all(packed).unwrap()).unwrap();
    // When they were sent is another time.
    let what = |body: &str| {
        let (load, rest) = body.split_once(",\"t\":").unwrap();
        format!("{load}{}", rest.split_once(',').unwrap().1)
    };
    let written: BTreeSet<String> = text
        .lines()
        .map(|line| {
            what(
                line.split_once("\"body\":")
                    .unwrap()
                    .1
                    .strip_suffix('}')
                    .unwrap(),
            )
        })
        .collect();
    let sent: BTreeSet<String> = heard
        .iter()
        .map(|beacon| what(std::str::from_utf8(&beacon.body).unwrap()))
        .collect();
    assert_eq!(sent, written);
    let days = told(&heard);
    let spread = (days[days.len() - 1].time - days[0].time) / 86_400_000;
    assert!((26..=28).contains(&spread), "{spread} days");

    let long = send(&world, &asked(30), &listener.address, |_| ()).await;
    let error = long.unwrap_err().to_string();
    assert!(error.contains("at most 29"), "{error}");
}
