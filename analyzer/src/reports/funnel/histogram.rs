//! How long people took between two steps, in bins of equal width.

use serde::Serialize;

use super::people::Person;
use super::request::Histogram;
use super::tally::mean_seconds;
use crate::walk::Served;

/// Times between two steps, of those who did both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeToConvert {
    /// The step they start at, from 1.
    pub from_step: usize,
    /// The step they end at.
    pub to_step: usize,
    /// How many people.
    pub visitors: u64,
    /// Their mean time.
    pub mean_seconds: Option<f64>,
    /// Width of a bin, whole seconds.
    pub bin_seconds: u64,
    /// From the shortest time on, side by side; the last begins where the longest is reached and may be empty.
    pub bins: Vec<Bin>,
}

/// People whose time lies within `bin_seconds` from a start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// The start.
    pub from_seconds: f64,
    /// How many.
    pub visitors: u64,
}

/// The milliseconds that a run took between the steps of a histogram.
pub(super) fn time(histogram: Histogram, run: &[Served], person: &Person) -> Option<i64> {
    let at = |step: usize| {
        let served = run.iter().find(|served| served.step == step)?;
        Some(person.events[served.event].time)
    };
    Some(at(histogram.to)? - at(histogram.from)?)
}

/// The bins of times in milliseconds. As many as were asked for, else the cube root of the number of people,
/// rounded up.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of people and milliseconds of at most 90 days"
)]
pub(super) fn histogram(asked: Histogram, times: &[i64]) -> TimeToConvert {
    let (shortest, longest) = times
        .iter()
        .fold((i64::MAX, 0), |(shortest, longest), time| {
            (shortest.min(*time), longest.max(*time))
        });
    let count = match asked.bins {
        Some(bins) => usize::from(bins),
        None => (times.len() as f64).cbrt().ceil() as usize,
    };
    let mut width = 0;
    let mut bins = Vec::new();
    if !times.is_empty() && count > 0 {
        let spread = u64::try_from(longest - shortest).unwrap_or(0);
        width = spread.div_ceil(count as u64 * 1000).max(1);
        bins = (0..=count)
            .map(|at| Bin {
                from_seconds: shortest as f64 / 1000.0 + (at as u64 * width) as f64,
                visitors: 0,
            })
            .collect();
        for time in times {
            let place = u64::try_from(time - shortest).unwrap_or(0) / (width * 1000);
            if let Some(bin) = bins.get_mut(place as usize) {
                bin.visitors += 1;
            }
        }
    }
    TimeToConvert {
        from_step: asked.from,
        to_step: asked.to,
        visitors: times.len() as u64,
        mean_seconds: mean_seconds(times),
        bin_seconds: width,
        bins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_as_many_as_the_cube_root_and_cover_all() {
        let asked = |bins| Histogram {
            from: 1,
            to: 2,
            bins,
        };
        let starts = |bins, times: &[i64]| -> Vec<(f64, u64)> {
            let found = histogram(asked(bins), times);
            assert_eq!(
                found.bins.iter().map(|bin| bin.visitors).sum::<u64>(),
                times.len() as u64
            );
            found
                .bins
                .iter()
                .map(|bin| (bin.from_seconds, bin.visitors))
                .collect()
        };
        assert_eq!(starts(None, &[]), []);
        assert_eq!(starts(None, &[5000]), [(5.0, 1), (6.0, 0)]);
        assert_eq!(
            starts(Some(2), &[1500, 1500]),
            [(1.5, 2), (2.5, 0), (3.5, 0)]
        );
        assert_eq!(
            starts(None, &[0, 1000, 2000, 3000, 4000, 5000, 6000, 7001]),
            [(0.0, 4), (4.0, 4), (8.0, 0)]
        );
    }
}
