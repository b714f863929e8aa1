//! A site's settings: its tag and whether beacons arrive, goals, and, for owners, who may see it.

use askama::Template;
use snag_analyzer::definitions::{Name, delete_goal, goals, save_goal as save};
use snag_analyzer::{Step, last_event};
use snag_upkeep::retention;

use super::{field, of_site};
use crate::access::{EVERY_SITE, Role, Scope};
use crate::answer::{self, Answer, Outcome};
use crate::asked::Asked;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings<'a> {
    site: &'a str,
    csrf: &'a str,
    origin: &'a str,
    owns: bool,
    last_event: Option<String>,
    hosts: Vec<String>,
    goals: Vec<(String, String)>,
    /// For how many days visits are kept; for ever without.
    kept_days: Option<u32>,
    members: Vec<Member>,
    tokens: Vec<Token>,
    links: Vec<Link>,
    roles: [Role; 3],
    scopes: [Scope; 3],
}

struct Member {
    user: String,
    email: String,
    role: &'static str,
    is_everywhere: bool,
    is_self: bool,
}

struct Token {
    id: String,
    name: String,
    scopes: String,
    made_by: String,
}

struct Link {
    id: String,
    name: String,
    has_password: bool,
}

pub(crate) async fn settings(asked: Asked) -> Outcome {
    let store = &asked.house.store;
    let site = asked.site();
    let (last_event, saved) = tokio::try_join!(last_event(store, site), goals(store, site))?;
    let shelf = asked.house.access.shelf();
    let configured = &asked.house.settings.sites;
    let email = |user: &str| {
        shelf
            .users
            .get(user)
            .map_or("", |user| &user.email)
            .to_owned()
    };
    let own = match &asked.caller {
        crate::access::Caller::Person { user, .. } => user.id.clone(),
        _ => String::new(),
    };
    let of_site = shelf
        .members
        .iter()
        .filter(|member| member.site == site || member.site == EVERY_SITE);
    let mut members: Vec<Member> = of_site
        .map(|member| Member {
            user: member.user.clone(),
            email: email(&member.user),
            role: member.role.name(),
            is_everywhere: member.site == EVERY_SITE,
            is_self: member.user == own,
        })
        .collect();
    members.sort_by(|one, other| one.email.cmp(&other.email));
    let mut tokens: Vec<Token> = shelf
        .tokens
        .values()
        .filter(|token| token.site == site)
        .map(|token| Token {
            id: token.id.clone(),
            name: token.name.clone(),
            scopes: token
                .scopes
                .iter()
                .map(|scope| scope.name())
                .collect::<Vec<_>>()
                .join(", "),
            made_by: email(&token.user),
        })
        .collect();
    tokens.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let mut links: Vec<Link> = shelf
        .links
        .values()
        .filter(|link| link.site == site)
        .map(|link| Link {
            id: link.id.clone(),
            name: link.name.clone(),
            has_password: !link.password.is_empty(),
        })
        .collect();
    links.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    answer::html(&Settings {
        site,
        csrf: &asked.csrf,
        origin: &asked.origin,
        owns: asked.may(Role::Owner),
        last_event,
        hosts: configured
            .iter()
            .find(|configured| configured.id == site)
            .map_or_else(Vec::new, |configured| configured.hosts.clone()),
        kept_days: kept_days(&asked).await?,
        goals: saved
            .goals
            .into_iter()
            .map(|goal| (goal.name, goal.step))
            .collect(),
        members,
        tokens,
        links,
        roles: Role::ALL,
        scopes: Scope::ALL,
    })
}

pub(crate) async fn save_goal(asked: Asked) -> Outcome {
    let form = asked.form();
    let name: Name = field(&form, "name")?.parse()?;
    let step: Step = field(&form, "step")?.parse()?;
    save(&asked.house.store, asked.site(), &name, &step).await?;
    Ok(Answer::go(of_site(&asked, "/settings#goals")))
}

pub(crate) async fn delete_goal_of(asked: &Asked) -> Result<(), Problem> {
    let name: Name = asked.place("name").parse()?;
    Ok(delete_goal(&asked.house.store, asked.site(), &name).await?)
}

pub(crate) async fn forget_goal(asked: Asked) -> Outcome {
    delete_goal_of(&asked).await?;
    Ok(Answer::go(of_site(&asked, "/settings#goals")))
}

async fn kept_days(asked: &Asked) -> Result<Option<u32>, Problem> {
    let limits = retention::list(&asked.house.store).await?;
    let found = limits.into_iter().find(|limit| limit.site == asked.site());
    Ok(found.map(|limit| limit.days))
}

/// Keeps visits for so many days, or for ever.
pub(crate) async fn retain(asked: Asked) -> Outcome {
    let form = asked.form();
    let store = &asked.house.store;
    match form.get("days").map(str::trim) {
        None => {
            if kept_days(&asked).await?.is_some() {
                retention::forget(store, asked.site()).await?;
            }
        }
        Some(days) => {
            let days = days
                .parse()
                .map_err(|_| Problem::bad(format!("{days:?} is no number of days")))?;
            retention::set(store, asked.site(), days).await?;
        }
    }
    tracing::info!(
        who = asked.caller.name(),
        site = asked.site(),
        days = form.get("days"),
        "retention was set"
    );
    Ok(Answer::go(of_site(&asked, "/settings#data")))
}

/// Removes all there is of the site, once its name is written.
pub(crate) async fn erase(asked: Asked) -> Outcome {
    let form = asked.form();
    if form.get("name").map(str::trim) != Some(asked.site()) {
        return Err(Problem::bad(format!(
            "nothing was removed: write {} to remove it",
            asked.site()
        )));
    }
    let erased = (asked.house.connected.eraser)(asked.site().to_owned()).await;
    let rows = erased.map_err(|reason| {
        tracing::error!(site = asked.site(), reason, "a site could not be removed");
        Problem::new(503, reason)
    })?;
    tracing::warn!(
        who = asked.caller.name(),
        site = asked.site(),
        rows,
        "a site was removed"
    );
    Ok(Answer::go("/?all=1"))
}
