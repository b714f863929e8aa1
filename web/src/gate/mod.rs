//! The one way in: who asks is found out, whether they may is decided, and only then a room is asked.
//!
//! Invariant: no place is reached but through [`serve`], and none that the table of routes does not open to who asks. What
//! changes something is taken from this site's own pages alone. HTTP is known here, in `reply` and in `lib` only.

mod mark;
mod who;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use snag_upkeep::is_site;
use tokio_util::task::AbortOnDropHandle;

use self::mark::{csrf, is_own};
use self::who::{caller, may};
use crate::House;
use crate::access::Caller;
use crate::answer::Outcome;
use crate::asked::{Asked, Pairs};
use crate::frame::Frame;
use crate::problem::Problem;
use crate::reply;
use crate::route::{Kind, Needs, ROUTES, Route};
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
                Kind::Call(_) | Kind::Open => reply::problem(&problem),
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
    if !site.is_none_or(is_site) {
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

/// Names of the places in a path.
pub(crate) fn places(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

fn text_of<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
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
            Kind::Call(_) | Kind::Open => reply::problem(&problem),
            _ => reply::refusal(&frame, &problem, packs),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_in_braces() {
        let found: Vec<_> = places("/sites/{site}/export/{report}.{format}").collect();
        assert_eq!(found, ["site", "report", "format"]);
    }
}
