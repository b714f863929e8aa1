//! The sites that somebody may see; straight on where there is one.

use askama::Template;
use snag_upkeep::is_site;

use crate::access::{Caller, Role};
use crate::answer::{Answer, Outcome, html};
use crate::asked::Asked;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "sites.html")]
struct Sites {
    sites: Vec<String>,
    owns_all: bool,
    origin: String,
}

/// Goes to the settings of a site that is to be, where its tag is.
pub(crate) async fn new(asked: Asked) -> Outcome {
    let shelf = asked.house.access.shelf();
    if asked.caller.role_everywhere(&shelf) != Some(Role::Owner) {
        return Err(Problem::new(403, "owners of every site add sites"));
    }
    match asked.query.get("site").map(str::trim) {
        Some(site) if is_site(site) => Ok(Answer::go(format!("/sites/{site}/settings"))),
        _ => Err(Problem::bad(
            "a site is named by 1 to 64 letters and digits of English, dots, dashes and underscores",
        )),
    }
}

pub(crate) async fn sites(asked: Asked) -> Outcome {
    if asked.caller == Caller::Nobody {
        return Err(Problem::new(401, "sign in to see your sites"));
    }
    let shelf = asked.house.access.shelf();
    let all = asked.house.sites();
    let seen = all
        .iter()
        .filter(|site| asked.caller.role(&shelf, site).is_some());
    let mut sites: Vec<String> = seen.cloned().collect();
    if let Caller::Guest { link, .. } = &asked.caller {
        sites = vec![link.site.clone()];
    }
    match sites.as_slice() {
        [only] if asked.query.get("all").is_none() => Ok(Answer::go(format!("/sites/{only}"))),
        _ => html(&Sites {
            owns_all: asked.caller.role_everywhere(&shelf) == Some(Role::Owner),
            origin: asked.origin.clone(),
            sites,
        }),
    }
}
