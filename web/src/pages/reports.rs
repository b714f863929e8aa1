//! Pages that are reports, alone or several on one page; and reports as files.

use askama::Template;
use bytes::Bytes;
use futures_util::future::try_join_all;
use snag_analyzer::definitions::goals;
use snag_analyzer::known_paths;
use tokio::try_join;

use super::table::telling;
use super::{funnels, view};
use crate::answer::{Answer, Outcome, fragment};
use crate::asked::Asked;
use crate::problem::Problem;
use crate::told::{REPORTS, Told, tell};
use crate::view::View;

/// Pages to choose from at most.
const CHOICES: u32 = 300;
/// The report of a funnel, which has a page of its own.
const FUNNEL: &str = "funnel";

#[derive(Template)]
#[template(path = "ask.html")]
struct Ask<'a> {
    path: &'a str,
    /// Period and filters, which go along.
    kept: Vec<(String, String)>,
    fields: Vec<Field<'a>>,
    links: Vec<(String, &'static str, bool)>,
}

pub(crate) struct Field<'a> {
    name: &'static str,
    label: &'static str,
    value: &'a str,
    placeholder: &'static str,
    suggestions: Vec<String>,
}

/// A field that the query fills.
pub(crate) fn field<'a>(
    asked: &'a Asked,
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    suggestions: Vec<String>,
) -> Field<'a> {
    Field {
        name,
        label,
        value: asked.query.get(name).unwrap_or_default(),
        placeholder,
        suggestions,
    }
}

/// A form for what a page is asked beside period and filters, and ways that it may be told.
pub(crate) fn ask(
    asked: &Asked,
    fields: Vec<Field<'_>>,
    ways: &[(&'static str, &'static str, &'static str)],
) -> Result<String, Problem> {
    if fields.is_empty() && ways.is_empty() {
        return Ok(String::new());
    }
    let links = ways.iter().map(|(name, value, words)| {
        let value = (!value.is_empty()).then_some(*value);
        let to = format!("{}{}", asked.path, asked.query.with(name, value).text());
        (to, *words, asked.query.get(name) == value)
    });
    fragment(&Ask {
        path: &asked.path,
        kept: asked.query.of_view().0,
        fields,
        links: links.collect(),
    })
}

/// Pages to choose from.
pub(crate) async fn known_pages(asked: &Asked) -> Result<Vec<String>, Problem> {
    Ok(known_paths(&asked.house.store, asked.site(), CHOICES).await?)
}

/// One report under a title; of the first on a page that is the page's.
pub(crate) async fn one(
    asked: &Asked,
    view: &View,
    name: &'static str,
    level: u8,
) -> Result<String, Problem> {
    let title = REPORTS
        .iter()
        .find(|named| named.name == name)
        .map_or(name, |named| named.title);
    let told = tell(&asked.house.store, name, view, &asked.query).await?;
    telling(asked, title, level, name, &told)
}

pub(crate) async fn links(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let pages = known_pages(&asked).await?;
    let form = ask(
        &asked,
        vec![field(&asked, "page", "Of the page", "/cart", pages)],
        &[],
    )?;
    Ok(Answer::Html(one(&asked, &view, "links", 1).await? + &form))
}

pub(crate) async fn ads(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let (creatives, compared, costs, owed) = try_join!(
        one(&asked, &view, "ads", 1),
        one(&asked, &view, "compare", 2),
        one(&asked, &view, "campaign-costs", 2),
        one(&asked, &view, "attribution", 2),
    )?;
    let ways = [
        ("by", "", "by creative"),
        ("by", "campaign", "by campaign"),
        ("by", "placement", "by placement"),
        ("randomised", "1", "chance chose them"),
    ];
    let placement = field(&asked, "placement", "Placement", "home-top", Vec::new());
    let form = ask(&asked, vec![placement], &ways)?;
    Ok(Answer::Html(
        [creatives, compared, form, costs, owed].concat(),
    ))
}

pub(crate) async fn experiments(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let saved = goals(&asked.house.store, asked.site()).await?.goals;
    let known = saved.iter().map(|goal| format!("goal:{}", goal.name));
    let fields = vec![
        field(
            &asked,
            "variants",
            "Variants are told apart by",
            "props.variant",
            Vec::new(),
        ),
        field(&asked, "goal", "Goal", "event:purchase", known.collect()),
    ];
    let form = ask(&asked, fields, &[])?;
    let is_asked = asked.query.get("variants").is_some();
    let told = match is_asked {
        true => one(&asked, &view, "experiments", 1).await?,
        false => "<h1>Experiments</h1><p class=\"lead\">Say what tells the variants apart, and what visitors are to do.</p>".to_owned(),
    };
    Ok(Answer::Html(told + &form))
}

pub(crate) async fn paths(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let pages = known_pages(&asked).await?;
    let fields = vec![field(&asked, "page", "From the page", "/cart", pages)];
    let ways = [
        ("back", "", "where they went"),
        ("back", "1", "where they came from"),
    ];
    let form = ask(&asked, fields, &ways)?;
    Ok(Answer::Html(one(&asked, &view, "paths", 1).await? + &form))
}

pub(crate) async fn health(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let names = ["trouble", "tracking", "forms", "searches", "lost"];
    let parts = try_join_all(names.map(|name| one(&asked, &view, name, 2))).await?;
    Ok(Answer::Html("<h1>Health</h1>".to_owned() + &parts.concat()))
}

pub(crate) async fn realtime(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let told = one(&asked, &view, "realtime", 1).await?;
    Ok(Answer::Html(format!("<div data-renew=\"10\">{told}</div>")))
}

/// Any report by its name.
pub(crate) async fn report(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let name = asked.place("report").to_owned();
    let found = REPORTS.iter().find(|named| named.name == name);
    let told = tell(&asked.house.store, &name, &view, &asked.query).await?;
    let title = found.map_or(name.as_str(), |named| named.title);
    let fields = found.map_or(&[][..], |named| named.parameters).iter();
    let fields = fields
        .map(|(name, _)| field(&asked, name, name, "", Vec::new()))
        .collect();
    let form = ask(&asked, fields, &[])?;
    Ok(Answer::Html(
        telling(&asked, title, 1, &name, &told)? + &form,
    ))
}

/// What a report tells, by the name that pages and calls know it by.
pub(crate) async fn told(asked: &Asked, name: &str) -> Result<Told, Problem> {
    let view = view(asked)?;
    match name {
        FUNNEL => funnels::named(asked, &view).await,
        name => tell(&asked.house.store, name, &view, &asked.query).await,
    }
}

/// A report as a file.
pub(crate) async fn export(asked: Asked) -> Outcome {
    let (name, format) = (asked.place("report"), asked.place("format"));
    let told = told(&asked, name).await?;
    let (content_type, body) = match format {
        "csv" => ("text/csv; charset=utf-8", told.csv),
        "json" => ("application/json", format!("{:#}\n", told.json)),
        other => {
            return Err(Problem::not_found(format!(
                "no format {other:?}: csv or json"
            )));
        }
    };
    Ok(Answer::File {
        content_type,
        name: Some(format!("{}-{name}.{format}", asked.site())),
        body: Bytes::from(body),
    })
}
