//! The JSON API: what pages show and do, for programs.

pub(crate) mod openapi;

use serde::Deserialize;
use serde_json::{Value, json};
use snag_analyzer::Step;
use snag_analyzer::audit::{findings as known_findings, judge as judged};
use snag_analyzer::definitions::{
    Name, SavedFunnel, delete_funnel as forget_funnel, funnels as saved_funnels,
    goals as saved_goals, save_funnel as keep_funnel, save_goal as keep_goal,
};

use crate::access::{Caller, EVERY_SITE, Secret};
use crate::answer::{Answer, Outcome};
use crate::asked::Asked;
use crate::pages::reports::told;
use crate::pages::settings::delete_goal_of;
use crate::pages::snags::state;
use crate::problem::Problem;

/// Bad lines that are listed.
const LISTED: usize = 20;

fn json_of(told: &impl serde::Serialize) -> Outcome {
    let value = serde_json::to_value(told).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Problem::new(500, "this answer cannot be written; the log says why")
    })?;
    Ok(Answer::Json(200, value))
}

/// Those that the caller may see.
pub(crate) async fn sites(asked: Asked) -> Outcome {
    let shelf = asked.house.access.shelf();
    let all = asked.house.sites();
    let role = |site: &String| Some((site.clone(), asked.caller.role(&shelf, site)?));
    let seen = all.iter().filter_map(role);
    let seen: Vec<Value> = seen
        .map(|(site, role)| json!({ "site": site, "role": role.name() }))
        .collect();
    Ok(Answer::Json(200, json!({ "sites": seen })))
}

pub(crate) async fn report(asked: Asked) -> Outcome {
    let told = told(&asked, asked.place("report")).await?;
    Ok(Answer::Json(200, told.json))
}

pub(crate) async fn audit(asked: Asked) -> Outcome {
    let kept = asked.house.audits.last(asked.site()).await?;
    let kept =
        kept.ok_or_else(|| Problem::not_found("no audit was made yet; one is made each day"))?;
    let made = jiff::Timestamp::from_millisecond(kept.at).map(|at| at.to_string());
    Ok(Answer::Json(
        200,
        json!({ "made": made.unwrap_or_default(), "audit": kept.audit }),
    ))
}

pub(crate) async fn findings(asked: Asked) -> Outcome {
    json_of(&known_findings(&asked.house.store, asked.site()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judging {
    state: String,
    #[serde(default)]
    note: String,
}

pub(crate) async fn judge(asked: Asked) -> Outcome {
    let Judging { state: word, note } = asked.json()?;
    let state = state(&word)?;
    let finding = asked.place("finding");
    judged(&asked.house.store, asked.site(), finding, state, &note).await?;
    Ok(Answer::Done)
}

pub(crate) async fn goals(asked: Asked) -> Outcome {
    json_of(&saved_goals(&asked.house.store, asked.site()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoalBody {
    step: String,
}

pub(crate) async fn save_goal(asked: Asked) -> Outcome {
    let name: Name = asked.place("name").parse()?;
    let GoalBody { step } = asked.json()?;
    let step: Step = step.parse()?;
    keep_goal(&asked.house.store, asked.site(), &name, &step).await?;
    Ok(Answer::Done)
}

pub(crate) async fn delete_goal(asked: Asked) -> Outcome {
    delete_goal_of(&asked).await?;
    Ok(Answer::Done)
}

pub(crate) async fn funnels(asked: Asked) -> Outcome {
    json_of(&saved_funnels(&asked.house.store, asked.site()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunnelBody {
    steps: Vec<String>,
    #[serde(default)]
    order: String,
    #[serde(default)]
    window: String,
    #[serde(default)]
    exclusions: Vec<String>,
    #[serde(default)]
    filters: Vec<String>,
}

pub(crate) async fn save_funnel(asked: Asked) -> Outcome {
    let name: Name = asked.place("name").parse()?;
    let body: FunnelBody = asked.json()?;
    let funnel = SavedFunnel {
        name: String::new(),
        steps: body.steps,
        order: body.order,
        window: body.window,
        exclusions: body.exclusions,
        filters: body.filters,
    };
    keep_funnel(&asked.house.store, asked.site(), &name, &funnel).await?;
    Ok(Answer::Done)
}

pub(crate) async fn delete_funnel(asked: Asked) -> Outcome {
    let name: Name = asked.place("name").parse()?;
    forget_funnel(&asked.house.store, asked.site(), &name).await?;
    Ok(Answer::Done)
}

#[derive(Deserialize)]
struct OfSite {
    site: Option<String>,
}

/// Events of servers, newline-delimited JSON as `snag import events` reads it: all of a body, or none.
pub(crate) async fn events(asked: Asked) -> Outcome {
    let Caller::Program(token) = &asked.caller else {
        return Err(Problem::new(
            403,
            "this takes a token with the scope events",
        ));
    };
    if asked.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::bad(
            "there is no event in the body: one a line, as JSON",
        ));
    }
    if token.site != EVERY_SITE {
        let lines = asked.body.split(|byte| *byte == b'\n').enumerate();
        for (at, line) in lines {
            // A line that does not read is told of below, with all that is wrong with it.
            let site = serde_json::from_slice::<OfSite>(line)
                .ok()
                .and_then(|line| line.site);
            if site.is_some_and(|site| site != token.site) {
                return Err(Problem::new(
                    403,
                    format!("line {}: this token is for {} alone", at + 1, token.site),
                ));
            }
        }
    }
    // Without a key each body is another one; another body under a key that was used is not lost.
    let key = match &asked.idempotency_key {
        Some(key) => format!("{} {} {key}", token.id, blake3::hash(&asked.body)),
        None => Secret::new().text().to_owned(),
    };
    let key = *blake3::hash(key.as_bytes()).as_bytes();
    let taken = (asked.house.connected.intake)(asked.body.clone(), key).await;
    let taken = taken.map_err(|reason| {
        tracing::warn!(reason, "events of a server were not taken");
        Problem::new(
            503,
            "the store did not take them; send them again with the same Idempotency-Key",
        )
    })?;
    if taken.bad.is_empty() {
        return Ok(Answer::Json(200, json!({ "events": taken.events })));
    }
    let listed: Vec<&str> = taken.bad.iter().take(LISTED).map(String::as_str).collect();
    Err(Problem::bad(format!(
        "nothing went in, because of {} bad lines: {}",
        taken.bad.len(),
        listed.join("; ")
    )))
}
