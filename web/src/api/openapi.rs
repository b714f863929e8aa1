//! The API's description as OpenAPI 3.1 has it, made of the same tables that serve it.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Outcome};
use crate::asked::Asked;
use crate::gate::places;
use crate::problem::KINDS;
use crate::route::{Kind, Needs, ROUTES, Route};
use crate::told::REPORTS;
use crate::view::{MOST_ROWS, PERIODS, ROWS};

/// The description.
pub(crate) async fn document(asked: Asked) -> Outcome {
    Ok(Answer::Json(200, described(&asked.origin)))
}

fn described(origin: &str) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        if let Kind::Call(about) = route.kind {
            let place = paths.entry(route.path).or_insert_with(|| json!({}));
            place[route.method.to_lowercase()] = operation(route, about);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Snaglist",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Where a website trips its visitors, and how sure that is. Rates are 0 to 1, intervals [low, high] of 95 %, times RFC 3339 in UTC.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": origin }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": { "type": "string" },
                        "title": { "type": "string" },
                        "status": { "type": "integer" },
                        "detail": { "type": "string" }
                    }
                }
            }
        }
    })
}

fn operation(route: &Route, about: &str) -> Value {
    let mut parameters: Vec<Value> = places(route.path).map(place).collect();
    if route.path.ends_with("/reports/{report}") {
        parameters.extend(of_reports());
    }
    if route.path == "/api/v1/events" {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same body with the same key goes in once",
            "schema": { "type": "string", "maxLength": 200 }
        }));
    }
    let mut responses = Map::new();
    match route.method {
        "PUT" | "DELETE" => {
            responses.insert("204".into(), json!({ "description": "It is done" }));
        }
        _ => {
            responses.insert(
                "200".into(),
                json!({
                    "description": about,
                    "content": { "application/json": { "schema": { "type": "object" } } }
                }),
            );
        }
    }
    for (status, _, meaning) in KINDS {
        responses.insert(
            status.to_string(),
            json!({
                "description": meaning,
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
            }),
        );
    }
    let mut operation = json!({
        "summary": about,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = body(route) {
        operation["requestBody"] = body;
    }
    if route.needs == Needs::Nothing {
        operation["security"] = json!([]);
    }
    operation
}

fn place(name: &'static str) -> Value {
    let schema = match name {
        "report" => {
            let names = REPORTS.iter().map(|named| named.name);
            let about = REPORTS
                .iter()
                .map(|named| format!("{}: {}", named.name, named.about));
            json!({
                "type": "string",
                "enum": names.chain(["funnel"]).collect::<Vec<_>>(),
                "description": about.collect::<Vec<_>>().join(". ")
            })
        }
        _ => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// What reports are asked for: period and filters for all, and what some have of their own.
fn of_reports() -> Vec<Value> {
    let text = |name: &str, about: String| json!({ "name": name, "in": "query", "description": about, "schema": { "type": "string" } });
    let periods = PERIODS.map(|(name, ..)| name);
    let mut all = vec![
        json!({ "name": "period", "in": "query", "description": "The last days up to now", "schema": { "type": "string", "enum": periods, "default": "28d" } }),
        text(
            "from",
            "First day, 2026-01-31, or moment; in place of a period".into(),
        ),
        text("to", "Last day, included, or moment".into()),
        json!({ "name": "where", "in": "query", "description": "Only visits for which this holds: device=mobile,country!=DE",
                "schema": { "type": "array", "items": { "type": "string" } }, "explode": true }),
        json!({ "name": "limit", "in": "query", "description": "Rows at most", "schema": { "type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS } }),
        json!({ "name": "step", "in": "query", "description": "funnel: a step, 2 to 20 of them", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true }),
        text(
            "name",
            "funnel: the name of a saved one, in place of steps".into(),
        ),
        text("order", "funnel: ordered, strict or any".into()),
        text(
            "window",
            "funnel: the time from the first step within which the others count, such as 14d"
                .into(),
        ),
    ];
    let mut own: Vec<(&str, Vec<String>)> = Vec::new();
    for named in REPORTS {
        for (name, about) in named.parameters {
            let told = format!("{}: {about}", named.name);
            match own.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => all.push(told),
                None => own.push((name, vec![told])),
            }
        }
    }
    all.extend(
        own.into_iter()
            .map(|(name, told)| text(name, told.join("; "))),
    );
    all
}

fn body(route: &Route) -> Option<Value> {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let schema = match (route.method, route.path.rsplit('/').nth(1)?) {
        ("PUT", "findings") => json!({
            "type": "object", "required": ["state"], "additionalProperties": false,
            "properties": { "state": { "enum": ["accepted", "fixed", "muted"] }, "note": { "type": "string" } }
        }),
        ("PUT", "goals") => json!({
            "type": "object", "required": ["step"], "additionalProperties": false,
            "properties": { "step": { "type": "string", "description": "event:purchase, page:/thanks" } }
        }),
        ("PUT", "funnels") => json!({
            "type": "object", "required": ["steps"], "additionalProperties": false,
            "properties": {
                "steps": texts.clone(), "order": { "type": "string" }, "window": { "type": "string" },
                "exclusions": texts.clone(), "filters": texts
            }
        }),
        ("POST", _) => {
            return Some(json!({
                "required": true,
                "content": { "text/plain": { "schema": { "type": "string", "minLength": 2 } } }
            }));
        }
        _ => return None,
    };
    Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }))
}
