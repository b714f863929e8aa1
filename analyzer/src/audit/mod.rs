//! The audit: what is wrong with a site, by all reports together, in the order of what it costs.
//!
//! Invariant: what is claimed was tested against a margin that matters, all tests under one false-discovery control, and each
//! finding names the commands that show the same. On a sound site it says that nothing was found.

mod change;
mod facts;
mod finding;
mod flow;
mod history;
mod page;
mod recent;
mod rules;
mod table;
mod weigh;

use serde::{Deserialize, Serialize};
use snag_store::Store;

pub use self::change::Change;
pub use self::finding::{Cost, Evidence, Finding, Rule, Severity};

pub use self::history::{
    Findings, Kept, KeptAudit, KeptCost, State, costs_of, findings, judge, keep, last_audit, recall,
};
pub use self::page::{article, html};
pub use self::recent::{Recent, daily, recent};
pub use self::table::{cost_text, share_text};

use self::facts::Facts;
use self::weigh::weigh;
use crate::definitions::StepOrGoal;
use crate::format::thousands;
use crate::reports::span::{Over, Span};
use crate::{Error, Period};

/// Fewer visitors than this are no ground for an audit.
const FEWEST: u64 = 25;

/// What an audit is asked for.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    /// Identifier of the site.
    pub site: String,
    /// Of which the data are.
    pub period: Period,
    /// What visitors are to do; without it what most came for.
    pub goal: Option<StepOrGoal>,
    /// Whether to hold it against the stretch of the same length right before.
    pub is_compared: bool,
}

/// What is wrong with a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Visitors of the period.
    pub visitors: u64,
    /// What counts as a conversion, as a step is written; absent where nothing does.
    pub goal: Option<String>,
    /// People who did it.
    pub conversions: u64,
    /// How many claims were tested.
    pub tested: usize,
    /// The costliest first.
    pub findings: Vec<Finding>,
    /// What was found in the stretch before and surely is no more, if asked for.
    pub gone: Vec<Finding>,
    /// What should be known beside them.
    pub notes: Vec<String>,
}

/// Audits a site.
///
/// # Errors
/// [`Error::Usage`] for a goal that is not there, [`Error::UnknownSite`], [`Error::Store`].
pub async fn audit(store: &Store, request: AuditRequest) -> Result<Audit, Error> {
    let span = Span {
        site: request.site.clone(),
        period: request.period,
        filters: Vec::new(),
        limit: 1,
    };
    let covered = span.covered(store, Over::Visits).await?;
    let facts = Facts::gather(store, &request.site, request.period, request.goal.clone()).await?;
    let claims = rules::claims(&facts);
    let counts = change::counts(&claims);
    let tested = claims
        .iter()
        .filter(|claim| claim.p_value.is_some())
        .count();
    let mut findings = weigh(claims, &facts.over());
    let gone = match request.is_compared {
        false => Vec::new(),
        true => {
            let before = before(store, &request, facts.covered).await?;
            change::mark(&mut findings, before, &counts)
        }
    };
    let mut audit = Audit {
        headline: String::new(),
        from: covered.from,
        to: covered.to,
        visitors: facts.visitors,
        goal: facts.goal.as_ref().map(|goal| goal.step.to_string()),
        conversions: facts.conversions,
        tested,
        notes: notes(&facts, tested),
        site: request.site,
        findings,
        gone,
    };
    audit.tell();
    Ok(audit)
}

/// What was found in the stretch of the same length right before.
async fn before(
    store: &Store,
    request: &AuditRequest,
    covered: Option<(i64, i64)>,
) -> Result<Vec<Finding>, Error> {
    let Some((first, last)) = covered else {
        return Ok(Vec::new());
    };
    let Some(period) = Period::between(first, last).before() else {
        return Ok(Vec::new());
    };
    let facts = Facts::gather(store, &request.site, period, request.goal.clone()).await?;
    Ok(weigh(rules::claims(&facts), &facts.over()))
}

impl Audit {
    /// Says in one sentence what there is.
    fn tell(&mut self) {
        self.headline = headline(&self.site, self.visitors, &self.findings);
    }
}

fn headline(site: &str, visitors: u64, findings: &[Finding]) -> String {
    let wrong = findings
        .iter()
        .filter(|finding| finding.severity != Severity::Chance)
        .count();
    match (findings.first(), wrong) {
        (Some(first), 1..) => format!(
            "{} on {site}; first: {}",
            match wrong {
                1 => "one snag".to_owned(),
                wrong => format!("{wrong} snags"),
            },
            first.title
        ),
        _ if visitors == 0 => {
            format!("nothing is known of {site} here, so nothing can be said")
        }
        _ if visitors < FEWEST => format!(
            "{} of {site} {} too few to say anything: {FEWEST} are the least",
            match visitors {
                1 => "one visitor".to_owned(),
                visitors => format!("{visitors} visitors"),
            },
            if visitors == 1 { "is" } else { "are" }
        ),
        _ => format!(
            "nothing wrong was found on {site}, by {} visitors",
            thousands(visitors)
        ),
    }
}

fn notes(facts: &Facts, tested: usize) -> Vec<String> {
    let mut notes = Vec::new();
    match &facts.goal {
        Some(goal) => notes.push(format!(
            "a conversion is {}, of which there were {}; costs are conversions lost a week, with 95 % intervals",
            goal.step,
            thousands(facts.conversions)
        )),
        None => notes.push(
            "nothing is known to be what visitors come for, so no cost can be told: `snag goal save`".to_owned(),
        ),
    }
    if facts.weeks < 1.0 {
        notes.push(format!(
            "this covers {:.1} days; what costs a week is a projection",
            facts.weeks * 7.0
        ));
    }
    notes.push(format!(
        "{} were tested together, of what is claimed at most one in twenty is false (Benjamini-Hochberg)",
        match tested {
            1 => "one claim".to_owned(),
            tested => format!("{} claims", thousands(tested as u64)),
        }
    ));
    notes
}
