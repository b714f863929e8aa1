//! Passwords: Argon2id with the crate's own parameters (19 MiB, two passes), a few at a time.
//!
//! Invariant: to look whether a password is right takes as long where there is nobody of that name.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

/// Letters of a password at least (NIST SP 800-63B asks for 8 and allows for 64), and bytes at most.
const SHORTEST: usize = 10;
const LONGEST: usize = 1024;
/// So many are reckoned at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// Of a password that nobody has.
static NOBODYS: LazyLock<String> =
    LazyLock::new(|| hash(super::Secret::new().text()).unwrap_or_default());

/// Where passwords are reckoned.
pub(crate) struct Passwords(Semaphore);

impl Passwords {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }

    /// Reckons what the first attempt would have to wait for, and so could be told by.
    pub(crate) async fn warm_up(&self) {
        self.reckon(|| NOBODYS.len()).await;
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: &str) -> Option<String> {
        let password = password.to_owned();
        self.reckon(move || hash(&password)).await.flatten()
    }

    /// Whether it is the one that was kept; with none kept it is not, and takes as long.
    pub(crate) async fn is_right(&self, password: &str, kept: Option<&str>) -> bool {
        if password.len() > LONGEST {
            return false;
        }
        let password = password.to_owned();
        let is_there = kept.is_some();
        let kept = kept.map(str::to_owned);
        let reckoned = move || is_right(&password, kept.as_ref().unwrap_or(&NOBODYS));
        let is_right = self.reckon(reckoned).await;
        is_right.unwrap_or(false) && is_there
    }

    async fn reckon<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _place = self.0.acquire().await.ok()?;
        tokio::task::spawn_blocking(act).await.ok()
    }
}

/// Whether a new password will do; why it will not.
pub(crate) fn check_new(password: &str) -> Result<(), String> {
    match () {
        () if password.chars().count() < SHORTEST => {
            Err(format!("a password has {SHORTEST} letters at least"))
        }
        () if password.len() > LONGEST => Err(format!("a password has {LONGEST} bytes at most")),
        () => Ok(()),
    }
}

fn hash(password: &str) -> Option<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.ok().map(|hash| hash.to_string())
}

fn is_right(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| {
        let argon2 = Argon2::default();
        argon2.verify_password(password.as_bytes(), &kept).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_kept_is_right() {
        let passwords = Passwords::new();
        let kept = passwords.hash("correct horse").await.expect("a hash");
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert!(passwords.is_right("correct horse", Some(&kept)).await);
        assert!(!passwords.is_right("correct horsf", Some(&kept)).await);
        assert!(!passwords.is_right("correct horse", None).await);
        assert!(!passwords.is_right("correct horse", Some("nonsense")).await);
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check_new("nine char").is_err());
        assert!(check_new("ten chars!").is_ok());
        assert!(check_new(&"x".repeat(1025)).is_err());
    }
}
