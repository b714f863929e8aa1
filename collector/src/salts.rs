//! Keeps the visitors' salts: a new one each day, none older than 48 hours.
//!
//! Invariant: the file holds the salts in force, tomorrow's once it was agreed on, and nothing older, readable by its owner
//! alone. A salt that is gone cannot be had again, and with it no visitor of its day. Agreeing is `shared_salts`' matter:
//! here everything is at hand at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use serde::{Deserialize, Serialize};

use crate::enrich::{Salt, SaltPair};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long before midnight the next day's salt is agreed on.
const AHEAD_MS: i64 = 6 * 60 * 60 * 1000;

/// The salts of one data directory.
#[derive(Debug)]
pub(crate) struct Salts {
    path: PathBuf,
    pair: RwLock<Arc<SaltPair>>,
    /// Tomorrow's, since its midnight. Locked after `pair` where both are.
    next: Mutex<Option<Salt>>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    key: [u8; 32],
    since: i64,
}

impl Salts {
    /// Reads the salts of `directory`, or makes the first.
    ///
    /// # Errors
    /// When the file cannot be read, understood or written.
    pub(crate) fn open(directory: &Path, now: i64) -> io::Result<Self> {
        let path = directory.join("salts.json");
        let stored: Vec<Stored> = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                let path = path.display();
                io::Error::other(format!(
                    "{path}: {error}; remove the file to begin with a new salt"
                ))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let salts = stored
            .into_iter()
            .map(|Stored { key, since }| Salt { key, since });
        let (next, past): (Vec<Salt>, Vec<Salt>) =
            salts.partition(|salt| day(salt.since) > day(now));
        let mut salts = past.into_iter();
        let pair = match salts.next() {
            Some(current) => SaltPair {
                current,
                previous: salts.next(),
            },
            None => SaltPair {
                current: fresh(now),
                previous: None,
            },
        };
        let salts = Self {
            path,
            pair: RwLock::new(Arc::new(pair)),
            next: Mutex::new(next.into_iter().next()),
        };
        salts.save(&salts.read(), salts.next().as_ref())?;
        salts.at(now)?;
        Ok(salts)
    }

    /// The salts in force at `now` (milliseconds since 1970), after changing them where the day has.
    ///
    /// # Errors
    /// When new salts cannot be written.
    pub(crate) fn at(&self, now: i64) -> io::Result<Arc<SaltPair>> {
        let pair = self.read();
        if is_in_force(&pair, now) {
            return Ok(pair);
        }
        let mut place = self
            .pair
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if !is_in_force(&place, now) {
            let mut agreed = self.next();
            let ready = agreed.clone().filter(|next| day(next.since) <= day(now));
            let turned = turned(&place, ready.as_ref(), now);
            *agreed = agreed.take().filter(|next| day(next.since) > day(now));
            self.save(&turned, agreed.as_ref())?;
            *place = Arc::new(turned);
        }
        Ok(Arc::clone(&place))
    }

    /// The salts to agree on with others, by day (since 1970): today's, and late in the day tomorrow's.
    ///
    /// # Errors
    /// When a new salt cannot be written.
    pub(crate) fn offers(&self, now: i64) -> io::Result<Vec<(i64, [u8; 32])>> {
        let pair = self.at(now)?;
        let mut offers = vec![(day(now), pair.current.key)];
        if day(now + AHEAD_MS) > day(now) {
            let mut next = self.next();
            let salt = match &*next {
                Some(salt) => salt.clone(),
                None => {
                    let salt = fresh((day(now) + 1) * DAY_MS);
                    self.save(&pair, Some(&salt))?;
                    next.insert(salt).clone()
                }
            };
            offers.push((day(salt.since), salt.key));
        }
        Ok(offers)
    }

    /// Takes over the key agreed on for a day. Where it is today's the one before it stays for comparison, as after
    /// midnight, so that a session is joined over the change.
    ///
    /// # Errors
    /// When it cannot be written; then nothing has changed.
    pub(crate) fn take_over(&self, for_day: i64, key: [u8; 32], now: i64) -> io::Result<()> {
        let mut place = self
            .pair
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut next = self.next();
        if for_day > day(now) {
            let agreed = Salt {
                key,
                since: for_day * DAY_MS,
            };
            self.save(&place, Some(&agreed))?;
            *next = Some(agreed);
        } else if for_day == day(place.current.since) {
            let pair = SaltPair {
                current: Salt { key, since: now },
                previous: Some(place.current.clone()),
            };
            self.save(&pair, next.as_ref())?;
            *place = Arc::new(pair);
        }
        Ok(())
    }

    /// The first day (since 1970) whose salt may still be kept.
    pub(crate) fn oldest_day(now: i64) -> i64 {
        day(now) - 1
    }

    fn next(&self) -> MutexGuard<'_, Option<Salt>> {
        self.next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn read(&self) -> Arc<SaltPair> {
        Arc::clone(
            &self
                .pair
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }

    fn save(&self, pair: &SaltPair, next: Option<&Salt>) -> io::Result<()> {
        let stored = |salt: &Salt| Stored {
            key: salt.key,
            since: salt.since,
        };
        let all: Vec<Stored> = [Some(&pair.current), pair.previous.as_ref(), next]
            .into_iter()
            .flatten()
            .map(stored)
            .collect();
        let directory = self.path.parent().unwrap_or(Path::new("."));
        // Under one name, so that a crash leaves no old salts behind.
        let written = self.path.with_extension("json.new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&written)?;
        file.write_all(&serde_json::to_vec(&all)?)?;
        file.sync_all()?;
        fs::rename(&written, &self.path)?;
        File::open(directory)?.sync_all()
    }
}

fn day(ms: i64) -> i64 {
    ms.div_euclid(DAY_MS)
}

fn is_in_force(pair: &SaltPair, now: i64) -> bool {
    let previous_is_young = pair
        .previous
        .as_ref()
        .is_none_or(|salt| now - salt.since < 2 * DAY_MS);
    day(pair.current.since) == day(now) && previous_is_young
}

/// The salts after a change of days, with the one agreed on where there is one.
fn turned(pair: &SaltPair, agreed: Option<&Salt>, now: i64) -> SaltPair {
    if day(pair.current.since) == day(now) {
        return SaltPair {
            current: pair.current.clone(),
            previous: None,
        };
    }
    let previous = Some(pair.current.clone()).filter(|salt| now - salt.since < 2 * DAY_MS);
    let current = agreed
        .filter(|salt| day(salt.since) == day(now))
        .map_or_else(|| fresh(now), Salt::clone);
    SaltPair { current, previous }
}

fn fresh(now: i64) -> Salt {
    Salt {
        key: rand::random(),
        since: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_change_with_the_day_survive_a_restart_and_are_gone_after_two_days() {
        let directory = tempfile::tempdir().expect("tempdir");
        let noon = 100 * DAY_MS + DAY_MS / 2;
        let salts = Salts::open(directory.path(), noon).expect("open");
        let first = salts.at(noon).expect("salts").current.clone();
        assert_eq!(
            Salts::open(directory.path(), noon + 1)
                .expect("open")
                .at(noon + 1)
                .expect("salts")
                .current,
            first
        );

        let next = salts.at(noon + DAY_MS).expect("salts");
        assert_ne!(next.current, first);
        assert_eq!(next.previous.as_ref(), Some(&first));

        let later = salts.at(noon + 4 * DAY_MS).expect("salts");
        assert_eq!(later.previous, None, "a salt older than 48 hours is gone");
        let file = fs::read_to_string(directory.path().join("salts.json")).expect("file");
        assert!(
            !file.contains(&serde_json::to_string(&first.key).expect("json")),
            "also from the disk"
        );
    }

    #[test]
    fn a_key_that_was_agreed_on_is_taken_over_at_once_and_tomorrows_at_midnight() {
        let directory = tempfile::tempdir().expect("tempdir");
        let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
        let salts = Salts::open(directory.path(), evening).expect("open");
        let offers = salts.offers(evening).expect("offers");
        let own = salts.at(evening).expect("salts").current.clone();
        assert_eq!(
            offers.iter().map(|(day, _)| *day).collect::<Vec<_>>(),
            [100, 101]
        );
        assert_eq!(offers[0].1, own.key);
        assert_eq!(
            salts.offers(evening + 1).expect("offers"),
            offers,
            "the same again"
        );

        salts
            .take_over(100, [1; 32], evening + 10)
            .expect("take over");
        salts
            .take_over(101, [2; 32], evening + 10)
            .expect("take over");
        let changed = salts.at(evening + 10).expect("salts");
        assert_eq!(
            changed.current,
            Salt {
                key: [1; 32],
                since: evening + 10
            }
        );
        assert_eq!(changed.previous.as_ref(), Some(&own), "to join sessions by");

        let again = Salts::open(directory.path(), evening + 20).expect("open");
        assert_eq!(
            again.offers(evening + 20).expect("offers"),
            [(100, [1; 32]), (101, [2; 32])]
        );
        let midnight = again.at(101 * DAY_MS + 5).expect("salts");
        assert_eq!(
            midnight.current,
            Salt {
                key: [2; 32],
                since: 101 * DAY_MS
            }
        );
        assert_eq!(
            midnight.previous.as_ref().map(|salt| salt.key),
            Some([1; 32])
        );
        let file = fs::read_to_string(directory.path().join("salts.json")).expect("file");
        assert!(!file.contains(&serde_json::to_string(&own.key).expect("json")));

        again
            .take_over(100, [3; 32], 101 * DAY_MS + 10)
            .expect("no harm");
        assert_eq!(
            again.at(101 * DAY_MS + 10).expect("salts"),
            midnight,
            "yesterday's comes too late"
        );
        let later = again.at(103 * DAY_MS).expect("salts");
        assert_ne!(
            later.current.key, [2; 32],
            "what was agreed on is of its day alone"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_salts() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().expect("tempdir");
        Salts::open(directory.path(), 0).expect("open");
        let mode = directory
            .path()
            .join("salts.json")
            .metadata()
            .expect("metadata")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
