//! How probably each of several rates is the highest, and what is lost by staying with it (METRICS.md, Ads, b).
//!
//! Invariant: the probabilities sum to 1 within 1e-9, for up to 50 arms of up to 10^8 exposures, by quadrature and not
//! by draws, so that the same counts always give the same answer. Does not say whether it was fair to compare them.

use super::Posterior;
use super::quadrature::{NODES, RULE, Values};

/// Where a rate stands among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The probability that it is the highest of all.
    pub probability_best: f64,
    /// By how much the highest rate exceeds it on average, a difference of rates.
    pub expected_loss: f64,
}

/// Distances from a mean in standard deviations, between which a density is smooth enough for one panel. The far ones
/// are for the tail of few conversions, which falls as e^−z does.
const CUTS: [f64; 11] = [0.0, 1.0, 2.0, 3.0, 4.5, 6.5, 9.0, 13.0, 19.0, 28.0, 40.0];

/// Closer cuts than this many of the smallest standard deviations are one.
const CLOSE: f64 = 0.5;

/// Where each of the rates stands, in their order.
///
/// P(best) = ∫ fᵢ ∏ⱼ≠ᵢ Fⱼ, and E[max θ − θᵢ] = ∫ Fᵢ·(1 − ∏ⱼ≠ᵢ Fⱼ), where every F is the integral of its density up to
/// the same nodes: so the probabilities sum to the integral of (∏ F)′, which is 1.
///
/// Source: METRICS.md, Ads (b); Gelman et al., Bayesian Data Analysis (2013), 2.4, for the posterior; the loss of
/// Stucchio, Bayesian A/B Testing at VWO (2015), 4, written as an integral over the distribution function of a maximum.
#[must_use]
pub fn best(arms: &[Posterior]) -> Vec<Standing> {
    let mut standings = vec![
        Standing {
            probability_best: 0.0,
            expected_loss: 0.0
        };
        arms.len()
    ];
    let mut below = vec![0.0; arms.len()];
    let mut densities = vec![[0.0; NODES]; arms.len()];
    let mut distributions = vec![[0.0; NODES]; arms.len()];
    for panel in cuts(arms).windows(2) {
        let &[low, high] = panel else { continue };
        let width = high - low;
        let places = RULE.places(low, high);
        for (at, arm) in arms.iter().enumerate() {
            let density = places.map(|rate| arm.density(rate));
            distributions[at] = RULE
                .up_to_nodes(width, &density)
                .map(|part| (below[at] + part).clamp(0.0, 1.0));
            below[at] += RULE.whole(width, &density);
            densities[at] = density;
        }
        let others = products_of_others(&distributions);
        for (at, standing) in standings.iter_mut().enumerate() {
            let mut best: Values = [0.0; NODES];
            let mut loss: Values = [0.0; NODES];
            for node in 0..NODES {
                best[node] = densities[at][node] * others[at][node];
                loss[node] = distributions[at][node] * (1.0 - others[at][node]);
            }
            standing.probability_best += RULE.whole(width, &best);
            standing.expected_loss += RULE.whole(width, &loss);
        }
    }
    standings
}

/// The ends of the panels, ascending: around each mean, as far as its density goes.
fn cuts(arms: &[Posterior]) -> Vec<f64> {
    let mut cuts = Vec::with_capacity(arms.len() * CUTS.len() * 2);
    let mut least = f64::INFINITY;
    for arm in arms {
        let (mean, deviation) = (arm.mean(), arm.deviation());
        least = least.min(deviation);
        for cut in CUTS {
            cuts.push((mean - cut * deviation).max(0.0));
            cuts.push((mean + cut * deviation).min(1.0));
        }
    }
    cuts.sort_by(f64::total_cmp);
    let last = cuts.last().copied();
    let mut kept: Vec<f64> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        if kept.last().is_none_or(|kept| cut - kept > CLOSE * least) {
            kept.push(cut);
        }
    }
    // The last one always stands, so that no density is cut off.
    kept.extend(last.filter(|last| kept.last() != Some(last)));
    kept
}

/// For each arm, the product of the values of all others at each node, without dividing by its own, which may be 0.
fn products_of_others(values: &[Values]) -> Vec<Values> {
    let mut products = vec![[1.0; NODES]; values.len()];
    let mut from_left = [1.0; NODES];
    for (product, value) in products.iter_mut().zip(values) {
        *product = from_left;
        from_left = times(&from_left, value);
    }
    let mut from_right = [1.0; NODES];
    for (product, value) in products.iter_mut().zip(values).rev() {
        *product = times(product, &from_right);
        from_right = times(&from_right, value);
    }
    products
}

fn times(one: &Values, other: &Values) -> Values {
    let mut product = *one;
    for (factor, by) in product.iter_mut().zip(other) {
        *factor *= by;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{incomplete_beta, log_gamma};

    fn standings(counts: &[(f64, f64)]) -> Vec<Standing> {
        let arms: Vec<Posterior> = counts
            .iter()
            .map(|(x, n)| Posterior::new(*x, *n).unwrap())
            .collect();
        best(&arms)
    }

    /// Miller, Formulas for Bayesian A/B Testing (2015): P(B > A) as a sum over B's first parameter.
    fn closed_form((xa, na): (f64, f64), (xb, nb): (f64, f64)) -> f64 {
        let log_beta = |a: f64, b: f64| log_gamma(a) + log_gamma(b) - log_gamma(a + b);
        let (a, b, c, d) = (xa + 1.0, na - xa + 1.0, xb + 1.0, nb - xb + 1.0);
        let (mut sum, mut i) = (0.0, 0.0);
        while i < c {
            let log = log_beta(a + i, b + d) - (d + i).ln() - log_beta(1.0 + i, d) - log_beta(a, b);
            sum += log.exp();
            i += 1.0;
        }
        sum
    }

    #[test]
    fn two_arms_agree_with_the_closed_form_and_published_values() {
        // cases/statistics.json (bayes) and cases/ads_expected.json: Cookie Cats' two retentions, the free trial's two
        // conversions.
        let cases = [
            ((0.0, 0.0), (0.0, 0.0), 0.5),
            ((0.0, 0.0), (1.0, 1.0), 2.0 / 3.0),
            ((100.0, 1_000.0), (120.0, 1_000.0), 0.923_183_438_972_424_6),
            ((42.0, 104.0), (500.0, 1_009.0), 0.962_081_966_790_085_3),
            (
                (20_034.0, 44_700.0),
                (20_119.0, 45_489.0),
                0.037_206_025_179_290_22,
            ),
            (
                (8_502.0, 44_700.0),
                (8_279.0, 45_489.0),
                0.000_777_338_664_486_393_6,
            ),
            (
                (3_785.0, 17_293.0),
                (3_423.0, 17_260.0),
                1.286_042_491_135_264_3e-6,
            ),
            (
                (2_033.0, 17_293.0),
                (1_945.0, 17_260.0),
                0.077_941_482_233_596,
            ),
        ];
        for (a, b, expected) in cases {
            let found = standings(&[a, b])[1].probability_best;
            assert!(
                (found / expected - 1.0).abs() < 1e-8,
                "{a:?} {b:?}: {found}"
            );
            let closed = closed_form(a, b);
            assert!((found / closed - 1.0).abs() < 1e-7, "{a:?} {b:?}: {closed}");
        }
    }

    #[test]
    fn whatever_the_counts_one_of_the_arms_is_best() {
        let fifty: Vec<(f64, f64)> = (0..50)
            .map(|arm| (f64::from(arm), 20.0 + 37.0 * f64::from(arm * arm)))
            .collect();
        let cases = [
            vec![(0.0, 0.0)],
            vec![(3.0, 3.0); 12],
            vec![(0.0, 3.0), (3.0, 3.0), (0.0, 1e8), (1e8, 1e8), (5e7, 1e8)],
            vec![(2e5, 1e8), (2.01e5, 1e8), (7.0, 3_000.0)],
            vec![(0.0, 1e8), (1.0, 1e8), (2.0, 50.0)],
            fifty,
        ];
        for counts in cases {
            let found = standings(&counts);
            let sum: f64 = found.iter().map(|one| one.probability_best).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{counts:?}: {sum}");
            for one in found {
                assert!(
                    (0.0..=1.0 + 1e-9).contains(&one.probability_best),
                    "{one:?}"
                );
                assert!((0.0..=1.0).contains(&one.expected_loss), "{one:?}");
            }
        }
        assert_eq!(best(&[]), []);
    }

    #[test]
    fn equal_arms_share_the_chance_equally() {
        for (arms, counts) in [
            (1, (5.0, 9.0)),
            (2, (0.0, 3.0)),
            (12, (1e6, 1e8)),
            (50, (40.0, 2_000.0)),
        ] {
            let share = 1.0 / f64::from(arms);
            for one in standings(&vec![counts; arms as usize]) {
                assert!(
                    (one.probability_best - share).abs() < 1e-10,
                    "{arms}: {one:?}"
                );
            }
        }
    }

    #[test]
    fn the_loss_of_two_unknown_rates_is_a_sixth() {
        // E|θ₁ − θ₂| of two uniform rates is 1/3, half of it each; of Beta(2, 1) against them E[max] = 3/4.
        let found = standings(&[(0.0, 0.0), (0.0, 0.0)]);
        assert!(
            (found[0].expected_loss - 1.0 / 6.0).abs() < 1e-13,
            "{found:?}"
        );
        let found = standings(&[(0.0, 0.0), (1.0, 1.0)]);
        assert!((found[0].expected_loss - 0.25).abs() < 1e-13, "{found:?}");
        assert!(
            (found[1].expected_loss - 1.0 / 12.0).abs() < 1e-13,
            "{found:?}"
        );
    }

    #[test]
    fn distributions_found_by_panels_are_the_incomplete_function() {
        let (x, n) = (37.0, 2_000.0);
        let arm = Posterior::new(x, n).unwrap();
        let mut below = 0.0;
        for panel in cuts(&[arm]).windows(2) {
            let width = panel[1] - panel[0];
            let density = RULE
                .places(panel[0], panel[1])
                .map(|rate| arm.density(rate));
            below += RULE.whole(width, &density);
            let expected = incomplete_beta(x + 1.0, n - x + 1.0, panel[1]);
            assert!(
                (below - expected).abs() < 1e-12,
                "{}: {below} {expected}",
                panel[1]
            );
        }
    }
}
