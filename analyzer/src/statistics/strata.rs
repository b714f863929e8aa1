//! Rates of arms as if all had been shown in the same places (METRICS.md, Ads, f).
//!
//! Invariant: only strata in which every arm was shown count, all with the same weights for every arm; so an arm does
//! not win by having been shown where people convert. Does not make a cause of an association: what was not recorded
//! as a stratum may still explain it.

use std::collections::BTreeMap;

use super::sequential::variance;
use super::{Posterior, rate};

/// The exposures of an arm in a placement, on a device, or where both go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Which, the same for all arms.
    pub name: String,
    /// Exposures there.
    pub exposures: u64,
    /// Conversions of these.
    pub conversions: u64,
}

/// An arm as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rated {
    /// Exposures that count.
    pub exposures: u64,
    /// Conversions of these.
    pub conversions: u64,
    /// The rate, standardised or as it is.
    pub rate: f64,
    /// Its variance.
    pub variance: f64,
}

impl Rated {
    /// As it is; none without exposures, or with more conversions than these.
    pub(super) fn crude(exposures: u64, conversions: u64) -> Option<Self> {
        Some(Self {
            exposures,
            conversions,
            rate: rate(conversions, exposures)?,
            variance: variance(conversions, exposures)?,
        })
    }

    /// Conversions and exposures of an arm without strata that is known as well: n = r(1 − r)/V.
    ///
    /// Source: Kish, Survey Sampling (1965), 8.2, the effective size; Korn & Graubard, Surv. Methodol. 24 (1998), 193,
    /// for its use as a count.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of exposures stay far below 2^53"
    )]
    pub(super) fn effective(&self) -> (f64, f64) {
        let spread = self.rate * (1.0 - self.rate);
        let exposures = match spread > 0.0 {
            true => spread / self.variance,
            false => self.exposures as f64,
        };
        (self.rate * exposures, exposures)
    }

    /// What is believed of the rate.
    pub(super) fn posterior(&self) -> Option<Posterior> {
        let (conversions, exposures) = self.effective();
        Posterior::new(conversions.min(exposures), exposures)
    }
}

/// The arms in the strata they have in common, weighted by the exposures of all arms; none where any was shown there
/// with less than half of its exposures, so that nothing fair could be said.
///
/// r = Σ wₛ·xₛ/nₛ with V = Σ wₛ²·pₛ(1 − pₛ)/nₛ. Source: direct standardisation, Rothman, Greenland & Lash, Modern
/// Epidemiology (2008), chapter 3; of Mantel & Haenszel's weights, pair by pair, there would be no order of more than
/// two.
pub(super) fn standardised(arms: &[&[Stratum]]) -> Option<Vec<Rated>> {
    let tables: Vec<BTreeMap<&str, (u64, u64)>> = arms.iter().map(|arm| table(arm)).collect();
    let mut common: BTreeMap<&str, u64> = tables.first()?.keys().map(|name| (*name, 0)).collect();
    common.retain(|name, all| {
        *all = tables
            .iter()
            .filter_map(|arm| arm.get(name))
            .map(|counts| counts.0)
            .sum();
        tables.iter().all(|arm| arm.contains_key(name))
    });
    let all: u64 = common.values().sum();
    tables
        .iter()
        .map(|arm| {
            let mut rated = Rated {
                exposures: 0,
                conversions: 0,
                rate: 0.0,
                variance: 0.0,
            };
            for (name, in_stratum) in &common {
                let (exposures, conversions) = *arm.get(name)?;
                let crude = Rated::crude(exposures, conversions)?;
                let weight = rate(*in_stratum, all)?;
                rated.exposures += exposures;
                rated.conversions += conversions;
                rated.rate += weight * crude.rate;
                rated.variance += weight * weight * crude.variance;
            }
            let shown: u64 = arm.values().map(|counts| counts.0).sum();
            (rated.exposures > 0 && rated.exposures >= shown.div_ceil(2)).then_some(rated)
        })
        .collect()
}

/// Exposures and conversions by stratum, those without exposures left out.
fn table(strata: &[Stratum]) -> BTreeMap<&str, (u64, u64)> {
    let mut table: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for stratum in strata.iter().filter(|stratum| stratum.exposures > 0) {
        let counts = table.entry(&stratum.name).or_default();
        counts.0 += stratum.exposures;
        counts.1 += stratum.conversions;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strata(counts: &[(&str, u64, u64)]) -> Vec<Stratum> {
        counts
            .iter()
            .map(|(name, exposures, conversions)| Stratum {
                name: (*name).to_owned(),
                exposures: *exposures,
                conversions: *conversions,
            })
            .collect()
    }

    #[test]
    fn a_paradox_of_places_is_undone() {
        // Charig et al., BMJ 292 (1986), 879 (kidney stones): 78 % against 83 %, but 93 and 73 against 87 and 69 %.
        let one = strata(&[("small", 87, 81), ("large", 263, 192)]);
        let other = strata(&[("small", 270, 234), ("large", 80, 55)]);
        let found = standardised(&[&one, &other]).unwrap();
        let (small, large) = (357.0 / 700.0, 343.0 / 700.0);
        let expected = [
            small * 81.0 / 87.0 + large * 192.0 / 263.0,
            small * 234.0 / 270.0 + large * 55.0 / 80.0,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found.rate - expected).abs() < 1e-14,
                "{found:?} {expected}"
            );
            assert_eq!(found.exposures, 350);
        }
        assert!(found[0].rate > found[1].rate);
    }

    #[test]
    fn one_stratum_is_the_arm_as_it_is() {
        let (one, other) = (strata(&[("top", 500, 20)]), strata(&[("top", 900, 50)]));
        let found = standardised(&[&one, &other]).unwrap();
        assert_eq!(found[0], Rated::crude(500, 20).unwrap());
        let (conversions, exposures) = found[1].effective();
        assert!((conversions - 50.0).abs() < 1e-9 && (exposures - 900.0).abs() < 1e-9);
    }

    #[test]
    fn arms_that_hardly_met_are_not_compared() {
        let one = strata(&[("top", 500, 20), ("side", 100, 1)]);
        for (other, meets) in [
            (strata(&[("foot", 900, 50)]), false),
            (strata(&[("foot", 900, 50), ("top", 0, 0)]), false),
            (strata(&[("foot", 500, 50), ("top", 499, 9)]), false),
            (strata(&[("foot", 500, 50), ("top", 500, 9)]), true),
            (strata(&[("foot", 1, 0), ("top", 2, 3)]), false),
            (strata(&[]), false),
        ] {
            assert_eq!(standardised(&[&one, &other]).is_some(), meets, "{other:?}");
        }
    }
}
