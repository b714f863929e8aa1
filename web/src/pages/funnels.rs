//! Funnels: those that are saved, those that the data propose, one that is built, and what it tells.

use askama::Template;
use snag_analyzer::definitions::{
    Name, SavedFunnel, delete_funnel, funnels as saved_ones, save_funnel, saved_funnel,
};
use snag_analyzer::format::{duration, for_shell, interval_text, percent, printable, thousands};
use snag_analyzer::{Error, Funnel, FunnelStep, discover, funnel};

use super::reports::known_pages;
use super::table::telling_without_table;
use super::{field, of_site, view};
use crate::access::Role;
use crate::answer::{self, Answer, Outcome, fragment};
use crate::asked::{Asked, Pairs};
use crate::chart;
use crate::problem::Problem;
use crate::told::Told;
use crate::view::View;

/// Fields for steps that are there before script adds more.
const FIELDS: usize = 6;
const MOST: usize = 20;

#[derive(Template)]
#[template(path = "funnels.html")]
struct Funnels<'a> {
    site: &'a str,
    csrf: &'a str,
    may_edit: bool,
    saved: Vec<Line>,
    proposed: Vec<Line>,
    /// Steps of the one that is built, with room for more.
    steps: Vec<String>,
    name: String,
    order: &'a str,
    window: &'a str,
    by: &'a str,
    compare: &'a str,
    trend: &'a str,
    suggestions: Vec<String>,
    /// What makes an attempt void.
    excluded: String,
    /// Period and filters, which go along.
    kept: Vec<(String, String)>,
    /// What it tells, where there are steps.
    told: String,
}

struct Line {
    name: String,
    query: String,
    words: String,
}

#[derive(Template)]
#[template(path = "funnel.html")]
struct Shown {
    steps: Vec<Step>,
}

struct Step {
    number: usize,
    name: String,
    step: String,
    visitors: String,
    bar: String,
    rate: String,
    lost: String,
    is_worst: bool,
    time: String,
}

/// The address of a page that shows these steps.
fn query_of(saved: &SavedFunnel) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    };
    add("name", &saved.name);
    saved.steps.iter().for_each(|step| add("step", step));
    add("order", &saved.order);
    add("window", &saved.window);
    saved.exclusions.iter().for_each(|one| add("exclude", one));
    saved.filters.iter().for_each(|one| add("where", one));
    Pairs(pairs).text()
}

/// The funnel that an address or a form tells of.
fn told_of(pairs: &Pairs) -> SavedFunnel {
    let all = |name: &str| pairs.all(name).map(|text| text.trim().to_owned()).collect();
    let one = |name: &str| pairs.get(name).unwrap_or_default().to_owned();
    SavedFunnel {
        name: one("name"),
        steps: all("step"),
        order: one("order"),
        window: one("window"),
        exclusions: pairs
            .all("exclude")
            .flat_map(|text| text.split(';'))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect(),
        filters: Vec::new(),
    }
}

/// The funnel that an address tells of: its steps, or a saved one by its name. Filters in the address are the view's.
async fn asked_for(asked: &Asked) -> Result<SavedFunnel, Problem> {
    let told = told_of(&asked.query);
    if !told.steps.is_empty() || told.name.is_empty() {
        return Ok(told);
    }
    let name: Name = told.name.parse()?;
    Ok(saved_funnel(&asked.house.store, asked.site(), &name).await?)
}

pub(crate) async fn funnels(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let store = &asked.house.store;
    let span = view.span();
    let built = asked_for(&asked).await?;
    let saved = saved_ones(store, asked.site()).await?;
    let mut suggestions: Vec<String> = known_pages(&asked).await?;
    suggestions
        .iter_mut()
        .for_each(|page| page.insert_str(0, "page:"));
    // What the data propose is for who has nothing yet.
    let (told, proposals) = match built.steps.len() {
        0 => (String::new(), discover(store, &span).await?.proposals),
        _ => (shown_funnel(&asked, &view, &built).await?, Vec::new()),
    };
    let mut steps = built.steps.clone();
    steps.resize(steps.len().clamp(FIELDS, MOST), String::new());
    for step in proposals.iter().flat_map(|proposal| &proposal.steps) {
        if !suggestions.contains(step) {
            suggestions.push(step.clone());
        }
    }
    answer::html(&Funnels {
        site: asked.site(),
        csrf: &asked.csrf,
        may_edit: asked.may(Role::Editor),
        saved: saved
            .funnels
            .iter()
            .map(|saved| Line {
                query: query_of(saved),
                words: saved.steps.join(" → "),
                name: saved.name.clone(),
            })
            .collect(),
        proposed: proposals
            .iter()
            .map(|proposal| Line {
                query: query_of(&SavedFunnel {
                    name: proposal.name.clone(),
                    steps: proposal.steps.clone(),
                    ..SavedFunnel::default()
                }),
                words: format!(
                    "{} reached its end{}",
                    thousands(proposal.reached),
                    match (proposal.rate, proposal.interval) {
                        (Some(rate), Some(interval)) => format!(
                            ", {} ({}) of all visitors",
                            percent(rate),
                            interval_text(rate, interval)
                        ),
                        _ => String::new(),
                    }
                ),
                name: proposal.name.clone(),
            })
            .collect(),
        steps,
        name: built.name.clone(),
        order: &built.order,
        window: &built.window,
        by: asked.query.get("by").unwrap_or_default(),
        compare: asked.query.get("compare").unwrap_or_default(),
        trend: asked.query.get("trend").unwrap_or_default(),
        suggestions,
        excluded: built.exclusions.join("; "),
        kept: asked.query.of_view().0,
        told,
    })
}

/// What a funnel tells.
async fn shown_funnel(asked: &Asked, view: &View, built: &SavedFunnel) -> Result<String, Problem> {
    let (funnel, told) = tell(asked, view, built).await?;
    let steps = Shown {
        steps: funnel
            .steps
            .iter()
            .map(|step| shown(step, &funnel))
            .collect(),
    };
    let telling = telling_without_table(asked, "What it tells", "funnel", &told)?;
    Ok(fragment(&steps)? + &telling)
}

/// The funnel of an address, and what it tells.
pub(crate) async fn tell(
    asked: &Asked,
    view: &View,
    built: &SavedFunnel,
) -> Result<(Funnel, Told), Problem> {
    let query = &asked.query;
    let store = &asked.house.store;
    let mut request = built.request(store, asked.site()).await?;
    request.period = view.period;
    request.filters.extend(view.filters().iter().cloned());
    let mut more = String::new();
    if let Some(by) = query.get("by") {
        request.breakdown = Some((by.parse()?, snag_analyzer::Attribution::default()));
        more += &format!(" --by {}", for_shell(by));
    }
    if let Some(trend) = query.get("trend") {
        request.trend = Some(trend.parse()?);
        more += &format!(" --trend {}", for_shell(trend));
    }
    if let Some(compare) = query.get("compare") {
        request.compare = Some(compare.parse()?);
        more += &format!(" --compare {}", for_shell(compare));
    }
    request.why = request.order == snag_analyzer::Order::Ordered;
    if request.why {
        more += " --why";
    }
    let found = funnel(store, &request).await?;
    let steps = built.steps.iter();
    let steps = steps.map(|step| format!(" --step {}", for_shell(step)));
    let mut given: String = steps.collect();
    for exclusion in &built.exclusions {
        given += &format!(" --exclude {}", for_shell(exclusion));
    }
    for (flag, text) in [("order", &built.order), ("window", &built.window)] {
        if !text.is_empty() {
            given += &format!(" --{flag} {}", for_shell(text));
        }
    }
    let command = format!("snag funnel{}{given}{more}", view.options());
    let told = Told::of(&found, command)?;
    Ok((found, told))
}

/// The funnel that an address tells of, for exports and the API.
pub(crate) async fn named(asked: &Asked, view: &View) -> Result<Told, Problem> {
    let built = asked_for(asked).await?;
    if built.steps.is_empty() {
        return Err(Error::Usage {
            message: "no funnel is named".to_owned(),
            mend: "give two or more step, or the name of a saved one".to_owned(),
        }
        .into());
    }
    Ok(tell(asked, view, &built).await?.1)
}

fn shown(step: &FunnelStep, funnel: &Funnel) -> Step {
    let rate = step.rate_from_first.zip(step.interval_from_first);
    Step {
        number: step.number,
        name: printable(&step.name),
        step: printable(&step.step),
        visitors: thousands(step.visitors),
        bar: rate.map_or_else(String::new, |(rate, interval)| {
            chart::bar(
                rate,
                Some(interval),
                1.0,
                funnel.worst_step == Some(step.number),
            )
        }),
        rate: rate.map_or_else(String::new, |(rate, interval)| {
            format!("{} ({})", percent(rate), interval_text(rate, interval))
        }),
        lost: step.abandon.as_ref().map_or_else(String::new, |abandon| {
            format!(
                "{} go no further: {} ({})",
                thousands(abandon.visitors),
                percent(abandon.rate),
                interval_text(abandon.rate, abandon.interval)
            )
        }),
        is_worst: funnel.worst_step == Some(step.number),
        time: step.median_seconds.map_or_else(String::new, |seconds| {
            format!("half of them within {}", duration(seconds))
        }),
    }
}

pub(crate) async fn save(asked: Asked) -> Outcome {
    let form = asked.form();
    let name: Name = field(&form, "name")?.parse()?;
    let mut built = told_of(&form);
    built.filters = form.all("where").map(str::to_owned).collect();
    save_funnel(&asked.house.store, asked.site(), &name, &built).await?;
    let to = of_site(&asked, "/funnels") + &query_of(&built);
    Ok(Answer::go(to))
}

pub(crate) async fn delete(asked: Asked) -> Outcome {
    let name: Name = asked.place("name").parse()?;
    delete_funnel(&asked.house.store, asked.site(), &name).await?;
    Ok(Answer::go(of_site(&asked, "/funnels")))
}
