use super::*;
use snag_beacon::{Click, Custom, Element, Pageview};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/130.0.0.0 Safari/537.36";
const NOW: i64 = 1_767_607_200_000;

fn event<'a>(at: u64, url: &'a str, kind: Kind<'a>) -> Event<'a> {
    Event {
        at,
        view: 0,
        url: url.into(),
        kind,
    }
}

fn run(batch: &Batch<'_>, user_agent: &str, sites: &Sites, bots: BotPolicy) -> Enriched {
    let salts = SaltPair {
        current: Salt {
            key: [1; 32],
            since: NOW - 1000,
        },
        previous: Some(Salt {
            key: [2; 32],
            since: NOW - 86_400_000,
        }),
    };
    let agents = Agents::default();
    let knowledge = Knowledge {
        now: NOW,
        salts: &salts,
        sites,
        bots,
        agents: &agents,
        places: None,
    };
    let sender = Sender {
        address: "198.18.0.7".parse().expect("address"),
        user_agent,
    };
    enrich(&knowledge, &sender, batch)
}

fn batch(events: Vec<Event<'_>>) -> Batch<'_> {
    Batch {
        site: "shop".into(),
        page: 7,
        sent: 5000,
        viewport: (1280, 720),
        automated: false,
        events,
    }
}

#[test]
fn times_are_the_servers_and_events_of_one_load_share_their_pageview() {
    let element = Element {
        selector: "#pay".into(),
        href: "https://shop.example/pay?card=4111#x".into(),
        ..Element::default()
    };
    let enriched = run(
        &batch(vec![
            event(
                0,
                "https://shop.example/cart?mail=a%40b.c",
                Kind::Pageview(Pageview {
                    title: "Cart".into(),
                    ..Pageview::default()
                }),
            ),
            event(
                4000,
                "https://shop.example/cart",
                Kind::Click(Click {
                    element,
                    x: 3,
                    y: 4,
                }),
            ),
            event(
                5000,
                "https://shop.example/cart",
                Kind::Custom(Custom {
                    name: "purchase".into(),
                    value: Some(9.5),
                    ..Custom::default()
                }),
            ),
        ]),
        CHROME,
        &Sites::default(),
        BotPolicy::Mark,
    );
    let [page, click, custom] = &enriched.events[..] else {
        panic!("three events")
    };
    assert_eq!(
        [page.time, click.time, custom.time],
        [NOW - 5000, NOW - 1000, NOW]
    );
    assert_eq!([page.seq, click.seq, custom.seq], [0, 1, 2]);
    let browser = page.agent.as_ref().expect("an agent");
    assert!(page.pageview != 0 && page.pageview == click.pageview);
    assert_eq!(
        (page.path.as_str(), page.query.as_str(), page.title.as_str()),
        ("/cart", "", "Cart")
    );
    assert_eq!(
        (browser.device, browser.browser.as_str(), page.bot),
        ("desktop", "Chrome", "")
    );
    assert_eq!(
        (custom.name.as_str(), custom.value),
        ("purchase", Some(9.5))
    );
    let [element] = &enriched.elements[..] else {
        panic!("one element")
    };
    assert_eq!(
        (element.element, element.href.as_str()),
        (click.element, "https://shop.example/pay")
    );
    assert!(page.visitor != 0 && page.visitor_before != 0 && page.visitor != page.visitor_before);
}

#[test]
fn an_event_is_dropped_with_its_reason_and_its_neighbours_stay() {
    let page = |url| event(0, url, Kind::Pageview(Pageview::default()));
    let sites = Sites::new([Site {
        id: "shop".into(),
        hosts: vec!["shop.example".into()],
        query_parameters: vec![],
        aliases: vec![],
    }]);
    let urls = [
        "https://shop.example/",
        "https://evil.example/",
        "about:blank",
    ];
    let enriched = run(
        &batch(urls.into_iter().map(page).collect()),
        CHROME,
        &sites,
        BotPolicy::Mark,
    );
    assert_eq!(enriched.events.len(), 1);
    assert_eq!(
        enriched.dropped,
        [DropReason::ForeignHost, DropReason::NotAWebPage]
    );

    let all = || batch(vec![page("https://shop.example/")]);
    assert_eq!(
        run(&all(), "curl/8.5.0", &sites, BotPolicy::Drop).dropped,
        [DropReason::Bot]
    );
    assert_eq!(
        run(&all(), "curl/8.5.0", &sites, BotPolicy::Mark).events[0].bot,
        "crawler"
    );
    let foreign = Batch {
        site: "blog".into(),
        ..all()
    };
    assert_eq!(
        run(&foreign, CHROME, &sites, BotPolicy::Mark).dropped,
        [DropReason::UnknownSite]
    );
}

#[test]
fn a_link_target_keeps_no_one() {
    for (href, kept) in [
        ("", ""),
        ("/cart", "/cart"),
        ("/cart?mail=a@b.c#top", "/cart"),
        ("https://shop.example/a@b?x=1", "https://shop.example/a@b"),
        ("https://me:secret@shop.example/a", "https://shop.example/a"),
        ("https://me@shop.example", "https://shop.example"),
        ("mailto:jane@mail.example?subject=x", "mailto:"),
        ("tel:+353871234567", "tel:"),
        ("javascript:void(0)", "javascript:"),
        ("https:", "https:"),
    ] {
        assert_eq!(target(href), kept, "{href}");
    }
}
