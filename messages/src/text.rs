//! As plain text, for mail programs that show nothing else and for terminals.

use std::fmt::Write as _;

use crate::clean::{capital, line};
use crate::told::{Snag, Told, Weekly};
use crate::words::{change, command, covered, headline, sentences, tally, unsubscribe, weight};

/// Columns of a paragraph; commands are never broken, for they are copied.
const WIDTH: usize = 76;

/// The whole message.
#[must_use]
pub fn text(told: &Told) -> String {
    let mut out = String::new();
    match told {
        Told::Weekly(weekly) => list(&mut out, weekly),
        other => {
            paragraph(&mut out, &(headline(other) + "."), "");
            for sentence in sentences(other) {
                out.push('\n');
                paragraph(&mut out, &line(&sentence), "");
            }
            let command = command(other);
            if !command.is_empty() {
                let _ = write!(out, "\n  {command}\n");
            }
        }
    }
    out.push_str("\n-- \n");
    paragraph(&mut out, &unsubscribe(told), "");
    out
}

fn list(out: &mut String, weekly: &Weekly) {
    paragraph(
        out,
        &format!("Snag list of {}, {}", weekly.site, covered(weekly)),
        "",
    );
    out.push('\n');
    paragraph(out, &(capital(&line(&weekly.headline)) + "."), "");
    let tally = tally(weekly);
    if !tally.is_empty() {
        paragraph(
            out,
            &format!("Since the {} days before: {tally}.", weekly.days),
            "",
        );
    }
    for (at, snag) in weekly.findings.iter().enumerate() {
        let words = [
            snag.severity.as_str(),
            change(snag),
            if snag.accepted { "accepted" } else { "" },
            &snag.id,
        ];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        out.push('\n');
        paragraph(
            out,
            &format!(
                "{}. {} [{}]",
                at + 1,
                capital(&line(&snag.title)),
                words.join(", ")
            ),
            "   ",
        );
        body(out, snag);
    }
    if !weekly.gone.is_empty() {
        out.push_str("\nFound in the days before, and no more:\n");
        for snag in &weekly.gone {
            let title = format!("- {} [{}]", capital(&line(&snag.title)), change(snag));
            paragraph(out, &title, "  ");
        }
    }
    let _ = write!(
        out,
        "\nThe whole list, with all that shows it:\n  {}\n",
        line(&weekly.command)
    );
    if let Some(first) = weekly.findings.first() {
        let _ = write!(
            out,
            "Mended one, or do not want to hear of it:\n  snag findings fix {id} --site {site}\n  snag findings mute {id} --site {site}\n",
            id = first.id,
            site = line(&weekly.site)
        );
    }
    for note in &weekly.notes {
        out.push('\n');
        paragraph(out, &(capital(&line(note)) + "."), "");
    }
}

fn body(out: &mut String, snag: &Snag) {
    for sentence in [weight(snag), snag.evidence.clone()] {
        if !sentence.is_empty() {
            paragraph(out, &format!("   {}.", capital(&line(&sentence))), "   ");
        }
    }
    paragraph(out, &format!("   To do: {}.", line(&snag.advice)), "   ");
    let _ = writeln!(out, "   {}", line(&snag.command));
}

/// Words in lines; those behind the first begin with `indent`.
fn paragraph(out: &mut String, text: &str, indent: &str) {
    let start = text.len() - text.trim_start().len();
    let mut current = text[..start].to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let length = current.chars().count() + word.chars().count() + usize::from(!is_empty);
        if !is_empty && length > WIDTH {
            let _ = writeln!(out, "{current}");
            indent.clone_into(&mut current);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(out, "{current}");
}
