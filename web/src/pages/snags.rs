//! The snag list: what is wrong with a site, the costliest first, with what shows it and what is thought of it.

use std::collections::HashMap;

use askama::Template;
use bytes::Bytes;
use jiff::Timestamp;
use snag_analyzer::audit::{
    Change, Finding, State, article, cost_text, costs_of, html, judge as judged, recall,
};
use snag_analyzer::format::{capital, printable, thousands};
use snag_analyzer::{Audit, AuditRequest, audit as audit_of, last_event};

use super::of_site;
use crate::access::Role;
use crate::answer::{self, Answer, Outcome};
use crate::asked::Asked;
use crate::chart::sparkline;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "snags.html")]
struct Snags<'a> {
    site: &'a str,
    csrf: &'a str,
    may_edit: bool,
    /// When it was kept; none of one that was made just now for this page.
    made: Option<String>,
    sentence: String,
    audit: &'a Audit,
    visitors: String,
    conversions: String,
    findings: Vec<Shown<'a>>,
    gone: Vec<String>,
    notes: Vec<String>,
    period: &'a str,
}

struct Shown<'a> {
    finding: &'a Finding,
    number: usize,
    title: String,
    cost: String,
    change: &'static str,
    state: &'static str,
    spark: String,
    article: String,
}

#[derive(Template)]
#[template(path = "no_audit.html")]
struct NoAudit<'a> {
    site: &'a str,
    csrf: &'a str,
    may_edit: bool,
    origin: &'a str,
    has_data: bool,
}

pub(crate) async fn snags(asked: Asked) -> Outcome {
    let period = asked.query.get("period").unwrap_or_default().to_owned();
    if !period.is_empty() {
        let view = super::view(&asked)?;
        let request = AuditRequest {
            site: view.site.clone(),
            period: view.period,
            goal: None,
            is_compared: !view.period.is_all(),
        };
        let mut found = audit_of(&asked.house.store, request).await?;
        recall(&asked.house.store, &mut found).await?;
        return list(&asked, &found, None, &period).await;
    }
    match asked.house.audits.last(asked.site()).await? {
        Some(kept) => {
            let made = Timestamp::from_millisecond(kept.at).map(|at| at.to_string());
            list(&asked, &kept.audit, made.ok(), "").await
        }
        None => {
            let last = last_event(&asked.house.store, asked.site()).await?;
            answer::html(&NoAudit {
                site: asked.site(),
                csrf: &asked.csrf,
                may_edit: asked.may(Role::Editor),
                origin: &asked.origin,
                has_data: last.is_some(),
            })
        }
    }
}

async fn list(asked: &Asked, audit: &Audit, made: Option<String>, period: &str) -> Outcome {
    let mut costs: HashMap<String, Vec<f64>> = HashMap::new();
    for cost in costs_of(&asked.house.store, asked.site()).await? {
        costs.entry(cost.finding).or_default().push(cost.cost);
    }
    let findings = audit.findings.iter().zip(1..).map(|(finding, number)| {
        let known = costs.get(&finding.id).map_or(&[][..], Vec::as_slice);
        shown(finding, number, known)
    });
    answer::html(&Snags {
        site: asked.site(),
        csrf: &asked.csrf,
        may_edit: asked.may(Role::Editor),
        made,
        sentence: capital(&printable(&audit.headline)),
        visitors: thousands(audit.visitors),
        conversions: thousands(audit.conversions),
        findings: findings.collect::<Result<_, _>>()?,
        gone: audit
            .gone
            .iter()
            .map(|finding| capital(&printable(&finding.title)))
            .collect(),
        notes: audit
            .notes
            .iter()
            .map(|note| capital(&printable(note)))
            .collect(),
        period,
        audit,
    })
}

fn shown<'a>(finding: &'a Finding, number: usize, costs: &[f64]) -> Result<Shown<'a>, Problem> {
    Ok(Shown {
        finding,
        number,
        title: capital(&printable(&finding.title)),
        cost: cost_text(finding).unwrap_or_default(),
        change: match finding.change {
            None | Some(Change::Same) => "",
            Some(change) => change.name(),
        },
        state: finding.state.unwrap_or_default(),
        spark: sparkline(costs, "what it cost day by day"),
        article: article(finding, number)?,
    })
}

/// Makes an audit now.
pub(crate) async fn audit(asked: Asked) -> Outcome {
    asked.house.audits.make(asked.site()).await?;
    Ok(Answer::go(of_site(&asked, "")))
}

/// The word for what somebody thinks of a finding.
pub(crate) fn state(word: &str) -> Result<State, Problem> {
    [State::Accepted, State::Fixed, State::Muted]
        .into_iter()
        .find(|state| state.name() == word)
        .ok_or_else(|| Problem::bad(format!("no state {word:?}: write accepted, fixed or muted")))
}

pub(crate) async fn judge(asked: Asked) -> Outcome {
    let form = asked.form();
    let state = state(form.get("state").unwrap_or_default())?;
    let note = form.get("note").unwrap_or_default();
    judged(
        &asked.house.store,
        asked.site(),
        asked.place("finding"),
        state,
        note,
    )
    .await?;
    Ok(Answer::go(of_site(&asked, "")))
}

/// The list as one page that stands for itself, to be sent.
pub(crate) async fn file(asked: Asked) -> Outcome {
    let kept = asked.house.audits.last(asked.site()).await?;
    let kept = kept.ok_or_else(|| Problem::not_found("no audit was made yet"))?;
    Ok(Answer::File {
        content_type: "text/html; charset=utf-8",
        name: Some(format!("snags-{}.html", asked.site())),
        body: Bytes::from(html(&kept.audit)?),
    })
}
