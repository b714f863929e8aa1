//! Which elements were stored lately, so that a thousand clicks on one button make one row of `elements`.
//!
//! A cache and nothing more: what it forgets is stored once again, which changes nothing.

use quick_cache::sync::Cache;

const REMEMBERED: usize = 100_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Elements by the day they were last stored on.
#[derive(Debug)]
pub(crate) struct KnownElements(Cache<u64, i64>);

impl Default for KnownElements {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl KnownElements {
    pub(crate) fn knows(&self, element: u64, now: i64) -> bool {
        self.0.get(&element) == Some(now / DAY_MS)
    }

    /// To be called only once the rows are on the disk.
    pub(crate) fn remember(&self, elements: &[(u64, i64)]) {
        for (element, now) in elements {
            self.0.insert(*element, now / DAY_MS);
        }
    }
}
