//! Where leavers go, what they met and at which field they stopped, over a checkout with a known fault.

use snag_analyzer::format::render;
use snag_analyzer::{Destination, Format, Order};

use crate::world::{Event, ORIGIN_MS, World, custom, page, request, visitor, visitors};

const ERROR: i8 = 8;
const SEARCH: i8 = 17;

fn kind(event: Event, kind: i8) -> Event {
    event.with(|event| event.kind = kind)
}

/// The pageview of a visitor's checkout.
fn checkout(who: &str) -> u64 {
    visitor(who) | 1
}

#[tokio::test]
async fn leavers_are_told_with_place_reason_and_field() {
    let mut events = Vec::new();
    let mut slow = Vec::new();
    let mut fields = Vec::new();
    for number in 0..200_u32 {
        let who = number.to_string();
        events.push(page(&who, 0.0, "/cart"));
        events.push(page(&who, 10.0, "/checkout").with(|event| event.pageview = checkout(&who)));
        if number >= 100 {
            // A hundred buy; five of them met an error.
            if number < 105 {
                events.push(kind(page(&who, 12.0, "/checkout"), ERROR));
            }
            events.push(custom(&who, 40.0, "purchase"));
            continue;
        }
        // A hundred do not: 60 met an error, all of them on a slow page.
        if number < 60 {
            events.push(kind(page(&who, 12.0, "/checkout"), ERROR));
            slow.push(checkout(&who));
            fields.push((checkout(&who), 77, 4000));
        }
        match number {
            0..50 => {}
            50..70 => events.push(page(&who, 30.0, "/help")),
            70..80 => events.push(page(&who, 30.0, "/cart")),
            80..90 => events.push(kind(page(&who, 30.0, "/"), SEARCH)),
            _ => events.push(page(&who, 30.0, "/checkout")),
        }
    }
    let world = World::of(&events).await;
    let run = async |sql: String| world.store.client().query(&sql).execute().await.unwrap();
    let at = |seconds: i64| {
        format!(
            "fromUnixTimestamp64Milli({}, 'UTC')",
            ORIGIN_MS + seconds * 1000
        )
    };
    for pageview in slow {
        run(format!(
            "INSERT INTO attention (site, time, pageview, lcp_ms) VALUES ('shop', {}, {pageview}, 6000)",
            at(11)
        ))
        .await;
    }
    for (pageview, element, hesitation) in fields {
        // Only the latest row of a field counts, and only the field that was last.
        run(format!(
            "INSERT INTO fields (site, time, pageview, element, hesitation_ms, corrections, focuses, last) VALUES \
             ('shop', {}, {pageview}, {element}, 100, 0, 1, false), \
             ('shop', {}, {pageview}, {element}, {hesitation}, 3, 2, true), \
             ('shop', {}, {pageview}, 78, 50, 0, 1, false)",
            at(11),
            at(13),
            at(13)
        ))
        .await;
    }
    run(
        "INSERT INTO elements (site, element, selector, name) VALUES ('shop', 77, '#phone', 'phone')"
            .to_owned(),
    )
    .await;

    let mut asked = request(&["page:/cart", "page:/checkout", "event:purchase"]);
    let plain = world.funnel(&asked).await.unwrap();
    assert!(plain.why.is_none() && plain.steps.iter().all(|step| step.leavers.is_empty()));
    asked.why = true;
    let funnel = world.funnel(&asked).await.unwrap();
    assert_eq!(visitors(&funnel), [200, 200, 100]);
    let went: Vec<(Destination, u64)> = funnel.steps[1]
        .leavers
        .iter()
        .map(|went| (went.to, went.visitors))
        .collect();
    let expected = [
        (Destination::LeftTheSite, 50),
        (Destination::AnotherPage, 20),
        (Destination::EarlierStep, 10),
        (Destination::Search, 10),
        (Destination::Retried, 10),
    ];
    assert_eq!(went, expected);
    let shares: f64 = funnel.steps[1].leavers.iter().map(|went| went.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);

    assert_eq!(
        funnel.headline,
        "100 of 200 visitors (50 %, 43-57) abandon at screen 2 \"/checkout\", 60 % of them at the field \"phone\""
    );
    let why = funnel.why.as_ref().unwrap();
    assert_eq!((why.step, why.leavers, why.went_on), (2, 100, 100));
    let reasons: Vec<_> = why
        .reasons
        .iter()
        .map(|reason| {
            (
                reason.signal,
                reason.leavers,
                reason.went_on,
                reason.significant,
            )
        })
        .collect();
    assert_eq!(
        reasons,
        [("slow_page", 60, 0, true), ("error", 60, 5, true)]
    );
    // 60 · 95 / (40 · 5)
    assert!((why.reasons[1].odds_ratio - 28.5).abs() < 1e-9);
    let field = &why.fields[0];
    assert_eq!(
        (why.fields.len(), field.name.as_str(), field.visitors),
        (1, "phone", 60)
    );
    assert_eq!(
        (
            field.median_hesitation_seconds,
            field.mean_corrections,
            field.mean_focuses
        ),
        (Some(4.0), 3.0, 2.0)
    );
    for format in Format::ALL {
        println!("{}", render(&funnel, format, 100).unwrap());
    }
    let table = render(&funnel, Format::Table, 100).unwrap();
    for said in [
        "50\u{a0}% left the site, 20\u{a0}% another page",
        "28.5",
        "phone",
    ] {
        assert!(table.contains(said), "{said}: {table}");
    }
    asked.order = Order::Strict;
    let error = world.funnel(&asked).await.unwrap_err().to_string();
    assert!(error.contains("--why"), "{error}");
    world.close().await;
}
