//! The table `access`, in memory.

use std::collections::HashMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_analyzer::Error;
use snag_store::Store;

use super::kept::{EVERY_SITE, Invitation, Link, Login, Member, Role, Token, User};
use super::now;

const READ: &str = "SELECT toString(kind) AS kind, id, told FROM access FINAL ORDER BY kind, id";
const WRITE: &str = "INSERT INTO access SELECT {kind:String}, {id:String}, {told:String}, \
                     toUnixTimestamp64Nano(now64(9)), {is_deleted:UInt8}";

/// So many are forgotten at once.
const AT_ONCE: usize = 20;

/// One thing that is kept.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Thing {
    User(User),
    Member(Member),
    Login(Login),
    Token(Token),
    Link(Link),
    Invitation(Invitation),
}

impl Thing {
    fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Member(_) => "member",
            Self::Login(_) => "login",
            Self::Token(_) => "token",
            Self::Link(_) => "link",
            Self::Invitation(_) => "invitation",
        }
    }

    fn id(&self) -> String {
        match self {
            Self::User(user) => user.id.clone(),
            Self::Member(member) => format!("{} {}", member.user, member.site),
            Self::Login(login) => login.id.clone(),
            Self::Token(token) => token.id.clone(),
            Self::Link(link) => link.id.clone(),
            Self::Invitation(invitation) => invitation.id.clone(),
        }
    }
}

/// All there is.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) users: HashMap<String, User>,
    pub(crate) members: Vec<Member>,
    logins: HashMap<String, Login>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) links: HashMap<String, Link>,
    invitations: HashMap<String, Invitation>,
}

#[derive(Row, Deserialize)]
struct Kept {
    kind: String,
    id: String,
    told: String,
}

impl Shelf {
    pub(super) async fn read(store: &Store) -> Result<Self, Error> {
        let kept: Vec<Kept> = store.client().query(READ).fetch_all().await?;
        let mut shelf = Self::default();
        for Kept { kind, id, told } in kept {
            if shelf.place(&kind, &id, &told).is_err() {
                // To leave it out only ever takes leave away.
                tracing::warn!(kind, id, "something of who may see what does not read");
            }
        }
        Ok(shelf)
    }

    fn place(&mut self, kind: &str, id: &str, told: &str) -> serde_json::Result<()> {
        let id = id.to_owned();
        match kind {
            "user" => drop(self.users.insert(id, serde_json::from_str(told)?)),
            "member" => self.members.push(serde_json::from_str(told)?),
            "login" => drop(self.logins.insert(id, serde_json::from_str(told)?)),
            "token" => drop(self.tokens.insert(id, serde_json::from_str(told)?)),
            "link" => drop(self.links.insert(id, serde_json::from_str(told)?)),
            "invitation" => drop(self.invitations.insert(id, serde_json::from_str(told)?)),
            _ => {}
        }
        Ok(())
    }

    /// What a person may do with a site, or with every site.
    pub(crate) fn role(&self, user: &str, site: &str) -> Option<Role> {
        let of = self.members.iter().filter(|member| member.user == user);
        of.filter(|member| member.site == EVERY_SITE || member.site == site)
            .map(|member| member.role)
            .max()
    }

    /// Where somebody is signed in, by the hash of what the browser brings.
    pub(crate) fn login(&self, hash: &str) -> Option<&Login> {
        self.logins
            .get(hash)
            .filter(|login| login.expires_ms > now())
    }

    /// Everywhere that a person is signed in.
    pub(crate) fn logins_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Login> {
        self.logins.values().filter(move |login| login.user == user)
    }

    /// An invitation that holds, by the hash of its secret.
    pub(crate) fn invitation(&self, hash: &str) -> Option<&Invitation> {
        self.invitations
            .get(hash)
            .filter(|invitation| invitation.expires_ms > now())
    }

    /// Logins and invitations that hold no longer, some of them.
    pub(crate) fn expired(&self) -> Vec<Thing> {
        let now = now();
        let logins = self.logins.values().filter(|login| login.expires_ms <= now);
        let invitations = self.invitations.values();
        let invitations = invitations.filter(|invitation| invitation.expires_ms <= now);
        let logins = logins.cloned().map(Thing::Login);
        let invitations = invitations.cloned().map(Thing::Invitation);
        logins.chain(invitations).take(AT_ONCE).collect()
    }

    /// Who has that address.
    pub(crate) fn by_email(&self, email: &str) -> Option<&User> {
        self.users.values().find(|user| user.email == email)
    }
}

pub(super) async fn write(store: &Store, thing: &Thing, is_deleted: bool) -> Result<(), Error> {
    let told = serde_json::to_string(thing).unwrap_or_default();
    let query = store
        .client()
        .query(WRITE)
        .param("kind", thing.kind())
        .param("id", thing.id())
        // What is gone leaves nothing behind but its name.
        .param("told", if is_deleted { "" } else { told.as_str() })
        .param("is_deleted", u8::from(is_deleted));
    Ok(query.execute().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_holds_no_longer_and_is_to_be_forgotten() {
        let login = |id: &str, expires_ms| {
            let told = Login {
                id: id.to_owned(),
                user: "u".to_owned(),
                link: String::new(),
                created_ms: 0,
                expires_ms,
            };
            serde_json::to_string(&told).expect("JSON")
        };
        let mut shelf = Shelf::default();
        for (id, expires_ms) in [("old", now() - 1), ("new", now() + 60_000)] {
            shelf
                .place("login", id, &login(id, expires_ms))
                .expect("it reads");
        }
        assert!(shelf.login("old").is_none() && shelf.login("new").is_some());
        let expired: Vec<String> = shelf.expired().iter().map(Thing::id).collect();
        assert_eq!(expired, ["old"]);
        assert!(shelf.place("login", "bad", "{}").is_err());
    }
}
