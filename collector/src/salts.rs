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
        let stored = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                let path = path.display();
                io::Error::other(format!(
                    "{path}: {error}; remove the file to begin with a new salt"
                ))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Stored {
                current: Key::from(&fresh(now)),
                previous: None,
                next: None,
            },
            Err(error) => return Err(error),
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
        salts.save(&pair, salts.next().as_ref())?;
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

    fn key_of(salts: &Salts, now: i64) -> [u8; 32] {
        salts.at(now).expect("salts").current.key
    }

    #[test]
    fn a_turn_is_not_taken_back_by_a_clock_that_is_a_little_behind() {
        let directory = tempfile::tempdir().expect("tempdir");
        let midnight = 101 * DAY_MS;
        let salts = Salts::open(directory.path(), midnight - 1000).expect("open");
        let before = key_of(&salts, midnight - 1);
        let turned = salts.at(midnight).expect("salts");
        assert_ne!(turned.current.key, before);
        for behind in [1, 1000, DAY_MS / 2] {
            let now = midnight - behind;
            assert_eq!(salts.at(now).expect("salts"), turned, "{behind} ms behind");
            let again = Salts::open(directory.path(), now).expect("open");
            assert_eq!(
                again.at(now).expect("salts"),
                turned,
                "opened {behind} ms behind"
            );
        }
        let offers = salts.offers(midnight - 1).expect("offers");
        assert_eq!(offers, [(101, turned.current.key)], "of the day it is for");
        salts
            .take_over(101, [7; 32], midnight - 1)
            .expect("take over");
        assert_eq!(key_of(&salts, midnight - 1), [7; 32]);
        assert_eq!(key_of(&salts, midnight + 1), [7; 32], "and stays");

        let long_before = 90 * DAY_MS;
        let set_right = salts.at(long_before).expect("salts");
        assert_ne!(
            set_right.current.key, [7; 32],
            "a wrong clock's salt does not stay for days"
        );
        assert_eq!(set_right.previous, None);
    }

    #[test]
    fn what_was_agreed_on_for_a_day_is_its_salt_also_for_a_collector_that_starts_then() {
        let directory = tempfile::tempdir().expect("tempdir");
        let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
        let salts = Salts::open(directory.path(), evening).expect("open");
        let offers = salts.offers(evening).expect("offers");
        let today = offers[0].1;
        drop(salts);

        let morning = 101 * DAY_MS + 1000;
        let again = Salts::open(directory.path(), morning).expect("open");
        let pair = again.at(morning).expect("salts");
        let since = 101 * DAY_MS;
        assert_eq!(
            pair.current,
            Salt {
                key: offers[1].1,
                since
            }
        );
        assert_eq!(pair.previous.as_ref().map(|salt| salt.key), Some(today));
        assert_eq!(again.offers(morning).expect("offers"), [(101, offers[1].1)]);
    }

    #[test]
    fn a_file_that_is_not_understood_is_told_of_with_the_mend() {
        let directory = tempfile::tempdir().expect("tempdir");
        let file = directory.path().join("salts.json");
        let key = serde_json::to_string(&[1_u8; 32]).expect("json");
        fs::write(&file, format!(r#"[{{"key":{key},"since":0}}]"#)).expect("write");
        let error = Salts::open(directory.path(), 0)
            .expect_err("no salts")
            .to_string();
        assert!(error.contains("salts.json"), "{error}");
        assert!(
            error.ends_with("remove the file to begin with a new salt"),
            "{error}"
        );
    }

    #[test]
    fn after_a_failure_nothing_is_written_for_some_seconds() {
        let place = tempfile::tempdir().expect("tempdir");
        let directory = place.path().join("data");
        fs::create_dir(&directory).expect("directory");
        let evening = 101 * DAY_MS - 1000;
        let salts = Salts::open(&directory, evening).expect("open");
        let before = key_of(&salts, evening);
        fs::remove_dir_all(&directory).expect("remove");
        let midnight = 101 * DAY_MS;
        let why = salts.at(midnight).expect_err("no disk").to_string();
        fs::create_dir(&directory).expect("directory");
        let error = salts.at(midnight + RETRY_MS - 1).expect_err("too early");
        assert_eq!(error.to_string(), why, "it says why");
        assert_ne!(key_of(&salts, midnight + RETRY_MS), before);
    }

    #[test]
    fn no_one_changes_the_salts_while_tomorrows_is_saved_beside_them() {
        let directory = tempfile::tempdir().expect("tempdir");
        let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
        let salts = Salts::open(directory.path(), evening).expect("open");
        std::thread::scope(|scope| {
            let next = salts.next();
            let offering = scope.spawn(|| salts.offers(evening));
            let begun = std::time::Instant::now();
            let mut is_held = false;
            while !is_held && begun.elapsed().as_secs() < 5 {
                is_held = salts.pair.try_write().is_err();
                std::thread::yield_now();
            }
            // Seen for a moment only it may be the look at what is in force.
            std::thread::sleep(std::time::Duration::from_millis(50));
            is_held &= salts.pair.try_write().is_err();
            drop(next);
            offering.join().expect("it ends").expect("offers");
            assert!(is_held, "the pair could have been replaced");
        });
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
