//! How an audit is printed: the list, then what shows each finding.

use super::finding::{Finding, Severity, share};
use super::{Audit, Change, Evidence};
use crate::format::{Cell, Column, Measure, Report, Section, thousands};

const COLUMNS: [Column; 10] = [
    Column::people("#", Measure::Text),
    Column::data("id", Measure::Text),
    Column::both("How bad", "severity", Measure::Text),
    Column::both("What", "title", Measure::Text),
    Column::data("rule", Measure::Text),
    Column::data("page", Measure::Text),
    Column::both("Visitors", "affected", Measure::Count),
    Column::both("Costs a week", "cost", Measure::Text),
    Column::both("p", "p_adjusted", Measure::Text),
    Column::both("Since", "change", Measure::Text),
];

/// A p-value as people read it.
pub(super) fn p_text(p: Option<f64>) -> String {
    match p {
        None => "plain".to_owned(),
        Some(p) if p < 0.001 => "< 0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// The cost, where it surely is one, and what that is in money.
#[must_use]
pub fn cost_text(finding: &Finding) -> Option<String> {
    let cost = finding.cost.filter(|cost| cost.interval.low > 0.0)?;
    let in_money = finding.money.iter().map(|(currency, amount)| {
        let amount = thousands(amount.round() as u64);
        format!(", {amount} {currency}").trim_end().to_owned()
    });
    Some(cost.text() + &in_money.collect::<String>())
}

/// Whom it happens to, `12 of 345 (3.5 %)`; empty where nothing is wrong, or it happens to nobody.
#[must_use]
pub fn share_text(finding: &Finding) -> String {
    match finding.severity == Severity::Chance || finding.of == 0 {
        true => String::new(),
        false => share((finding.affected, finding.of)),
    }
}

/// What became of it, and what is known of it.
fn since(finding: &Finding) -> String {
    let words = [finding.change.map(Change::name), finding.state];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn gone(gone: &[Finding]) -> Option<Section> {
    let row = |finding: &Finding| {
        vec![
            Cell::Text(finding.id.clone()),
            Cell::Text(finding.title.clone()),
        ]
    };
    (!gone.is_empty()).then(|| Section {
        title: "Found in the stretch before, and gone".to_owned(),
        columns: vec![
            Column::people("Id", Measure::Text),
            Column::people("What", Measure::Text),
        ],
        rows: gone.iter().map(row).collect(),
    })
}

impl Report for Audit {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |(at, finding): (usize, &Finding)| {
            let rule = serde_json::to_value(finding.rule).unwrap_or_default();
            vec![
                Cell::Text((at + 1).to_string()),
                Cell::Text(finding.id.clone()),
                Cell::Text(finding.severity.name().to_owned()),
                Cell::Text(finding.title.clone()),
                Cell::Text(rule.as_str().unwrap_or_default().to_owned()),
                Cell::Text(finding.page.clone()),
                match finding.severity {
                    Severity::Chance => Cell::None,
                    _ => Cell::Count(finding.affected),
                },
                cost_text(finding).map_or(Cell::None, Cell::Text),
                Cell::Text(p_text(finding.p_adjusted)),
                Cell::Text(since(finding)),
            ]
        };
        self.findings.iter().enumerate().map(row).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let section = |(at, finding): (usize, &Finding)| {
            let row = |evidence: &Evidence| {
                vec![
                    Cell::Text(evidence.text.clone()),
                    Cell::Text(evidence.command.clone()),
                ]
            };
            let mut rows: Vec<Vec<Cell>> = finding.evidence.iter().map(row).collect();
            rows.push(vec![
                Cell::Text(format!("To do: {}", finding.advice)),
                Cell::None,
            ]);
            Section {
                title: format!("{}. {} ({})", at + 1, finding.title, finding.id),
                columns: vec![
                    Column::people("Evidence", Measure::Text),
                    Column::people("Shown by", Measure::Text),
                ],
                rows,
            }
        };
        let found = self.findings.iter().enumerate().map(section);
        found.chain(gone(&self.gone)).collect()
    }

    /// A sound site is a result, too.
    fn is_there(&self) -> bool {
        self.visitors > 0
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
