//! What audits found before, and what people thought of it.
//!
//! Invariant: a finding is the same one as long as its rule and its place are; numbers may change. Nothing is forgotten: a
//! muted finding is kept, and only left out of the list.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::finding::Finding;
use super::{Audit, Severity};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::names::nearest_first;

const LIST: &str = include_str!("../../../sql/reports/findings.sql");
const LAST: &str = "SELECT toUnixTimestamp64Milli(at) AS at_ms, told FROM audits \
                    WHERE site = {site:String} AND finding = '' ORDER BY at DESC LIMIT 1";
const COSTS: &str = "SELECT finding, toUnixTimestamp64Milli(max(at)) AS at_ms, argMax(conversions, at) AS cost FROM audits \
                     WHERE site = {site:String} AND finding != '' \
                     AND at > (SELECT max(at) FROM audits WHERE site = {site:String}) - INTERVAL 90 DAY \
                     GROUP BY finding, toDate(at) ORDER BY finding, at_ms";
/// The name of an audit's own row among those of its findings.
const AUDIT_ITSELF: &str = "";
const WRITE: &str = "INSERT INTO verdicts SELECT {site:String}, {finding:String}, {state:String}, now64(3, 'UTC'), \
                     {note:String}, toUnixTimestamp64Nano(now64(9))";

/// What people thought of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is known and meant to be mended.
    Accepted,
    /// It is mended; found again it is back.
    Fixed,
    /// It is not to be told of.
    Muted,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Fixed => "fixed",
            Self::Muted => "muted",
        }
    }
}

/// A finding as audits told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Row, Deserialize)]
pub struct Kept {
    /// Names it from one audit to the next.
    pub id: String,
    /// What is wrong.
    pub rule: String,
    /// How bad it is.
    pub severity: String,
    /// In one sentence.
    pub title: String,
    /// The page, or empty.
    pub page: String,
    /// People it happened to.
    pub affected: u64,
    /// Conversions it costs a week; 0 where that does not show.
    pub conversions: f64,
    /// The first audit that found it, in UTC.
    pub first_found: String,
    /// The last, in UTC.
    pub last_found: String,
    /// How many did.
    pub times: u64,
    /// Whether the last audit of the site found it.
    pub is_there: bool,
    /// What people thought of it: accepted, fixed, muted, or empty.
    pub state: String,
    /// Since when, in UTC, or empty.
    pub state_since: String,
    /// Whether it was found again after it was said to be fixed.
    pub is_back: bool,
    /// Why.
    pub note: String,
}

/// The findings of a site so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Findings {
    /// Identifier of the site.
    pub site: String,
    headline: String,
    /// Those of the last audit first.
    pub findings: Vec<Kept>,
    notes: Vec<String>,
}

#[derive(Row, Serialize)]
struct KeptRow<'a> {
    site: &'a str,
    at: i64,
    finding: &'a str,
    rule: String,
    severity: &'static str,
    title: &'a str,
    page: &'a str,
    affected: u64,
    of: u64,
    conversions: f64,
    told: String,
}

/// An audit that was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAudit {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What it found.
    pub audit: Audit,
}

/// What a finding cost, as one audit told it.
#[derive(Debug, Clone, PartialEq, Row, Deserialize)]
pub struct KeptCost {
    /// Names it from one audit to the next.
    pub finding: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Conversions it surely cost a week; 0 where that did not show.
    pub cost: f64,
}

#[derive(Row, Deserialize)]
struct Last {
    at_ms: i64,
    told: String,
}

/// The last audit of a site that was kept, with what people thought of its findings; none where none was kept, or
/// where it was written by a version that told other things.
///
/// # Errors
/// [`Error::Store`].
pub async fn last_audit(store: &Store, site: &str) -> Result<Option<KeptAudit>, Error> {
    let query = store.client().query(LAST).param("site", site);
    let Some(last) = query.fetch_optional::<Last>().await? else {
        return Ok(None);
    };
    let Ok(mut audit) = serde_json::from_str::<Audit>(&last.told) else {
        return Ok(None);
    };
    recall(store, &mut audit).await?;
    Ok(Some(KeptAudit {
        at: last.at_ms,
        audit,
    }))
}

/// What each finding of a site cost at the last audit of each day that found it, over 90 days, by finding and time.
///
/// # Errors
/// [`Error::Store`].
pub async fn costs_of(store: &Store, site: &str) -> Result<Vec<KeptCost>, Error> {
    let query = store.client().query(COSTS).param("site", site);
    Ok(query.fetch_all().await?)
}

/// Keeps an audit and what it found, as of a moment in milliseconds since 1970.
///
/// # Errors
/// [`Error::Store`]; [`Error::Format`] for a finding that cannot be written.
pub async fn keep(store: &Store, audit: &Audit, at: i64) -> Result<(), Error> {
    let mut insert = store.client().insert::<KeptRow<'_>>("audits").await?;
    // An audit that found nothing has found that.
    insert
        .write(&KeptRow {
            site: &audit.site,
            at,
            finding: AUDIT_ITSELF,
            rule: String::new(),
            severity: "",
            title: &audit.headline,
            page: "",
            affected: 0,
            of: audit.visitors,
            conversions: 0.0,
            told: json(audit)?,
        })
        .await?;
    for finding in &audit.findings {
        let rule = serde_json::to_value(finding.rule).unwrap_or_default();
        insert
            .write(&KeptRow {
                site: &audit.site,
                at,
                finding: &finding.id,
                rule: rule.as_str().unwrap_or_default().to_owned(),
                severity: finding.severity.name(),
                title: &finding.title,
                page: &finding.page,
                affected: finding.affected,
                of: finding.of,
                conversions: finding.sure_cost().unwrap_or(0.0),
                told: json(finding)?,
            })
            .await?;
    }
    Ok(insert.end().await?)
}

fn json(told: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(told).map_err(|error| Error::Format {
        format: "json",
        message: error.to_string(),
    })
}

/// The findings of a site so far.
///
/// # Errors
/// [`Error::Store`].
pub async fn findings(store: &Store, site: &str) -> Result<Findings, Error> {
    let findings: Vec<Kept> = store
        .client()
        .query(LIST)
        .param("site", site)
        .fetch_all()
        .await?;
    let open = findings
        .iter()
        .filter(|kept| kept.is_there && kept.state != State::Muted.name())
        .count();
    let notes = match findings.is_empty() {
        true => vec!["`snag audit --keep` keeps what it finds".to_owned()],
        false => Vec::new(),
    };
    Ok(Findings {
        site: site.to_owned(),
        headline: format!(
            "{} findings of {site} so far, of which the last audit shows {}",
            thousands(findings.len() as u64),
            thousands(open as u64)
        ),
        findings,
        notes,
    })
}

/// Says what people think of a finding.
///
/// # Errors
/// [`Error::Missing`] where no audit kept one of this name, [`Error::Store`].
pub async fn judge(
    store: &Store,
    site: &str,
    id: &str,
    state: State,
    note: &str,
) -> Result<Kept, Error> {
    let known = findings(store, site).await?.findings;
    let Some(kept) = known.iter().find(|kept| kept.id == id) else {
        let ids = known.iter().map(|kept| kept.id.clone()).collect();
        let mend = match nearest_first(id, ids) {
            ids if ids.is_empty() => {
                format!("{site} has none yet: `snag audit --site {site} --keep`")
            }
            ids => format!("{site} has {}", ids.join(", ")),
        };
        return Err(Error::Missing {
            message: format!("no finding {id:?}"),
            mend,
        });
    };
    let query = store
        .client()
        .query(WRITE)
        .param("site", site)
        .param("finding", id)
        .param("state", state.name())
        .param("note", note);
    query.execute().await?;
    Ok(kept.clone())
}

/// Takes out of an audit what is not to be told of, and notes what is known of the rest.
///
/// # Errors
/// [`Error::Store`].
pub async fn recall(store: &Store, audit: &mut Audit) -> Result<(), Error> {
    let known = findings(store, &audit.site).await?.findings;
    let of = |id: &str| known.iter().find(|kept| kept.id == id);
    let count = audit.findings.len();
    let is_told =
        |finding: &Finding| of(&finding.id).is_none_or(|kept| kept.state != State::Muted.name());
    audit.findings.retain(is_told);
    let muted = count - audit.findings.len();
    if muted > 0 {
        audit.notes.push(format!(
            "{muted} muted {} left out: `snag findings list --site {}`",
            if muted == 1 {
                "finding is"
            } else {
                "findings are"
            },
            audit.site
        ));
    }
    for finding in &mut audit.findings {
        finding.state = of(&finding.id).and_then(|kept| match kept.state.as_str() {
            "accepted" => Some("accepted"),
            "fixed" => Some("back"),
            _ => None,
        });
    }
    audit.gone.retain(is_told);
    for finding in &mut audit.gone {
        let is_fixed = of(&finding.id).is_some_and(|kept| kept.state == State::Fixed.name());
        finding.state = is_fixed.then_some("mended");
    }
    audit.tell();
    Ok(())
}

const COLUMNS: [Column; 9] = [
    Column::both("Id", "id", Measure::Text),
    Column::both("How bad", "severity", Measure::Text),
    Column::both("What", "title", Measure::Text),
    Column::data("rule", Measure::Text),
    Column::both("Costs a week", "conversions", Measure::Text),
    Column::both("First found", "first_found", Measure::Text),
    Column::both("Last found", "last_found", Measure::Text),
    Column::both("State", "state", Measure::Text),
    Column::data("note", Measure::Text),
];

impl Report for Findings {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let minute = |moment: &str| moment.get(..16).unwrap_or(moment).to_owned();
        let row = |kept: &Kept| {
            let state = match (kept.is_back, kept.state.as_str(), kept.is_there) {
                (true, ..) => "fixed, and back".to_owned(),
                (_, "", true) => "open".to_owned(),
                (_, "", false) => "no longer found".to_owned(),
                (_, state, true) => state.to_owned(),
                (_, state, false) => format!("{state}, no longer found"),
            };
            vec![
                Cell::Text(kept.id.clone()),
                Cell::Text(kept.severity.clone()),
                Cell::Text(kept.title.clone()),
                Cell::Text(kept.rule.clone()),
                match kept.conversions > 0.0 {
                    true => Cell::Text(format!("{:.1}", kept.conversions)),
                    false => Cell::None,
                },
                Cell::Text(minute(&kept.first_found)),
                Cell::Text(minute(&kept.last_found)),
                Cell::Text(state),
                Cell::Text(kept.note.clone()),
            ]
        };
        self.findings.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Finding {
    /// Conversions it surely costs a week.
    pub(super) fn sure_cost(&self) -> Option<f64> {
        let cost = self.cost.filter(|cost| cost.interval.low > 0.0)?;
        (self.severity != Severity::Chance).then_some(cost.conversions)
    }
}
