//! Reports as CSV (RFC 4180): a line of names, then the rows; numbers plain, a rate as rate, low and high.

use super::{Cell, Column, Measure, Report};
use crate::Error;

pub(super) fn render(report: &impl Report) -> Result<String, Error> {
    let failed = |message: String| Error::Format {
        format: "csv",
        message,
    };
    let columns: Vec<(usize, &Column, &str)> = report
        .columns()
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, column, column.key?)))
        .collect();
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let header = columns
        .iter()
        .flat_map(|(_, column, key)| names(key, column.measure));
    writer
        .write_record(header)
        .map_err(|error| failed(error.to_string()))?;
    for row in report.data_rows() {
        let fields = columns.iter().flat_map(|(at, column, _)| {
            fields(row.get(*at).unwrap_or(&Cell::None), column.measure)
        });
        writer
            .write_record(fields)
            .map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

fn names(key: &str, measure: Measure) -> Vec<String> {
    match measure {
        Measure::Rate => vec![key.to_owned(), format!("{key}_low"), format!("{key}_high")],
        _ => vec![key.to_owned()],
    }
}

fn fields(cell: &Cell, measure: Measure) -> Vec<String> {
    let fields = match cell {
        Cell::None => Vec::new(),
        Cell::Text(text) | Cell::Named { text, .. } => vec![inert(text)],
        Cell::Count(count) => vec![count.to_string()],
        Cell::Rate(rate, interval) => vec![
            rate.to_string(),
            interval.low.to_string(),
            interval.high.to_string(),
        ],
        Cell::Seconds(number) | Cell::Bar(number) => vec![number.to_string()],
    };
    let width = if measure == Measure::Rate { 3 } else { 1 };
    fields
        .into_iter()
        .chain(std::iter::repeat(String::new()))
        .take(width)
        .collect()
}

/// Titles come from visitors: a text that a spreadsheet would take for a formula gets an apostrophe before it.
fn inert(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::statistics::{Interval, Z_95, wilson};

    #[test]
    fn a_record_has_plain_numbers_and_quoted_texts() {
        let text = render(&sample("event:\"a\",b")).unwrap();
        let Interval { low, high } = wilson(1, 2, Z_95).unwrap();
        let expected = format!(
            "step,name,visitors,rate,rate_low,rate_high,median_seconds\r\n\
             \"event:\"\"a\"\",b\",Name,1234,0.5,{low},{high},90.25\r\n\
             '-1,,0,,,,\r\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn formulas_are_made_texts() {
        for text in ["=1+1", "+1", "-1", "@x"] {
            assert_eq!(inert(text), format!("'{text}"));
        }
        assert_eq!(inert("page:/"), "page:/");
    }
}
