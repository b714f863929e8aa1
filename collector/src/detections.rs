//! What was taken for bots lately and why: figures by site and reason, with a few user agents to judge them by.
//!
//! Invariant: all of it is in memory alone and bounded, whatever is sent; of an agent no more than its beginning is kept,
//! and no address ever. It starts anew with the process; the lasting figures are the metrics and `events.bot`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::enrich::{BotReason, Treatment};

/// Sites, reasons and treatments that are told apart; further sites are counted together.
const ENTRIES: usize = 1000;
/// Agents shown of each.
const EXAMPLES: usize = 3;
/// Bytes of an agent that are kept.
const EXAMPLE_BYTES: usize = 240;
/// What further sites are counted under. No site can be called so.
const OTHERS: &str = "(others)";

#[derive(Debug, Default)]
struct Seen {
    events: u64,
    last: i64,
    agents: Vec<String>,
}

/// One line of the page.
#[derive(Debug, Serialize)]
struct Line<'a> {
    site: &'a str,
    reason: &'static str,
    treatment: &'static str,
    events: u64,
    last: String,
    user_agents: &'a [String],
}

/// The detections since the process started.
#[derive(Debug, Default)]
pub(crate) struct Detections(Mutex<BTreeMap<(String, BotReason, Treatment), Seen>>);

impl Detections {
    /// Counts the events of one batch of a site at `now` (milliseconds since 1970).
    pub(crate) fn note(
        &self,
        site: &str,
        detected: &[(BotReason, Treatment)],
        user_agent: &str,
        now: i64,
    ) {
        if detected.is_empty() {
            return;
        }
        let example = beginning(user_agent);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for alike in detected.chunk_by(|one, next| one == next) {
            let (reason, treatment) = alike[0];
            let mut key = (site.to_owned(), reason, treatment);
            if all.len() >= ENTRIES && !all.contains_key(&key) {
                key.0 = OTHERS.to_owned();
            }
            let seen = all.entry(key).or_default();
            seen.events += alike.len() as u64;
            seen.last = now;
            let is_new = !seen.agents.iter().any(|agent| agent == example);
            if seen.agents.len() < EXAMPLES && is_new && !example.is_empty() {
                seen.agents.push(example.to_owned());
            }
        }
    }

    /// All lines as JSON.
    pub(crate) fn json(&self) -> String {
        self.with_lines(|lines| serde_json::to_string(lines).unwrap_or_default())
    }

    /// All lines as a page.
    pub(crate) fn html(&self) -> String {
        self.with_lines(|lines| {
            let mut page = String::from(HEAD);
            for line in lines {
                let _ = write!(
                    page,
                    "<tr><td>{}<td>{}<td>{}<td class=n>{}<td>{}<td>",
                    escape(line.site),
                    line.reason,
                    line.treatment,
                    line.events,
                    line.last
                );
                for agent in line.user_agents {
                    let _ = write!(page, "<code>{}</code>", escape(agent));
                }
                page.push('\n');
            }
            if lines.is_empty() {
                page.push_str("<tr><td colspan=6>Nothing yet.\n");
            }
            page.push_str("</table>\n");
            page
        })
    }

    fn with_lines<T>(&self, show: impl FnOnce(&[Line<'_>]) -> T) -> T {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<Line<'_>> = all
            .iter()
            .map(|((site, reason, treatment), seen)| Line {
                site,
                reason: reason.word(),
                treatment: treatment.word(),
                events: seen.events,
                last: Timestamp::from_millisecond(seen.last)
                    .unwrap_or_default()
                    .to_string(),
                user_agents: &seen.agents,
            })
            .collect();
        show(&lines)
    }
}

const HEAD: &str = "<!doctype html>
<html lang=en>
<meta charset=utf-8>
<title>Snaglist: detections</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid #8884 }
.n { text-align: right }
code { display: block; max-width: 60rem; overflow-wrap: anywhere }
</style>
<h1>Detections</h1>
<p>What was taken for bots since this process started. <b>marked</b>: stored, and left out of reports; <b>dropped</b>: not
stored; <b>shadow</b>: only counted.
<table>
<tr><th>Site<th>Reason<th>Treatment<th class=n>Events<th>Last<th>User agents, such as
";

/// The first bytes of an agent, cut between characters.
fn beginning(agent: &str) -> &str {
    let end = (0..=EXAMPLE_BYTES.min(agent.len())).rfind(|end| agent.is_char_boundary(*end));
    &agent[..end.unwrap_or_default()]
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRAWLER: (BotReason, Treatment) = (BotReason::Crawler, Treatment::Marked);

    #[test]
    fn a_line_says_how_many_when_last_and_who() {
        let detections = Detections::default();
        for (agent, now) in [("<b>Bot", 0), ("<b>Bot", 1000), ("Spider", 2000)] {
            detections.note("shop", &[CRAWLER], agent, now);
        }
        assert_eq!(
            detections.json(),
            r#"[{"site":"shop","reason":"crawler","treatment":"marked","events":3,"last":"1970-01-01T00:00:02Z","user_agents":["<b>Bot","Spider"]}]"#
        );
        let page = detections.html();
        assert!(
            page.contains("&lt;b&gt;Bot") && !page.contains("<b>Bot"),
            "{page}"
        );
    }

    #[test]
    fn a_batch_counts_by_its_events_of_each_kind() {
        let detections = Detections::default();
        let in_shadow = (BotReason::Crawler, Treatment::Shadow);
        let batch = [CRAWLER, CRAWLER, in_shadow, CRAWLER];
        detections.note("shop", &batch, "Bot", 0);
        detections.note("shop", &[], "Browser", 1000);
        let all = detections.0.lock().expect("lock");
        let counts: Vec<_> = all
            .iter()
            .map(|(key, seen)| ((key.1, key.2), seen.events))
            .collect();
        assert_eq!(counts, [(CRAWLER, 3), (in_shadow, 1)]);
        assert!(
            all.values()
                .all(|seen| seen.agents == ["Bot"] && seen.last == 0)
        );
    }

    #[test]
    fn memory_is_bounded_by_sites_agents_and_their_length() {
        let detections = Detections::default();
        let long = "é".repeat(1000);
        for number in 0..2 * ENTRIES {
            detections.note(&format!("site{number}"), &[CRAWLER], &long, 0);
            detections.note("site0", &[CRAWLER], &format!("Bot/{number}"), 0);
        }
        let all = detections.0.lock().expect("lock");
        assert_eq!(all.len(), ENTRIES + 1);
        assert!(all.values().all(|seen| seen.agents.len() <= EXAMPLES));
        let agents = all.values().flat_map(|seen| &seen.agents);
        assert!(
            agents
                .map(String::len)
                .all(|length| length <= EXAMPLE_BYTES)
        );
        let events: u64 = all.values().map(|seen| seen.events).sum();
        assert_eq!(events, 4 * ENTRIES as u64);
    }
}
