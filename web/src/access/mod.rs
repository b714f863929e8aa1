//! Who may see what: people and their roles, where they are signed in, tokens, shared links, invitations.
//!
//! Invariant: a secret is kept as a hash alone, and what is revoked is void from the next request on here, and within
//! [`RELOAD`] in other processes. Everything is decided from memory; what changes it is in the store before it counts.

mod attempts;
mod kept;
mod password;
mod secret;
mod shelf;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use snag_store::Store;

pub(crate) use attempts::Attempts;
pub use kept::Role;
pub(crate) use kept::{EVERY_SITE, Invitation, Link, Login, Member, Scope, Token, User};
pub(crate) use password::{Passwords, check_new};
pub(crate) use secret::{Secret, hex, is_equal, keyed};
pub(crate) use shelf::Shelf;

use shelf::Thing;

/// How often what other processes changed is looked at.
const RELOAD: Duration = Duration::from_secs(10);
/// How long somebody stays signed in, and an invitation holds.
const SIGNED_IN_MS: i64 = 30 * 24 * 60 * 60 * 1000;
const INVITED_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Caller {
    /// Nobody that is known.
    Nobody,
    /// Somebody who signed in.
    Person {
        /// Who.
        user: User,
        /// Where.
        login: Login,
    },
    /// Somebody with a shared link.
    Guest {
        /// The link.
        link: Link,
        /// Where it is open.
        login: Login,
    },
    /// A program.
    Program(Token),
}

/// All that is known, and where it is kept.
pub(crate) struct Access {
    store: Store,
    shelf: RwLock<Arc<Shelf>>,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
}

impl Access {
    /// Nothing is known before the first [`Access::reload`].
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            shelf: RwLock::default(),
            passwords: Passwords::new(),
            attempts: Attempts::default(),
        }
    }

    /// What is known now.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks again and again at what other processes changed, and forgets what has expired.
    pub(crate) async fn follow(&self) {
        loop {
            tokio::time::sleep(RELOAD).await;
            let expired = self.shelf().expired();
            let forgotten = async {
                for thing in expired {
                    shelf::write(&self.store, &thing, true).await?;
                }
                self.reload().await
            };
            if let Err(error) = forgotten.await {
                tracing::warn!(%error, "who may see what cannot be read; what was known before holds");
            }
        }
    }

    /// Reads what is kept.
    ///
    /// # Errors
    /// When the store does not answer; what was known before holds.
    pub(crate) async fn reload(&self) -> Result<(), snag_analyzer::Error> {
        let shelf = Arc::new(Shelf::read(&self.store).await?);
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = shelf;
        Ok(())
    }

    /// Writes something down; it counts once this has returned.
    pub(crate) async fn put(&self, thing: Thing) -> Result<(), snag_analyzer::Error> {
        shelf::write(&self.store, &thing, false).await?;
        self.reload().await
    }

    /// Forgets something.
    pub(crate) async fn drop(&self, thing: Thing) -> Result<(), snag_analyzer::Error> {
        shelf::write(&self.store, &thing, true).await?;
        self.reload().await
    }

    /// Signs somebody in; the secret is what their browser is to bring.
    pub(crate) async fn sign_in(
        &self,
        user: &str,
        link: &str,
    ) -> Result<Secret, snag_analyzer::Error> {
        let secret = Secret::new();
        let now = now();
        let login = Login {
            id: secret.hash(),
            user: user.to_owned(),
            link: link.to_owned(),
            created_ms: now,
            expires_ms: now + SIGNED_IN_MS,
        };
        self.put(Thing::Login(login)).await?;
        Ok(secret)
    }

    /// Invites somebody: who brings the secret becomes a member, or, where `user` is given, gets a new password.
    pub(crate) async fn invite(
        &self,
        user: &str,
        site: &str,
        role: Role,
    ) -> Result<Secret, snag_analyzer::Error> {
        let secret = Secret::new();
        let invitation = Invitation {
            id: secret.hash(),
            user: user.to_owned(),
            site: site.to_owned(),
            role,
            expires_ms: now() + INVITED_MS,
        };
        self.put(Thing::Invitation(invitation)).await?;
        Ok(secret)
    }
}

pub(crate) use shelf::Thing as Kept;

impl Caller {
    /// What they may do with a site; nothing where they may not even know of it.
    pub(crate) fn role(&self, shelf: &Shelf, site: &str) -> Option<Role> {
        match self {
            Self::Nobody => None,
            Self::Person { user, .. } => shelf.role(&user.id, site),
            Self::Guest { link, .. } => (link.site == site).then_some(Role::Viewer),
            Self::Program(token) => {
                let is_there = token.site == EVERY_SITE || token.site == site;
                // A token reaches no further than who made it does now.
                let most = shelf.role(&token.user, site)?;
                let has = |scope| token.scopes.contains(&scope);
                let role = match () {
                    () if has(Scope::Write) => Role::Editor,
                    () if has(Scope::Read) => Role::Viewer,
                    () => return None,
                };
                is_there.then_some(role.min(most))
            }
        }
    }

    /// What they may do with everything.
    pub(crate) fn role_everywhere(&self, shelf: &Shelf) -> Option<Role> {
        match self {
            Self::Person { user, .. } => shelf.role(&user.id, EVERY_SITE),
            _ => None,
        }
    }

    /// What they are called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Person { user, .. } => user.email.clone(),
            Self::Guest { link, .. } => format!("guest of {}", link.site),
            Self::Program(token) => token.name.clone(),
        }
    }

    /// The login that a browser's forms are bound to.
    pub(crate) fn login(&self) -> Option<&Login> {
        match self {
            Self::Person { login, .. } | Self::Guest { login, .. } => Some(login),
            Self::Nobody | Self::Program(_) => None,
        }
    }
}
