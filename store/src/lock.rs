//! Which process has the data directory: a locked file that tells the others where to ask.
//!
//! Invariant: the lock is the kernel's (`flock`), held for the life of the owner, so it is free the moment the
//! owner is gone, however it went. What the file says counts only while somebody holds it; a new owner empties
//! it before it does anything else.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::error::Error;

const FILE: &str = "engine.lock";

/// What the owner tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) pid: u32,
    pub(crate) address: SocketAddr,
    #[serde(with = "open")]
    pub(crate) token: Secret,
    pub(crate) started_at: Timestamp,
}

/// The token is written to a file that only its owner can read.
mod open {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::config::Secret;

    pub(super) fn serialize<S: Serializer>(
        secret: &Secret,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::from)
    }
}

/// The outcome of trying to own a data directory.
#[derive(Debug)]
pub(crate) enum Claim {
    /// It is ours.
    Held(Lock),
    /// Another process has it. `None`: it has not said yet where to ask.
    Taken(Option<Owner>),
}

/// A held lock; dropping it frees the directory.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

/// The lock file of a data directory.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Tries to own `data_dir`, which is made, for its owner alone, if it is missing.
///
/// # Errors
/// [`Error::Setup`] when the directory or the file cannot be made or locked.
pub(crate) fn claim(data_dir: &Path) -> Result<Claim, Error> {
    let path = path(data_dir);
    let trouble = |error: std::io::Error| setup(&path, &error);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .map_err(trouble)?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => {
            // Another umask or a copied directory may have left it open to others.
            file.set_permissions(Permissions::from_mode(0o600))
                .map_err(trouble)?;
            file.set_len(0).map_err(trouble)?;
            Ok(Claim::Held(Lock { file, path }))
        }
        Err(TryLockError::WouldBlock) => Ok(Claim::Taken(read(&path))),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}

/// Who has `data_dir` now, without trying to own it for longer than it takes to ask. Makes nothing.
pub(crate) fn owner(data_dir: &Path) -> Option<Claim> {
    let path = path(data_dir);
    let file = OpenOptions::new().read(true).open(&path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(Claim::Taken(read(&path))),
        _ => None,
    }
}

fn read(path: &Path) -> Option<Owner> {
    let mut text = String::new();
    File::open(path).ok()?.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn setup(path: &Path, error: &std::io::Error) -> Error {
    let directory = path.parent().unwrap_or(path).display();
    Error::Setup {
        message: format!("the lock {} cannot be taken: {error}", path.display()),
        mend: format!(
            "make {directory} a directory that this user can write to (chown, or another data_dir)"
        ),
    }
}

impl Lock {
    /// Tells the other processes where to ask. To be called when there is somebody to answer.
    pub(crate) fn publish(&mut self, owner: &Owner) -> Result<(), Error> {
        let text = serde_json::to_string(owner)
            .map_err(|error| setup(&self.path, &std::io::Error::other(error)))?;
        // One write of a few bytes; a reader that comes between the two steps finds nothing and asks again.
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        write(&mut self.file).map_err(|error| setup(&self.path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn someone() -> Owner {
        Owner {
            pid: 7,
            address: SocketAddr::from(([127, 0, 0, 1], 8123)),
            token: Secret::new("abc"),
            started_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_second_claim_learns_who_the_first_is() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let Claim::Held(mut lock) = claim(&data).unwrap() else {
            panic!("not held")
        };
        assert!(matches!(claim(&data).unwrap(), Claim::Taken(None)));
        lock.publish(&someone()).unwrap();
        let Claim::Taken(Some(owner)) = claim(&data).unwrap() else {
            panic!("not taken")
        };
        assert_eq!(owner, someone());
    }

    #[test]
    fn only_the_user_can_read_the_lock_and_its_directory() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let _lock = claim(&data).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data), mode(&path(&data))), (0o700, 0o600));
    }

    #[test]
    fn what_a_dead_owner_left_is_not_believed() {
        let directory = tempfile::tempdir().unwrap();
        let Claim::Held(mut lock) = claim(directory.path()).unwrap() else {
            panic!("not held")
        };
        lock.publish(&someone()).unwrap();
        drop(lock);
        assert!(owner(directory.path()).is_none());
        let Claim::Held(_lock) = claim(directory.path()).unwrap() else {
            panic!("not held again")
        };
        assert!(matches!(
            claim(directory.path()).unwrap(),
            Claim::Taken(None)
        ));
    }

    #[test]
    fn a_lock_does_not_show_its_token_to_a_log() {
        assert!(!format!("{:?}", someone()).contains("abc"));
    }
}
