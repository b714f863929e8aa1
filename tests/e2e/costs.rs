//! `snag import costs` and what `snag ads` makes of little: files of every kind, costs without a visit, banners nobody saw.

use crate::harness::{place, run, tell};

const EVENT: &str = r#"{"site":"shop","visitor":"ann","time":"2026-01-05T10:00:00Z","event":"pageview","url":"https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring"}"#;
const EXPORT: &str = "Campaign report\n\"January 5, 2026 - January 6, 2026\"\nDay,Campaign,Currency code,Cost,Impr.,Clicks\n\
    2026-01-05,spring,EUR,\"1,012.40\",\"12,900\",40\nTotal: Campaigns, --,EUR,\"1,012.40\",\"12,900\",40\n";

#[test]
fn files_of_costs_go_in_as_a_whole_or_not_at_all_and_never_twice() {
    let place = place();
    let data = place.path().join("data");
    let file = |name: &str, text: &[u8]| {
        let path = place.path().join(name);
        std::fs::write(&path, text).expect("write");
        path.to_str().expect("a path").to_owned()
    };
    let import = |files: &[&str]| run(&data, &[&["import", "costs"], files].concat());
    let events = file("events.ndjson", EVENT.as_bytes());
    assert_eq!(run(&data, &["import", "events", &events]).code, 0);

    let good = file("google.csv", EXPORT.as_bytes());
    let orders = file("orders.csv", b"order,name\n1,mug\n");
    let torn = file(
        "torn.csv",
        b"date,campaign,cost,currency\n2026-01-05,summer,1.00,EUR\n2026-01-06,summer,one,EUR\n",
    );
    let ran = import(&[&good, &orders, &torn, "none.csv"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(
        ran.out
            .contains("google.csv, read as Google Ads: 1 day of a campaign went in for shop"),
        "{ran:?}"
    );
    for said in [
        "orders.csv: no costs are told under the headings order, name: export by day",
        "torn.csv: line 3, cost: \"one\" is no amount: mend it",
        "none.csv: it cannot be read",
    ] {
        assert!(ran.err.contains(said), "{said}: {ran:?}");
    }
    let tabs = "\u{feff}Campaign report\nJanuary 2026\nDay\tCampaign\tCurrency code\tCost\n2026-01-05\tspring\tEUR\t1,013.40\n";
    let bytes: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let newer = file("google-16.csv", &bytes);
    let again = import(&[&good, &newer, &good]);
    let said: Vec<&str> = again.out.lines().collect();
    assert!(
        said.len() == 3
            && said[0].ends_with("nothing new went in for shop, 1 had been known like this")
            && said[1].ends_with("1 of them in place of what was known"),
        "{again:?}"
    );
    let told = run(
        &data,
        &["ads", "campaigns", "--site", "shop", "--format", "json"],
    )
    .json();
    assert_eq!(
        told["campaigns"].as_array().map(Vec::len),
        Some(1),
        "{told}"
    );
    assert_eq!(told["campaigns"][0]["cost"]["EUR"], 1012.4, "{told}");
    let wrong = import(&[&good, "--site", "shpo"]);
    assert!(
        wrong.code == 3 && wrong.err.contains("no site \"shpo\""),
        "{wrong:?}"
    );
    let wrong = import(&[&good, "--currency", "euros"]);
    assert!(
        wrong.code == 2 && wrong.err.contains("three letters such as EUR"),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn twelve_banners_with_three_exposures_each_get_no_ranking_and_flags_of_other_reports_a_word()
{
    let place = place();
    let data = place.path().join("data");
    let events = place.path().join("events.ndjson");
    std::fs::write(&events, EVENT).expect("write");
    let events = events.to_str().expect("a path");
    assert_eq!(run(&data, &["import", "events", events]).code, 0);
    tell(
        &data,
        "INSERT INTO elements (site, element, selector, tag, ad, placement, seen_at) \
         SELECT 'shop', number + 1, '#ad', 'a', concat('banner ', toString(number + 1)), 'hero', now64(3) FROM numbers(12)",
    )
    .await;
    tell(
        &data,
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
         SELECT 'shop', toDateTime64('2026-01-05 10:00:00', 3, 'UTC'), number % 3 + 1, number, 'shop.example', '/', 'desktop', \
             intDiv(number, 3) + 1, true, 2000 FROM numbers(36)",
    )
    .await;
    let ads = |arguments: &[&str]| run(&data, &[&["ads", "--site", "shop"], arguments].concat());
    let compared = ads(&["compare", "--randomised"]);
    assert!(
        compared.code == 0
            && compared
                .out
                .contains("no ranking yet: up to 47 more viewable exposures"),
        "{compared:?}"
    );
    for (arguments, said) in [
        (
            &["campaigns", "--by", "creative"][..],
            "--by means nothing here: it belongs to `snag ads compare`",
        ),
        (
            &["compare", "--conversion", "event:x"],
            "--conversion means nothing here",
        ),
        (&["--window", "3d"], "--window means nothing here"),
        (
            &["attribution", "--placement", "hero"],
            "--placement means nothing here",
        ),
    ] {
        let ran = ads(arguments);
        assert!(ran.code == 2 && ran.err.contains(said), "{ran:?}");
    }
}
