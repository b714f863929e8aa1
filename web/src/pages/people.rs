//! Who may see a site: invitations, tokens, shared links. What is made here is shown once.

use askama::Template;

use super::{field, of_site};
use crate::access::{Caller, EVERY_SITE, Kept, Link, Role, Scope, Secret, Token, check_new, now};
use crate::answer::{self, Answer, Outcome};
use crate::asked::Asked;
use crate::house::welcome;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "made.html")]
struct Made<'a> {
    title: &'a str,
    words: &'a str,
    secret: String,
    back: String,
}

fn made(asked: &Asked, title: &str, words: &str, secret: String) -> Outcome {
    answer::html(&Made {
        title,
        words,
        secret,
        back: of_site(asked, "/settings"),
    })
}

pub(crate) async fn invite(asked: Asked) -> Outcome {
    let form = asked.form();
    let word = form.get("role").unwrap_or_default();
    let role = Role::named(word)
        .ok_or_else(|| Problem::bad(format!("no role {word:?}: write viewer, editor or owner")))?;
    let secret = asked.house.access.invite("", asked.site(), role).await?;
    tracing::info!(
        who = asked.caller.name(),
        site = asked.site(),
        role = role.name(),
        "invited somebody"
    );
    let link = format!("{}{}", asked.origin, welcome(&secret));
    made(
        &asked,
        "An invitation",
        "Send this link to one person. It serves once, within seven days, and is not shown again.",
        link,
    )
}

pub(crate) async fn remove(asked: Asked) -> Outcome {
    let access = &asked.house.access;
    let shelf = access.shelf();
    let member = shelf
        .members
        .iter()
        .find(|member| member.user == asked.place("user") && member.site == asked.site());
    match member {
        Some(member) => access.drop(Kept::Member(member.clone())).await?,
        None => {
            let everywhere = shelf.role(asked.place("user"), EVERY_SITE).is_some();
            return Err(match everywhere {
                true => Problem::new(409, "this person sees every site, not this one alone"),
                false => Problem::not_found("this person does not belong to the site"),
            });
        }
    }
    Ok(Answer::go(of_site(&asked, "/settings#people")))
}

pub(crate) async fn make_token(asked: Asked) -> Outcome {
    let form = asked.form();
    let Caller::Person { user, .. } = &asked.caller else {
        return Err(Problem::new(403, "people make tokens"));
    };
    let chosen: Vec<&str> = form.all("scope").collect();
    let scopes: Vec<Scope> = Scope::ALL
        .into_iter()
        .filter(|scope| chosen.contains(&scope.name()))
        .collect();
    if scopes.is_empty() {
        return Err(Problem::bad(
            "choose what the token is for: read, write, events",
        ));
    }
    let secret = Secret::new();
    let token = Token {
        id: secret.hash(),
        name: field(&form, "name")?,
        user: user.id.clone(),
        site: asked.site().to_owned(),
        scopes,
        created_ms: now(),
    };
    asked.house.access.put(Kept::Token(token)).await?;
    made(
        &asked,
        "A token",
        "Programs bring it as Authorization: Bearer …; it is not shown again.",
        secret.text().to_owned(),
    )
}

pub(crate) async fn drop_token(asked: Asked) -> Outcome {
    let access = &asked.house.access;
    let token = access.shelf().tokens.get(asked.place("id")).cloned();
    let token = token.filter(|token| token.site == asked.site());
    let token = token.ok_or_else(|| Problem::not_found("there is no such token"))?;
    access.drop(Kept::Token(token)).await?;
    Ok(Answer::go(of_site(&asked, "/settings#tokens")))
}

pub(crate) async fn share(asked: Asked) -> Outcome {
    let form = asked.form();
    let access = &asked.house.access;
    let password = match form.get("password") {
        None => String::new(),
        Some(password) => {
            check_new(password).map_err(Problem::bad)?;
            let hash = access.passwords.hash(password).await;
            hash.ok_or_else(|| Problem::new(500, "the password cannot be kept"))?
        }
    };
    let secret = Secret::new();
    let link = Link {
        id: secret.hash(),
        name: field(&form, "name")?,
        site: asked.site().to_owned(),
        password,
        created_ms: now(),
    };
    access.put(Kept::Link(link)).await?;
    let to = format!("{}/shared/{}", asked.origin, secret.text());
    made(
        &asked,
        "A shared link",
        "Who has it can look at everything of this site, and change nothing. It is not shown again.",
        to,
    )
}

pub(crate) async fn unshare(asked: Asked) -> Outcome {
    let access = &asked.house.access;
    let link = access.shelf().links.get(asked.place("id")).cloned();
    let link = link.filter(|link| link.site == asked.site());
    let link = link.ok_or_else(|| Problem::not_found("there is no such link"))?;
    access.drop(Kept::Link(link)).await?;
    Ok(Answer::go(of_site(&asked, "/settings#shared")))
}
