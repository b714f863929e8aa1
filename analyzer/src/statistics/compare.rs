//! Which of several ads or variants converts best, and how surely (METRICS.md, Ads: Comparison).
//!
//! Invariant: nothing is ranked that cannot be: a rotation that went wrong, counts that are impossible, or too few.
//! *Proven* may be looked for as often as one likes; *leading* is today's best guess. Where arms were not shown at
//! random, what is found is an association, and says so. Reads nothing; rates only, no money.

use super::looks::{Together, together};
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
/// A leader is called proven only where it differs from every other arm, so the largest p-value decides, which BH
/// leaves as it is: no correction is needed for their number (Berger, Technometrics 24 (1982), 295). A false proof
/// takes the best of equal arms to beat the next one, which is rarest where there are many; with two it happens at any
/// look with a probability of at most this. So 0.10, the rate of METRICS.md (d), would not keep false proofs below 5 %;
/// this does: `cargo run --release -p snag-analyzer --example calibration` counts them.
pub(super) const PROVEN: f64 = 0.05;

/// The share of false ones among the arms that are told to be behind (METRICS.md, Ads, d).
const BEHIND: f64 = 0.10;

/// Compares arms by their conversions.
///
/// Where chance chose and all looks are known, what any of them proved stays proven; else the last one stands for
/// itself. Of an association only the last one counts: what explains it may come and go, and the smallest of many p-values
/// would be that of the day on which it misled most. Source: METRICS.md, Ads: Comparison (a) to (f).
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
        rank(&mut comparison, &rated, arms);
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
fn rank(comparison: &mut Comparison, rated: &[Rated], arms: &[Arm]) {
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
    let known: Vec<Together> = others
        .iter()
        .zip(&estimates)
        .map(|(at, estimate)| {
            let looks = (!comparison.is_association).then(|| over_looks(&arms[leader], &arms[*at]));
            looks.flatten().unwrap_or_else(|| Together {
                p_value: estimate.p_value(),
                interval: estimate.interval(PROVEN),
            })
        })
        .collect();
    let p_values: Vec<f64> = known.iter().map(|known| known.p_value).collect();
    let mut is_proven = true;
    for ((at, estimate), (known, p_adjusted)) in others
        .into_iter()
        .zip(&estimates)
        .zip(known.iter().zip(adjusted(&p_values)))
    {
        let is_ahead = estimate.difference > 0.0;
        is_proven &= is_ahead && p_adjusted <= PROVEN;
        comparison.arms[at].behind_leader = Some(BehindLeader {
            difference: estimate.difference,
            interval: known.interval,
            p_value: known.p_value,
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

/// What all looks at the leader and another arm say; none where they are not known, or not of the same times.
fn over_looks(leader: &Arm, other: &Arm) -> Option<Together> {
    let is_last = |arm: &Arm| arm.looks.last() == Some(&(arm.conversions, arm.exposures));
    if leader.looks.len() != other.looks.len() || !is_last(leader) || !is_last(other) {
        return None;
    }
    let looks = leader.looks.iter().copied();
    together(looks.zip(other.looks.iter().copied()), PROVEN)
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
mod tests;
