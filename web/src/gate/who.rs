//! Who asks, and whether they may.

use actix_web::HttpRequest;

use super::{NO_SITE, text_of};
use crate::House;
use crate::access::{Caller, Role, Scope, Secret};
use crate::problem::Problem;
use crate::reply;
use crate::route::{Kind, Needs, Route, scope};

/// Who asks: by token at the API, by cookie everywhere.
pub(super) fn caller(
    house: &House,
    route: &Route,
    request: &HttpRequest,
    origin: &str,
) -> Result<Caller, Problem> {
    let shelf = house.access.shelf();
    let bearer = text_of(request, "authorization");
    if let Some(bearer) = bearer.filter(|_| matches!(route.kind, Kind::Call(_))) {
        let token = bearer.strip_prefix("Bearer ").unwrap_or_default().trim();
        return match shelf.tokens.get(&Secret::brought(token).hash()) {
            Some(token) => Ok(Caller::Program(token.clone())),
            None => Err(Problem::new(
                401,
                "this token is not known; it may have been revoked",
            )),
        };
    }
    let brought = request.cookie(reply::cookie_name(origin));
    let login = brought.and_then(|cookie| {
        let hash = Secret::brought(cookie.value()).hash();
        shelf.login(&hash).cloned()
    });
    Ok(login
        .and_then(|login| match login.link.as_str() {
            "" => Some(Caller::Person {
                user: shelf.users.get(&login.user)?.clone(),
                login,
            }),
            link => Some(Caller::Guest {
                link: shelf.links.get(link)?.clone(),
                login,
            }),
        })
        .unwrap_or(Caller::Nobody))
}

/// Whether a place is open to who asks, and what they may do with its site.
pub(super) fn may(
    house: &House,
    route: &Route,
    caller: &Caller,
    site: Option<&str>,
) -> Result<Option<Role>, Problem> {
    let shelf = house.access.shelf();
    let role = site.and_then(|site| caller.role(&shelf, site));
    let is_nobody = *caller == Caller::Nobody;
    let unknown = || match (is_nobody, route.kind) {
        (true, Kind::Call(_)) => Problem::new(401, "bring a token: Authorization: Bearer …"),
        (true, _) => Problem::new(401, "sign in to see this"),
        (false, _) => Problem::not_found(NO_SITE),
    };
    let short = |needed: Role| {
        let has = role.map_or("none", Role::name);
        Problem::new(
            403,
            format!("this takes the role {}, and yours is {has}", needed.name()),
        )
    };
    match route.needs {
        Needs::Nothing => Ok(role),
        _ if is_nobody => Err(unknown()),
        Needs::SignedIn => match caller {
            Caller::Guest { .. } => Err(short(Role::Viewer)),
            _ => Ok(role),
        },
        Needs::Events => match caller {
            Caller::Program(token) if token.scopes.contains(&Scope::Events) => Ok(None),
            _ => Err(Problem::new(
                403,
                "this takes a token with the scope events",
            )),
        },
        Needs::Site(needed) => match (role, caller) {
            (None, Caller::Program(_)) => Err(Problem::new(
                403,
                "this token does not reach that site, or lacks the scope read or write",
            )),
            (None, _) => Err(unknown()),
            (Some(_), Caller::Program(token))
                if scope(needed).is_none_or(|scope| {
                    !token.scopes.contains(&scope) && !token.scopes.contains(&Scope::Write)
                }) =>
            {
                Err(Problem::new(403, "no token may do this, or not this one"))
            }
            (Some(has), _) if has < needed => Err(short(needed)),
            (Some(has), _) => Ok(Some(has)),
        },
    }
}
