//! How fast one address may ask: a token bucket an address (IPv6: a /64), kept as the time at which it will be full.
//!
//! Invariant: memory is fixed, whatever comes. Addresses share sets of eight places; one for which there is no place
//! takes that of the emptiest bucket, so a flood of addresses makes the limit laxer, never stricter. Addresses stand in
//! memory only, and there as a hash under a key of this process.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Addresses a set holds: one cache line.
const PLACES: usize = 8;
/// Sets; with eight places of eight bytes each, 256 KB.
const SETS: usize = 4096;
/// Units of time a second. The lower 44 bits of a place count them from the start: five years.
const UNITS: u64 = 100_000;
const TIME: u64 = (1 << 44) - 1;

#[repr(align(64))]
#[derive(Debug, Default)]
struct Set([AtomicU64; PLACES]);

/// Buckets of all addresses.
#[derive(Debug)]
pub(crate) struct Limiter {
    sets: Box<[Set]>,
    hasher: RandomState,
    started: Instant,
    /// Units that one request costs; 0: there is no limit.
    cost: u64,
    /// Units a full bucket holds beside the one request that is always possible.
    depth: u64,
}

impl Limiter {
    /// `per_second` requests in the long run, `burst` at once. With 0 of either there is no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let cost = match (per_second, burst) {
            (0, _) | (_, 0) => 0,
            (per_second, _) => (UNITS / u64::from(per_second)).max(1),
        };
        Self {
            sets: (0..SETS).map(|_| Set::default()).collect(),
            hasher: RandomState::new(),
            started: Instant::now(),
            cost,
            depth: cost * u64::from(burst.saturating_sub(1)),
        }
    }

    /// Takes one token of the address's bucket.
    ///
    /// # Errors
    /// With an empty bucket: how long until there is a token.
    pub(crate) fn take(&self, address: IpAddr) -> Result<(), Duration> {
        if self.cost == 0 {
            return Ok(());
        }
        let units = self.started.elapsed().as_micros() / u128::from(1_000_000 / UNITS);
        self.take_at(address, u64::try_from(units).unwrap_or(TIME))
    }

    fn take_at(&self, address: IpAddr, now: u64) -> Result<(), Duration> {
        let hash = self.hasher.hash_one(network(address));
        let tag = hash & !TIME;
        let set = &self.sets[hash as usize % SETS].0;
        loop {
            let mut place = &set[0];
            let mut seen = u64::MAX;
            for candidate in set {
                let held = candidate.load(Relaxed);
                if held & !TIME == tag {
                    (place, seen) = (candidate, held);
                    break;
                }
                if held & TIME < seen & TIME || seen == u64::MAX {
                    (place, seen) = (candidate, held);
                }
            }
            let full_at = if seen & !TIME == tag { seen & TIME } else { 0 };
            let full_at = full_at.max(now);
            if full_at - now > self.depth {
                let wait = full_at - now - self.depth;
                return Err(Duration::from_micros(wait * (1_000_000 / UNITS)));
            }
            let next = tag | ((full_at + self.cost) & TIME);
            if place.compare_exchange(seen, next, Relaxed, Relaxed).is_ok() {
                return Ok(());
            }
        }
    }
}

/// What counts as one sender: an IPv4 address, or an IPv6 /64, which is one household.
fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) | (1 << 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn a_bucket_empties_with_a_burst_and_fills_with_time() {
        let limiter = Limiter::new(10, 3);
        let visitor = address("198.18.0.1");
        let second = UNITS;
        for (now, expected) in [
            (second, Ok(())),
            (second, Ok(())),
            (second, Ok(())),
            (second, Err(Duration::from_millis(100))),
            (second + second / 20, Err(Duration::from_millis(50))),
            (second + second / 10, Ok(())),
            (second + second / 10, Err(Duration::from_millis(100))),
            (9 * second, Ok(())),
            (9 * second, Ok(())),
            (9 * second, Ok(())),
            (9 * second, Err(Duration::from_millis(100))),
        ] {
            assert_eq!(limiter.take_at(visitor, now), expected, "{now}");
        }
        assert_eq!(limiter.take_at(address("198.18.0.2"), 9 * second), Ok(()));
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let limiter = Limiter::new(1, 1);
        assert!(limiter.take_at(address("2001:db8:0:1::1"), 0).is_ok());
        assert!(limiter.take_at(address("2001:db8:0:1::2"), 0).is_err());
        assert!(limiter.take_at(address("2001:db8:0:2::1"), 0).is_ok());
        assert!(limiter.take_at(address("198.18.0.1"), 0).is_ok());
        assert!(limiter.take_at(address("::ffff:198.18.0.1"), 0).is_err());
    }

    #[test]
    fn a_limit_of_nothing_limits_nothing() {
        for (per_second, burst) in [(0, 5), (5, 0)] {
            let limiter = Limiter::new(per_second, burst);
            assert!((0..1000).all(|_| limiter.take(address("198.18.0.1")).is_ok()));
        }
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_and_limits_nobody_else() {
        let limiter = Limiter::new(1, 2);
        for n in 0..200_000_u32 {
            let flooding = IpAddr::from(n.to_be_bytes());
            assert!(limiter.take_at(flooding, u64::from(n)).is_ok(), "{n}");
        }
        assert_eq!(size_of_val(&*limiter.sets), 256 * 1024);
    }
}
