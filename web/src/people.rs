//! Who has an account, for the command line: what somebody does who lost a password, or the only owner.

use serde::Serialize;
use snag_analyzer::Error;
use snag_analyzer::format::{Cell, Column, Measure, Report};
use snag_store::Store;

use crate::access::{Access, EVERY_SITE, Kept, Role};
use crate::house::welcome;

/// The people of a dashboard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct People {
    headline: String,
    /// By their addresses.
    pub people: Vec<Person>,
}

/// Somebody, and what they may do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Person {
    /// Their e-mail address.
    pub email: String,
    /// Roles with their sites, `*` for every site.
    pub roles: Vec<(String, &'static str)>,
}

async fn access(store: &Store) -> Result<Access, Error> {
    let access = Access::new(store.clone());
    access.reload().await?;
    Ok(access)
}

/// Who has an account.
///
/// # Errors
/// [`Error::Store`].
pub async fn people(store: &Store) -> Result<People, Error> {
    let shelf = access(store).await?.shelf();
    let roles = |user: &str| {
        let of = shelf.members.iter().filter(|member| member.user == user);
        of.map(|member| (member.site.clone(), member.role.name()))
            .collect()
    };
    let mut people: Vec<Person> = shelf
        .users
        .values()
        .map(|user| Person {
            email: user.email.clone(),
            roles: roles(&user.id),
        })
        .collect();
    people.sort_by(|one, other| one.email.cmp(&other.email));
    let headline = match people.len() {
        0 => "nobody has an account yet".to_owned(),
        1 => "one person has an account".to_owned(),
        count => format!("{count} people have accounts"),
    };
    Ok(People { headline, people })
}

/// Where somebody new becomes a member of a site, or of every one without a site; a path that serves once.
///
/// # Errors
/// [`Error::Store`].
pub async fn invite(store: &Store, site: Option<&str>, role: Role) -> Result<String, Error> {
    let site = site.unwrap_or(EVERY_SITE);
    let secret = access(store).await?.invite("", site, role).await?;
    Ok(welcome(&secret))
}

/// Where somebody chooses a new password; a path that serves once.
///
/// # Errors
/// [`Error::Missing`] for an address nobody has, [`Error::Store`].
pub async fn reset(store: &Store, email: &str) -> Result<String, Error> {
    let access = access(store).await?;
    let shelf = access.shelf();
    let user = shelf.by_email(&email.to_lowercase());
    let user = user.ok_or_else(|| nobody(email))?;
    let secret = access.invite(&user.id, EVERY_SITE, Role::Viewer).await?;
    Ok(welcome(&secret))
}

/// Takes an account away, with all it was signed in at and its tokens.
///
/// # Errors
/// [`Error::Missing`] for an address nobody has, [`Error::Store`].
pub async fn remove(store: &Store, email: &str) -> Result<(), Error> {
    let access = access(store).await?;
    let shelf = access.shelf();
    let user = shelf.by_email(&email.to_lowercase());
    let user = user.ok_or_else(|| nobody(email))?;
    for login in shelf.logins_of(&user.id) {
        access.drop(Kept::Login(login.clone())).await?;
    }
    for token in shelf.tokens.values().filter(|token| token.user == user.id) {
        access.drop(Kept::Token(token.clone())).await?;
    }
    for member in shelf.members.iter().filter(|member| member.user == user.id) {
        access.drop(Kept::Member(member.clone())).await?;
    }
    access.drop(Kept::User(user.clone())).await
}

fn nobody(email: &str) -> Error {
    Error::Missing {
        message: format!("nobody has an account as {email:?}"),
        mend: "`snag users list` shows who has".to_owned(),
    }
}

const COLUMNS: [Column; 2] = [
    Column::both("E-mail", "email", Measure::Text),
    Column::both("Roles", "roles", Measure::Text),
];

impl Report for People {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let role = |(site, role): &(String, &str)| match site.as_str() {
            EVERY_SITE => format!("{role} of every site"),
            site => format!("{role} of {site}"),
        };
        let row = |person: &Person| {
            let roles: Vec<String> = person.roles.iter().map(role).collect();
            vec![
                Cell::Text(person.email.clone()),
                Cell::Text(roles.join(", ")),
            ]
        };
        self.people.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}
