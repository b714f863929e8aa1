//! Who is the same visitor, without keeping anything that tells who it is.
//!
//! A visitor is a hash of (site, address, user agent) keyed with the day's random salt. Salts live for 48 hours and are
//! then gone, and with them the way back. IPv6 addresses count by their /64, which is one household.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Place, Sender};
use crate::row::number;

/// For how long after a change of salts events also bear the visitor under the salt before: the inactivity limit of a
/// session (METRICS.md, Everyday), so that midnight splits none.
const OVERLAP_MS: i64 = 30 * 60 * 1000;

/// A day's random key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Salt {
    /// Random bytes.
    pub(crate) key: [u8; 32],
    /// Since when it is in force, milliseconds since 1970.
    pub(crate) since: i64,
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Salt")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// Today's salt and, for 48 hours in all, yesterday's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SaltPair {
    /// The salt in force.
    pub(crate) current: Salt,
    /// The one before.
    pub(crate) previous: Option<Salt>,
}

/// How a sender becomes a visitor.
#[derive(Debug)]
pub(crate) enum Visitors<'a> {
    /// By address and user agent, under the salts in force.
    Salted(&'a SaltPair),
    /// A file says who it is, and perhaps where.
    Named(u64, Option<Arc<Place>>),
}

/// The visitor's number under a key; never 0.
#[must_use]
pub(crate) fn visitor_id(key: &[u8; 32], site: &str, address: IpAddr, user_agent: &str) -> u64 {
    let mut told = Vec::with_capacity(16 + site.len() + user_agent.len());
    told.extend_from_slice(&(site.len() as u64).to_le_bytes());
    told.extend_from_slice(site.as_bytes());
    match address.to_canonical() {
        IpAddr::V4(v4) => told.extend_from_slice(&v4.octets()),
        IpAddr::V6(v6) => told.extend_from_slice(&v6.octets()[..8]),
    }
    told.extend_from_slice(user_agent.as_bytes());
    number(blake3::keyed_hash(key, &told))
}

/// The visitor under the salt in force and, shortly after a change, under the one before (else 0).
pub(super) fn identify(
    visitors: &Visitors<'_>,
    now: i64,
    site: &str,
    sender: &Sender<'_>,
) -> (u64, u64) {
    let salts = match visitors {
        Visitors::Salted(salts) => salts,
        Visitors::Named(visitor, _) => return (*visitor, 0),
    };
    let id = |salt: &Salt| visitor_id(&salt.key, site, sender.address, sender.user_agent);
    let before = match &salts.previous {
        Some(previous) if now - salts.current.since < OVERLAP_MS => id(previous),
        _ => 0,
    };
    (id(&salts.current), before)
}

/// A number by which chance chooses for a visitor: the same as long as the visitor is, and no way back to who that is.
#[must_use]
pub(crate) fn chance(salts: &SaltPair, site: &str, address: IpAddr, user_agent: &str) -> u32 {
    let visitor = visitor_id(&salts.current.key, site, address, user_agent);
    let hash = blake3::keyed_hash(&salts.current.key, &visitor.to_le_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_stays_with_a_visitor_for_a_day_and_is_even() {
        let of = |key: u8, agent: &str| {
            let salt = Salt {
                key: [key; 32],
                since: 0,
            };
            let salts = SaltPair {
                current: salt,
                previous: None,
            };
            chance(&salts, "shop", "192.0.2.1".parse().expect("address"), agent)
        };
        assert_eq!(of(1, "A"), of(1, "A"));
        assert_ne!(of(1, "A"), of(2, "A"));
        let count = |third: u32| {
            (0..3000)
                .filter(|at| of(1, &at.to_string()) % 3 == third)
                .count()
        };
        // Within four standard deviations of a thousand.
        assert!((0..3).all(|third| count(third).abs_diff(1000) < 104));
    }

    #[test]
    fn a_visitor_is_one_household_one_browser_one_site_and_one_day() {
        let id = |key: u8, site: &str, address: &str, agent: &str| {
            visitor_id(&[key; 32], site, address.parse().expect("address"), agent)
        };
        let one = id(1, "shop", "2001:db8::1", "A");
        assert_eq!(one, id(1, "shop", "2001:db8::ffff", "A"), "same /64");
        assert_eq!(
            id(1, "shop", "192.0.2.1", "A"),
            id(1, "shop", "::ffff:192.0.2.1", "A"),
            "mapped address"
        );
        for other in [
            id(1, "shop", "2001:db8:0:1::1", "A"),
            id(1, "shop", "2001:db8::1", "B"),
            id(1, "blog", "2001:db8::1", "A"),
            id(2, "shop", "2001:db8::1", "A"),
        ] {
            assert_ne!(one, other);
        }
    }
}
