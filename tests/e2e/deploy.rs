//! What is in deploy/: settings are read by the real binary, the unit by systemd, the dashboard's queries by the real engine.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Ran, Serving, place, root, snag, tell};

fn text(file: &str) -> String {
    fs::read_to_string(root().join("deploy").join(file)).unwrap_or_else(|_| panic!("{file}"))
}

fn yaml(file: &str) -> Value {
    serde_saphyr::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a service's environment says of Snaglist.
fn environment(service: &Value) -> BTreeMap<String, String> {
    let Some(settings) = service["environment"].as_object() else {
        return BTreeMap::new();
    };
    let ours = settings
        .iter()
        .filter(|(name, _)| name.starts_with("SNAG_"));
    let told =
        |(name, value): (&String, &Value)| (name.clone(), with_host(value.as_str().expect(name)));
    ours.map(told).collect()
}

/// A value with the name that compose puts in.
fn with_host(value: &str) -> String {
    match (value.find("${PUBLIC_HOST"), value.rfind('}')) {
        (Some(start), Some(end)) => {
            format!("{}snag.example.com{}", &value[..start], &value[end + 1..])
        }
        _ => value.to_owned(),
    }
}

/// What the unit's environment says, with its directory in place of the state directory.
fn unit_environment(state: &str) -> BTreeMap<String, String> {
    let unit = text("snag.service");
    let lines = unit
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="));
    let settings = lines.map(|setting| {
        let plain = setting.trim_matches('\'');
        let (name, value) = plain.split_once('=').expect("a value");
        (name.to_owned(), value.replace("%S", state))
    });
    settings.collect()
}

#[test]
fn the_settings_of_unit_and_containers_are_understood_by_the_binary() {
    let place = place();
    let state = place.path().to_str().expect("a path");
    let compose = yaml("compose.yaml");
    let server = yaml("compose.clickhouse.yaml");
    let cases = [
        unit_environment(state),
        environment(&compose["services"]["snag"]),
        environment(&server["services"]["snag"]),
        environment(&server["services"]["migrate"]),
    ];
    for settings in cases {
        assert!(settings.len() >= 2, "{settings:?}");
        let data = place.path().join("data");
        let output = snag(&data)
            .args(["spool", "list"])
            .envs(&settings)
            .output()
            .expect("snag runs");
        assert_eq!(Ran::of(output).code, 0, "{settings:?}");
    }
    // That proxies are believed depends on its being read as a list.
    let mut wrong = environment(&compose["services"]["snag"]);
    wrong.insert("SNAG_TRUSTED_PROXIES".into(), "[\"everybody\"]".into());
    let data = place.path().join("data");
    let output = snag(&data).args(["spool", "list"]).envs(&wrong).output();
    assert_eq!(Ran::of(output.expect("snag runs")).code, 2);
}

#[test]
fn containers_have_what_they_name() {
    let (compose, server) = (yaml("compose.yaml"), yaml("compose.clickhouse.yaml"));
    let volumes: Vec<&String> = [&compose, &server]
        .iter()
        .flat_map(|file| file["volumes"].as_object().expect("volumes").keys())
        .collect();
    for file in [&compose, &server] {
        for (name, service) in file["services"].as_object().expect("services") {
            for volume in service["volumes"].as_array().into_iter().flatten() {
                let from = volume
                    .as_str()
                    .expect("text")
                    .split(':')
                    .next()
                    .expect("a name");
                let is_there = match from.strip_prefix("./") {
                    Some(file) => root().join("deploy").join(file).is_file(),
                    None => volumes.iter().any(|known| *known == from),
                };
                assert!(is_there, "{name}: {from}");
            }
            let image = service["image"].as_str().unwrap_or("snaglist");
            assert!(!image.contains('/'), "{name}: {image}");
        }
    }
    let build = &compose["services"]["snag"]["build"];
    let context = root()
        .join("deploy")
        .join(build["context"].as_str().expect("text"));
    assert!(
        context
            .join(build["dockerfile"].as_str().expect("text"))
            .is_file()
    );
    // The network that is trusted is the one that Caddy is in.
    let network = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"].as_str();
    let trusted = &environment(&compose["services"]["snag"])["SNAG_TRUSTED_PROXIES"];
    assert_eq!(*trusted, format!("[\"{}\"]", network.expect("a network")));
    for file in [
        "Containerfile",
        "Containerfile.dockerignore",
        "Caddyfile",
        "nginx.conf",
    ] {
        assert!(!text(file).is_empty());
    }
    let copied = text("Containerfile");
    for line in copied.lines().filter(|line| line.starts_with("FROM ")) {
        assert!(!line.contains('/'), "{line}");
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let place = place();
    let unit = place.path().join("snag.service");
    // The binary lies elsewhere here.
    let here = text("snag.service").replace("/usr/local/bin/snag", env!("CARGO_BIN_EXE_snag"));
    fs::write(&unit, here).expect("write");
    let Ok(output) = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output()
    else {
        println!("SKIPPED: there is no systemd-analyze here");
        return;
    };
    let ran = Ran::of(output);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}

/// Rows of every kind that the dashboard asks about.
const ROWS: [&str; 5] = [
    "INSERT INTO events (site, time, received_at, visitor, kind, path, detail, bot) SELECT 'it-s', now64(3) - toIntervalMinute(number + 1), now(), number, \
     ['pageview', 'click', 'error'][number % 3 + 1], '/', if(number % 3 = 2, 'TypeError', ''), if(number = 9, 'crawler', '') FROM numbers(10)",
    "INSERT INTO attention (site, time, pageview, path, lcp_ms) SELECT 'it-s', now64(3) - toIntervalMinute(1), number, '/', 2500 FROM numbers(5)",
    "INSERT INTO sessions (site, start, person, version, pageviews) SELECT 'it-s', now64(3) - toIntervalMinute(number), number, 1, 1 FROM numbers(3)",
    "INSERT INTO audits SELECT 'it-s', now64(3), 'f', 'steps', 'severe', 'a snag', '/', 1, 2, 3.5, '{}'",
    "OPTIMIZE TABLE sessions FINAL",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_the_dashboard_finds_rows_through_the_password_that_may_only_read() {
    let place = place();
    let data = place.path().join("data");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let sql = free.expect("a port").to_string();
    let _serving = Serving::start_in(
        &data,
        &["--sql-listen", &sql],
        &[("SNAG_SQL_PASSWORD", "reading")],
    );
    for rows in ROWS {
        tell(&data, rows).await;
    }
    let board: Value = serde_json::from_str(&text("grafana.json")).expect("JSON");
    let mut queries: Vec<(String, String)> = Vec::new();
    for panel in board["panels"].as_array().expect("panels") {
        let title = panel["title"].as_str().expect("a title");
        for target in panel["targets"].as_array().expect("targets") {
            let query = target["rawSql"].as_str().expect("a query");
            queries.push((title.to_owned(), query.to_owned()));
        }
    }
    for variable in board["templating"]["list"].as_array().expect("variables") {
        if variable["type"] == "query" {
            let query = variable["query"].as_str().expect("a query");
            queries.push((variable["name"].to_string(), query.to_owned()));
        }
    }
    assert!(queries.len() > 10);
    let client = reqwest::Client::new();
    let now = jiff::Timestamp::now().as_millisecond();
    for (title, query) in queries {
        // What Grafana puts in the places of its own variables.
        let asked = query
            .replace("${site:sqlstring}", "'it-s','other'")
            .replace("${__from}", &(now - 3_600_000).to_string())
            .replace("${__to}", &(now + 60_000).to_string())
            .replace("${__interval_ms}", "15000");
        assert!(!asked.contains('$'), "{title}: {asked}");
        let answer = client
            .post(format!("http://{sql}/?database=snag&default_format=TSV"))
            .basic_auth("snag", Some("reading"))
            .body(asked);
        let answer = answer.send().await.expect("an answer");
        let status = answer.status();
        let rows = answer.text().await.expect("text");
        assert!(
            status.is_success() && !rows.is_empty(),
            "{title}: {status} {rows}"
        );
        assert!(rows != "0\n", "{title} finds nothing");
    }
}
