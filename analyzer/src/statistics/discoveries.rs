//! Several tests at once (METRICS.md, Proportions).

/// The share of false ones among what is called significant that is put up with.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// p-values adjusted so that those at most q are the discoveries at a false discovery rate of q, in their order.
///
/// Source: Benjamini & Hochberg, J. R. Stat. Soc. B 57 (1995), 289; adjusted as in R's `p.adjust`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "numbers of tests")]
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| p_values[*other].total_cmp(&p_values[*one]));
    let mut adjusted = vec![1.0; count];
    let mut least: f64 = 1.0;
    // From the largest down: no one is more significant than one with a smaller p-value.
    for (from_above, at) in order.into_iter().enumerate() {
        least = least.min(p_values[at] * count as f64 / (count - from_above) as f64);
        adjusted[at] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_source_comes_out() {
        // Benjamini & Hochberg 1995, section 4.1: four rejections at 5 %.
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262,
            0.5719, 0.6528, 0.759, 1.0,
        ];
        let expected = [
            0.0015, 0.003, 0.0095, 0.035_625, 0.0603, 0.063_857, 0.063_857, 0.0645, 0.0765, 0.486,
            0.581_182, 0.714_875, 0.753_231, 0.813_214, 1.0,
        ];
        let found = adjusted(&p_values);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(
            found.iter().filter(|p| **p <= FALSE_DISCOVERY_RATE).count(),
            4
        );
    }

    #[test]
    fn the_order_of_the_tests_is_kept() {
        assert_eq!(adjusted(&[0.04, 0.01]), [0.04, 0.02]);
        assert_eq!(adjusted(&[]), Vec::<f64>::new());
    }
}
