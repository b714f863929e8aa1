//! Keeps the visitors' salts: a new one each day, none older than 48 hours.
//!
//! Invariant: the file holds the salts in force, tomorrow's once it was agreed on, and nothing older, readable by its owner
//! alone. A salt that is gone cannot be had again, and with it no visitor of its day; so a turn is never taken back,
//! whatever the clock says then. Agreeing is `shared_salts`' matter: here everything is at hand at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use serde::{Deserialize, Serialize};

use crate::enrich::{Salt, SaltPair};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long before midnight the next day's salt is agreed on.
const AHEAD_MS: i64 = 6 * 60 * 60 * 1000;

/// How long after a failure nothing is written: beacons that are turned away meanwhile cost the disk nothing.
const RETRY_MS: i64 = 5000;

/// The salts of one data directory.
#[derive(Debug)]
pub(crate) struct Salts {
    path: PathBuf,
    pair: RwLock<Arc<SaltPair>>,
    /// Tomorrow's, since its midnight. Locked after `pair` where both are.
    next: Mutex<Option<Salt>>,
    /// When a turn could not be written, and why.
    failed: Mutex<Option<(i64, String)>>,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Stored {
    current: Key,
    previous: Option<Key>,
    next: Option<Key>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    key: [u8; 32],
    since: i64,
}

impl From<&Salt> for Key {
    fn from(salt: &Salt) -> Self {
        let Salt { key, since } = *salt;
        Self { key, since }
    }
}

impl From<Key> for Salt {
    fn from(Key { key, since }: Key) -> Self {
        Self { key, since }
    }
}

impl Salts {
    /// Reads the salts of `directory`, or makes the first.
    ///
    /// # Errors
    /// When the file cannot be read, understood or written.
    pub(crate) fn open(directory: &Path, now: i64) -> io::Result<Self> {
        let path = directory.join("salts.json");
        let text = match fs::read(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let stored = match &text {
            Some(text) => serde_json::from_slice(text).map_err(|error| {
                let path = path.display();
                io::Error::other(format!(
                    "{path}: {error}; remove the file to begin with a new salt"
                ))
            })?,
            None => Stored {
                current: Key::from(&fresh(now)),
                previous: None,
                next: None,
            },
        };
        let pair = SaltPair {
            current: stored.current.into(),
            previous: stored.previous.map(Salt::from),
        };
        let salts = Self {
            path,
            pair: RwLock::new(Arc::new(pair)),
            next: Mutex::new(stored.next.map(Salt::from)),
            failed: Mutex::default(),
        };
        let pair = salts.at(now)?;
        // On a full disk a collector has to start all the same: only shipping what waits makes room there.
        if text.is_none() {
            salts.save(&pair, salts.next().as_ref())?;
        }
        Ok(salts)
    }

    /// The salts in force at `now` (milliseconds since 1970), after changing them where the day has.
    ///
    /// # Errors
    /// When new salts cannot be written, or could not a few seconds ago.
    pub(crate) fn at(&self, now: i64) -> io::Result<Arc<SaltPair>> {
        let pair = Arc::clone(&self.pair.read().unwrap_or_else(PoisonError::into_inner));
        if is_in_force(&pair, now) {
            return Ok(pair);
        }
        Ok(Arc::clone(&*self.turn(now)?))
    }

    /// The salts to agree on with others, by day (since 1970): today's, and late in the day tomorrow's.
    ///
    /// # Errors
    /// When a new salt cannot be written.
    pub(crate) fn offers(&self, now: i64) -> io::Result<Vec<(i64, [u8; 32])>> {
        let pair = self.turn(now)?;
        let today = day(pair.current.since);
        let mut offers = vec![(today, pair.current.key)];
        if day(now + AHEAD_MS) > today {
            let mut next = self.next();
            let salt = match &*next {
                Some(salt) => salt.clone(),
                None => {
                    let salt = fresh((today + 1) * DAY_MS);
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
        let mut place = self.pair.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = self.next();
        let midnight = for_day * DAY_MS;
        let today = day(place.current.since);
        if for_day == today {
            let since = now.max(midnight);
            let pair = SaltPair {
                current: Salt { key, since },
                previous: Some(place.current.clone()),
            };
            self.save(&pair, next.as_ref())?;
            *place = Arc::new(pair);
        } else if for_day == today + 1 {
            let since = midnight;
            let agreed = Salt { key, since };
            self.save(&place, Some(&agreed))?;
            *next = Some(agreed);
        }
        Ok(())
    }

    /// The first day (since 1970) whose salt may still be kept.
    pub(crate) fn oldest_day(now: i64) -> i64 {
        day(now) - 1
    }

    /// Changes the salts where the day has changed, and gives them so that no one else does meanwhile.
    fn turn(&self, now: i64) -> io::Result<RwLockWriteGuard<'_, Arc<SaltPair>>> {
        let mut place = self.pair.write().unwrap_or_else(PoisonError::into_inner);
        if is_in_force(&place, now) {
            return Ok(place);
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, why)) = &*failed
            && (0..RETRY_MS).contains(&(now - at))
        {
            return Err(io::Error::other(why.clone()));
        }
        let mut agreed = self.next();
        let turned = turned(&place, agreed.as_ref(), now);
        let still_to_come = agreed
            .clone()
            .filter(|next| day(next.since) == day(turned.current.since) + 1);
        if let Err(error) = self.save(&turned, still_to_come.as_ref()) {
            *failed = Some((now, error.to_string()));
            return Err(error);
        }
        *failed = None;
        *agreed = still_to_come;
        *place = Arc::new(turned);
        Ok(place)
    }

    fn next(&self) -> MutexGuard<'_, Option<Salt>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, pair: &SaltPair, next: Option<&Salt>) -> io::Result<()> {
        let all = Stored {
            current: Key::from(&pair.current),
            previous: pair.previous.as_ref().map(Key::from),
            next: next.map(Key::from),
        };
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

/// Whether a salt is of today or, where another thread or the clock before it was set back has turned already, of
/// tomorrow. One of a later day was made by a clock that was wrong, and would stay until then.
fn is_of_today(salt: &Salt, now: i64) -> bool {
    (0..=1).contains(&(day(salt.since) - day(now)))
}

/// Whether a salt may be kept for comparison.
fn may_stay(salt: &Salt, now: i64) -> bool {
    day(salt.since) <= day(now) + 1 && now - salt.since < 2 * DAY_MS
}

fn is_in_force(pair: &SaltPair, now: i64) -> bool {
    let previous = pair.previous.as_ref();
    is_of_today(&pair.current, now) && previous.is_none_or(|salt| may_stay(salt, now))
}

/// The salts after a change of days, with the one agreed on for today where there is one.
fn turned(pair: &SaltPair, agreed: Option<&Salt>, now: i64) -> SaltPair {
    if is_of_today(&pair.current, now) {
        return SaltPair {
            current: pair.current.clone(),
            previous: None,
        };
    }
    let previous = Some(pair.current.clone()).filter(|salt| may_stay(salt, now));
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
mod tests;
