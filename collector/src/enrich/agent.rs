//! Device, browser and system from a user agent, by woothee, put right by client hints.
//!
//! Parsing costs two microseconds, and a site's visitors share few agents: each is parsed once and remembered.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use woothee::parser::Parser;

use super::bot::{self, BotReason};
use super::hints::ClientHints;

/// How many user agents are remembered.
const REMEMBERED: usize = 10_000;
/// Longer ones are not remembered, so that no one can fill the memory; browsers stay far below.
const LONGEST: usize = 1024;

/// What a user agent says. Unknown parts are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agent {
    /// `desktop`, `mobile`, `appliance` or empty.
    pub device: &'static str,
    /// Name of the browser.
    pub browser: String,
    /// Version of the browser.
    pub browser_version: String,
    /// Name of the operating system.
    pub os: String,
    /// Version of the operating system.
    pub os_version: String,
}

#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) agent: Arc<Agent>,
    pub(super) bot: Option<BotReason>,
}

/// A user agent and its hints in one text, and where each part of it ends.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    text: Box<str>,
    ends: [usize; 6],
}

#[derive(Clone, Copy)]
struct Asked<'a>([&'a str; 6]);

impl<'a> Asked<'a> {
    fn new(user_agent: &'a str, hints: &ClientHints<'a>) -> Self {
        Self([
            user_agent,
            hints.brands,
            hints.full_versions,
            hints.mobile,
            hints.platform,
            hints.platform_version,
        ])
    }

    fn length(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }

    fn to_key(self) -> Key {
        let mut text = String::with_capacity(self.length());
        let ends = self.0.map(|part| {
            text.push_str(part);
            text.len()
        });
        Key {
            text: text.into(),
            ends,
        }
    }
}

impl Key {
    fn parts(&self) -> [&str; 6] {
        let mut start = 0;
        self.ends.map(|end| {
            let part = &self.text[start..end];
            start = end;
            part
        })
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Asked(self.parts()).hash(state);
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Hints are few and short, or not there at all.
        for part in self.0.iter().filter(|part| !part.is_empty()) {
            state.write(part.as_bytes());
        }
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0 == key.parts()
    }
}

/// User agents, parsed once each.
#[derive(Debug)]
pub struct Agents(Cache<Key, Arc<Parsed>>);

impl Default for Agents {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Agents {
    pub(super) fn parse(&self, user_agent: &str, hints: &ClientHints<'_>) -> Arc<Parsed> {
        let asked = Asked::new(user_agent, hints);
        if let Some(parsed) = self.0.get(&asked) {
            return parsed;
        }
        let parsed = Arc::new(parse(user_agent, hints));
        if asked.length() <= LONGEST {
            self.0.insert(asked.to_key(), Arc::clone(&parsed));
        }
        parsed
    }

    /// What the user agent says, and why it is taken for a bot, if it is.
    #[must_use]
    pub fn describe(&self, user_agent: &str) -> (Arc<Agent>, Option<BotReason>) {
        let parsed = self.parse(user_agent, &ClientHints::default());
        (Arc::clone(&parsed.agent), parsed.bot)
    }
}

fn parse(user_agent: &str, hints: &ClientHints<'_>) -> Parsed {
    let known = |text: &str| {
        if text == woothee::woothee::VALUE_UNKNOWN {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let result = Parser::new().parse(user_agent);
    let mut bot = bot::of_agent(
        user_agent,
        result
            .as_ref()
            .is_some_and(|result| result.category == "crawler"),
    );
    if hints.is_headless() {
        bot = Some(bot.map_or(BotReason::Automation, |other| {
            other.min(BotReason::Automation)
        }));
    }
    let mut agent = result.map_or_else(Agent::default, |result| Agent {
        device: match result.category {
            "pc" => "desktop",
            "smartphone" | "mobilephone" => "mobile",
            "appliance" => "appliance",
            _ => "",
        },
        browser: known(result.name),
        browser_version: known(result.version),
        os: known(result.os),
        os_version: known(&result.os_version),
    });
    hints.correct(&mut agent);
    Parsed {
        agent: Arc::new(agent),
        bot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_with_its_system() {
        let agents = Agents::default();
        let (agent, bot) = agents.describe(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/17.1 Mobile/15E148 Safari/604.1",
        );
        assert_eq!(
            (agent.device, agent.browser.as_str(), agent.os.as_str(), bot),
            ("mobile", "Safari", "iPhone", None)
        );
        assert_eq!(*agents.describe("total nonsense").0, Agent::default());
    }

    #[test]
    fn one_agent_with_two_sets_of_hints_is_two_agents() {
        let agents = Agents::default();
        let user_agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/130.0.0.0 Mobile Safari/537.36";
        let version = |platform_version| {
            let hints = ClientHints {
                platform: "\"Android\"",
                platform_version,
                ..ClientHints::default()
            };
            agents.parse(user_agent, &hints).agent.os_version.clone()
        };
        assert_eq!(
            [version("\"14\""), version("\"15\""), version("")],
            ["14", "15", "10"]
        );
        let headless = ClientHints {
            brands: r#""HeadlessChrome";v="130""#,
            ..ClientHints::default()
        };
        let bot = agents.parse(user_agent, &headless).bot;
        assert_eq!(bot, Some(BotReason::Automation));
    }
}
