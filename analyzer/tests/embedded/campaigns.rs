//! Campaigns by visits, conversions and costs.

use snag_analyzer::costs::{Costs, import_costs};
use snag_analyzer::format::{Format, render};
use snag_analyzer::{Campaigns, CampaignsRequest, Filters, Period, Span, campaigns};

use crate::costs::import;
use crate::world::{Event, SITE, World, custom, page};

pub(crate) const DAY: f64 = 86_400.0;

pub(crate) fn span(filters: &str) -> Span {
    Span {
        site: SITE.into(),
        period: Period::all(),
        filters: match filters {
            "" => Vec::new(),
            filters => filters.parse::<Filters>().unwrap().0,
        },
        limit: 100,
    }
}

/// How a visit came about: source, medium, campaign, identifier of a click, channel.
pub(crate) type Came = [&'static str; 5];

pub(crate) const PAID: Came = ["Google", "cpc", "spring", "gclid", "Paid Search"];
pub(crate) const MAIL: Came = ["newsletter", "email", "may", "", "Email"];
const NUMBERED: Came = ["Bing", "cpc", "401", "msclkid", "Paid Search"];
const NAMELESS: Came = ["Google", "", "", "gclid", "Paid Search"];
const INSTAGRAM: Came = ["Instagram", "paid_social", "spring", "", "Paid Social"];
const FACEBOOK: Came = ["Facebook", "paid_social", "spring", "fbclid", "Paid Social"];
pub(crate) const FOUND: Came = ["Google", "", "", "", "Organic Search"];
pub(crate) const DIRECT: Came = ["", "", "", "", "Direct"];

/// A visit that begins at a second, of somebody who is the same for ever.
pub(crate) fn visit(who: &str, second: f64, came: Came) -> Event {
    let [source, medium, campaign, click_id, channel] = came.map(str::to_owned);
    page(who, second, "/").with(|event| {
        event.utm_source = if medium.is_empty() {
            String::new()
        } else {
            source.clone()
        };
        // The collector has names of its own for what campaigns call a source.
        event.source = match source.as_str() {
            "newsletter" => "Email".into(),
            _ => source,
        };
        event.utm_medium = medium;
        event.utm_campaign = campaign;
        event.click_id = click_id;
        event.channel = channel;
    })
}

pub(crate) fn bought(who: &str, second: f64, amount: f64, currency: &str) -> Event {
    custom(who, second, "bought").with(|event| {
        event.value = Some(amount);
        event.currency = currency.into();
    })
}

pub(crate) async fn world(events: &[Event]) -> World {
    let world = World::of(events).await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    world
}

async fn told(world: &World, filters: &str) -> Campaigns {
    let request = CampaignsRequest {
        conversion: None,
        window: "30d".parse().unwrap(),
    };
    campaigns(&world.store, &span(filters), &request)
        .await
        .unwrap()
}

pub(crate) fn has(notes: &[String], text: &str) -> bool {
    notes.iter().any(|note| note.contains(text))
}

#[tokio::test]
async fn campaigns_are_told_with_what_they_brought_and_cost() {
    let mut events = vec![
        // Came by the ad, again by the mail, and bought directly: owed to the mail.
        visit("ann", 0.0, PAID),
        visit("ann", DAY, MAIL),
        visit("ann", 2.0 * DAY, DIRECT),
        bought("ann", 2.0 * DAY + 5.0, 40.0, "EUR"),
        // Twice in one visit is one conversion of the sum.
        visit("bob", 10.0, PAID),
        bought("bob", 20.0, 10.0, "EUR"),
        bought("bob", 30.0, 5.0, "EUR"),
        visit("cid", 0.0, PAID),
        visit("dan", 0.0, NAMELESS),
        visit("eve", 0.0, INSTAGRAM),
        visit("fay", 0.0, FACEBOOK),
        bought("fay", 9.0, 6.0, "USD"),
        visit("guy", 0.0, FOUND),
        visit("hal", 0.0, NUMBERED),
    ];
    events.push(visit("bot", 0.0, PAID).with(|event| event.bot = "agent".into()));
    let world = world(&events).await;
    import(
        &world,
        "2026-01-05,google,Spring,,1000,3,9.00,EUR\n2026-01-06,adwords,SPRING,,500,1,3.00,EUR\n\
         2026-01-05,facebook,spring,,700,2,5.00,EUR\n2026-01-05,bing,winter,,50,0,2.50,EUR\n\
         2026-01-05,newsletter,may,,0,0,1.00,EUR\n2026-01-05,newsletter,may,,0,0,1.00,USD\n",
    )
    .await;
    let found = told(&world, "").await;
    let of = |campaign: &str, source: &str| {
        let mut rows = found.campaigns.iter();
        let row = rows.find(|row| row.campaign == campaign && row.source == source);
        row.unwrap_or_else(|| panic!("{campaign} {source}: {:?}", found.campaigns))
    };
    let spring = of("spring", "google");
    let figures = &spring.figures;
    assert_eq!(
        (figures.visits, spring.visitors, figures.paid_visits),
        (3, 3, 3)
    );
    assert_eq!((figures.conversions, figures.revenue["EUR"]), (1, 15.0));
    assert_eq!(
        (figures.cost["EUR"], figures.cpa["EUR"], figures.roas),
        (12.0, 12.0, Some(1.25))
    );
    assert_eq!(
        (
            figures.ad_impressions,
            figures.ad_clicks,
            figures.cpc["EUR"]
        ),
        (1500, 4, 3.0)
    );
    // Wilson, 1 of 3.
    let interval = figures.conversion_interval.unwrap();
    assert!((interval.low - 0.0615).abs() < 1e-4 && (interval.high - 0.7923).abs() < 1e-4);
    // Both of its sites are one seller's.
    let social = of("spring", "facebook");
    assert_eq!((social.figures.visits, social.figures.conversions), (2, 1));
    assert_eq!(
        (social.figures.cpa["EUR"], social.figures.roas),
        (5.0, None)
    );
    // Two currencies stand side by side.
    let may = &of("may", "newsletter").figures;
    assert_eq!(
        (may.conversions, may.cost.len(), may.cpa.len(), may.roas),
        (1, 2, 0, None)
    );
    let winter = &of("winter", "bing").figures;
    assert_eq!(
        (winter.visits, winter.cost["EUR"], winter.conversion_rate),
        (0, 2.5, None)
    );
    assert_eq!(of("", "google").figures.visits, 1);
    assert_eq!(of("401", "bing").figures.visits, 1);
    // Who searched and who is a bot came by no campaign.
    assert_eq!(found.campaigns.len(), 6);
    assert!(
        found.headline.contains("\"winter\" brought no visit"),
        "{}",
        found.headline
    );
    assert!(
        has(&found.notes, "1 paid visit bears the identifier of a click"),
        "{:?}",
        found.notes
    );
    assert!(
        has(&found.notes, "no campaign: where ads add utm_campaign"),
        "{:?}",
        found.notes
    );
    assert!(
        has(
            &found.notes,
            "costs of \"may\" are in more than one currency"
        ),
        "{:?}",
        found.notes
    );
    assert!(
        has(
            &found.notes,
            "costs and earnings of \"spring\" are not in one currency"
        ),
        "{:?}",
        found.notes
    );
    assert_eq!((found.priced.visits, found.priced.conversions), (6, 3));

    // A seller's export may have the number that visits bear.
    let export =
        "Gregorian date,Campaign name,Campaign ID,Spend (EUR)\n2026-01-05,Brand,401,0.50\n";
    let export = Costs::read(export.as_bytes(), None).unwrap();
    import_costs(&world.store, SITE, &export).await.unwrap();
    let again = told(&world, "").await;
    let brand = again
        .campaigns
        .iter()
        .find(|row| row.campaign == "401")
        .unwrap();
    assert_eq!(
        (brand.title.as_str(), brand.figures.cost["EUR"]),
        ("Brand", 0.5)
    );
    let table = render(&again, Format::Table, 140).unwrap();
    assert!(table.contains("401 (Brand) by bing"), "{table}");
    assert!(table.contains("Paid for, and no visit came"), "{table}");

    let mobile = told(&world, "device=mobile").await;
    assert!(mobile.campaigns.is_empty() && has(&mobile.notes, "with these filters none are shown"));
    let spring = told(&world, "utm_campaign=spring").await;
    assert_eq!(spring.campaigns.len(), 2);
    assert_eq!(
        spring.campaigns[0].figures.cost.get("EUR"),
        Some(&12.0),
        "{spring:?}"
    );
    world.close().await;
}
