//! One page under the microscope, by hand-counted numbers.

use snag_analyzer::{Error, OnePage, Period, Span, page as look, wireframe};

use crate::world::{Event, ORIGIN_MS, SITE, World, click, page, visitor};

/// Selector, tag, text and link target of elements by their numbers.
const ELEMENTS: &str = "INSERT INTO elements (site, element, selector, tag, text, href, role, seen_at) VALUES \
    ('shop', 1, '#pay', 'button', 'Pay <now>', '', '', now64(3)), \
    ('shop', 2, 'a[href=\"/cart\"]', 'a', '', '/cart', '', now64(3)), \
    ('shop', 3, 'main>img', 'img', '', '', '', now64(3)), \
    ('shop', 4, 'x-foot >>> a', 'a', 'Imprint', '/imprint', '', now64(3))";

fn span(filters: &str) -> Span {
    Span {
        site: SITE.into(),
        period: Period::all(),
        filters: match filters {
            "" => Vec::new(),
            filters => filters.parse::<snag_analyzer::Filters>().unwrap().0,
        },
        limit: 3,
    }
}

async fn looked_at(world: &World, path: &str, filters: &str) -> Result<OnePage, Error> {
    let step = format!("page:{path}").parse().unwrap();
    look(&world.store, &span(filters), &step).await
}

async fn tell(world: &World, sql: &str) {
    let query = world.store.client().query(sql);
    query.param("at", ORIGIN_MS).execute().await.unwrap();
}

fn on(event: Event, device: &str, path: &str, pageview: u64) -> Event {
    event.with(|event| {
        event.device = device.into();
        event.path = path.into();
        event.pageview = pageview;
    })
}

/// Four people at desks and two on phones see /pay, one of them twice and once more after midnight; one saw only the cart.
async fn shop() -> World {
    let mut events = Vec::new();
    for (number, who) in ["a", "b", "c", "d"].into_iter().enumerate() {
        let at = number as f64;
        events.push(on(page(who, at, "/cart"), "desktop", "/cart", 90));
        events.push(on(
            page(who, at + 10.0, "/pay"),
            "desktop",
            "/pay",
            1 + number as u64,
        ));
    }
    events.push(on(page("a", 20.0, "/pay"), "desktop", "/pay", 5));
    for (number, who) in ["e", "f"].into_iter().enumerate() {
        events.push(on(
            page(who, 1.0, "/pay"),
            "mobile",
            "/pay",
            6 + number as u64,
        ));
    }
    events.push(on(page("e", 30.0, "/"), "mobile", "/", 91));
    events.push(on(page("g", 1.0, "/cart"), "desktop", "/cart", 92));
    // Of a bot nothing counts.
    events.push(
        on(page("bot", 1.0, "/pay"), "desktop", "/pay", 93)
            .with(|event| event.bot = "webdriver".into()),
    );
    // At midnight the salt changed: the same person, in the same visit.
    events.push(
        on(page("a, later", 40.0, "/pay"), "desktop", "/pay", 8)
            .with(|event| event.visitor_before = visitor("a")),
    );
    for (who, at, element, pageview, device) in [
        ("a", 12.0, 1, 1, "desktop"),
        ("a", 13.0, 1, 1, "desktop"),
        ("b", 14.0, 1, 2, "desktop"),
        ("e", 5.0, 1, 6, "mobile"),
        ("c", 15.0, 2, 3, "desktop"),
        ("d", 15.0, 3, 4, "desktop"),
        // One that no inventory knows, and one on nothing.
        ("d", 16.0, 77, 4, "desktop"),
        ("d", 17.0, 0, 4, "desktop"),
    ] {
        events.push(on(click(who, at, element), device, "/pay", pageview));
    }
    for (who, at, kind, element) in [("a", 12.0, 5, 1), ("b", 14.0, 6, 1), ("a", 13.0, 4, 1)] {
        events.push(
            on(click(who, at, element), "desktop", "/pay", 1).with(|event| event.kind = kind),
        );
    }
    for (who, at, kind, words) in [
        ("a", 12.5, 8, "no basket"),
        ("a", 13.0, 8, "no basket"),
        ("b", 14.5, 8, "no basket"),
        ("c", 11.0, 9, "/gone.png"),
    ] {
        events.push(on(click(who, at, 0), "desktop", "/pay", 1).with(|event| {
            event.kind = kind;
            event.detail = words.into();
            event.name = if kind == 8 {
                "/pay.js".into()
            } else {
                String::new()
            };
            event.amount = if kind == 8 { 41 } else { 0 };
        }));
    }
    let world = World::of(&events).await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    tell(&world, ELEMENTS).await;
    // All but d see the button; the imprint nobody. It is in another place on phones, and of one pageview that is not known.
    for sql in [
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms, area_left, area_top, area_width, area_height) \
         SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + 11000, 'UTC'), visitor, pageview, host, path, device, 1, \
             visitor != (SELECT any(visitor) FROM events WHERE element = 3), 1000, 100, if(device = 'mobile', 900, 400 + pageview), if(pageview = 4, 0, 200), 40 \
         FROM events WHERE kind = 'pageview' AND path = '/pay' AND bot = ''",
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable) \
         SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + 11000, 'UTC'), visitor, pageview, host, path, device, 4, 0 \
         FROM events WHERE kind = 'pageview' AND path = '/pay' AND bot = ''",
        // Two rows of a pageview add up; the fourth's depth and paint are not known.
        "INSERT INTO attention (site, time, visitor, pageview, host, path, device, engaged_ms, depth, load_ms, lcp_ms, inp_ms, cls, ttfb_ms, tenths_ms) VALUES \
         ('shop', fromUnixTimestamp64Milli({at:Int64} + 20000, 'UTC'), 1, 1, 'shop.example', '/pay', 'desktop', 2000, 30, 900, 2000, 0, 0, 100, [1000, 1000, 0, 0, 0, 0, 0, 0, 0, 0]), \
         ('shop', fromUnixTimestamp64Milli({at:Int64} + 21000, 'UTC'), 1, 1, 'shop.example', '/pay', 'desktop', 4000, 100, 900, 2600, 240, 0.05, 100, [0, 3000, 0, 0, 0, 0, 0, 0, 0, 1000]), \
         ('shop', fromUnixTimestamp64Milli({at:Int64} + 20000, 'UTC'), 2, 2, 'shop.example', '/pay', 'desktop', 8000, 40, 1100, 2400, 0, 0.3, 300, [2000, 2000, 0, 0, 0, 0, 0, 0, 0, 0]), \
         ('shop', fromUnixTimestamp64Milli({at:Int64} + 20000, 'UTC'), 5, 6, 'shop.example', '/pay', 'mobile', 1000, 11, 3000, 5000, 0, 0, 200, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), \
         ('shop', fromUnixTimestamp64Milli({at:Int64} + 20000, 'UTC'), 6, 7, 'shop.example', '/pay', 'mobile', 3000, 0, 0, 0, 0, 0, 0, [])",
        "INSERT INTO fields (site, time, visitor, pageview, host, path, device, form, element, position, last, submitted) \
         SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + 12000, 'UTC'), visitor, pageview, host, path, device, 1, 2, 1, 1, pageview = 1 \
         FROM events WHERE kind = 'pageview' AND path IN ('/pay', '/cart') AND pageview IN (1, 2, 92)",
        "ALTER TABLE events UPDATE across = 250, down = 999 WHERE kind = 'click' AND element = 1 SETTINGS mutations_sync = 1",
    ] {
        tell(&world, sql).await;
    }
    world
}

#[tokio::test]
async fn a_page_tells_who_saw_it_and_how() {
    let world = shop().await;
    let found = looked_at(&world, "/pay", "").await.unwrap();
    let whole = &found.whole;
    // a twice and once more after midnight, b, c, d, e and f; a's visit began with the cart, e's and f's with the page.
    assert_eq!((whole.views, whole.visitors, whole.visits), (8, 6, 6));
    assert_eq!((whole.entries, whole.exits), (2, 5));
    let devices: Vec<_> = found
        .devices
        .iter()
        .map(|one| {
            (
                one.device.as_str(),
                one.audience.views,
                one.audience.visitors,
            )
        })
        .collect();
    assert_eq!(devices, [("desktop", 6, 4), ("mobile", 2, 2)]);

    // 1, 3, 6 and 8 seconds: the engine takes the upper one of the middle two.
    assert_eq!(
        (whole.looked_at, whole.median_engaged_seconds),
        (4, Some(6.0))
    );
    let reached: Vec<u64> = whole.tenths.iter().map(|tenth| tenth.reached).collect();
    // To 100, 40 and 11 %; of the fourth nobody knows.
    assert_eq!(reached, [3, 3, 2, 2, 1, 1, 1, 1, 1, 1]);
    assert_eq!(whole.tenths[9].rate, Some(1.0 / 3.0));
    let interval = whole.tenths[9].interval.unwrap();
    // Wilson of one of three.
    assert!(
        (interval.low - 0.0615).abs() < 1e-3 && (interval.high - 0.7923).abs() < 1e-3,
        "{interval:?}"
    );
    // Of the ten seconds that tenths were on the screen: 3, 6 and 1; over four pageviews.
    assert_eq!(whole.tenths[1].attention, Some(0.6));
    assert!((whole.tenths[1].mean_seconds - 1.5).abs() < 1e-9);

    let vitals: Vec<_> = whole
        .vitals
        .iter()
        .map(|vital| {
            (
                vital.name,
                vital.p75.map(|p75| (p75 * 1000.0).round()),
                vital.verdict,
                vital.views,
            )
        })
        .collect();
    // 2.4, 2.6 and 5 s; only one had to wait; 0, 0.05 and 0.3.
    assert_eq!(
        vitals,
        [
            ("LCP", Some(5000.0), Some("poor"), 3),
            ("INP", Some(240.0), Some("fair"), 1),
            ("CLS", Some(300.0), Some("poor"), 3)
        ]
    );
    let desktop = &found.devices[0].audience.vitals[0];
    assert_eq!((desktop.p75, desktop.verdict), (Some(2.6), Some("fair")));
    assert_eq!(
        (whole.load.median_seconds, whole.load.views),
        (Some(1.1), 3)
    );
    assert_eq!(whole.first_byte.median_seconds, Some(0.2));
    world.close().await;
}

#[tokio::test]
async fn a_page_tells_what_is_seen_and_clicked_on_it_and_where() {
    let world = shop().await;
    let found = looked_at(&world, "/pay", "").await.unwrap();
    assert_eq!((found.clicks, found.clicks_elsewhere), (8, 2));
    let elements: Vec<_> = found
        .elements
        .iter()
        .map(|one| {
            (
                one.number,
                one.name.as_str(),
                one.is_control,
                one.shown,
                one.counts.exposed,
                one.counts.clickers,
                one.counts.clicks,
            )
        })
        .collect();
    assert_eq!(
        elements,
        [
            // All but d, and a once more under the next day's salt, as for `snag links`.
            (1, "Pay <now>", true, 8, 6, 3, 4),
            (2, "/cart", true, 1, 1, 1, 1),
            (3, "main>img", false, 1, 1, 1, 1),
            (4, "Imprint", true, 8, 0, 0, 0),
        ]
    );
    let pay = &found.elements[0];
    assert_eq!((pay.counts.rate, pay.share), (Some(0.5), Some(0.5)));
    assert_eq!((pay.dead, pay.rage, pay.errors), (1, 1, 1));
    assert_eq!(found.elements[3].counts.rate, None);

    let devices: Vec<_> = pay
        .devices
        .iter()
        .map(|one| {
            (
                one.device.as_str(),
                one.counts.clicks,
                one.place
                    .map(|place| [place.left, place.top, place.width, place.height]),
            )
        })
        .collect();
    // 401, 402, 403, 405 and 408 from the top.
    assert_eq!(
        devices,
        [
            ("desktop", 3, Some([100, 403, 200, 40])),
            ("mobile", 1, Some([100, 900, 200, 40]))
        ]
    );
    let points: Vec<_> = pay.devices[0]
        .points
        .iter()
        .map(|point| (point.x, point.y, point.clicks))
        .collect();
    assert_eq!(points, [(2, 9, 3)]);
    assert_eq!(found.elements[2].devices[0].points, []);
    assert_eq!(found.elements[2].devices[0].place, None);

    let errors: Vec<_> = found
        .errors
        .iter()
        .map(|one| {
            (
                one.what.as_str(),
                one.message.as_str(),
                one.source.as_str(),
                one.times,
                one.visitors,
                one.rate,
            )
        })
        .collect();
    assert_eq!(
        errors,
        [
            ("error", "no basket", "/pay.js:41", 3, 2, Some(2.0 / 6.0)),
            ("resource", "/gone.png", "", 1, 1, Some(1.0 / 6.0))
        ]
    );
    // The cart's form is not the page's.
    let forms: Vec<_> = found
        .forms
        .iter()
        .map(|form| {
            (
                form.page.as_str(),
                form.visitors,
                form.sent,
                form.fields[0].stopped,
            )
        })
        .collect();
    assert_eq!(forms, [("/pay", 2, 1, 1)]);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("3 of 4 elements")),
        "{:?}",
        found.notes
    );
    world.close().await;
}

#[tokio::test]
async fn pages_of_a_pattern_are_told_together_and_filters_narrow_all_of_it() {
    let world = shop().await;
    let both = looked_at(&world, "/*a*", "").await.unwrap();
    assert_eq!(
        (
            both.pages,
            both.whole.views,
            both.whole.visitors,
            both.whole.visits
        ),
        (2, 13, 7, 7)
    );
    assert_eq!(both.forms.len(), 1);
    assert_eq!(
        (both.forms[0].page.as_str(), both.forms[0].visitors),
        ("/*a*", 3)
    );
    let phones = looked_at(&world, "/pay", "device=mobile").await.unwrap();
    assert_eq!(
        (
            phones.whole.views,
            phones.clicks,
            phones.elements[0].counts.clicks
        ),
        (2, 1, 1)
    );
    assert_eq!(phones.whole.looked_at, 2);
    let elsewhere = looked_at(&world, "/pay", "host=other.example")
        .await
        .unwrap();
    assert_eq!((elsewhere.whole.views, elsewhere.elements.len()), (0, 0));

    let none = looked_at(&world, "/none", "").await.unwrap();
    assert_eq!(
        (none.headline.as_str(), none.whole.views),
        ("nobody saw /none of shop here", 0)
    );
    let refused = looked_at(&world, "/pay", "country=DE").await.unwrap_err();
    assert!(
        refused.to_string().contains("device, host, path"),
        "{refused}"
    );
    let step = "click:#pay".parse().unwrap();
    let refused = look(&world.store, &span(""), &step).await.unwrap_err();
    assert!(refused.to_string().contains("--page /cart"), "{refused}");
    world.close().await;
}

#[tokio::test]
async fn a_page_is_drawn_with_its_elements_in_their_places_and_with_texts_as_texts() {
    let world = shop().await;
    let found = looked_at(&world, "/pay", "").await.unwrap();
    let drawn = wireframe(&found).unwrap();
    let root = drawn.lines().next().unwrap_or_default();
    assert!(
        root.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""),
        "{root}"
    );
    // Six pageviews at desks and three clicks of four; the button is the only element whose place is known.
    assert!(
        drawn.contains("6 pageviews and 3 clicks on desktop"),
        "{drawn}"
    );
    let boxes: Vec<&str> = drawn
        .lines()
        .filter(|line| line.contains("class=\"box\""))
        .collect();
    assert_eq!(
        boxes,
        ["<rect class=\"box\" x=\"100\" y=\"403\" width=\"200\" height=\"40\" rx=\"4\"/>"]
    );
    // A quarter from the left, to the middle of its tenth, and in the last tenth of 40 pixels.
    assert!(
        drawn.contains("<circle class=\"dot\" cx=\"150\" cy=\"441\""),
        "{drawn}"
    );
    assert!(
        !drawn.contains("<now>") && drawn.contains("Pay &#60;now&#62;"),
        "{drawn}"
    );
    let phones = looked_at(&world, "/pay", "device=mobile").await.unwrap();
    assert!(wireframe(&phones).unwrap().contains("y=\"900\""));
    // Of the cart nothing tells where anything is.
    let cart = looked_at(&world, "/cart", "").await.unwrap();
    let refused = wireframe(&cart).unwrap_err().to_string();
    assert!(
        refused.contains("where the elements of /cart are"),
        "{refused}"
    );
    world.close().await;
}
