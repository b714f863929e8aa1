//! Keeps the visitors' salts: a new one each day, none older than 48 hours.
//!
//! Invariant: the file holds the salts in force and nothing older, readable by its owner alone. A salt that is gone
//! cannot be had again, and with it no visitor of its day.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};

use crate::enrich::{Salt, SaltPair};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The salts of one data directory.
#[derive(Debug)]
pub(crate) struct Salts {
    path: PathBuf,
    pair: RwLock<Arc<SaltPair>>,
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
        let mut salts = stored
            .into_iter()
            .map(|Stored { key, since }| Salt { key, since });
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
        };
        salts.save(&salts.read())?;
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
            let next = turned(&place, now);
            self.save(&next)?;
            *place = Arc::new(next);
        }
        Ok(Arc::clone(&place))
    }

    fn read(&self) -> Arc<SaltPair> {
        Arc::clone(
            &self
                .pair
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }

    fn save(&self, pair: &SaltPair) -> io::Result<()> {
        let stored = |salt: &Salt| Stored {
            key: salt.key,
            since: salt.since,
        };
        let all: Vec<Stored> = [Some(&pair.current), pair.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(stored)
            .collect();
        let directory = self.path.parent().unwrap_or(Path::new("."));
        // Under one name, so that a crash leaves no old salts behind.
        let next = self.path.with_extension("json.new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&next)?;
        file.write_all(&serde_json::to_vec(&all)?)?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
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

fn turned(pair: &SaltPair, now: i64) -> SaltPair {
    if day(pair.current.since) == day(now) {
        return SaltPair {
            current: pair.current.clone(),
            previous: None,
        };
    }
    let previous = Some(pair.current.clone()).filter(|salt| now - salt.since < 2 * DAY_MS);
    SaltPair {
        current: fresh(now),
        previous,
    }
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
