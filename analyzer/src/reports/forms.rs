//! Forms: how many send them, and at which field the others stop.
//!
//! Invariant: people are counted once a form and page; what they typed is nowhere.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, Section, percent, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};

const SQL: &str = include_str!("../../../sql/reports/forms.sql");

/// The forms of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forms {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those that most people began first, their fields in the order of first touch.
    pub forms: Vec<Form>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A form of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Form {
    /// The page, or group of pages.
    pub page: String,
    /// Selector of the form; empty for fields outside of any.
    pub form: String,
    /// People who were on the page.
    pub there: u64,
    /// People who touched a field of it.
    pub visitors: u64,
    /// Of these who sent it at least once.
    pub sent: u64,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormField {
    /// Its name, else its selector.
    pub field: String,
    /// Selector that finds it.
    pub selector: String,
    /// People who touched it.
    pub touched: u64,
    /// Of these who touched it last and never sent the form.
    pub stopped: u64,
    /// The share of those who touched it.
    pub stopped_rate: Option<f64>,
    /// Interval of `stopped_rate`.
    pub stopped_interval: Option<Interval>,
    /// Of those who touched it who got a message against what was in it.
    pub refused: u64,
    /// Of these who never sent the form.
    pub refused_and_stopped: u64,
    /// The share of those who touched it that was refused.
    pub refused_rate: Option<f64>,
    /// Interval of `refused_rate`.
    pub refused_interval: Option<Interval>,
    /// The most frequent kind of message, as `ValidityState` calls it, or empty.
    pub refusal: String,
    /// Half of them took at most so long from focus to first input; absent where nobody typed.
    pub median_hesitation_seconds: Option<f64>,
    /// How often they corrected it, on the mean.
    pub mean_corrections: f64,
}

#[derive(Row, Deserialize)]
struct Counted {
    page: String,
    form_selector: String,
    selector: String,
    field: String,
    there: u64,
    visitors: u64,
    sent: u64,
    touched: u64,
    stopped: u64,
    refused: u64,
    refused_and_stopped: u64,
    refusal: String,
    hesitation_seconds: f64,
    corrections: f64,
}

/// Tells of the forms.
///
/// # Errors
/// [`Error::Usage`] for a filter that exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn forms(store: &Store, span: &Span) -> Result<Forms, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let mut bindings = Bindings::default();
    let group = bindings.group(&[]);
    let mut forms = counted(store, span, &group, "{{filters}}", bindings).await?;
    let mut notes = Vec::new();
    let (count, limit) = (forms.len(), span.limit as usize);
    let headline = headline(&span.site, &forms);
    if count > limit {
        forms.truncate(limit);
        notes.push(format!("{limit} of {count} forms are shown: --limit"));
    }
    if count == 0 {
        notes.push(
            "the tracker tells how fields are filled in; events from other sources do not"
                .to_owned(),
        );
    }
    Ok(Forms {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        forms,
        notes,
    })
}

/// The forms of the rows for which `filters` holds, by the page that `group` makes of a row.
///
/// # Errors
/// [`Error::Store`].
pub(super) async fn counted(
    store: &Store,
    span: &Span,
    group: &str,
    filters: &str,
    bindings: Bindings,
) -> Result<Vec<Form>, Error> {
    let sql = SQL
        .replace("{{page}}", group)
        .replace("{{filters}}", filters);
    let counted: Vec<Counted> = span
        .query_with(store, &sql, &span.period, bindings)
        .fetch_all()
        .await?;
    let mut forms: Vec<Form> = Vec::new();
    for row in counted {
        let is_same = |form: &Form| form.page == row.page && form.form == row.form_selector;
        if !forms.last().is_some_and(is_same) {
            forms.push(Form {
                page: row.page.clone(),
                form: row.form_selector.clone(),
                there: row.there,
                visitors: row.visitors,
                sent: row.sent,
                fields: Vec::new(),
            });
        }
        if let Some(form) = forms.last_mut() {
            form.fields.push(field(row));
        }
    }
    Ok(forms)
}

fn field(row: Counted) -> FormField {
    FormField {
        field: row.field,
        selector: row.selector,
        touched: row.touched,
        stopped: row.stopped,
        stopped_rate: rate(row.stopped, row.touched),
        stopped_interval: wilson(row.stopped, row.touched, Z_95),
        refused: row.refused,
        refused_and_stopped: row.refused_and_stopped,
        refused_rate: rate(row.refused, row.touched),
        refused_interval: wilson(row.refused, row.touched, Z_95),
        refusal: row.refusal,
        median_hesitation_seconds: (row.hesitation_seconds > 0.0).then_some(row.hesitation_seconds),
        mean_corrections: row.corrections,
    }
}

fn headline(site: &str, forms: &[Form]) -> String {
    let fields = forms
        .iter()
        .flat_map(|form| form.fields.iter().map(move |field| (form, field)));
    match fields.max_by_key(|(_, field)| field.stopped) {
        Some((form, field)) if field.stopped > 0 => format!(
            "{} of {} who began the form of {} never sent it; most of these, {}, stopped at the field \"{}\"",
            thousands(form.visitors - form.sent),
            thousands(form.visitors),
            form.page,
            thousands(field.stopped),
            field.field
        ),
        Some(_) => "all who began a form sent it".to_owned(),
        None => format!("nobody filled in a form of {site} here"),
    }
}

const COLUMNS: [Column; 12] = [
    Column::both("Form of", "page", Measure::Text),
    Column::data("form", Measure::Text),
    Column::data("there", Measure::Count),
    Column::both("Begun by", "visitors", Measure::Count),
    Column::both("Sent by", "sent", Measure::Count),
    Column::both("Field", "field", Measure::Text),
    Column::data("selector", Measure::Text),
    Column::both("Touched by", "touched", Measure::Count),
    Column::both("Stopped there", "stopped_rate", Measure::Rate),
    Column::both("Refused", "refused_rate", Measure::Rate),
    Column::both("Why", "refusal", Measure::Text),
    Column::both("Hesitation", "median_hesitation_seconds", Measure::Seconds),
];

impl Report for Forms {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        rows(&self.forms)
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The same as a section of another report.
pub(super) fn section(forms: &[Form]) -> Section {
    Section {
        title: "Forms".to_owned(),
        columns: COLUMNS.to_vec(),
        rows: rows(forms),
    }
}

fn rows(forms: &[Form]) -> Vec<Vec<Cell>> {
    let row = |form: &Form, field: &FormField| {
        vec![
            Cell::Text(form.page.clone()),
            Cell::Text(form.form.clone()),
            Cell::Count(form.there),
            Cell::Count(form.visitors),
            Cell::Count(form.sent),
            Cell::Text(field.field.clone()),
            Cell::Text(field.selector.clone()),
            Cell::Count(field.touched),
            Cell::rate(field.stopped_rate, field.stopped_interval),
            match field.refused {
                0 => Cell::None,
                _ => Cell::rate(field.refused_rate, field.refused_interval),
            },
            Cell::Text(match field.refused {
                0 => String::new(),
                _ => refusal(field),
            }),
            field
                .median_hesitation_seconds
                .map_or(Cell::None, Cell::Seconds),
        ]
    };
    let forms = forms.iter();
    forms
        .flat_map(|form| form.fields.iter().map(move |field| row(form, field)))
        .collect()
}

/// The message, and how many of those who got it never sent the form.
fn refusal(field: &FormField) -> String {
    match rate(field.refused_and_stopped, field.refused) {
        Some(share) => format!("{}, {} never sent it", field.refusal, percent(share)),
        None => field.refusal.clone(),
    }
}
