//! Reports as text: a table for the terminal, JSON, CSV or Markdown.
//!
//! A report says what its columns and cells are; how they look is decided here alone. Control characters that
//! visitors may have sent reach neither a terminal nor a Markdown page. Nothing is printed here.

mod csv;
mod markdown;
mod number;
mod printable;
mod shell;
mod table;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub use number::{duration, interval_text, money, percent, points, thousands};
pub use printable::{capital, printable};
pub use shell::for_shell;

use crate::Error;
use crate::statistics::Interval;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// The whole report, all fields.
    Json,
    /// RFC 4180, with a line of names; rates as three columns.
    Csv,
    /// A table for a page or an issue.
    Markdown,
}

impl Format {
    /// All formats, by their names.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Csv, Self::Markdown];

    /// The name it is asked for by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| {
                Error::usage(
                    format!("no format {text:?}"),
                    "write table, json, csv or markdown",
                )
            })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a report tells of itself.
pub trait Report: Serialize {
    /// The finding in one sentence, without a full stop.
    fn headline(&self) -> &str;
    /// What stands in the columns.
    fn columns(&self) -> &[Column];
    /// One cell for each column, a row at a time.
    fn rows(&self) -> Vec<Vec<Cell>>;
    /// The rows for programs that read tables; more than those for people where these have sections.
    fn data_rows(&self) -> Vec<Vec<Cell>> {
        self.rows()
    }
    /// Whether there is anything to report.
    fn is_there(&self) -> bool {
        !self.rows().is_empty()
    }
    /// Further tables for people.
    fn sections(&self) -> Vec<Section> {
        Vec::new()
    }
    /// What should be known beside the numbers.
    fn notes(&self) -> &[String];
}

/// A further table for people.
#[derive(Debug, Clone)]
pub struct Section {
    /// What it shows.
    pub title: String,
    /// What stands in its columns.
    pub columns: Vec<Column>,
    /// One cell for each column, a row at a time.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a report.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// What people read, none where it is for programs alone.
    title: Option<&'static str>,
    /// What programs read, none where it is for people alone.
    key: Option<&'static str>,
    measure: Measure,
}

impl Column {
    /// For people and programs.
    #[must_use]
    pub const fn both(title: &'static str, key: &'static str, measure: Measure) -> Self {
        Self {
            title: Some(title),
            key: Some(key),
            measure,
        }
    }

    /// What people read above it, none where it is for programs alone.
    #[must_use]
    pub const fn title(&self) -> Option<&'static str> {
        self.title
    }

    /// What its cells are.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// For programs alone.
    #[must_use]
    pub const fn data(key: &'static str, measure: Measure) -> Self {
        Self {
            title: None,
            key: Some(key),
            measure,
        }
    }

    /// For people alone.
    #[must_use]
    pub const fn people(title: &'static str, measure: Measure) -> Self {
        Self {
            title: Some(title),
            key: None,
            measure,
        }
    }
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// [`Cell::Text`] or [`Cell::Named`].
    Text,
    /// [`Cell::Count`].
    Count,
    /// [`Cell::Rate`].
    Rate,
    /// [`Cell::Seconds`].
    Seconds,
    /// [`Cell::Bar`].
    Bar,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing to tell.
    None,
    /// A text.
    Text(String),
    /// A text for programs that has a name for people.
    Named {
        /// The text.
        text: String,
        /// The name.
        name: String,
    },
    /// A number of things.
    Count(u64),
    /// A rate, 0..=1, and its interval.
    Rate(f64, Interval),
    /// A length of time.
    Seconds(f64),
    /// A rate as a bar.
    Bar(f64),
}

impl Cell {
    /// A rate that may be one of nothing.
    #[must_use]
    pub fn rate(rate: Option<f64>, interval: Option<Interval>) -> Self {
        match (rate, interval) {
            (Some(rate), Some(interval)) => Self::Rate(rate, interval),
            _ => Self::None,
        }
    }
}

/// Writes a report; ends with a line end. `width` is that of the terminal in columns.
///
/// # Errors
/// [`Error::Format`] when a value cannot be written in this format.
pub fn render(report: &impl Report, format: Format, width: u16) -> Result<String, Error> {
    match format {
        Format::Table => Ok(table::render(report, width)),
        Format::Markdown => Ok(markdown::render(report)),
        Format::Csv => csv::render(report),
        Format::Json => serde_json::to_string_pretty(report)
            .map(|text| text + "\n")
            .map_err(|error| Error::Format {
                format: "json",
                message: error.to_string(),
            }),
    }
}

/// The cell as people read it, on one or more lines.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Text(text) => printable(text),
        Cell::Named { text, name } => {
            let (text, name) = (printable(text), printable(name));
            // A name that the text holds already says nothing more.
            if text.ends_with(&name) {
                text
            } else {
                format!("{text}\n\"{name}\"")
            }
        }
        Cell::Count(count) => thousands(*count),
        Cell::Rate(rate, interval) => {
            format!("{} ({})", percent(*rate), interval_text(*rate, *interval))
        }
        Cell::Seconds(seconds) => duration(*seconds),
        Cell::Bar(rate) => number::bar(*rate),
    }
}

/// A report of every kind of cell.
#[cfg(test)]
mod sample {
    use super::*;
    use crate::statistics::{Z_95, wilson};

    #[derive(Serialize)]
    pub(super) struct Sample {
        headline: String,
        #[serde(skip)]
        pub(super) text: String,
        notes: Vec<String>,
    }

    pub(super) fn sample(text: &str) -> Sample {
        Sample {
            headline: "Half of them".into(),
            text: text.into(),
            notes: vec!["a note".into()],
        }
    }

    const COLUMNS: [Column; 6] = [
        Column::both("Step", "step", Measure::Text),
        Column::data("name", Measure::Text),
        Column::both("Visitors", "visitors", Measure::Count),
        Column::people("", Measure::Bar),
        Column::both("Rate", "rate", Measure::Rate),
        Column::both("Median", "median_seconds", Measure::Seconds),
    ];

    impl Report for Sample {
        fn headline(&self) -> &str {
            &self.headline
        }

        fn columns(&self) -> &[Column] {
            &COLUMNS
        }

        fn rows(&self) -> Vec<Vec<Cell>> {
            let step = Cell::Named {
                text: self.text.clone(),
                name: "Name".into(),
            };
            let rate = wilson(1, 2, Z_95).map_or(Cell::None, |interval| Cell::Rate(0.5, interval));
            vec![
                vec![
                    step,
                    Cell::Text("Name".into()),
                    Cell::Count(1_234),
                    Cell::Bar(0.5),
                    rate,
                    Cell::Seconds(90.25),
                ],
                vec![
                    Cell::Text("-1".into()),
                    Cell::None,
                    Cell::Count(0),
                    Cell::None,
                    Cell::None,
                    Cell::None,
                ],
            ]
        }

        fn notes(&self) -> &[String] {
            &self.notes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_names() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        assert!(
            "xml"
                .parse::<Format>()
                .unwrap_err()
                .to_string()
                .contains("table, json, csv or markdown")
        );
    }

    #[test]
    fn json_is_the_whole_report() {
        let text = render(&sample::sample("x"), Format::Json, 80).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["headline"], "Half of them");
        assert!(text.ends_with("}\n"));
    }
}
