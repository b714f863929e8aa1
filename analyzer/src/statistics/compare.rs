//! Which of several ads or variants converts best, and how surely (METRICS.md, Ads: Comparison).
//!
//! Invariant: nothing is ranked that cannot be: a rotation that went wrong, counts that are impossible, or too few.
//! *Proven* may be looked for as often as one likes; *leading* is today's best guess. Where arms were not shown at
//! random, what is found is an association, and says so. Reads nothing; rates only, no money.

use super::sequential::{expected_difference, smoothed_rate};
use super::strata::{Rated, standardised};
use super::{
    Arm, BehindLeader, ComparedArm, Comparison, Estimate, FEWEST_CONVERSIONS, FEWEST_EXPOSURES,
    Options, RatioVerdict, SampleRatio, Stratum, Verdict, Withheld, Z_95, adjusted, best, rate,
    sample_ratio, wilson,
};

/// From this probability of being best an arm leads.
const LEADING: f64 = 0.95;

/// At most this p-value against each other arm proves the leader.
///
/// A leader is called proven only where it differs from every other arm, so the largest p-value decides, which BH leaves
/// as it is: no correction is needed for their number (Berger, Technometrics 24 (1982), 295). A false proof takes the best of
/// equal arms to beat the next one, which is rarest where there are many; with two it happens at any look with a
/// probability of at most this. So 0.10, the rate of METRICS.md (d), would not keep false proofs below 5 %; this does:
/// `cargo run --release -p snag-analyzer --example calibration` counts them.
const PROVEN: f64 = 0.05;

/// The share of false ones among the arms that are told to be behind (METRICS.md, Ads, d).
const BEHIND: f64 = 0.10;

/// Compares arms by their conversions.
///
/// Each look stands for itself: its p-values hold at any time, and one that has seen all looks may keep the smallest
/// ([`super::Sequence`]). Source: METRICS.md, Ads: Comparison (a) to (f).
#[must_use]
pub fn compare(arms: &[Arm], options: Options) -> Comparison {
    let is_stratified = !options.is_randomised && arms.iter().any(|arm| !arm.strata.is_empty());
    let mut comparison = Comparison {
        is_association: !options.is_randomised,
        is_stratified,
        sample_ratio: options.is_randomised.then(|| ratio_of(arms)).flatten(),
        withheld: None,
        leader: None,
        verdict: Verdict::Undecided,
        arms: arms.iter().map(shown).collect(),
    };
    let rated = if is_stratified {
        let strata: Vec<&[Stratum]> = arms.iter().map(|arm| arm.strata.as_slice()).collect();
        standardised(&strata)
    } else {
        arms.iter()
            .map(|arm| Rated::crude(arm.exposures, arm.conversions))
            .collect()
    };
    for (arm, rated) in comparison.arms.iter_mut().zip(rated.iter().flatten()) {
        arm.standardised_rate = is_stratified.then_some(rated.rate);
        arm.more_exposures = FEWEST_EXPOSURES.saturating_sub(rated.exposures);
        arm.more_conversions = FEWEST_CONVERSIONS.saturating_sub(rated.conversions);
    }
    comparison.withheld = withheld(arms, &comparison, rated.is_some());
    if comparison.withheld.is_none()
        && let Some(rated) = rated
    {
        rank(&mut comparison, &rated);
    }
    comparison
}

fn ratio_of(arms: &[Arm]) -> Option<SampleRatio> {
    let exposures: Vec<u64> = arms.iter().map(|arm| arm.exposures).collect();
    let weights: Vec<f64> = arms.iter().map(|arm| arm.weight).collect();
    sample_ratio(&exposures, &weights)
}

/// An arm for itself.
fn shown(arm: &Arm) -> ComparedArm {
    ComparedArm {
        name: arm.name.clone(),
        exposures: arm.exposures,
        conversions: arm.conversions,
        rate: rate(arm.conversions, arm.exposures),
        interval: wilson(arm.conversions, arm.exposures, Z_95),
        standardised_rate: None,
        probability_best: None,
        expected_loss: None,
        behind_leader: None,
        more_exposures: FEWEST_EXPOSURES.saturating_sub(arm.exposures),
        more_conversions: FEWEST_CONVERSIONS.saturating_sub(arm.conversions),
    }
}

/// The first reason not to rank, those that more data would not mend before the one that it would.
fn withheld(arms: &[Arm], comparison: &Comparison, is_rated: bool) -> Option<Withheld> {
    let impossible = |arm: &Arm| {
        let strata = arm
            .strata
            .iter()
            .map(|stratum| (stratum.conversions, stratum.exposures));
        strata
            .chain([(arm.conversions, arm.exposures)])
            .any(|(x, n)| x > n)
    };
    let lacks = |arm: &ComparedArm| arm.more_exposures > 0 || arm.more_conversions > 0;
    let shown = arms.iter().any(|arm| arm.exposures > 0);
    if arms.len() < 2 {
        Some(Withheld::NothingToCompare)
    } else if arms.iter().any(impossible) {
        Some(Withheld::ImpossibleRate)
    } else if !comparison.is_association && shown && comparison.sample_ratio.is_none() {
        Some(Withheld::UnusableWeights)
    } else if comparison
        .sample_ratio
        .is_some_and(|ratio| ratio.verdict != RatioVerdict::AsPlanned)
    {
        Some(Withheld::SampleRatio)
    } else if comparison.is_stratified && !is_rated {
        Some(Withheld::NoCommonStrata)
    } else if comparison.arms.iter().any(lacks) {
        Some(Withheld::TooFew)
    } else {
        None
    }
}

/// Finds the leader, and how surely it is the best.
fn rank(comparison: &mut Comparison, rated: &[Rated]) {
    let Some(posteriors) = rated
        .iter()
        .map(Rated::posterior)
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let standings = best(&posteriors);
    // The first of equals, whatever their number.
    let Some(leader) = (0..rated.len()).rev().max_by(|one, other| {
        let probability = |at: usize| standings[at].probability_best;
        probability(*one).total_cmp(&probability(*other))
    }) else {
        return;
    };
    let others: Vec<usize> = (0..rated.len()).filter(|at| *at != leader).collect();
    let estimates: Vec<Estimate> = others
        .iter()
        .map(|at| estimate(&rated[leader], &rated[*at]))
        .collect();
    let p_values: Vec<f64> = estimates.iter().map(Estimate::p_value).collect();
    let mut is_proven = true;
    for ((at, estimate), (p_value, p_adjusted)) in others
        .into_iter()
        .zip(&estimates)
        .zip(p_values.iter().zip(adjusted(&p_values)))
    {
        let is_ahead = estimate.difference > 0.0;
        is_proven &= is_ahead && p_adjusted <= PROVEN;
        comparison.arms[at].behind_leader = Some(BehindLeader {
            difference: estimate.difference,
            interval: estimate.interval(PROVEN),
            p_value: *p_value,
            p_adjusted,
            is_behind: is_ahead && p_adjusted <= BEHIND,
        });
    }
    for (arm, standing) in comparison.arms.iter_mut().zip(&standings) {
        arm.probability_best = Some(standing.probability_best);
        arm.expected_loss = Some(standing.expected_loss);
    }
    comparison.leader = Some(comparison.arms[leader].name.clone());
    comparison.verdict = if is_proven {
        Verdict::Proven
    } else if standings[leader].probability_best >= LEADING {
        Verdict::Leading
    } else {
        Verdict::Undecided
    };
}

/// The difference of two arms, with the τ of their common rate.
fn estimate(one: &Rated, other: &Rated) -> Estimate {
    let ((x1, n1), (x2, n2)) = (one.effective(), other.effective());
    Estimate {
        difference: one.rate - other.rate,
        variance: one.variance + other.variance,
        expected: expected_difference(smoothed_rate(x1 + x2, n1 + n2)),
    }
}

#[cfg(test)]
mod tests {
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
}
