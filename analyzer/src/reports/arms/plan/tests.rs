//! Differences worth having, and the days they take.

use super::*;
use crate::reports::arms::Words;

const WORDS: Words = Words {
    arms: "arms",
    exposures: "exposures",
    conversions: "conversions",
};

fn counted(days: &[(u16, u64)]) -> Vec<Counted> {
    let row = |arm: &str, (day, exposures): (u16, u64)| Counted {
        arm: arm.to_owned(),
        stratum: String::new(),
        day,
        rotation: String::new(),
        exposures,
        conversions: exposures / 10,
    };
    let rows = days
        .iter()
        .flat_map(|day| [row("a", *day), row("b", (day.0, day.1 + 10))]);
    rows.collect()
}

fn compared(days: &[(u16, u64)]) -> ArmsCompared {
    ArmsCompared::of("shop", &counted(days), true, WORDS)
}

fn request(difference: &str, rate: Option<f64>) -> PlanRequest {
    PlanRequest {
        difference: difference.parse().unwrap(),
        rate,
    }
}

#[test]
fn differences_are_parts_of_the_rate_or_points() {
    for (text, found) in [
        ("10%", Some(WorthHaving::Relative(0.1))),
        (" +10 % ", Some(WorthHaving::Relative(0.1))),
        ("250%", Some(WorthHaving::Relative(2.5))),
        ("0.5pp", Some(WorthHaving::Absolute(0.005))),
        ("2 points", Some(WorthHaving::Absolute(0.02))),
        ("10", None),
        ("0%", None),
        ("-5%", None),
        ("NaN%", None),
        ("inf%", None),
        ("100pp", None),
        ("%", None),
        ("", None),
    ] {
        assert_eq!(text.parse::<WorthHaving>().ok(), found, "{text}");
    }
}

#[test]
fn days_follow_from_the_last_week_of_the_arm_shown_least() {
    // Ten days of 100, of which the last is not over; the week before it counts.
    let mut days: Vec<(u16, u64)> = (1..=10).map(|day| (day, 100)).collect();
    days[9].1 = 20;
    let plan = compared(&days)
        .planned(request("20%", None))
        .unwrap()
        .plan
        .unwrap();
    assert_eq!((plan.so_far, plan.arms), (920, 2));
    assert!((plan.a_day - 100.0).abs() < 1e-9, "{plan:?}");
    // a has 92 of 920, b 102 of 1,020.
    assert!((plan.rate - 0.1).abs() < 1e-9 && (plan.better - 0.12).abs() < 1e-9);
    let lacking = plan.exposures - 920;
    assert_eq!(plan.days, Some(lacking.div_ceil(100)));
    let points = compared(&days)
        .planned(request("2pp", None))
        .unwrap()
        .plan
        .unwrap();
    assert_eq!(points.exposures, plan.exposures);
    // A day without any exposure counts as a day.
    let gap = compared(&[(1, 100), (9, 100), (10, 5)]).planned(request("20%", None));
    assert!((gap.unwrap().plan.unwrap().a_day - 100.0 / 7.0).abs() < 1e-9);
    let enough = compared(&[(1, 1_000_000)]).planned(request("20%", None));
    assert_eq!(enough.unwrap().plan.unwrap().days, Some(0));
}

#[test]
fn what_cannot_be_planned_says_what_would() {
    let none = ArmsCompared::of("shop", &[], true, WORDS);
    let error = none.clone().planned(request("10%", None)).unwrap_err();
    assert!(error.to_string().contains("--rate 2"), "{error}");
    let plan = none
        .planned(request("10%", Some(0.02)))
        .unwrap()
        .plan
        .unwrap();
    assert_eq!((plan.so_far, plan.days, plan.arms), (0, None, 2));
    let error = compared(&[(1, 500)])
        .planned(request("1000%", None))
        .unwrap_err();
    assert!(
        error.to_string().contains("between 0 % and 100 %"),
        "{error}"
    );
}
