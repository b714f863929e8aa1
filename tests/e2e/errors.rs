//! What is said when something is not right, and with which exit code.

use crate::harness::{Serving, place, run};

fn import(data: &std::path::Path) {
    let file = data.with_extension("ndjson");
    let events = [
        ("a", "2026-01-05T10:00:00Z", "/cart"),
        ("a", "2026-01-05T10:01:00Z", "/pay"),
    ];
    let text: String = events
        .iter()
        .map(|(visitor, time, path)| {
            format!(
                "{{\"site\":\"shop\",\"visitor\":\"{visitor}\",\"time\":\"{time}\",\"event\":\"pageview\",\"url\":\"{path}\"}}\n"
            )
        })
        .collect();
    std::fs::write(&file, text).expect("write");
    let ran = run(data, &["import", "events", file.to_str().expect("path")]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_funnel_that_cannot_be_told_says_why() {
    let place = place();
    let data = place.path().join("data");
    let steps = ["--step", "page:/cart", "--step", "page:/pay"];
    let funnel = |more: &[&str]| run(&data, &[&["funnel"], &steps[..], more].concat());
    let empty = funnel(&["--site", "shop"]);
    assert_eq!(empty.code, 3, "{empty:?}");
    import(&data);
    for (arguments, code, said) in [
        (vec!["--site", "shopp"], 3, "shop"),
        (
            vec![
                "--site",
                "shop",
                "--from",
                "2026-02-01",
                "--to",
                "2026-01-01",
            ],
            2,
            "2026-02-01",
        ),
        (
            vec![
                "--site",
                "shop",
                "--from",
                "2020-01-01",
                "--to",
                "2020-12-31",
            ],
            3,
            "2026-01-05",
        ),
        (vec!["--site", "shop", "--from", "soon"], 2, "soon"),
        (
            vec!["--site", "shop", "--window", "0s"],
            2,
            "from 1s to 90d",
        ),
        (
            vec!["--site", "shop", "--window", "91d"],
            2,
            "from 1s to 90d",
        ),
        (vec!["--site", "shop", "--order", "loose"], 2, "strict"),
        (
            vec!["--site", "shop", "--step", "page~/c(art"],
            2,
            "does not compile at character 3: unclosed group",
        ),
        (
            vec!["--site", "shop", "--where", "path~*a"],
            2,
            "does not compile at character 1",
        ),
        (
            vec!["--site", "shop", "--exclude", "event:login@1..5"],
            2,
            "names step 5, and the funnel has 2",
        ),
        (
            vec!["--site", "shop", "--by", "plan"],
            2,
            "written props.plan",
        ),
        (
            vec!["--site", "shop", "--compare", "previous"],
            2,
            "give --from and --to",
        ),
        (
            [
                &["--site", "shop"][..],
                &["--step", "page:/cart"].repeat(19),
            ]
            .concat(),
            2,
            "21 steps do not make a funnel",
        ),
        (
            vec!["--site", "shop", "--step", "page:/crat"],
            0,
            "step 3, page:/crat, matched no event at any time; near it are page:/cart",
        ),
        (
            vec!["--site", "shop", "--where", "divice=mobile"],
            2,
            "device",
        ),
        (vec!["--site", "shop", "--step", "pge:/cart"], 2, "page"),
        (vec![], 2, "--site"),
    ] {
        let ran = funnel(&arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        let told = ran.err + &ran.out;
        assert!(
            told.contains(said),
            "{arguments:?} does not say {said:?}: {told}"
        );
        assert!(!told.contains("panicked"), "{told}");
    }
    for format in ["table", "json", "csv", "markdown"] {
        let ran = funnel(&["--site", "shop", "--format", format]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("page:/pay"), "{format}: {}", ran.out);
    }
}

#[test]
fn a_wrong_configuration_names_the_key() {
    let place = place();
    let data = place.path().join("data");
    let file = place.path().join("snag.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:0\"\n").expect("write");
    let ran = run(&data, &["doctor"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("lisen"), "{ran:?}");
    let ran = run(&data, &["doctor", "--config", "missing.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("missing.toml"), "{ran:?}");
}

#[test]
fn doctor_finds_what_is_there_and_names_what_mends_what_is_not() {
    let place = place();
    let data = place.path().join("data");
    let sound = run(&data, &["doctor"]);
    assert_eq!(sound.code, 0, "{sound:?}");
    let serving = Serving::start(&data);
    let beside = run(&data, &["doctor"]);
    assert_eq!(beside.code, 0, "{beside:?}");
    let sick = run(
        &data,
        &[
            "doctor",
            "--engine-library",
            "/nowhere/libchdb.so",
            "--clickhouse",
            "http://127.0.0.1:9",
        ],
    );
    assert_eq!(sick.code, 4, "{sick:?}");
    assert!(
        sick.out.contains("FAIL") && sick.out.contains("to mend it"),
        "{sick:?}"
    );
    drop(serving);
}

#[test]
fn a_server_out_of_reach_is_exit_code_4_and_a_missing_geo_database_stops_the_start() {
    let place = place();
    let data = place.path().join("data");
    let ran = run(&data, &["migrate", "--clickhouse", "http://127.0.0.1:9"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    std::fs::write(
        place.path().join("geo.toml"),
        "geo_database = \"nowhere.mmdb\"\n",
    )
    .expect("write");
    let ran = run(
        &data,
        &["serve", "--listen", "127.0.0.1:0", "--config", "geo.toml"],
    );
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("nowhere.mmdb"), "{ran:?}");
}
