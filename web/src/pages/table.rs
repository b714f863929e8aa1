//! What a report tells, as HTML: its sentence, its tables, what should be known beside them, and ways to take it along.

use askama::Template;
use snag_analyzer::format::{
    Cell, Column, capital, duration, interval_text, percent, printable, thousands,
};

use crate::answer::fragment;
use crate::asked::Asked;
use crate::chart;
use crate::problem::Problem;
use crate::told::{Told, is_number, people};
use crate::view::{MOST_ROWS, ROWS};

/// Columns whose cells name pages.
const PAGES: [&str; 5] = ["Page", "Entry page", "Exit page", "From", "Next"];

#[derive(Template)]
#[template(path = "told.html")]
struct Telling<'a> {
    site: &'a str,
    title: &'a str,
    level: u8,
    told: &'a Told,
    sentence: String,
    table: Table,
    sections: Vec<(String, Table)>,
    notes: Vec<String>,
    /// Where the whole is to be had, without the ending.
    export: String,
    export_query: String,
    /// The same with more rows, where there may be more.
    more: Option<String>,
}

/// A table with its cells as they are read.
pub(crate) struct Table {
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
}

struct Head {
    title: &'static str,
    is_number: bool,
}

/// A cell as it is read.
#[derive(Default)]
struct Shown {
    text: String,
    /// A second line.
    below: String,
    /// A chart, drawn by `chart` and escaped there.
    bar: String,
    /// A page of the site.
    page: Option<String>,
    is_number: bool,
}

/// What a report tells, under a title; `name` is what exports are asked for by.
pub(crate) fn telling(
    asked: &Asked,
    title: &str,
    level: u8,
    name: &str,
    told: &Told,
) -> Result<String, Problem> {
    let rows = table(&told.columns, &told.rows);
    telling_of(asked, title, level, name, told, rows)
}

/// The same of what has a picture of its own in place of the first table.
pub(crate) fn telling_without_table(
    asked: &Asked,
    title: &str,
    name: &str,
    told: &Told,
) -> Result<String, Problem> {
    telling_of(asked, title, 2, name, told, table(&[], &[]))
}

fn telling_of(
    asked: &Asked,
    title: &str,
    level: u8,
    name: &str,
    told: &Told,
    rows: Table,
) -> Result<String, Problem> {
    let sections = told.sections.iter().map(|section| {
        let title = capital(&printable(&section.title));
        let (columns, rows) = people(&section.columns, section.rows.clone());
        (title, table(&columns, &rows))
    });
    let telling = Telling {
        site: asked.site(),
        title,
        level,
        told,
        sentence: capital(&printable(&told.headline)),
        table: rows,
        sections: sections.collect(),
        notes: told
            .notes
            .iter()
            .map(|note| capital(&printable(note)))
            .collect(),
        export: format!("/sites/{}/export/{name}", asked.site()),
        export_query: asked.query.text(),
        more: more(asked, told.rows.len()),
    };
    fragment(&telling)
}

/// The address with ten times as many rows.
fn more(asked: &Asked, rows: usize) -> Option<String> {
    let limit = asked
        .query
        .get("limit")
        .and_then(|limit| limit.parse().ok());
    let limit: u32 = limit.unwrap_or(ROWS);
    let is_full = rows >= limit as usize && limit < MOST_ROWS;
    let limit = limit.saturating_mul(10).min(MOST_ROWS).to_string();
    is_full.then(|| asked.path.clone() + &asked.query.with("limit", Some(&limit)).text())
}

fn table(columns: &[Column], rows: &[Vec<Cell>]) -> Table {
    let largest: Vec<f64> = (0..columns.len())
        .map(|at| {
            let rates = rows.iter().filter_map(|row| match row.get(at) {
                Some(Cell::Rate(_, interval)) => Some(interval.high),
                _ => None,
            });
            rates.fold(0.01, f64::max)
        })
        .collect();
    let heads = columns.iter().map(|column| Head {
        title: column.title().unwrap_or_default(),
        is_number: is_number(column.measure()),
    });
    let row = |row: &Vec<Cell>| {
        let cells = row.iter().zip(columns).zip(&largest);
        cells
            .map(|((cell, column), largest)| shown(cell, column, *largest))
            .collect()
    };
    Table {
        heads: heads.collect(),
        rows: rows.iter().map(row).collect(),
    }
}

fn shown(cell: &Cell, column: &Column, largest: f64) -> Shown {
    let number = |text: String| Shown {
        text,
        is_number: true,
        ..Shown::default()
    };
    match cell {
        Cell::None => Shown::default(),
        Cell::Text(text) => Shown {
            page: column
                .title()
                .is_some_and(|title| PAGES.contains(&title))
                .then(|| text.starts_with('/').then(|| text.clone()))
                .flatten(),
            text: printable(text),
            is_number: is_number(column.measure()),
            ..Shown::default()
        },
        Cell::Named { text, name } => {
            let (text, name) = (printable(text), printable(name));
            Shown {
                below: if text.ends_with(&name) {
                    String::new()
                } else {
                    name
                },
                text,
                ..Shown::default()
            }
        }
        Cell::Count(count) => number(thousands(*count)),
        Cell::Rate(rate, interval) => Shown {
            below: format!("({})", interval_text(*rate, *interval)),
            bar: chart::bar(*rate, Some(*interval), largest, false),
            ..number(percent(*rate))
        },
        Cell::Seconds(seconds) => number(duration(*seconds)),
        Cell::Bar(rate) => Shown {
            bar: chart::bar(*rate, None, 1.0, false),
            ..Shown::default()
        },
    }
}
