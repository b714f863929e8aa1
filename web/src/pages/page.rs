//! One page under the microscope: what it looks like, what is wrong with it, its elements, forms, errors, speed, and ways from it.

use askama::Template;
use bytes::Bytes;
use snag_analyzer::format::{capital, printable};
use snag_analyzer::{OnePage, hosts, page as of_page, wireframe};

use super::reports::{ask, field, known_pages, one};
use super::table::telling;
use super::view;
use crate::answer::{Answer, Outcome, fragment};
use crate::asked::Asked;
use crate::overlay;
use crate::problem::Problem;
use crate::told::{Told, page as page_of, page_command};
use crate::view::View;

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    site: &'a str,
    page: &'a str,
    /// Where it opens with the maps over it, by its hosts.
    overlays: Vec<(String, String)>,
    query: String,
    has_picture: bool,
    findings: Vec<(String, String)>,
}

async fn found(asked: &Asked, view: &View) -> Result<OnePage, Problem> {
    let step = page_of(&asked.query)?;
    let step = step.ok_or_else(|| Problem::bad("no page is named"))?;
    Ok(of_page(&asked.house.store, &view.span(), &step).await?)
}

pub(crate) async fn page(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let pages = known_pages(&asked).await?;
    let form = ask(
        &asked,
        vec![field(&asked, "page", "The page", "/cart", pages)],
        &[],
    )?;
    let Some(path) = asked.query.get("page") else {
        return Ok(Answer::Html(one(&asked, &view, "pages", 1).await? + &form));
    };
    let hosts = hosts(&asked.house.store, asked.site(), path).await?;
    let of = |host: &String| {
        (
            host.clone(),
            overlay::link(&asked, &format!("{host}{path}")),
        )
    };
    let kept = asked.house.audits.last(asked.site()).await?;
    let findings = kept.iter().flat_map(|kept| &kept.audit.findings);
    let findings = findings.filter(|finding| finding.page == path);
    let findings =
        findings.map(|finding| (finding.id.clone(), capital(&printable(&finding.title))));
    let found = found(&asked, &view).await?;
    let told = Told::of(&found, page_command(&view, &asked.query))?;
    let head = Page {
        site: asked.site(),
        page: path,
        overlays: hosts.iter().map(of).collect(),
        query: asked.query.text(),
        has_picture: wireframe(&found).is_ok(),
        findings: findings.collect(),
    };
    let mut html = fragment(&head)?;
    html += &telling(&asked, "One page", 2, "page", &told)?;
    html += &one(&asked, &view, "paths", 2).await?;
    Ok(Answer::Html(html + &form))
}

/// The page as a drawing, from where browsers had its elements.
pub(crate) async fn picture(asked: Asked) -> Outcome {
    let mut view = view(&asked)?;
    view.limit = crate::view::MOST_ROWS;
    let drawn = wireframe(&found(&asked, &view).await?)?;
    Ok(Answer::Picture(Bytes::from(drawn)))
}
