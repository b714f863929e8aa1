//! What is kept of who may see what.

use serde::{Deserialize, Serialize};

/// In place of a site: all of them, also those to come.
pub(crate) const EVERY_SITE: &str = "*";

/// What somebody may do with a site. Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look.
    Viewer,
    /// Define funnels and goals, judge findings.
    Editor,
    /// Invite, share, make tokens, delete.
    Owner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Read reports.
    Read,
    /// Save and delete definitions, judge findings.
    Write,
    /// Send events.
    Events,
}

impl Scope {
    pub(crate) const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Events];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Events => "events",
        }
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    /// In small letters.
    pub(crate) email: String,
    /// Argon2id, as a PHC string.
    pub(crate) password: String,
    pub(crate) created_ms: i64,
}

/// What somebody may do with a site, or every site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) user: String,
    pub(crate) site: String,
    pub(crate) role: Role,
}

/// Where somebody is signed in: a person, or who has a shared link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Login {
    /// Hash of what the browser brings.
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) link: String,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
}

/// What a program brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    /// Hash of it.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Who made it.
    pub(crate) user: String,
    pub(crate) site: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) created_ms: i64,
}

/// A link with which a site can be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    /// Hash of its secret.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) site: String,
    /// Empty without one.
    pub(crate) password: String,
    pub(crate) created_ms: i64,
}

/// Leave to join, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invitation {
    /// Hash of its secret.
    pub(crate) id: String,
    /// Whose password it replaces; empty for somebody new.
    pub(crate) user: String,
    pub(crate) site: String,
    pub(crate) role: Role,
    pub(crate) expires_ms: i64,
}
