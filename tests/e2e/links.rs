//! Links and creatives through the command line: where links lead, asked; and numbers as large or as small as they come.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{place, run, snag, tell};

/// A website that has one page and knows who asked for what.
fn website() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let rest: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let agent = rest.iter().find(|line| line.starts_with("user-agent"));
            let status = match first.split(' ').nth(1) {
                Some("/there" | "/own") => "200 OK",
                _ => "404 Not Found",
            };
            let said = format!("{first} {}", agent.map_or("", String::as_str));
            heard.lock().expect("a lock").push(said);
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    (origin, asked)
}

/// What a link says, where it leads, and how many people saw and how many clicked it.
type Given<'a> = (&'a str, &'a str, u32, u32);

/// Links of a page.
fn links(of: &[Given<'_>]) -> [String; 3] {
    let rows = |row: &dyn Fn(usize, &Given<'_>) -> String| {
        let rows: Vec<String> = of
            .iter()
            .enumerate()
            .map(|(at, link)| row(at, link))
            .collect();
        rows.join(", ")
    };
    let elements = rows(&|at, (text, href, ..)| {
        format!(
            "('shop', {at} + 1, 'shop.example', '/', '#l{at}', 'a', '{text}', '{href}', now64(3))"
        )
    });
    let people = |kind: &str, of: &dyn Fn(&Given<'_>) -> u32| {
        rows(&|at, link| format!("({kind}, {at} + 1, {})", of(link)))
    };
    let seen = people("'seen'", &|link| link.2);
    let clicked = people("'click'", &|link| link.3);
    [
        format!(
            "INSERT INTO elements (site, element, host, path, selector, tag, text, href, seen_at) VALUES {elements}"
        ),
        format!(
            "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
             SELECT 'shop', now64(3), arrayJoin(range(1, people + 1)) AS visitor, visitor, 'shop.example', '/', 'desktop', \
             link, 1, 2000 FROM values('kind String, link UInt64, people UInt32', {seen})"
        ),
        format!(
            "INSERT INTO events (site, time, received_at, visitor, pageview, kind, host, path, device, element) \
             SELECT 'shop', now64(3), now64(3), arrayJoin(range(1, people + 1)) AS visitor, visitor, kind, 'shop.example', \
             '/', 'desktop', link FROM values('kind String, link UInt64, people UInt32', {clicked}) WHERE people > 0"
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn where_links_lead_is_asked_and_what_is_broken_stands_in_the_report() {
    let place = place();
    let data = place.path().join("data");
    assert_eq!(run(&data, &["migrate"]).code, 0);
    let (origin, asked) = website();
    let (there, gone) = (format!("{origin}/there"), format!("{origin}/gone"));
    let people = [
        ("Partner", gone.as_str(), 50, 12),
        ("Friend", there.as_str(), 50, 5),
        ("Old name", "http://no-such-name.invalid/", 20, 0),
        ("Someone", "https://shop.example/{email}", 9, 0),
        ("Write", "mailto:", 9, 0),
        ("Own", "/own", 9, 1),
    ];
    for sql in links(&people) {
        tell(&data, &sql).await;
    }
    let check = |more: &[&str]| {
        let fixed = ["links", "check", "--site", "shop", "--pause", "0"];
        run(&data, &[&fixed, more].concat())
    };
    let careful = check(&["--format", "json", "--limit", "1"]).json();
    assert_eq!(
        careful["targets"][0]["reason"],
        "not asked: private address"
    );
    assert!(asked.lock().expect("a lock").is_empty());

    let private = ["--allow-private", "--format", "json"];
    let told = check(&[&private[..], &["--agent", "me@shop.example"]].concat()).json();
    let of = |told: &Value, name: &str| -> Vec<Value> {
        let targets = told[name].as_array().expect("targets");
        let of = |target: &Value| json!([target["href"], target["verdict"], target["status"]]);
        targets.iter().map(of).collect()
    };
    let broken = [
        json!([gone, "broken", 404]),
        json!(["http://no-such-name.invalid/", "broken", 0]),
    ];
    assert_eq!(
        of(&told, "targets"),
        [&broken[..], &[json!([there, "fine", 200])]].concat()
    );
    assert_eq!(told["targets"][0]["clickers"], 12);
    assert_eq!(told["targets"][0]["names"], json!(["Partner"]));
    assert_eq!(told["targets"][0]["pages"], json!(["/"]));
    let headline = told["headline"].as_str().expect("a headline");
    assert!(
        headline.starts_with("2 of 3 targets are broken, 12 visitors clicked"),
        "{headline}"
    );
    let heard = asked.lock().expect("a lock").clone();
    assert!(
        heard
            .iter()
            .all(|one| one.contains("Snaglist/") && one.contains("me@shop.example")),
        "{heard:?}"
    );

    // What was fine is left alone for a day, and the site's own pages are asked when that is wanted.
    let told = check(&private).json();
    assert_eq!(of(&told, "targets"), broken);
    let told = check(&[&private[..], &["--again"]].concat()).json();
    assert_eq!(of(&told, "targets").len(), 3);
    let own = format!("--own={origin}");
    let told = check(&[&private[..], &[&own]].concat()).json();
    assert!(
        of(&told, "targets").contains(&json!(["/own", "fine", 200])),
        "{told}"
    );

    let report = run(&data, &["links", "--site", "shop", "--format", "json"]).json();
    assert_eq!(of(&report, "broken_targets"), broken);
    let report = run(&data, &["links", "--site", "shop"]);
    for words in [
        "Links to what is not there",
        "no such name",
        "2 link targets are broken",
    ] {
        assert!(report.out.contains(words), "{report:?}");
    }
    let elsewhere = run(
        &data,
        &[
            "links", "--site", "shop", "--page", "/none", "--format", "json",
        ],
    );
    assert!(
        elsewhere.out.contains("\"broken_targets\": []"),
        "{elsewhere:?}"
    );

    for (arguments, words) in [
        (&["links"][..], "--site"),
        (&["links", "check"], "--site"),
        (
            &["links", "check", "--site", "shop", "--pause", "4000"],
            "from 0 to 3600",
        ),
        (
            &["links", "check", "--site", "shop", "--agent", "a\nb"],
            "requests cannot be made",
        ),
    ] {
        let refused = run(&data, arguments);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(words), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_five_thousand_links_of_a_page_is_judged() {
    let place = place();
    let data = place.path().join("data");
    assert_eq!(run(&data, &["migrate"]).code, 0);
    for sql in [
        "INSERT INTO elements (site, element, host, path, selector, tag, text, href, seen_at) \
         SELECT 'shop', number + 1, 'shop.example', '/all', concat('#l', toString(number)), 'a', concat('Product ', toString(number)), \
         concat('/product/', toString(number)), now64(3) FROM numbers(5000)",
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
         SELECT 'shop', now64(3), number % 700 + 1, number % 700 + 1, 'shop.example', '/all', 'desktop', intDiv(number, 700) + 1, 1, \
         2000 FROM numbers(3500000)",
        // The first hundred are clicked by every tenth visitor.
        "INSERT INTO events (site, time, received_at, visitor, pageview, kind, host, path, device, element) \
         SELECT 'shop', now64(3), now64(3), number % 70 + 1, number % 70 + 1, 'click', 'shop.example', '/all', 'desktop', \
         intDiv(number, 70) + 1 FROM numbers(7000)",
    ] {
        tell(&data, sql).await;
    }
    let told = run(
        &data,
        &[
            "links", "--site", "shop", "--limit", "10000", "--format", "json",
        ],
    )
    .json();
    let links = told["links"].as_array().expect("links");
    let with = |verdict: &str| {
        links
            .iter()
            .filter(|link| link["verdict"] == verdict)
            .count()
    };
    assert_eq!(
        (links.len(), with("dead"), with("working")),
        (5000, 4900, 100)
    );
    // The table shows the worst, and says how many there are.
    let told = run(&data, &["links", "--site", "shop"]);
    assert!(
        told.out.contains("20 of 5,000 links are shown"),
        "{}",
        told.out
    );
    assert!(told.out.lines().count() < 60, "{}", told.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_creatives_that_three_people_saw_are_not_ranked() {
    let place = place();
    let data = place.path().join("data");
    assert_eq!(run(&data, &["migrate"]).code, 0);
    for sql in [
        "INSERT INTO elements (site, element, host, path, selector, tag, ad, placement, seen_at) \
         SELECT 'shop', number + 1, 'shop.example', '/', '#ad', 'a', concat('banner ', toString(number)), 'hero', now64(3) \
         FROM numbers(12)",
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
         SELECT 'shop', now64(3), number + 1, number + 1, 'shop.example', '/', 'desktop', number % 12 + 1, 1, 2000 FROM numbers(36)",
    ] {
        tell(&data, sql).await;
    }
    for more in [&[][..], &["--randomised"]] {
        let asked = ["ads", "compare", "--site", "shop", "--format", "json"];
        let told = run(&data, &[&asked, more].concat()).json();
        assert_eq!(told["arms"].as_array().map(Vec::len), Some(12));
        assert_eq!(told["withheld"], "too_few");
        assert_eq!(told["leader"], Value::Null);
        assert_eq!(
            told["headline"],
            "no ranking yet: up to 47 more viewable exposures and 5 more clicks each"
        );
    }
    // How long it would take to know, at three exposures a day, of a rate nobody has seen yet.
    let plan = ["ads", "compare", "--site", "shop", "--plan", "10%"];
    let refused = run(&data, &plan);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("--rate 2"), "{refused:?}");
    let told = run(
        &data,
        &[&plan[..], &["--rate", "2", "--format", "json"]].concat(),
    )
    .json();
    let told = &told["plan"];
    assert_eq!((&told["arms"], &told["so_far"]), (&json!(12), &json!(3)));
    assert_eq!(told["better"], 0.022);
    let (exposures, days) = (told["exposures"].as_u64(), told["days"].as_u64());
    assert_eq!(days, exposures.map(|exposures| (exposures - 3).div_ceil(3)));
    let table = run(&data, &[&plan[..], &["--rate", "2"]].concat());
    assert!(
        table.out.contains("To prove that one is better"),
        "{table:?}"
    );
    for (arguments, words) in [
        (
            &["ads", "--site", "shop", "--plan", "10%"][..],
            "about a comparison",
        ),
        (
            &["ads", "compare", "--site", "shop", "--plan", "10"],
            "0.5pp",
        ),
        (
            &["ads", "compare", "--site", "shop", "--rate", "2"],
            "--plan",
        ),
        (
            &[
                "ads", "compare", "--site", "shop", "--plan", "60pp", "--rate", "50",
            ],
            "between 0 % and 100 %",
        ),
    ] {
        let refused = run(&data, arguments);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(words), "{refused:?}");
    }
    let table = run(&data, &["ads", "compare", "--site", "shop"]);
    assert_eq!(
        table.out.matches("47 exposures, 5").count(),
        12,
        "{table:?}"
    );
    let table = run(&data, &["ads", "--site", "shop"]);
    assert_eq!(
        (table.code, table.out.matches("banner ").count() >= 12),
        (0, true)
    );
    assert_eq!(
        snag(&data)
            .arg("ads")
            .output()
            .expect("snag runs")
            .status
            .code(),
        Some(2)
    );
}
