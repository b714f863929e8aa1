//! The ordered funnel twice more: as the fold over a visitor's events that the SQL does, and by trying everything.

/// An event: its time in milliseconds and the steps it matches, bit `k - 1` for the k-th.
pub(crate) type Seen = (i64, u32);

/// The times of the run that counts: as many as steps were reached.
///
/// `chains[k]` are the times of the run that reached step k with the latest start. Events go in the order of time, then
/// of their lowest step, then those first that could serve less else.
pub(crate) fn fold(events: &[Seen], steps: usize, window_ms: i64) -> Vec<i64> {
    let mut events: Vec<Seen> = events
        .iter()
        .copied()
        .filter(|(_, mask)| *mask != 0)
        .collect();
    // Bits of the steps above the lowest, the nearer step weighing more.
    let rest = |mask: u32| (mask & (mask - 1)).reverse_bits();
    events.sort_by_key(|(time, mask)| (*time, mask.trailing_zeros(), rest(*mask)));
    let mut chains: Vec<Vec<i64>> = vec![Vec::new(); steps];
    for (time, mask) in events {
        if !chains[steps - 1].is_empty() {
            break;
        }
        let old = chains.clone();
        for step in (0..steps).filter(|step| mask & (1 << step) != 0) {
            if step == 0 {
                chains[0] = vec![time];
                continue;
            }
            let before = &old[step - 1];
            let Some(start) = before.first() else {
                continue;
            };
            if time - start <= window_ms && old[step].first().is_none_or(|own| start > own) {
                chains[step] = before.iter().copied().chain([time]).collect();
            }
        }
    }
    chains
        .into_iter()
        .rfind(|chain| !chain.is_empty())
        .unwrap_or_default()
}

/// The most steps that different events, no later one before an earlier one, can serve within the window.
pub(crate) fn try_everything(events: &[Seen], steps: usize, window_ms: i64) -> usize {
    fn longest(
        events: &[Seen],
        used: &mut Vec<bool>,
        step: usize,
        steps: usize,
        now: i64,
        until: i64,
    ) -> usize {
        if step == steps {
            return steps;
        }
        let mut best = step;
        for at in 0..events.len() {
            let (time, mask) = events[at];
            if used[at] || mask & (1 << step) == 0 || time < now || time > until {
                continue;
            }
            used[at] = true;
            best = best.max(longest(events, used, step + 1, steps, time, until));
            used[at] = false;
        }
        best
    }
    let starts = events
        .iter()
        .enumerate()
        .filter(|(_, (_, mask))| mask & 1 != 0);
    let runs = starts.map(|(at, (time, _))| {
        let mut used = vec![false; events.len()];
        used[at] = true;
        longest(events, &mut used, 1, steps, *time, time + window_ms)
    });
    runs.max().unwrap_or(0)
}

/// The value below which the share `level` of the sorted values lies, between neighbours linear (type 7 of R).
pub(crate) fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = level * last as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(last);
    Some(sorted[low] + (sorted[high] - sorted[low]) * part)
}
