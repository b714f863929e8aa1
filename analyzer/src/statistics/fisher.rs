//! Two groups and a yes or no, by their exact probabilities (METRICS.md, Proportions).

use super::log_gamma;

/// Counts of two groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Of the first group, yes.
    pub yes: u64,
    /// Of the first group, no.
    pub no: u64,
    /// Of the others, yes.
    pub others_yes: u64,
    /// Of the others, no.
    pub others_no: u64,
}

/// Fisher's exact test, two-sided: the sum of the probabilities of all tables of the same margins that are at most as
/// probable as this one.
///
/// Source: Fisher, Statistical Methods for Research Workers (1934), § 21.02; ties as in R's `fisher.test`.
#[must_use]
pub fn fisher(table: Table) -> f64 {
    let group = table.yes + table.no;
    let yes = table.yes + table.others_yes;
    let all = group + table.others_yes + table.others_no;
    let fewest = (group + yes).saturating_sub(all);
    let most = group.min(yes);
    let log_of =
        |x: u64| log_choose(yes, x) + log_choose(all - yes, group - x) - log_choose(all, group);
    let limit = log_of(table.yes) + 1e-7;
    let sum: f64 = (fewest..=most)
        .map(log_of)
        .filter(|log| *log <= limit)
        .map(f64::exp)
        .sum();
    sum.min(1.0)
}

/// How many times the odds of the first group are those of the others, a half added to each count where one is 0
/// (Haldane 1940, Anscombe 1956).
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
pub fn odds_ratio(table: Table) -> f64 {
    let cells = [table.yes, table.no, table.others_yes, table.others_no];
    let half = if cells.contains(&0) { 0.5 } else { 0.0 };
    let [yes, no, others_yes, others_no] = cells.map(|cell| cell as f64 + half);
    yes * others_no / (no * others_yes)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
fn log_choose(n: u64, k: u64) -> f64 {
    let log_factorial = |n: u64| log_gamma(n as f64 + 1.0);
    log_factorial(n) - log_factorial(k) - log_factorial(n - k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(yes: u64, no: u64, others_yes: u64, others_no: u64) -> Table {
        Table {
            yes,
            no,
            others_yes,
            others_no,
        }
    }

    #[test]
    fn probabilities_agree_with_published_values() {
        // Fisher's lady tasting tea: 34/70; his convictions of twins (R's help); SciPy's whales and sharks.
        let cases = [
            (table(3, 1, 1, 3), 34.0 / 70.0, 1e-12),
            (table(2, 15, 10, 3), 0.000_536_7, 5e-8),
            (table(8, 2, 1, 5), 0.034_965_03, 5e-9),
            (table(0, 5, 0, 9), 1.0, 1e-12),
            (table(0, 0, 3, 4), 1.0, 1e-12),
        ];
        for (table, p, tolerance) in cases {
            assert!(
                (fisher(table) - p).abs() < tolerance,
                "{table:?}: {}",
                fisher(table)
            );
        }
    }

    #[test]
    fn odds_are_compared() {
        assert_eq!(odds_ratio(table(8, 2, 1, 5)), 20.0);
        assert_eq!(odds_ratio(table(1, 0, 1, 1)), 1.5 * 1.5 / (0.5 * 1.5));
    }
}
