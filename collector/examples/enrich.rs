//! What a beacon costs between network and disk, as ratio to decoding it alone in the same run:
//! `cargo run --release -p snag-collector --example enrich [GEO_DATABASE]`. For a profiler,
//! `- 20000` runs so many rounds of the first batch and measures nothing.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Instant;

use snag_beacon::{Batch, Click, Element, Event, Kind, Pageview};
use snag_collector::Rehearsal;

const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/130.0.0.0 Safari/537.36";
const ROUNDS: u32 = 200_000;
const TURNS: usize = 7;

fn pageview(referrer: &'static str) -> Event<'static> {
    Event {
        at: 0,
        view: 0,
        url: "https://shop.example/products/garden/chairs-4711?page=2".into(),
        kind: Kind::Pageview(Pageview {
            referrer: referrer.into(),
            title: "Garden chairs, page 2: Example Shop".into(),
            ..Pageview::default()
        }),
    }
}

fn click() -> Event<'static> {
    Event {
        at: 1200,
        view: 0,
        url: "https://shop.example/products/garden/chairs-4711?page=2".into(),
        kind: Kind::Click(Click {
            element: Element {
                selector: "main > ul > li:nth-child(3) > a".into(),
                tag: "a".into(),
                text: "Folding chair".into(),
                href: "https://shop.example/products/garden/folding-chair-1234".into(),
                role: "".into(),
                ..Element::default()
            },
            x: 640,
            y: 480,
            ..Click::default()
        }),
    }
}

fn batch(events: Vec<Event<'static>>) -> Batch<'static> {
    Batch {
        site: "shop".into(),
        page: 12_345,
        sent: 5000,
        viewport: (1280, 720),
        automated: false,
        events,
    }
}

/// The best of some turns, in nanoseconds a round: what disturbs only adds.
fn measure(mut round: impl FnMut(u32)) -> f64 {
    let turn = |round: &mut dyn FnMut(u32)| {
        let start = Instant::now();
        (0..ROUNDS).for_each(round);
        start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
    };
    (0..TURNS)
        .map(|_| turn(&mut round))
        .fold(f64::MAX, f64::min)
}

fn main() {
    let geo = std::env::args_os()
        .nth(1)
        .filter(|path| path != "-")
        .map(PathBuf::from);
    let profiled = std::env::args()
        .nth(2)
        .and_then(|rounds| rounds.parse::<u32>().ok());
    let mut rehearsal = Rehearsal::new(geo.as_deref()).expect("a sound database");
    let search = "https://www.google.com/";
    let inside = "https://shop.example/products";
    let ten = || std::iter::once(pageview(inside)).chain((0..9).map(|_| click()));
    if let Some(rounds) = profiled {
        let body = snag_beacon::encode(&batch(vec![pageview(inside)])).expect("a sound batch");
        for _ in 0..rounds {
            let bytes = rehearsal.run(black_box(&body), IpAddr::from([2, 0, 0, 1]), AGENT);
            black_box(bytes.expect("a batch"));
        }
        return;
    }
    println!(
        "| batch | decoding alone | and enriching and encoding | ratio |\n|---|---:|---:|---:|"
    );
    for (name, batch) in [
        ("a pageview within the site", batch(vec![pageview(inside)])),
        (
            "a pageview from a search engine",
            batch(vec![pageview(search)]),
        ),
        ("a pageview and nine clicks", batch(ten().collect())),
    ] {
        let binary = snag_beacon::encode(&batch).expect("a sound batch");
        let json = snag_beacon::to_json(&batch);
        for (form, body) in [("binary", &binary[..]), ("JSON", json.as_bytes())] {
            let decoding = measure(|_| {
                black_box(snag_beacon::decode(black_box(body)).expect("a batch"));
            });
            let whole = measure(|round| {
                // Visitors of many networks.
                let address = IpAddr::from(
                    0x0200_0000_u32
                        .wrapping_add(round.wrapping_mul(7919))
                        .to_be_bytes(),
                );
                let bytes = rehearsal.run(black_box(body), address, AGENT);
                black_box(bytes.expect("a batch"));
            });
            println!(
                "| {name}, {form} | {decoding:.0} ns | {:.0} ns | {:.2} |",
                whole - decoding,
                whole / decoding
            );
        }
    }
}
