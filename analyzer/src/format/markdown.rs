//! Reports as Markdown, for a page or an issue.

use super::{Cell, Column, Measure, Report, printable, shown};

pub(super) fn render(report: &impl Report) -> String {
    let mut out = format!("**{}**\n\n", escaped(report.headline()));
    write(&mut out, report.columns(), &report.rows());
    for section in report.sections() {
        out.push_str(&format!("\n{}\n\n", escaped(&section.title)));
        write(&mut out, &section.columns, &section.rows);
    }
    if !report.notes().is_empty() {
        out.push('\n');
    }
    for note in report.notes() {
        out.push_str(&format!("- {}\n", escaped(note)));
    }
    out
}

fn write(out: &mut String, columns: &[Column], rows: &[Vec<Cell>]) {
    // Bars need letters of one width; a page has charts.
    let columns: Vec<(usize, &Column, &str)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.measure != Measure::Bar)
        .filter_map(|(at, column)| Some((at, column, column.title?)))
        .collect();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = |column: &Column| match column.measure {
        Measure::Text => "---".to_owned(),
        _ => "---:".to_owned(),
    };
    out.push_str(&line(
        columns.iter().map(|(_, _, title)| escaped(title)).collect(),
    ));
    out.push_str(&line(
        columns.iter().map(|(_, column, _)| rule(column)).collect(),
    ));
    for row in rows {
        let cell = |at: usize| row.get(at).map(shown).unwrap_or_default();
        let text = |at: usize| {
            cell(at)
                .lines()
                .map(escaped)
                .collect::<Vec<_>>()
                .join("<br>")
        };
        out.push_str(&line(columns.iter().map(|(at, ..)| text(*at)).collect()));
    }
}

/// The text with what Markdown and HTML take for signs escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = printable(text);
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', letter]),
            // A bare address or a mention would become a link.
            ':' if text[at..].starts_with("://") => out.push_str("&#58;"),
            '@' => out.push_str("&#64;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn a_page_has_headline_table_and_notes() {
        let text = render(&sample("page:/a|b<script>"));
        let expected = "\
**Half of them**

| Step | Visitors | Rate | Median |
| --- | ---: | ---: | ---: |
| page:/a\\|b&lt;script&gt;<br>\"Name\" | 1,234 | 50 % (9-91) | 1m 30s |
| -1 | 0 |  |  |

- a note
";
        assert_eq!(text, expected);
    }
}
