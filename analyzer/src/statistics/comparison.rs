//! What goes into a comparison of ads or variants, and what comes out (METRICS.md, Ads: Comparison).
//!
//! Invariant: rates and their differences are parts of 1. Nothing is computed here.

use serde::Serialize;

use super::{Interval, SampleRatio, Stratum};

/// An ad or a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What it is called.
    pub name: String,
    /// People, or times, it was shown to; as many as had the chance to convert.
    pub exposures: u64,
    /// How many of these converted.
    pub conversions: u64,
    /// How often the rotation should show it, beside the weights of the others.
    pub weight: f64,
    /// Where it was shown, by placement and device; empty where that is not known.
    pub strata: Vec<Stratum>,
    /// Conversions of exposures up to each look, the last one being what there is now, at the same times for all arms;
    /// empty where only that is known.
    pub looks: Vec<(u64, u64)>,
}

impl Arm {
    /// One that should be shown as often as the others, of which no strata are known.
    #[must_use]
    pub fn new(name: &str, exposures: u64, conversions: u64) -> Self {
        Self {
            name: name.to_owned(),
            exposures,
            conversions,
            weight: 1.0,
            strata: Vec::new(),
            looks: Vec::new(),
        }
    }
}

/// How the arms came to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// By chance, to each person independently of who they are.
    pub is_randomised: bool,
}

/// Several arms side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Not shown at random: a difference may come from who saw what.
    pub is_association: bool,
    /// Rates are compared within strata.
    pub is_stratified: bool,
    /// Whether random arms were shown as often as they should have been.
    pub sample_ratio: Option<SampleRatio>,
    /// Why nothing is ranked, if so.
    pub withheld: Option<Withheld>,
    /// The name of the arm that is most probably the best.
    pub leader: Option<String>,
    /// How surely it is.
    pub verdict: Verdict,
    /// The arms, in the order given.
    pub arms: Vec<ComparedArm>,
}

/// Why nothing is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// Fewer than two arms.
    NothingToCompare,
    /// An arm has more conversions than exposures.
    ImpossibleRate,
    /// A weight is not a number above 0.
    UnusableWeights,
    /// Random arms were not shown as often as they should have been.
    SampleRatio,
    /// An arm was shown for the larger part where others were not.
    NoCommonStrata,
    /// An arm lacks exposures or conversions; it says how many.
    TooFew,
}

/// How surely the leader is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better than every other arm, however often it was looked.
    Proven,
    /// The best with a probability of at least 95 %, if one looks just now.
    Leading,
    /// Neither, or nothing was ranked.
    Undecided,
}

/// An arm beside the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedArm {
    /// What it is called.
    pub name: String,
    /// As given.
    pub exposures: u64,
    /// As given.
    pub conversions: u64,
    /// Conversions of exposures.
    pub rate: Option<f64>,
    /// Its Wilson interval, 95 %.
    pub interval: Option<Interval>,
    /// The rate as if all arms had been shown in the same strata; this is compared where it is there.
    pub standardised_rate: Option<f64>,
    /// The probability that it converts best.
    pub probability_best: Option<f64>,
    /// By how much the best rate exceeds it on average.
    pub expected_loss: Option<f64>,
    /// How far it lies behind the leader; absent of the leader itself.
    pub behind_leader: Option<BehindLeader>,
    /// Exposures it lacks to be ranked.
    pub more_exposures: u64,
    /// Conversions it lacks to be ranked.
    pub more_conversions: u64,
}

/// An arm against the leader.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BehindLeader {
    /// The leader's rate less that of the arm.
    pub difference: f64,
    /// An interval of it that holds at all looks together, 95 %.
    pub interval: Interval,
    /// The always-valid p-value, the smallest of all looks.
    pub p_value: f64,
    /// Adjusted for the number of arms (Benjamini-Hochberg).
    pub p_adjusted: f64,
    /// Whether that tells it to be behind, with a false discovery rate of 10 %.
    pub is_behind: bool,
}
