//! How often a password may be tried: five wrong ones at once for an address and for an account, then one each minute.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Wrong ones at once.
const AT_ONCE: f64 = 5.0;
/// Milliseconds until there may be one more.
const ONE_EACH_MS: f64 = 60_000.0;
/// Of so many it is known; beyond, those are forgotten that may try at once again.
const KNOWN: usize = 10_000;

/// What was tried lately.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Name, Tried>>);

/// A hash of what is tried: names come from strangers, and may be long.
type Name = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Tried {
    left: f64,
    at: i64,
}

impl Tried {
    fn left_at(self, now: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "times lie close together")]
        let passed = (now - self.at).max(0) as f64;
        (self.left + passed / ONE_EACH_MS).min(AT_ONCE)
    }
}

impl Attempts {
    /// Counts an attempt; the milliseconds to wait where it may not be made.
    pub(crate) fn take(&self, address: IpAddr, account: &str, now: i64) -> Result<(), i64> {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.len() > KNOWN {
            tried.retain(|_, tried| tried.left_at(now) < AT_ONCE);
        }
        let names = names(address, account);
        let fresh = Tried {
            left: AT_ONCE,
            at: now,
        };
        let of = |tried: &HashMap<Name, Tried>, name: &Name| {
            tried.get(name).copied().unwrap_or(fresh).left_at(now)
        };
        let least = names
            .iter()
            .map(|name| of(&tried, name))
            .fold(AT_ONCE, f64::min);
        if least < 1.0 {
            #[expect(clippy::cast_possible_truncation, reason = "less than a minute")]
            return Err(((1.0 - least) * ONE_EACH_MS).ceil() as i64);
        }
        for name in names {
            let left = of(&tried, &name) - 1.0;
            tried.insert(name, Tried { left, at: now });
        }
        Ok(())
    }

    /// Forgets what was tried: it was right in the end.
    pub(crate) fn forget(&self, address: IpAddr, account: &str) {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names(address, account) {
            tried.remove(&name);
        }
    }
}

/// An IPv6 network counts as one address.
fn names(address: IpAddr, account: &str) -> [Name; 2] {
    let from = match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:?}", &v6.segments()[..4]),
    };
    let name = |text: String| *blake3::hash(text.as_bytes()).as_bytes();
    [name(format!("from {from}")), name(format!("to {account}"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_wrong_passwords_one_has_to_wait() {
        let attempts = Attempts::default();
        let from = |last| IpAddr::from([192, 0, 2, last]);
        for _ in 0..5 {
            assert_eq!(attempts.take(from(1), "a@x", 0), Ok(()));
        }
        // From the same address to another account, and from another to the same account.
        assert_eq!(attempts.take(from(1), "b@x", 0), Err(60_000));
        assert_eq!(attempts.take(from(2), "a@x", 0), Err(60_000));
        assert_eq!(attempts.take(from(2), "b@x", 0), Ok(()));
        assert_eq!(attempts.take(from(1), "a@x", 60_000), Ok(()));
        assert_eq!(attempts.take(from(1), "a@x", 60_000), Err(60_000));
        attempts.forget(from(1), "a@x");
        assert_eq!(attempts.take(from(1), "a@x", 60_000), Ok(()));
    }
}
