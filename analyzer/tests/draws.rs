//! The chances of being best, found by quadrature, against draws from the posteriors.

use std::f64::consts::TAU;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use snag_analyzer::statistics::{Posterior, best};

/// A draw of Gamma(a) for a ≥ 1. Source: Marsaglia & Tsang, ACM Trans. Math. Softw. 26 (2000), 363.
fn gamma(shape: f64, rng: &mut StdRng) -> f64 {
    let d = shape - 1.0 / 3.0;
    loop {
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
        let normal = radius * (TAU * rng.random::<f64>()).cos();
        let v = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
        let log = (1.0 - rng.random::<f64>()).ln();
        if v > 0.0 && log < 0.5 * normal * normal + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

fn agrees_with_draws(draws: u32) {
    let counts = [(12.0, 400.0), (15.0, 380.0), (9.0, 410.0), (2.0, 30.0)];
    let mut rng = StdRng::seed_from_u64(7);
    let mut won = [0_u32; 4];
    let mut lost = [0.0; 4];
    for _ in 0..draws {
        let rates = counts.map(|(x, n): (f64, f64)| {
            let (yes, no) = (gamma(x + 1.0, &mut rng), gamma(n - x + 1.0, &mut rng));
            yes / (yes + no)
        });
        let most = rates.into_iter().fold(0.0, f64::max);
        for (at, rate) in rates.into_iter().enumerate() {
            won[at] += u32::from(rate.to_bits() == most.to_bits());
            lost[at] += most - rate;
        }
    }
    let posteriors = counts.map(|(x, n)| Posterior::new(x, n).expect("conversions of exposures"));
    // Five standard errors of a probability, and of losses that vary by at most some 0.05.
    let tolerance = 2.5 / f64::from(draws).sqrt();
    for (at, one) in best(&posteriors).into_iter().enumerate() {
        let share = f64::from(won[at]) / f64::from(draws);
        assert!(
            (one.probability_best - share).abs() < tolerance,
            "{at}: {one:?} {share}"
        );
        let loss = lost[at] / f64::from(draws);
        assert!(
            (one.expected_loss - loss).abs() < tolerance / 10.0,
            "{at}: {one:?} {loss}"
        );
    }
}

#[test]
fn a_hundred_thousand_draws_agree() {
    agrees_with_draws(100_000);
}

#[test]
#[ignore = "takes many seconds without optimisation"]
fn ten_million_draws_agree() {
    agrees_with_draws(10_000_000);
}
