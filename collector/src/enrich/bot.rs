//! Who is no person. Marked with a reason and kept apart, or dropped where the configuration says so.
//!
//! Judged by the user agent alone.

use super::{Draft, DropReason, Knowledge};

/// What to do with events of bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BotPolicy {
    /// Store them marked; reports leave them out.
    #[default]
    Mark,
    /// Do not store them.
    Drop,
}

const AUTOMATION: &[&str] = &[
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "cypress",
    "lighthouse",
    "pagespeed",
];

const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "curl/",
    "wget/",
    "python-",
    "go-http-client",
    "okhttp",
    "libwww",
    "axios/",
    "node-fetch",
    "scrapy",
    "monitor",
    "preview",
    "fetch/",
    "httpclient",
];

/// Why this user agent is taken for a bot; empty for a person.
///
/// `crawler` is woothee's word for the agent's category.
#[must_use]
pub(crate) fn bot_reason(user_agent: &str, crawler: bool) -> &'static str {
    if user_agent.trim().is_empty() {
        return "no_user_agent";
    }
    let agent = user_agent.to_ascii_lowercase();
    if AUTOMATION.iter().any(|word| agent.contains(word)) {
        return "automation";
    }
    // A phone of the maker Cubot is no bot; old phones name their Java, but do not begin with it.
    if crawler
        || agent.starts_with("java/")
        || MACHINES.iter().any(|word| agent.contains(word)) && !agent.contains("cubot")
    {
        return "crawler";
    }
    ""
}

pub(super) fn mark(knowledge: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    let parsed = knowledge.agents.parse(draft.sender.user_agent);
    draft.row.bot = parsed.bot;
    if !parsed.bot.is_empty() && knowledge.bots == BotPolicy::Drop {
        return Err(DropReason::Bot);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_told_from_people() {
        for (agent, reason) in [
            ("", "no_user_agent"),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36",
                "automation",
            ),
            ("curl/8.5.0", "crawler"),
            ("Mozilla/5.0 (compatible; SomeBot/1.0)", "crawler"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
                "",
            ),
            (
                "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
                "",
            ),
        ] {
            assert_eq!(bot_reason(agent, false), reason, "{agent}");
        }
    }
}
