//! Published experiments through the command line: their rows as events, then `snag experiments`.

use std::fmt::Write as _;
use std::io::Read as _;

use serde_json::{Value, json};

use crate::harness::{Serving, place, run};
use crate::{import, shared};

fn event(site: &str, visitor: &str, second: u32, name: &str, variant: &str) -> String {
    let props = match variant {
        "" => json!({}),
        variant => json!({ "version": variant }),
    };
    let line = json!({ "site": site, "visitor": visitor, "time": format!("2026-01-05T10:00:{second:02}Z"), "event": name,
        "url": "https://game.example/", "props": props });
    format!("{line}\n")
}

/// Cookie Cats: who met the gate at level 30 or 40, and came back after a day and after seven.
#[test]
fn cookie_cats_is_not_ranked_for_its_sample_ratio() {
    let (Some(archive), Some(expected)) = (
        shared("data/ads/cookie_cats.csv.gz"),
        shared("cases/ads_expected.json"),
    ) else {
        return;
    };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(expected).expect("the expectations"))
            .expect("JSON");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(archive).expect("the archive"))
        .read_to_string(&mut text)
        .expect("text");
    let (mut lines, mut events) = (String::new(), 0);
    for row in text.lines().skip(1) {
        let cell: Vec<&str> = row.trim().split(',').collect();
        let _ = write!(lines, "{}", event("game", cell[0], 0, "gate", cell[1]));
        events += 1;
        for (at, name) in [(3, "back_1"), (4, "back_7")] {
            if cell[at].eq_ignore_ascii_case("true") {
                let _ = write!(lines, "{}", event("game", cell[0], 5, name, ""));
                events += 1;
            }
        }
    }
    let place = place();
    let data = place.path().join("data");
    import(&data, &lines, events);
    let _serving = Serving::start(&data);
    let ask = |goal: &str, more: &[&str]| {
        let arguments = [
            "experiments",
            "--site",
            "game",
            "--variants",
            "props.version",
            "--goal",
            goal,
            "--format",
            "json",
        ];
        run(&data, &[&arguments, more].concat()).json()
    };
    for (goal, key) in [
        (
            "event:back_1",
            "cookie_cats_retention_1 (A=gate_30,B=gate_40)",
        ),
        (
            "event:back_7",
            "cookie_cats_retention_7 (A=gate_30,B=gate_40)",
        ),
    ] {
        let expected = &expected[key];
        let report = ask(goal, &[]);
        assert_eq!(report["withheld"], "sample_ratio", "{report}");
        let p = report["sample_ratio"]["p_value"]
            .as_f64()
            .expect("a p-value");
        assert!((p - 0.008_607_987_810_836_262).abs() < 1e-9, "{p}");
        for (arm, letter) in [("gate_30", "A"), ("gate_40", "B")] {
            let found = report["arms"]
                .as_array()
                .expect("arms")
                .iter()
                .find(|found| found["name"] == arm)
                .expect("the arm");
            let wanted = &expected[letter];
            assert_eq!(
                (&found["exposures"], &found["conversions"]),
                (&wanted["n"], &wanted["x"])
            );
            for end in 0..2 {
                let (found, wanted) = (&found["interval"][end], &wanted["wilson95"][end]);
                assert!(
                    (found.as_f64().expect("a bound") - wanted.as_f64().expect("a bound")).abs()
                        < 1e-9
                );
            }
        }
        // Taken for what chance did not choose it is ranked, and said to be an association.
        let report = ask(goal, &["--not-randomised"]);
        let worse = report["arms"]
            .as_array()
            .expect("arms")
            .iter()
            .find(|found| found["name"] == "gate_40")
            .expect("the arm");
        let best = worse["probability_best"].as_f64().expect("a probability");
        let wanted = expected["P(B>A)_Beta(1,1)_closed_form"]
            .as_f64()
            .expect("a probability");
        assert_eq!(report["is_association"], true);
        assert!(
            (best - wanted).abs() < 0.05 * wanted.max(0.01),
            "{best} and {wanted}"
        );
    }
    println!("{events} events of Cookie Cats: its sample ratio is found to be wrong");
}

/// The free-trial experiment: of those who clicked, who enrolled, and who paid; only the counts are published.
#[test]
fn the_free_trial_experiment_comes_out_as_it_was_computed() {
    let Some(expected) = shared("cases/ads_expected.json") else {
        return;
    };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(expected).expect("the expectations"))
            .expect("JSON");
    let expected = &expected["udacity_freetrial (A=control)"];
    let count =
        |goal: &str, arm: &str, what: &str| expected[goal][arm][what].as_u64().expect("a count");
    let (mut lines, mut events) = (String::new(), 0);
    for arm in ["A", "B"] {
        for visitor in 0..count("gross_conversion", arm, "n") {
            let name = format!("{arm}{visitor}");
            lines += &event("trial", &name, 0, "clicked", arm);
            events += 1;
            for goal in ["gross_conversion", "net_conversion"] {
                if visitor < count(goal, arm, "x") {
                    lines += &event("trial", &name, 5, goal, "");
                    events += 1;
                }
            }
        }
    }
    let place = place();
    let data = place.path().join("data");
    import(&data, &lines, events);
    let _serving = Serving::start(&data);
    for (goal, verdict) in [
        ("gross_conversion", "proven"),
        ("net_conversion", "undecided"),
    ] {
        let step = format!("event:{goal}");
        let report = run(
            &data,
            &[
                "experiments",
                "--site",
                "trial",
                "--variants",
                "props.version",
                "--goal",
                &step,
                "--format",
                "json",
            ],
        )
        .json();
        assert_eq!(
            (&report["withheld"], &report["verdict"]),
            (&Value::Null, &json!(verdict)),
            "{report}"
        );
        assert_eq!(report["leader"], "A");
        let arms = report["arms"].as_array().expect("arms");
        let behind = arms.iter().find(|arm| arm["name"] == "B").expect("the arm")["behind_leader"]
            ["difference"]
            .as_f64();
        let wanted = expected[goal]["diff_B_minus_A"]
            .as_f64()
            .expect("a difference");
        assert!((behind.expect("a difference") + wanted).abs() < 1e-9);
    }
}
