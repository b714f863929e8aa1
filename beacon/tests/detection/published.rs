//! Published cases of rage clicks, where they are; they lie outside the project.

use crate::log::Log;

/// `rage_clicks.json`: of it the cases of PostHog's thresholds, which are ours.
#[test]
fn published_cases_of_rage_clicks_hold() {
    let shared = std::env::var("SNAG_SHARED").unwrap_or_else(|_| "../../shared".to_owned());
    let file = std::path::Path::new(&shared).join("cases/rage_clicks.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        return;
    };
    let cases: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |value: &serde_json::Value| value.as_i64().expect("a number") as i32;
    let mut run = 0;
    for case in cases["cases"].as_array().expect("cases") {
        let config = &case["config"];
        if [
            ("click_count", 3),
            ("timeout_ms", 1000),
            ("threshold_px", 30),
        ]
        .iter()
        .any(|(name, ours)| number(&config[*name]) != *ours)
        {
            continue;
        }
        run += 1;
        let clicks = case["clicks"].as_array().expect("clicks");
        let mut log = Log::new();
        for click in clicks {
            let t = number(&click["t_ms"]) + 1_000;
            log.down(t)
                .click_at(t, -1, (number(&click["x"]), number(&click["y"])));
        }
        log.flush(60_000, true);
        // A burst is told once, where theirs fires on its third click.
        let fired = case["rage_at_click"].as_array().expect("verdicts");
        let fired = fired.iter().filter(|fired| **fired == true).count();
        assert_eq!(log.of("rage").len(), fired, "{}", case["name"]);
    }
    assert!(run >= 6, "{run} cases are of our thresholds");
}
