//! Signing in and out, taking up an invitation, opening a shared link.

use askama::Template;

use crate::access::{Caller, EVERY_SITE, Kept, Member, Secret, User, check_new, now};
use crate::answer::{Answer, Cookie, Outcome, html};
use crate::asked::{Asked, Pairs};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "sign_in_form.html")]
struct SignIn<'a> {
    sentence: String,
    next: &'a str,
    csrf: &'a str,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    path: &'a str,
    csrf: &'a str,
    is_new: bool,
    what_for: String,
}

#[derive(Template)]
#[template(path = "shared.html")]
struct Shared<'a> {
    path: &'a str,
    csrf: &'a str,
    site: &'a str,
    has_password: bool,
}

/// A place of this site, and of no other: what follows a sign-in must not lead away.
fn own_place(next: Option<&str>) -> &str {
    let is_own = |next: &&str| {
        let mut letters = next.chars();
        letters.next() == Some('/')
            && !matches!(letters.next(), Some('/' | '\\'))
            && next
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    next.filter(is_own).unwrap_or("/")
}

pub(crate) async fn page(asked: Asked) -> Outcome {
    if let Caller::Person { .. } = asked.caller {
        return Ok(Answer::go("/"));
    }
    html(&SignIn {
        sentence: String::new(),
        next: own_place(asked.query.get("next")),
        csrf: &asked.csrf,
    })
}

/// Refuses who tries too often.
fn take_attempt(asked: &Asked, account: &str) -> Result<(), Problem> {
    let attempts = &asked.house.access.attempts;
    attempts
        .take(asked.address, account, now())
        .map_err(|wait| {
            let seconds = (wait + 999) / 1000;
            tracing::warn!(address = %asked.address, "too many attempts to sign in");
            Problem {
                retry_after: Some(seconds),
                ..Problem::new(
                    429,
                    format!("there were too many attempts; the next may be made in {seconds} s"),
                )
            }
        })
}

pub(crate) async fn enter(asked: Asked) -> Outcome {
    let form = asked.form();
    let email = form.get("email").unwrap_or_default().trim().to_lowercase();
    take_attempt(&asked, &email)?;
    let access = &asked.house.access;
    let user = access.shelf().by_email(&email).cloned();
    let password = form.get("password").unwrap_or_default();
    let kept = user.as_ref().map(|user| user.password.as_str());
    let is_right = access.passwords.is_right(password, kept).await;
    let Some(user) = user.filter(|_| is_right) else {
        return Err(Problem::new(
            401,
            "this e-mail and password do not belong together",
        ));
    };
    access.attempts.forget(asked.address, &email);
    leave_old(&asked).await?;
    let secret = access.sign_in(&user.id, "").await?;
    tracing::info!(who = user.email, "signed in");
    Ok(Answer::Go {
        to: own_place(form.get("next")).to_owned(),
        cookie: Some(Cookie::Set(secret.text().to_owned())),
    })
}

/// Ends where the browser was signed in before, so that nothing of it lives on.
async fn leave_old(asked: &Asked) -> Result<(), Problem> {
    if let Some(login) = asked.caller.login() {
        asked.house.access.drop(Kept::Login(login.clone())).await?;
    }
    Ok(())
}

pub(crate) async fn leave(asked: Asked) -> Outcome {
    leave_old(&asked).await?;
    Ok(Answer::Go {
        to: "/sign-in".to_owned(),
        cookie: Some(Cookie::Clear),
    })
}

fn void() -> Problem {
    Problem::not_found("this invitation was taken up, or is too old; ask for another one")
}

pub(crate) async fn welcome(asked: Asked) -> Outcome {
    let shelf = asked.house.access.shelf();
    let hash = Secret::brought(asked.place("secret")).hash();
    let invitation = shelf.invitation(&hash).ok_or_else(void)?;
    let what_for = match invitation.site.as_str() {
        EVERY_SITE => "every site".to_owned(),
        site => site.to_owned(),
    };
    html(&Welcome {
        path: &asked.path,
        csrf: &asked.csrf,
        is_new: invitation.user.is_empty(),
        what_for: format!("{} of {what_for}", invitation.role.name()),
    })
}

pub(crate) async fn join(asked: Asked) -> Outcome {
    let access = &asked.house.access;
    let hash = Secret::brought(asked.place("secret")).hash();
    let invitation = access.shelf().invitation(&hash).cloned().ok_or_else(void)?;
    let form = asked.form();
    let password = form.get("password").unwrap_or_default();
    check_new(password).map_err(Problem::bad)?;
    let hashed = access.passwords.hash(password).await;
    let hashed = hashed.ok_or_else(|| Problem::new(500, "the password cannot be kept"))?;
    let user = match invitation.user.as_str() {
        "" => new_user(&asked, &form, hashed)?,
        id => {
            let shelf = access.shelf();
            let user = shelf.users.get(id).cloned().ok_or_else(void)?;
            User {
                password: hashed,
                ..user
            }
        }
    };
    // Gone first: it serves once, whatever happens then.
    access.drop(Kept::Invitation(invitation.clone())).await?;
    access.put(Kept::User(user.clone())).await?;
    // Who had the old password is to be nowhere any more.
    let shelf = access.shelf();
    for login in shelf.logins_of(&user.id) {
        access.drop(Kept::Login(login.clone())).await?;
    }
    if invitation.user.is_empty() {
        let member = Member {
            user: user.id.clone(),
            site: invitation.site,
            role: invitation.role,
        };
        access.put(Kept::Member(member)).await?;
    }
    leave_old(&asked).await?;
    let secret = access.sign_in(&user.id, "").await?;
    tracing::info!(who = user.email, "joined");
    Ok(Answer::Go {
        to: "/".to_owned(),
        cookie: Some(Cookie::Set(secret.text().to_owned())),
    })
}

fn new_user(asked: &Asked, form: &Pairs, password: String) -> Result<User, Problem> {
    let email = form.get("email").unwrap_or_default().trim().to_lowercase();
    let is_address = email.len() <= 254
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        })
        && !email.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if !is_address {
        return Err(Problem::bad("the e-mail address is missing or is none"));
    }
    if asked.house.access.shelf().by_email(&email).is_some() {
        return Err(Problem::new(
            409,
            "there is an account with this e-mail address",
        ));
    }
    Ok(User {
        id: Secret::new().text()[..16].to_owned(),
        email,
        password,
        created_ms: now(),
    })
}

fn no_link() -> Problem {
    Problem::not_found("this link is not shared any more")
}

pub(crate) async fn shared(asked: Asked) -> Outcome {
    let shelf = asked.house.access.shelf();
    let hash = Secret::brought(asked.place("secret")).hash();
    let link = shelf.links.get(&hash).ok_or_else(no_link)?;
    html(&Shared {
        path: &asked.path,
        csrf: &asked.csrf,
        site: &link.site,
        has_password: !link.password.is_empty(),
    })
}

pub(crate) async fn open_shared(asked: Asked) -> Outcome {
    let access = &asked.house.access;
    let hash = Secret::brought(asked.place("secret")).hash();
    let link = access
        .shelf()
        .links
        .get(&hash)
        .cloned()
        .ok_or_else(no_link)?;
    if !link.password.is_empty() {
        take_attempt(&asked, &link.id)?;
        let form = asked.form();
        let password = form.get("password").unwrap_or_default();
        if !access
            .passwords
            .is_right(password, Some(&link.password))
            .await
        {
            return Err(Problem::new(403, "this is not the password of the link"));
        }
        access.attempts.forget(asked.address, &link.id);
    }
    leave_old(&asked).await?;
    let secret = access.sign_in("", &link.id).await?;
    Ok(Answer::Go {
        to: format!("/sites/{}", link.site),
        cookie: Some(Cookie::Set(secret.text().to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_no_other_site() {
        for (next, to) in [
            (Some("/sites/shop?period=7d"), "/sites/shop?period=7d"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("/\t/evil.example"), "/"),
            (Some("/a\r\nSet-Cookie: x=1"), "/"),
            (Some("/ä"), "/"),
            (None, "/"),
        ] {
            assert_eq!(own_place(next), to, "{next:?}");
        }
    }
}
