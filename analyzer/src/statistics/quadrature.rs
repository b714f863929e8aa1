//! Integrals over a panel, and those from its left end to each of its nodes, by Gauss and Legendre.
//!
//! Invariant: exact for polynomials up to degree 31 over the panel, and to degree 15 up to a node. Cutting a range into
//! panels on which a function is smooth is the caller's.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// How many nodes a panel has.
pub(super) const NODES: usize = 16;

/// Values at the nodes of a panel.
pub(super) type Values = [f64; NODES];

/// Nodes and weights on −1..1.
pub(super) struct Rule {
    nodes: Values,
    weights: Values,
    /// Row m holds the weights of the integral from −1 to node m.
    partial: [Values; NODES],
}

/// The rule, found once.
pub(super) static RULE: LazyLock<Rule> = LazyLock::new(Rule::new);

impl Rule {
    /// Nodes are the zeros of the Legendre polynomial, found by Newton's way from their asymptotic places.
    ///
    /// Source: Abramowitz & Stegun 25.4.29; the integral up to a node is that of the interpolating polynomial, by
    /// (2l + 1)·Pₗ = P′ₗ₊₁ − P′ₗ₋₁.
    fn new() -> Self {
        let mut rule = Self {
            nodes: [0.0; NODES],
            weights: [0.0; NODES],
            partial: [[0.0; NODES]; NODES],
        };
        let count = as_f64(NODES);
        for at in 0..NODES {
            let mut x = -(PI * (as_f64(at) + 0.75) / (count + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..8 {
                let p = legendre(x);
                slope = count * (x * p[NODES] - p[NODES - 1]) / (x * x - 1.0);
                x -= p[NODES] / slope;
            }
            rule.nodes[at] = x;
            rule.weights[at] = 2.0 / ((1.0 - x * x) * slope * slope);
        }
        let polynomials = rule.nodes.map(legendre);
        for (row, to) in rule.partial.iter_mut().zip(&polynomials) {
            for (cell, (weight, from)) in row.iter_mut().zip(rule.weights.iter().zip(&polynomials))
            {
                let sum: f64 = (1..NODES).map(|l| from[l] * (to[l + 1] - to[l - 1])).sum();
                *cell = weight / 2.0 * (to[1] + 1.0 + sum);
            }
        }
        rule
    }

    /// The nodes between `low` and `high`, from the left.
    pub(super) fn places(&self, low: f64, high: f64) -> Values {
        let (middle, half) = (f64::midpoint(low, high), (high - low) / 2.0);
        self.nodes.map(|node| middle + half * node)
    }

    /// The integral over a panel of the given width.
    pub(super) fn whole(&self, width: f64, values: &Values) -> f64 {
        width / 2.0 * dot(&self.weights, values)
    }

    /// The integrals from the left end of a panel of the given width to each node.
    pub(super) fn up_to_nodes(&self, width: f64, values: &Values) -> Values {
        self.partial.map(|row| width / 2.0 * dot(&row, values))
    }
}

fn dot(one: &Values, other: &Values) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// P₀ to P of the number of nodes, at x.
fn legendre(x: f64) -> [f64; NODES + 1] {
    let mut p = [1.0; NODES + 1];
    p[1] = x;
    for l in 1..NODES {
        let degree = as_f64(l);
        p[l + 1] = ((2.0 * degree + 1.0) * x * p[l] - degree * p[l - 1]) / (degree + 1.0);
    }
    p
}

#[expect(clippy::cast_precision_loss, reason = "numbers of nodes")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_weights_are_those_of_the_tables() {
        // Abramowitz & Stegun, table 25.4, n = 16.
        let largest = NODES - 1;
        assert!((RULE.nodes[largest] - 0.989_400_934_991_649_9).abs() < 1e-15);
        assert!((RULE.weights[largest] - 0.027_152_459_411_754_1).abs() < 1e-15);
        assert!((RULE.nodes[8] - 0.095_012_509_837_637_4).abs() < 1e-15);
        assert!((RULE.weights[8] - 0.189_450_610_455_068_5).abs() < 1e-15);
    }

    #[test]
    fn powers_are_integrated_exactly() {
        let (low, high) = (1.0, 3.0);
        let places = RULE.places(low, high);
        for power in 0..=15 {
            let values = places.map(|x| x.powi(power));
            let integral = |to: f64| (to.powi(power + 1) - 1.0) / f64::from(power + 1);
            let whole = RULE.whole(high - low, &values);
            assert!((whole / integral(high) - 1.0).abs() < 1e-13, "{power}");
            for (to, found) in places.iter().zip(RULE.up_to_nodes(high - low, &values)) {
                let error = (found - integral(*to)).abs();
                assert!(error < 1e-13 * integral(high), "{power} to {to}: {error}");
            }
        }
    }
}
