//! Every place there is, with whom it is open to. Nothing is served that is not in this table.

use std::future::Future;
use std::pin::Pin;

use crate::access::{Role, Scope};
use crate::answer::Outcome;
use crate::asked::Asked;
use crate::{api, pages};

/// Whom a place is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Everybody.
    Nothing,
    /// Who is signed in, wherever they belong.
    SignedIn,
    /// Who has this role for the site in the path; a token with a scope that goes with it.
    Site(Role),
    /// A token with the scope for events, or an editor.
    Events,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page with this title; those with a bar have period and filters in it.
    Page { title: &'static str, bar: bool },
    /// What a form is posted to.
    Form,
    /// A file, an overlay's data.
    File,
    /// A call of the JSON API, and what it is for.
    Call(&'static str),
    /// What pages of other sites may read.
    Open,
}

pub(crate) type Acting = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A place.
pub(crate) struct Route {
    /// GET, POST, PUT or DELETE.
    pub(crate) method: &'static str,
    /// The path; names of places in it stand in braces.
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) kind: Kind,
    pub(crate) act: fn(Asked) -> Acting,
}

macro_rules! route {
    ($method:literal $path:literal, $needs:expr, $kind:expr, $act:path) => {
        Route {
            method: $method,
            path: $path,
            needs: $needs,
            kind: $kind,
            act: |asked| Box::pin($act(asked)),
        }
    };
}

const fn page(title: &'static str) -> Kind {
    Kind::Page { title, bar: false }
}

const fn report(title: &'static str) -> Kind {
    Kind::Page { title, bar: true }
}

const VIEW: Needs = Needs::Site(Role::Viewer);
const EDIT: Needs = Needs::Site(Role::Editor);
const OWN: Needs = Needs::Site(Role::Owner);

/// All places.
pub(crate) static ROUTES: &[Route] = &[
    // Signing in.
    route!("GET" "/", Needs::Nothing, page("Sites"), pages::sites::sites),
    route!("GET" "/sign-in", Needs::Nothing, page("Sign in"), pages::sign_in::page),
    route!("POST" "/sign-in", Needs::Nothing, Kind::Form, pages::sign_in::enter),
    route!("POST" "/sign-out", Needs::SignedIn, Kind::Form, pages::sign_in::leave),
    route!("GET" "/welcome/{secret}", Needs::Nothing, page("Welcome"), pages::sign_in::welcome),
    route!("POST" "/welcome/{secret}", Needs::Nothing, Kind::Form, pages::sign_in::join),
    route!("GET" "/shared/{secret}", Needs::Nothing, page("A shared view"), pages::sign_in::shared),
    route!("POST" "/shared/{secret}", Needs::Nothing, Kind::Form, pages::sign_in::open_shared),
    route!("GET" "/assets/{file}", Needs::Nothing, Kind::File, crate::assets::asset),
    route!("GET" "/account", Needs::SignedIn, page("Your account"), pages::account::page),
    route!("POST" "/account/password", Needs::SignedIn, Kind::Form, pages::account::password),
    route!("GET" "/new", Needs::SignedIn, Kind::Form, pages::sites::new),
    // A site.
    route!("GET" "/sites/{site}", VIEW, page("Snags"), pages::snags::snags),
    route!("POST" "/sites/{site}/audit", EDIT, Kind::Form, pages::snags::audit),
    route!("POST" "/sites/{site}/findings/{finding}", EDIT, Kind::Form, pages::snags::judge),
    route!("GET" "/sites/{site}/snags.html", VIEW, Kind::File, pages::snags::file),
    route!("GET" "/sites/{site}/overview", VIEW, report("Overview"), pages::overview::overview),
    route!("GET" "/sites/{site}/funnels", VIEW, report("Funnels"), pages::funnels::funnels),
    route!("POST" "/sites/{site}/funnels", EDIT, Kind::Form, pages::funnels::save),
    route!("POST" "/sites/{site}/funnels/{name}/delete", EDIT, Kind::Form, pages::funnels::delete),
    route!("GET" "/sites/{site}/links", VIEW, report("Links"), pages::reports::links),
    route!("GET" "/sites/{site}/ads", VIEW, report("Ads"), pages::reports::ads),
    route!("GET" "/sites/{site}/experiments", VIEW, report("Experiments"), pages::reports::experiments),
    route!("GET" "/sites/{site}/paths", VIEW, report("Paths"), pages::reports::paths),
    route!("GET" "/sites/{site}/page", VIEW, report("Page"), pages::page::page),
    route!("GET" "/sites/{site}/health", VIEW, report("Health"), pages::reports::health),
    route!("GET" "/sites/{site}/realtime", VIEW, page("Realtime"), pages::reports::realtime),
    route!("GET" "/sites/{site}/reports/{report}", VIEW, report("Report"), pages::reports::report),
    route!("GET" "/sites/{site}/export/{report}.{format}", VIEW, Kind::File, pages::reports::export),
    route!("GET" "/sites/{site}/settings", EDIT, page("Settings"), pages::settings::settings),
    route!("POST" "/sites/{site}/goals", EDIT, Kind::Form, pages::settings::save_goal),
    route!("POST" "/sites/{site}/goals/{name}/delete", EDIT, Kind::Form, pages::settings::forget_goal),
    route!("POST" "/sites/{site}/members", OWN, Kind::Form, pages::people::invite),
    route!("POST" "/sites/{site}/members/{user}/delete", OWN, Kind::Form, pages::people::remove),
    route!("POST" "/sites/{site}/tokens", OWN, Kind::Form, pages::people::make_token),
    route!("POST" "/sites/{site}/tokens/{id}/delete", OWN, Kind::Form, pages::people::drop_token),
    route!("POST" "/sites/{site}/shared", OWN, Kind::Form, pages::people::share),
    route!("POST" "/sites/{site}/shared/{id}/delete", OWN, Kind::Form, pages::people::unshare),
    route!("GET" "/sites/{site}/page.svg", VIEW, Kind::File, pages::page::picture),
    route!("POST" "/sites/{site}/retention", OWN, Kind::Form, pages::settings::retain),
    route!("POST" "/sites/{site}/erase", OWN, Kind::Form, pages::settings::erase),
    // Maps over pages of the site itself.
    route!("GET" "/overlay/data", Needs::Nothing, Kind::Open, crate::overlay::data),
    // Programs.
    route!("GET" "/api/v1/openapi.json", Needs::SignedIn, Kind::Call("This description"), api::openapi::document),
    route!("GET" "/api/v1/sites", Needs::SignedIn, Kind::Call("The sites that the token reaches"), api::sites),
    route!("GET" "/api/v1/sites/{site}/reports/{report}", VIEW, Kind::Call("A report"), api::report),
    route!("GET" "/api/v1/sites/{site}/audit", VIEW, Kind::Call("The last audit: what is wrong, the costliest first"), api::audit),
    route!("GET" "/api/v1/sites/{site}/findings", VIEW, Kind::Call("What audits found so far"), api::findings),
    route!("PUT" "/api/v1/sites/{site}/findings/{finding}", EDIT, Kind::Call("Say what is thought of a finding"), api::judge),
    route!("GET" "/api/v1/sites/{site}/goals", VIEW, Kind::Call("The saved goals"), api::goals),
    route!("PUT" "/api/v1/sites/{site}/goals/{name}", EDIT, Kind::Call("Save a goal; one of that name is replaced"), api::save_goal),
    route!("DELETE" "/api/v1/sites/{site}/goals/{name}", EDIT, Kind::Call("Forget a goal"), api::delete_goal),
    route!("GET" "/api/v1/sites/{site}/funnels", VIEW, Kind::Call("The saved funnels"), api::funnels),
    route!("PUT" "/api/v1/sites/{site}/funnels/{name}", EDIT, Kind::Call("Save a funnel; one of that name is replaced"), api::save_funnel),
    route!("DELETE" "/api/v1/sites/{site}/funnels/{name}", EDIT, Kind::Call("Forget a funnel"), api::delete_funnel),
    route!("POST" "/api/v1/events", Needs::Events, Kind::Call("Send events of a server: newline-delimited JSON as `snag import events` reads it, all of a body or none"), api::events),
];

/// A place as others may know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// GET, POST, PUT or DELETE.
    pub method: &'static str,
    /// The path; names of places in it stand in braces.
    pub path: &'static str,
    /// Whether it is open to everybody.
    pub is_open: bool,
    /// The least role for the site in the path, if that is what it takes.
    pub role: Option<Role>,
}

/// All places there are.
pub fn places() -> impl Iterator<Item = Place> {
    ROUTES.iter().map(|route| Place {
        method: route.method,
        path: route.path,
        is_open: route.needs == Needs::Nothing,
        role: match route.needs {
            Needs::Site(role) => Some(role),
            _ => None,
        },
    })
}

/// The scope that a token needs for a role.
pub(crate) fn scope(role: Role) -> Option<Scope> {
    match role {
        Role::Viewer => Some(Scope::Read),
        Role::Editor => Some(Scope::Write),
        // Who may see what is for people to say.
        Role::Owner => None,
    }
}
