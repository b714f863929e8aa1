//! The one way in: who asks is found out, whether they may is decided, and only then a room is asked.
//!
//! Invariant: no place is reached but through [`serve`], and none that the table of routes does not open to who asks. What
//! changes something is taken from this site's own pages alone. HTTP is known here, in `reply` and in `lib` only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio_util::task::AbortOnDropHandle;

use crate::House;
use crate::access::{Caller, Role, Scope, Secret, hex, is_equal, keyed};
use crate::answer::Outcome;
use crate::asked::{Asked, Pairs};
use crate::frame::Frame;
use crate::problem::Problem;
use crate::reply;
use crate::route::{Kind, Needs, ROUTES, Route, scope};
use crate::view::folded;

/// Bytes of a form or a call, and of events.
const BODY_BYTES: usize = 256 * 1024;
const EVENTS_BYTES: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);
/// A page that takes longer is begun before its report is there.
const PATIENCE: Duration = Duration::from_millis(400);
/// The cookie in which script tells the time zone of the browser.
const ZONE: &str = "zone";
/// What somebody is told of a site that they may not know of.
const NO_SITE: &str = "there is no such site, or it is not yours to see";
/// What a form's mark is made for.
const CSRF: &str = "snaglist 2026 dashboard form";

/// Puts every place of the table where actix-web finds it.
pub(crate) fn register(house: &Arc<House>, config: &mut web::ServiceConfig) {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path);
        let routes = ROUTES.iter().filter(|route| route.path == path);
        let allowed: Vec<&str> = routes.clone().map(|route| route.method).collect();
        for route in routes {
            let house = Arc::clone(house);
            let serve = move |request: HttpRequest, payload: web::Payload| {
                serve(Arc::clone(&house), route, request, payload)
            };
            let method = match route.method {
                "POST" => Method::POST,
                "PUT" => Method::PUT,
                "DELETE" => Method::DELETE,
                _ => Method::GET,
            };
            resource = resource.route(web::method(method).to(serve.clone()));
            if route.method == "GET" {
                resource = resource.route(web::head().to(serve));
            }
        }
        let allowed = allowed.join(", ");
        let refuse = move || {
            let answer = reply::problem(&Problem::new(405, format!("this place takes {allowed}")));
            let allowed = allowed.clone();
            async move {
                let mut answer = answer;
                if let Ok(value) = allowed.parse() {
                    answer.headers_mut().insert(header::ALLOW, value);
                }
                answer
            }
        };
        config.service(resource.default_service(web::to(refuse)));
    }
}

async fn serve(
    house: Arc<House>,
    route: &'static Route,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let packs = reply::takes_gzip(&request);
    let answer = match enter(&house, route, &request, payload).await {
        Ok(asked) => ask(route, asked, packs).await,
        Err(refused) => {
            let Refused { problem, caller } = *refused;
            tracing::warn!(
                status = problem.status,
                method = route.method,
                path = request.path(),
                who = caller.name(),
                why = problem.detail,
                "refused"
            );
            match route.kind {
                Kind::Call | Kind::Open => reply::problem(&problem),
                Kind::Page { .. } | Kind::Form | Kind::File => {
                    let query = Pairs::read(request.query_string().as_bytes());
                    let csrf = csrf(&caller);
                    let frame = Frame::of_refusal(&house, &caller, csrf, request.path(), &query);
                    reply::refusal(&frame, &problem, packs)
                }
            }
        }
    };
    match route.kind {
        Kind::Open => reply::opened(answer),
        _ => answer,
    }
}

/// Why somebody was not let in, and who.
struct Refused {
    problem: Problem,
    caller: Caller,
}

async fn enter(
    house: &Arc<House>,
    route: &'static Route,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Asked, Box<Refused>> {
    let refuse = |problem: Problem, caller: Caller| Err(Box::new(Refused { problem, caller }));
    let origin = match house.origin(host(request)) {
        Ok(origin) => origin,
        // Pages ask where their tracker is, which may have another name.
        Err(_) if route.kind == Kind::Open => String::new(),
        Err(problem) => return refuse(problem, Caller::Nobody),
    };
    let caller = match caller(house, route, request, &origin) {
        Ok(caller) => caller,
        Err(problem) => return refuse(problem, Caller::Nobody),
    };
    let named: HashMap<&'static str, String> = places(route.path)
        .filter_map(|name| Some((name, request.match_info().get(name)?.to_owned())))
        .collect();
    let site = named.get("site").map(String::as_str);
    if !site.is_none_or(is_identifier) {
        return refuse(Problem::not_found(NO_SITE), caller);
    }
    let role = match may(house, route, &caller, site) {
        Ok(role) => role,
        Err(problem) => return refuse(problem, caller),
    };
    let most = match route.needs {
        Needs::Events => EVENTS_BYTES,
        _ => BODY_BYTES,
    };
    let body = match route.method {
        "GET" => Ok(Bytes::new()),
        _ => read(payload, most).await,
    };
    let body = match body {
        Ok(body) => body,
        Err(problem) => return refuse(problem, caller),
    };
    let csrf = csrf(&caller);
    let is_browsers = !matches!(caller, Caller::Program(_));
    if route.method != "GET"
        && is_browsers
        && let Err(problem) = is_own(request, &origin, &csrf, &body)
    {
        return refuse(problem, caller);
    }
    Ok(Asked {
        house: Arc::clone(house),
        role,
        address: house.address(request.head()),
        path: request.path().to_owned(),
        query: folded(Pairs::read(request.query_string().as_bytes())),
        zone: request.cookie(ZONE).map(|cookie| cookie.value().to_owned()),
        idempotency_key: text_of(request, "idempotency-key").map(str::to_owned),
        caller,
        named,
        body,
        origin,
        csrf,
    })
}

/// The name it was asked under. What proxies say of it is anyone's to say.
fn host(request: &HttpRequest) -> &str {
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    authority.or(text_of(request, "host")).unwrap_or_default()
}

/// Whether a text may be a site's identifier, as beacons bear it.
pub(crate) fn is_identifier(site: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=64).contains(&site.len()) && site.bytes().all(is_letter)
}

/// Names of the places in a path.
pub(crate) fn places(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

fn text_of<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// Who asks: by token at the API, by cookie everywhere.
fn caller(
    house: &House,
    route: &Route,
    request: &HttpRequest,
    origin: &str,
) -> Result<Caller, Problem> {
    let shelf = house.access.shelf();
    let bearer = text_of(request, "authorization");
    if let Some(bearer) = bearer.filter(|_| route.kind == Kind::Call) {
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
fn may(
    house: &House,
    route: &Route,
    caller: &Caller,
    site: Option<&str>,
) -> Result<Option<Role>, Problem> {
    let shelf = house.access.shelf();
    let role = site.and_then(|site| caller.role(&shelf, site));
    let is_nobody = *caller == Caller::Nobody;
    let unknown = || match (is_nobody, route.kind) {
        (true, Kind::Call) => Problem::new(401, "bring a token: Authorization: Bearer …"),
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

/// A body as far as it is no longer than `most`.
async fn read(payload: web::Payload, most: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(BODY_TIME, payload.to_bytes_limited(most)).await {
        Err(_) => Err(Problem::bad("the body took too long to arrive")),
        Ok(Err(_)) => Err(Problem::new(
            413,
            format!("a body here has {most} bytes at most"),
        )),
        Ok(Ok(Err(error))) => Err(Problem::bad(format!("the body does not arrive: {error}"))),
        Ok(Ok(Ok(body))) => Ok(body),
    }
}

/// What the forms of whoever asks bear; nothing where nobody is signed in.
fn csrf(caller: &Caller) -> String {
    caller
        .login()
        .map_or_else(String::new, |login| mark(&login.id))
}

/// What a form of somebody who is signed in bears.
fn mark(login: &str) -> String {
    // A page is packed, and repeats what was asked for: a mark that is another one each time cannot be guessed by its length.
    let pad = rand::random::<[u8; 32]>();
    let of = keyed(CSRF, login, "");
    let mixed: Vec<u8> = of.iter().zip(pad).map(|(of, pad)| of ^ pad).collect();
    hex(&pad) + &hex(&mixed)
}

fn is_mark(text: &str, login_mark: &str) -> bool {
    let of = |text: &str| -> Option<Vec<u8>> {
        let digit = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..64).map(digit).collect::<Option<_>>()?;
        let (pad, mixed) = bytes.split_at(32);
        Some(
            pad.iter()
                .zip(mixed)
                .map(|(pad, mixed)| pad ^ mixed)
                .collect(),
        )
    };
    match (of(text), of(login_mark)) {
        (Some(one), Some(other)) => is_equal(&one, &other),
        _ => false,
    }
}

/// Whether what changes something comes from a page of this site: by where the browser says it comes from, and by the mark
/// that only its forms bear.
fn is_own(request: &HttpRequest, origin: &str, csrf: &str, body: &[u8]) -> Result<(), Problem> {
    let foreign = || Problem::new(403, "this was sent by a page of another site");
    if text_of(request, "sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
    {
        return Err(foreign());
    }
    if text_of(request, "origin").is_some_and(|given| given != origin) {
        return Err(foreign());
    }
    if csrf.is_empty() {
        return Ok(());
    }
    let form = Pairs::read(body);
    let brought = text_of(request, "x-csrf").or(form.get("csrf"));
    match brought.is_some_and(|brought| is_mark(brought, csrf)) {
        true => Ok(()),
        false => Err(Problem::new(
            403,
            "the form is too old: go back, load the page anew, and send it again",
        )),
    }
}

/// Asks a room, away from the threads that receive beacons. Who goes away before the answer ends the asking.
async fn ask(route: &'static Route, asked: Asked, packs: bool) -> HttpResponse {
    let frame = Frame::of(route, &asked);
    let runtime = asked.house.runtime.clone();
    let mut acting = AbortOnDropHandle::new(runtime.spawn((route.act)(asked)));
    let done = match route.kind {
        Kind::Page { .. } if route.method == "GET" => {
            match tokio::time::timeout(PATIENCE, &mut acting).await {
                Ok(done) => done,
                Err(_late) => return reply::begun(frame, acting, packs),
            }
        }
        _ => acting.await,
    };
    let outcome: Outcome = done.unwrap_or_else(|error| {
        tracing::error!(%error, "a room broke");
        Err(Problem::new(500, "something broke; the log says what"))
    });
    match outcome {
        Ok(answer) => reply::answer(&frame, answer, packs),
        Err(problem) => match route.kind {
            Kind::Call | Kind::Open => reply::problem(&problem),
            _ => reply::refusal(&frame, &problem, packs),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_another_one_each_time_and_holds_for_its_login_alone() {
        let (one, again, other) = (mark("a"), mark("a"), mark("b"));
        assert_ne!(one, again);
        assert!(is_mark(&one, &again));
        assert!(!is_mark(&one, &other));
        assert!(!is_mark("", &one));
        assert!(!is_mark(&one[..126], &one));
        assert!(!is_mark(&"ü".repeat(64), &one));
    }

    #[test]
    fn places_are_those_in_braces() {
        let found: Vec<_> = places("/sites/{site}/export/{report}.{format}").collect();
        assert_eq!(found, ["site", "report", "format"]);
    }
}
