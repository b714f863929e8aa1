//! `snag import recordings`: what pages sent, from files, and sites made up with known defects.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Serving, ask, place, run, snag, wait_for};

/// A made-up site's files: `snag simulate --out`.
fn made_up(data: &Path, arguments: &[&str]) -> PathBuf {
    let out = data.with_extension("made");
    let directory = out.to_str().expect("a path");
    let given = [
        &["simulate", "--reckoned", "1", "--out", directory],
        arguments,
    ]
    .concat();
    let ran = run(data, &given);
    assert_eq!(ran.code, 0, "{ran:?}");
    out
}

fn recordings(out: &Path) -> String {
    let packed = std::fs::read(out.join("recordings.ndjson.zst")).expect("recordings");
    String::from_utf8(zstd::decode_all(&packed[..]).expect("zstd")).expect("text")
}

fn truth(out: &Path) -> Value {
    let text = std::fs::read_to_string(out.join("truth.json")).expect("a truth");
    serde_json::from_str(&text).expect("JSON")
}

/// All that is in a table but who it was, where, and when, as one number.
fn summary(table: &str) -> String {
    let columns = match table {
        "events" => {
            "pageview, seq, kind, name, host, path, query, title, element, x, y, amount, detail, referrer_host, source, \
             channel, utm_campaign, click_id, device, browser, browser_version, os, viewport_width, bot, value, currency"
        }
        "exposures" => "pageview, path, element, viewable, visible_ms, device, bot",
        "attention" => {
            "pageview, path, engaged_ms, depth, load_ms, lcp_ms, inp_ms, cls, fcp_ms, ttfb_ms, tenths_ms, bot"
        }
        "fields" => {
            "pageview, form, element, position, hesitation_ms, dwell_ms, corrections, focuses, message, last, submitted"
        }
        _ => {
            return "SELECT sum(told) FROM (SELECT DISTINCT cityHash64(site, element, selector, tag, text, href, name, type, \
                    ad, placement) AS told FROM elements)"
                .to_owned();
        }
    };
    // Numbers that are not known are told apart from none.
    let columns = columns.replace("value,", "ifNull(value, -1),");
    format!("SELECT sum(cityHash64({columns})) FROM {table}")
}

#[tokio::test]
async fn recordings_give_the_rows_that_the_same_beacons_give() {
    let place = place();
    let (sent, read) = (place.path().join("sent"), place.path().join("read"));
    let plants = ["dead_control", "rejecting_field", "script_error"];
    let plants: Vec<&str> = plants.iter().flat_map(|kind| ["--plant", kind]).collect();
    let family = ["--family", "travel", "--sessions", "250", "--seed", "3"];
    let out = made_up(&read, &[&family[..], &plants].concat());

    let serving = Serving::start(&sent);
    let client = reqwest::Client::new();
    for line in recordings(&out).lines() {
        let body = line.split_once("\"body\":").expect("a body").1;
        let line: Value = serde_json::from_str(line).expect("JSON");
        let agent = line["user_agent"].as_str().expect("an agent");
        let request = client
            .post(format!("{}/b", serving.url))
            .header("user-agent", agent);
        let body = body[..body.len() - 1].to_owned();
        let answer = request.body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 204);
    }
    serving.stop();

    let file = out.join("recordings.ndjson.zst");
    let ran = run(
        &read,
        &["import", "recordings", file.to_str().expect("path")],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    for table in ["events", "exposures", "attention", "fields", "elements"] {
        let count = format!("SELECT count() FROM {table}");
        assert!(ask(&read, &count).await > 10, "{table}");
        let sql = summary(table);
        wait_for(&sent, &sql, ask(&read, &sql).await).await;
    }
}

#[tokio::test]
async fn recordings_go_in_once_also_when_they_were_taken_for_events_before() {
    let place = place();
    let data = place.path().join("data");
    let family = ["--family", "agency", "--sessions", "300"];
    let out = made_up(&data, &family);
    let packed = out.join("recordings.ndjson.zst");
    let packed = packed.to_str().expect("a path");
    let wrong = run(&data, &["import", "events", packed]);
    assert_eq!(wrong.code, 5, "{wrong:?}");
    assert!(wrong.out.contains("0 events went in"), "{wrong:?}");

    // First a part, and a line that is none.
    let text = recordings(&out);
    let file = place.path().join("part.ndjson");
    let half: String = text
        .lines()
        .take(100)
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&file, &half).expect("write");
    let part = file.to_str().expect("a path");
    assert_eq!(run(&data, &["import", "recordings", part]).code, 0);
    let count = "SELECT sum(rows) FROM (SELECT count() AS rows FROM events UNION ALL SELECT count() FROM exposures \
                 UNION ALL SELECT count() FROM attention UNION ALL SELECT count() FROM fields)";
    let first = ask(&data, count).await;
    assert!(first > 200, "{first}");
    let ran = run(&data, &["import", "recordings", packed]);
    assert!(ran.out.contains("were in already"), "{ran:?}");
    let all = ask(&data, count).await;
    assert!(all > first);
    let again = run(&data, &["import", "recordings", packed]);
    assert!(again.out.contains(": 0 events went in"), "{again:?}");
    assert_eq!(ask(&data, count).await, all);

    let bad = half.replace("\"visitor\":\"v0\"", "\"visiter\":\"v0\"");
    std::fs::write(&file, bad).expect("write");
    let bad = run(&data, &["import", "recordings", part]);
    assert_eq!(bad.code, 5, "{bad:?}");
    let told = "line 1, visiter: is no key of a recording";
    assert!(bad.err.contains(told), "{bad:?}");

    let config = place.path().join("snag.toml");
    std::fs::write(&config, "[[sites]]\nid = \"other\"\n").expect("write");
    let text = text.replace("\"s\":\"agency-1\"", "\"s\":\"agency-2\"");
    std::fs::write(&file, text).expect("write");
    let unknown = snag(&data)
        .args(["--config", config.to_str().expect("a path")])
        .args(["import", "recordings", part])
        .output()
        .expect("snag runs");
    let told = String::from_utf8(unknown.stdout).expect("text");
    assert!(told.contains("dropped (unknown_site)"), "{told}");
}

#[tokio::test]
async fn planted_defects_are_seen_by_the_reports_and_visits_are_those_of_the_truth() {
    let place = place();
    let data = place.path().join("data");
    let sound = made_up(
        &data,
        &["--family", "shop", "--sessions", "1", "--seed", "6"],
    );
    let world = std::fs::read_to_string(sound.join("world.toml")).expect("a world");
    let world = world.replace("defects = []\n", "")
        + "[[defects]]\nkind = \"dead_link\"\nstrength = 1.0\npage = \"/\"\nelement = \"home-sale\"\n\
           [[defects]]\nkind = \"broken_link\"\nstrength = 1.0\npage = \"/\"\n\
           [[defects]]\nkind = \"unseen_link\"\nstrength = 1.0\npage = \"/catalogue\"\n\
           [[defects]]\nkind = \"dead_control\"\nstrength = 1.0\npage = \"/cart\"\n\
           [[defects]]\nkind = \"losing_screen\"\nstrength = 0.5\nfield = \"postcode\"\n\
           [[defects]]\nkind = \"winning_ad\"\nstrength = 1.0\nelement = \"gift\"\n";
    let file = place.path().join("shop.toml");
    std::fs::write(&file, world).expect("write");
    let file = file.to_str().expect("a path");
    let out = made_up(
        &data,
        &["--world", file, "--sessions", "8000", "--seed", "6"],
    );
    let truth = truth(&out);
    let file = out.join("recordings.ndjson.zst");
    let file = file.to_str().expect("a path");
    assert_eq!(run(&data, &["import", "recordings", file]).code, 0);
    let number = |key: &str| truth[key].as_u64().expect("a number");
    let asked = [
        ("sessions", "SELECT count() FROM sessions FINAL"),
        ("visitors", "SELECT uniqExact(person) FROM sessions FINAL"),
        ("pageviews", "SELECT sum(pageviews) FROM sessions FINAL"),
        (
            "conversions",
            "SELECT count() FROM sessions FINAL WHERE has(name, 'purchase')",
        ),
    ];
    for (key, sql) in asked {
        assert_eq!(ask(&data, sql).await, number(key), "{key}");
    }

    let planted = |kind: &str| {
        let defects = truth["defects"].as_array().expect("defects");
        let found = defects.iter().find(|defect| defect["kind"] == kind);
        found.expect("it was planted").clone()
    };
    let site = ["--site", "shop-6", "--format", "json"];
    let links = run(&data, &[&["links", "--limit", "500"], &site[..]].concat()).json();
    let told = links.to_string();
    let link = |kind: &str| {
        let defect = planted(kind);
        let selector = format!("#{}", defect["element"].as_str().expect("an element"));
        let rows = links["links"].as_array().expect("links").iter();
        let mut rows = rows.filter(|row| row["selector"] == selector.as_str());
        rows.next()
            .unwrap_or_else(|| panic!("{selector}: {told}"))
            .clone()
    };
    assert_eq!(
        link("dead_link")["verdict"],
        "dead",
        "{}",
        link("dead_link")
    );
    let unseen = link("unseen_link").to_string();
    assert!(unseen.contains("unseen"), "{unseen}");
    let broken = links["broken"].as_array().expect("broken pages");
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert_eq!(broken[0]["came_from"][0], "/");
    let [wrong] = &links["wrong"].as_array().expect("clicks")[..] else {
        panic!("one button is dead: {}", links["wrong"])
    };
    assert_eq!(wrong["selector"], "#apply-code");
    assert_eq!(wrong["dead"], wrong["clickers"]);

    let screens = [
        "funnel",
        "--why",
        "--step",
        "page:/checkout/details",
        "--step",
        "page:/checkout/payment",
    ];
    for asked in [&screens[..], &["forms"]] {
        let report = run(&data, &[asked, &site[..]].concat()).json();
        let headline = report["headline"].to_string();
        assert!(headline.contains("postcode"), "{headline}");
    }

    let compare = ["ads", "compare", "--placement", "home-hero", "--randomised"];
    let ads = run(&data, &[&compare[..], &site[..]].concat());
    assert_eq!(ads.json()["leader"], "gift", "{ads:?}");
}
