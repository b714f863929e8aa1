//! As chats take it that speak Slack's incoming webhooks: blocks, and a text for notifications.
//!
//! Invariant: what visitors sent commands nothing: `&`, `<` and `>` are escaped, which is all that Slack's markup has of
//! links, mentions and channels.

use serde_json::{Value, json};

use crate::clean::{capital, line, short};
use crate::told::{Snag, Told, Weekly};
use crate::words::{change, command, covered, headline, sentences, subject, tally, weight, wrong};

/// Characters that a header and a section bear (api.slack.com, Block Kit).
const HEADER: usize = 150;
const SECTION: usize = 3_000;
/// Findings that a channel is shown; the command has them all.
const SHOWN: usize = 10;

/// The payload.
#[must_use]
pub fn slack(told: &Told) -> Value {
    let blocks = match told {
        Told::Weekly(weekly) => list(weekly),
        other => {
            let mut blocks = vec![header(&headline(other))];
            blocks.extend(
                sentences(other)
                    .iter()
                    .map(|sentence| section(&escape(&line(sentence)))),
            );
            let command = command(other);
            if !command.is_empty() {
                blocks.push(section(&code(&command)));
            }
            blocks
        }
    };
    json!({ "text": escape(&subject(told)), "blocks": blocks })
}

fn list(weekly: &Weekly) -> Vec<Value> {
    let tally = tally(weekly);
    let since = if tally.is_empty() {
        "nothing changed"
    } else {
        &tally
    };
    let mut blocks = vec![
        header(&format!("Snag list of {}", line(&weekly.site))),
        context(&format!(
            "{} · since the days before: {}",
            escape(&covered(weekly)),
            escape(since)
        )),
    ];
    if wrong(weekly) == 0 {
        blocks.push(section(&escape(&(capital(&line(&weekly.headline)) + "."))));
    }
    for (at, snag) in weekly.findings.iter().take(SHOWN).enumerate() {
        blocks.push(section(&finding(at + 1, snag)));
    }
    let rest = weekly.findings.len().saturating_sub(SHOWN);
    if rest > 0 {
        blocks.push(context(&format!("{rest} more are in the whole list")));
    }
    if !weekly.gone.is_empty() {
        let lines = weekly.gone.iter().map(|snag| {
            format!(
                "• ~{}~ _{}_",
                marked(&capital(&line(&snag.title))),
                change(snag)
            )
        });
        blocks.push(section(&lines.collect::<Vec<_>>().join("\n")));
    }
    blocks.push(json!({ "type": "divider" }));
    blocks.push(context(&format!(
        "The whole list: {}",
        code(&line(&weekly.command))
    )));
    blocks
}

fn finding(number: usize, snag: &Snag) -> String {
    let words = [snag.severity.as_str(), change(snag)];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let mut lines = vec![format!(
        "*{number}. {}* _{}_",
        marked(&capital(&line(&snag.title))),
        escape(&words.join(", "))
    )];
    let weight = weight(snag);
    if !weight.is_empty() {
        lines.push(escape(&capital(&line(&weight))));
    }
    lines.push(format!("To do: {}", escape(&line(&snag.advice))));
    lines.push(code(&line(&snag.command)));
    lines.join("\n")
}

fn header(text: &str) -> Value {
    // Plain text has no markup, and so nothing to escape.
    json!({ "type": "header", "text": { "type": "plain_text", "text": short(text, HEADER), "emoji": false } })
}

fn section(markup: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": short(markup, SECTION), "verbatim": true } })
}

fn context(markup: &str) -> Value {
    json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": short(markup, SECTION), "verbatim": true }] })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Within bold or struck text, whose ends are the same signs.
fn marked(text: &str) -> String {
    escape(&text.replace('*', "∗").replace('~', "∼").replace('`', "'"))
}

fn code(text: &str) -> String {
    match text.contains('`') {
        true => escape(text),
        false => format!("`{}`", escape(text)),
    }
}
