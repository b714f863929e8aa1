//! Reports for a terminal.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent};

use super::{Cell, Column, Measure, Report, printable, shown};

/// The least that a table is squeezed into.
const NARROWEST: u16 = 60;

pub(super) fn render(report: &impl Report, width: u16) -> String {
    let mut out = format!("{}\n\n", printable(report.headline()));
    write(&mut out, report.columns(), &report.rows(), width);
    for section in report.sections() {
        out.push_str(&format!("\n{}\n\n", printable(&section.title)));
        write(&mut out, &section.columns, &section.rows, width);
    }
    if !report.notes().is_empty() {
        out.push('\n');
    }
    for note in report.notes() {
        out.push_str(&format!("note: {}\n", printable(note)));
    }
    out
}

fn write(out: &mut String, columns: &[Column], rows: &[Vec<Cell>], width: u16) {
    if rows.is_empty() {
        return;
    }
    let columns: Vec<(usize, &Column, &str)> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, column, column.title?)))
        .collect();
    let mut table = Table::new();
    // A line under the header, nothing else: it can be read aloud, copied and cut.
    table
        .load_preset(comfy_table::presets::NOTHING)
        .set_style(TableComponent::HeaderLines, '─');
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.max(NARROWEST));
    table.set_header(columns.iter().map(|(_, _, title)| *title));
    for row in rows {
        table.add_row(
            columns
                .iter()
                .map(|(at, ..)| row.get(*at).map(shown).unwrap_or_default()),
        );
    }
    for (at, (_, column, _)) in columns.iter().enumerate() {
        if let Some(shape) = table.column_mut(at) {
            shape.set_padding((0, 2));
            if matches!(column.measure, Measure::Count | Measure::Seconds) {
                shape.set_cell_alignment(CellAlignment::Right);
            }
            // Only words are broken.
            if column.measure != Measure::Text {
                shape.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn a_table_has_headline_columns_for_people_and_notes() {
        let text = render(&sample("page:/\u{1b}[2Jcart"), 100);
        let expected = "\
Half of them

Step            Visitors        Rate         Median
─────────────────────────────────────────────────────
page:/ [2Jcart     1,234  ████  50 % (9-91)  1m 30s
\"Name\"
-1                     0
\nnote: a note\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_long_text_is_broken_and_the_table_keeps_its_width() {
        let text = render(&sample(&"page:/a-long-path/".repeat(20)), 80);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.contains("50 % (9-91)"), "{text}");
    }
}
