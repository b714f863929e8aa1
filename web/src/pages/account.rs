//! Somebody's own account.

use askama::Template;

use crate::access::{Caller, Kept, User, check_new};
use crate::answer::{Answer, Outcome, html};
use crate::asked::Asked;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    email: &'a str,
    csrf: &'a str,
    elsewhere: usize,
    is_changed: bool,
}

fn user(asked: &Asked) -> Result<&User, Problem> {
    match &asked.caller {
        Caller::Person { user, .. } => Ok(user),
        _ => Err(Problem::new(403, "this is for people who sign in")),
    }
}

pub(crate) async fn page(asked: Asked) -> Outcome {
    let user = user(&asked)?;
    let shelf = asked.house.access.shelf();
    html(&Account {
        email: &user.email,
        csrf: &asked.csrf,
        elsewhere: shelf.logins_of(&user.id).count().saturating_sub(1),
        is_changed: asked.query.get("changed").is_some(),
    })
}

/// Changes the password, and signs out everywhere else.
pub(crate) async fn password(asked: Asked) -> Outcome {
    let user = user(&asked)?.clone();
    let access = &asked.house.access;
    let form = asked.form();
    let old = form.get("old").unwrap_or_default();
    let new = form.get("new").unwrap_or_default();
    if !access.passwords.is_right(old, Some(&user.password)).await {
        return Err(Problem::new(403, "the old password is not right"));
    }
    check_new(new).map_err(Problem::bad)?;
    let password = access.passwords.hash(new).await;
    let password = password.ok_or_else(|| Problem::new(500, "the password cannot be kept"))?;
    let here = asked.caller.login().map(|login| login.id.clone());
    let shelf = access.shelf();
    for login in shelf.logins_of(&user.id) {
        if Some(&login.id) != here.as_ref() {
            access.drop(Kept::Login(login.clone())).await?;
        }
    }
    access.put(Kept::User(User { password, ..user })).await?;
    Ok(Answer::go("/account?changed=1"))
}
