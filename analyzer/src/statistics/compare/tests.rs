//! Published experiments, and what must not be ranked.

use super::*;

const RANDOM: Options = Options {
    is_randomised: true,
};
const OBSERVED: Options = Options {
    is_randomised: false,
};

fn arms(counts: &[(u64, u64)]) -> Vec<Arm> {
    let arm = |(at, (x, n)): (usize, &(u64, u64))| Arm::new(&format!("arm {at}"), *n, *x);
    counts.iter().enumerate().map(arm).collect()
}

fn with_strata(name: &str, strata: &[(&str, u64, u64)]) -> Arm {
    let mut arm = Arm::new(name, 0, 0);
    for (name, x, n) in strata {
        arm.exposures += n;
        arm.conversions += x;
        arm.strata.push(Stratum {
            name: (*name).to_owned(),
            exposures: *n,
            conversions: *x,
        });
    }
    arm
}

#[test]
fn published_experiments_are_judged() {
    // cases/ads_expected.json: gross and net conversion of the free trial.
    let cases = [
        (
            [(3_785, 17_293), (3_423, 17_260)],
            Verdict::Proven,
            1.0 - 1.286_042_491e-6,
        ),
        (
            [(2_033, 17_293), (1_945, 17_260)],
            Verdict::Undecided,
            1.0 - 0.077_941_482_233_6,
        ),
    ];
    for (counts, verdict, probability) in cases {
        let found = compare(&arms(&counts), RANDOM);
        assert_eq!(found.verdict, verdict, "{found:?}");
        assert_eq!(found.leader.as_deref(), Some("arm 0"));
        assert!(
            (found.arms[0].probability_best.unwrap() - probability).abs() < 1e-9,
            "{found:?}"
        );
        assert!(!found.is_association && found.arms[0].behind_leader.is_none());
    }
    let gross = compare(&arms(&cases[0].0), RANDOM).arms[1]
        .behind_leader
        .unwrap();
    assert!(
        (gross.difference - 0.020_554_874_580_361_565).abs() < 1e-14,
        "{gross:?}"
    );
    assert!(gross.is_behind && gross.interval.low > 0.0, "{gross:?}");
}

#[test]
fn cookie_cats_is_not_ranked_as_its_shares_are_off() {
    let cats = arms(&[(8_502, 44_700), (8_279, 45_489)]);
    let found = compare(&cats, RANDOM);
    assert_eq!(found.withheld, Some(Withheld::SampleRatio));
    assert!((found.sample_ratio.unwrap().p_value - 0.008_607_987_810_836).abs() < 1e-12);
    assert_eq!((found.leader, found.verdict), (None, Verdict::Undecided));
    assert_eq!(found.arms[0].probability_best, None);
    assert!((found.arms[0].interval.unwrap().low - 0.186_589_796_843_662_92).abs() < 1e-12);
    // Had it not been random, its association would be the one of the other case.
    let found = compare(&cats, OBSERVED);
    assert!(found.is_association && found.sample_ratio.is_none());
    assert_eq!(found.verdict, Verdict::Leading);
    assert!((found.arms[1].probability_best.unwrap() - 0.000_777_338_664_486).abs() < 1e-9);
}

#[test]
fn what_cannot_be_ranked_says_why() {
    let mut unusable = arms(&[(50, 500), (60, 500)]);
    unusable[0].weight = 0.0;
    let cases = [
        (vec![], Withheld::NothingToCompare),
        (arms(&[(50, 500)]), Withheld::NothingToCompare),
        (arms(&[(501, 500), (60, 500)]), Withheld::ImpossibleRate),
        (unusable, Withheld::UnusableWeights),
        (arms(&[(50, 500), (60, 700)]), Withheld::SampleRatio),
        (arms(&[(1, 3); 12]), Withheld::TooFew),
        (arms(&[(0, 0); 2]), Withheld::TooFew),
        (arms(&[(5, 49), (5, 50)]), Withheld::TooFew),
        (arms(&[(4, 1_000), (9, 1_000)]), Withheld::TooFew),
    ];
    for (arms, why) in cases {
        let found = compare(&arms, RANDOM);
        assert_eq!(found.withheld, Some(why), "{arms:?}");
        assert_eq!(
            (found.leader, found.verdict),
            (None, Verdict::Undecided),
            "{arms:?}"
        );
    }
    let found = compare(&arms(&[(1, 3), (9, 3_000)]), OBSERVED);
    assert_eq!(found.withheld, Some(Withheld::TooFew));
    assert_eq!(
        (found.arms[0].more_exposures, found.arms[0].more_conversions),
        (47, 4)
    );
    assert_eq!(
        (found.arms[1].more_exposures, found.arms[1].more_conversions),
        (0, 0)
    );
}

#[test]
fn extreme_counts_are_ranked() {
    let all = compare(&arms(&[(500, 500), (400, 500)]), RANDOM);
    assert_eq!(all.verdict, Verdict::Proven);
    let everyone = compare(&arms(&[(500, 500), (500, 500)]), RANDOM);
    assert_eq!(everyone.verdict, Verdict::Undecided);
    let many = compare(
        &arms(&[(500_000, 100_000_000), (510_000, 100_000_000)]),
        RANDOM,
    );
    assert_eq!(
        (many.leader.as_deref(), many.verdict),
        (Some("arm 1"), Verdict::Proven)
    );
    let fifty = compare(&arms(&[(40, 2_000); 50]), RANDOM);
    assert_eq!(
        (fifty.leader.as_deref(), fifty.verdict),
        (Some("arm 0"), Verdict::Undecided)
    );
    // Two that are alike and one far behind: none is proven, and the last is told to be behind.
    let three = compare(&arms(&[(500, 5_000), (505, 5_000), (300, 5_000)]), RANDOM);
    assert_eq!(three.verdict, Verdict::Undecided);
    assert!(three.arms[2].behind_leader.unwrap().is_behind);
    assert!(!three.arms[0].behind_leader.unwrap().is_behind);
}

#[test]
fn where_ads_were_shown_is_taken_out() {
    // In either place the first converts twice as well; it was mostly shown where few convert.
    let mut ads = [
        with_strata("one", &[("side", 400, 20_000), ("top", 400, 2_000)]),
        with_strata("other", &[("side", 20, 2_000), ("top", 2_000, 20_000)]),
    ];
    let found = compare(&ads, OBSERVED);
    assert!(found.is_stratified && found.is_association);
    assert!(found.arms[0].rate < found.arms[1].rate);
    assert_eq!(
        (found.leader.as_deref(), found.verdict),
        (Some("one"), Verdict::Proven)
    );
    // Half of all exposures in either place: (2 + 20 − 1 − 10)/2 %.
    let behind = found.arms[1].behind_leader.unwrap();
    assert!((behind.difference - 0.055).abs() < 1e-14, "{behind:?}");
    assert!((found.arms[0].standardised_rate.unwrap() - 0.11).abs() < 1e-14);
    // Places do not matter where they were drawn.
    assert!(!compare(&ads, RANDOM).is_stratified);
    for stratum in &mut ads[0].strata {
        stratum.name.push_str(" of another page");
    }
    assert_eq!(
        compare(&ads, OBSERVED).withheld,
        Some(Withheld::NoCommonStrata)
    );
}

#[test]
fn json_names_what_was_found() {
    let found = compare(&arms(&[(50, 500), (60, 700)]), RANDOM);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["withheld"], "sample_ratio");
    assert_eq!(json["verdict"], "undecided");
    assert_eq!(json["sample_ratio"]["verdict"], "mismatch");
    assert_eq!(json["arms"][0]["rate"], 0.1);
}

#[test]
fn what_a_look_proved_stays_proven_where_chance_chose() {
    let mut ads = arms(&[(240, 2_000), (200, 2_000)]);
    assert_ne!(compare(&ads, RANDOM).verdict, Verdict::Proven);
    let early = [(120, 1_000), (50, 1_000)];
    for (arm, early) in ads.iter_mut().zip(early) {
        arm.looks = vec![early, (arm.conversions, arm.exposures)];
    }
    let found = compare(&ads, RANDOM);
    assert_eq!(found.verdict, Verdict::Proven, "{found:?}");
    let behind = found.arms[1].behind_leader.unwrap();
    assert!(
        behind.p_value < 0.001 && behind.interval.low > 0.0,
        "{behind:?}"
    );
    assert!((behind.difference - 0.02).abs() < 1e-14, "today's rates");
    // An association may have been someone else's doing on that day.
    assert_ne!(compare(&ads, OBSERVED).verdict, Verdict::Proven);
    // Looks that do not end with what there is are not these arms'.
    ads[0].looks.pop();
    assert_ne!(compare(&ads, RANDOM).verdict, Verdict::Proven);
}
