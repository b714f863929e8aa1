//! Addresses for visitors, from the ranges set aside for benchmarks (198.18.0.0/15) and documentation (2001:db8::/32).
//!
//! No two visitors of one run share an address, nor an IPv6 network of 64 bits, as a household would.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Odd, so that multiplying by it permutes the numbers of a power of two.
const STRIDE: u32 = 0x9E37_79B1;
const BENCHMARK: u32 = 0xC612_0000;
const BENCHMARK_BITS: u32 = 17;

/// Gives each visitor an address.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    offset: u32,
}

impl Addresses {
    /// Addresses for a run with this seed; another seed gives them out in another order.
    pub fn new(seed: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "both halves are mixed in")]
        let offset = ((seed >> 32) as u32 ^ seed as u32).wrapping_mul(0x85EB_CA6B);
        Self { offset }
    }

    /// The address of the visitor of this number. IPv4 runs out after 131,072 visitors; from there on all have IPv6.
    pub fn of(self, visitor: u32, ipv6: bool) -> IpAddr {
        let place = visitor.wrapping_mul(STRIDE).wrapping_add(self.offset);
        if ipv6 || visitor >> BENCHMARK_BITS != 0 {
            IpAddr::V6(Ipv6Addr::from(
                (0x2001_0db8 << 96) | (u128::from(place) << 64) | 1,
            ))
        } else {
            IpAddr::V4(Ipv4Addr::from(
                BENCHMARK | (place & ((1 << BENCHMARK_BITS) - 1)),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_visitors_share_an_address() {
        for seed in [0, 1, u64::MAX] {
            let addresses = Addresses::new(seed);
            let v4: HashSet<_> = (0..1 << BENCHMARK_BITS)
                .map(|visitor| addresses.of(visitor, false))
                .collect();
            assert_eq!(v4.len(), 1 << BENCHMARK_BITS);
            let networks: HashSet<_> = (0..200_000)
                .map(|visitor| match addresses.of(visitor, true) {
                    IpAddr::V6(address) => u128::from(address) >> 64,
                    IpAddr::V4(address) => panic!("{address}"),
                })
                .collect();
            assert_eq!(networks.len(), 200_000);
        }
    }

    #[test]
    fn addresses_stay_in_the_ranges_nobody_owns() {
        for visitor in (0..400_000).step_by(7) {
            match Addresses::new(9).of(visitor, visitor % 3 == 0) {
                IpAddr::V4(address) => {
                    assert!(address.octets()[0] == 198 && [18, 19].contains(&address.octets()[1]))
                }
                IpAddr::V6(address) => assert_eq!(address.segments()[..2], [0x2001, 0x0db8]),
            }
        }
    }
}
