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

fn run<'a>(
    batch: &'a Batch<'a>,
    user_agent: &str,
    sites: &Sites,
    policy: BotPolicy,
) -> Enriched<'a> {
    run_shadowed(batch, user_agent, sites, policy, Vec::new())
}

fn run_shadowed<'a>(
    batch: &'a Batch<'a>,
    user_agent: &str,
    sites: &Sites,
    policy: BotPolicy,
    shadow: Vec<BotReason>,
) -> Enriched<'a> {
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
    let bots = BotRules { policy, shadow };
    let knowledge = Knowledge {
        now: NOW,
        visitors: Visitors::Salted(&salts),
        sites,
        bots: &bots,
        agents: &agents,
        places: None,
        networks: None,
        spam: &SpamReferrers::default(),
    };
    let sender = Sender {
        address: "198.18.0.7".parse().expect("address"),
        user_agent,
        hints: ClientHints::default(),
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
    let sent = batch(vec![
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
                ..Click::default()
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
    ]);
    let enriched = run(&sent, CHROME, &Sites::default(), BotPolicy::Mark);
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
        (
            page.page.path.as_ref(),
            page.page.query.as_ref(),
            page.title.as_ref()
        ),
        ("/cart", "", "Cart")
    );
    assert_eq!(
        (browser.device, browser.browser.as_str(), page.bot),
        ("desktop", "Chrome", "")
    );
    assert_eq!(
        (custom.name.as_ref(), custom.value),
        ("purchase", Some(9.5))
    );
    let [element] = &enriched.elements[..] else {
        panic!("one element")
    };
    assert_eq!(
        (element.element, element.href.as_ref()),
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
        search_parameters: vec![],
        aliases: vec![],
    }]);
    let urls = [
        "https://shop.example/",
        "https://evil.example/",
        "about:blank",
    ];
    let urls = batch(urls.into_iter().map(page).collect());
    let enriched = run(&urls, CHROME, &sites, BotPolicy::Mark);
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
        "program"
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
fn what_names_a_person_is_cleaned_in_every_field() {
    let marker = "to jane@mail.example 4111 1111 1111 1111 203.0.113.77";
    let url = "https://shop.example/u/jane@mail.example?utm_campaign=jane%40mail.example#jane@mail.example";
    let referrer = "https://jane:4111111111111111@partner.example/203.0.113.77?x=jane@mail.example";
    let element = Element {
        selector: marker.into(),
        tag: marker.into(),
        text: marker.into(),
        href: url.into(),
        role: marker.into(),
        name: marker.into(),
        type_: marker.into(),
        ad: marker.into(),
        placement: marker.into(),
        campaign: marker.into(),
        rotation: marker.into(),
    };
    let sent = batch(vec![
        event(
            0,
            url,
            Kind::Pageview(Pageview {
                referrer: referrer.into(),
                title: marker.into(),
                ..Pageview::default()
            }),
        ),
        event(
            0,
            url,
            Kind::Click(Click {
                element,
                x: 0,
                y: 0,
                ..Click::default()
            }),
        ),
        event(
            0,
            url,
            Kind::Custom(Custom {
                name: marker.into(),
                props: vec![(marker.into(), marker.into())],
                value: None,
                currency: marker.into(),
            }),
        ),
    ]);
    let enriched = run(&sent, CHROME, &Sites::default(), BotPolicy::Mark);
    let shown = format!("{:?} {:?}", enriched.events, enriched.elements);
    for word in ["jane", "mail.example", "4111", "1111", "203.0"] {
        assert!(!shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn a_bot_is_marked_by_its_strongest_reason_and_a_rule_in_shadow_only_counts() {
    let page = || {
        event(
            0,
            "https://shop.example/",
            Kind::Pageview(Pageview::default()),
        )
    };
    let driven = Batch {
        automated: true,
        ..batch(vec![page()])
    };
    let sites = Sites::default();
    let enriched = run(&driven, "curl/8.5.0", &sites, BotPolicy::Mark);
    assert_eq!(enriched.events[0].bot, "webdriver");
    assert_eq!(
        enriched.detected,
        [(BotReason::Webdriver, Treatment::Marked)]
    );
    let dropped = run(&driven, CHROME, &sites, BotPolicy::Drop);
    assert_eq!(dropped.dropped, [DropReason::Bot]);
    assert_eq!(
        dropped.detected,
        [(BotReason::Webdriver, Treatment::Dropped)]
    );

    let shadow = vec![BotReason::Webdriver, BotReason::ReferrerSpam];
    let spam = |referrer: &'static str| {
        Kind::Pageview(Pageview {
            referrer: referrer.into(),
            ..Pageview::default()
        })
    };
    let watched = Batch {
        automated: true,
        ..batch(vec![event(
            0,
            "https://shop.example/",
            spam("https://semalt.com/"),
        )])
    };
    let enriched = run_shadowed(&watched, CHROME, &sites, BotPolicy::Drop, shadow);
    assert_eq!(enriched.events[0].bot, "");
    assert_eq!(
        enriched.detected,
        [
            (BotReason::Webdriver, Treatment::Shadow),
            (BotReason::ReferrerSpam, Treatment::Shadow)
        ]
    );
    let spammed = batch(vec![event(
        0,
        "https://shop.example/",
        spam("https://semalt.com/"),
    )]);
    let enriched = run(&spammed, CHROME, &sites, BotPolicy::Mark);
    assert_eq!(enriched.events[0].bot, "referrer_spam");
}
