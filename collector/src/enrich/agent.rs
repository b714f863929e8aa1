//! Device, browser and system from a user agent, by woothee.
//!
//! Parsing costs two microseconds, and a site's visitors share few agents: each is parsed once and remembered.

use std::sync::Arc;

use quick_cache::sync::Cache;
use woothee::parser::Parser;

use super::{Draft, DropReason, Knowledge, bot_reason};

/// How many user agents are remembered.
const REMEMBERED: usize = 10_000;

/// What a user agent says. Unknown parts are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Agent {
    /// `desktop`, `mobile`, `appliance` or empty.
    pub(crate) device: &'static str,
    /// Name of the browser.
    pub(crate) browser: String,
    /// Version of the browser.
    pub(crate) browser_version: String,
    /// Name of the operating system.
    pub(crate) os: String,
    /// Version of the operating system.
    pub(crate) os_version: String,
}

#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) agent: Arc<Agent>,
    pub(super) bot: &'static str,
}

/// User agents, parsed once each.
#[derive(Debug)]
pub struct Agents(Cache<String, Arc<Parsed>>);

impl Default for Agents {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Agents {
    pub(super) fn parse(&self, user_agent: &str) -> Arc<Parsed> {
        if let Some(parsed) = self.0.get(user_agent) {
            return parsed;
        }
        let parsed = Arc::new(parse(user_agent));
        self.0.insert(user_agent.to_owned(), Arc::clone(&parsed));
        parsed
    }

    /// What the user agent says, and why it is taken for a bot (empty: it is not).
    #[must_use]
    pub(crate) fn describe(&self, user_agent: &str) -> (Arc<Agent>, &'static str) {
        let parsed = self.parse(user_agent);
        (Arc::clone(&parsed.agent), parsed.bot)
    }
}

fn parse(user_agent: &str) -> Parsed {
    let known = |text: &str| {
        if text == woothee::woothee::VALUE_UNKNOWN {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let Some(result) = Parser::new().parse(user_agent) else {
        return Parsed {
            agent: Arc::default(),
            bot: bot_reason(user_agent, false),
        };
    };
    let device = match result.category {
        "pc" => "desktop",
        "smartphone" | "mobilephone" => "mobile",
        "appliance" => "appliance",
        _ => "",
    };
    Parsed {
        agent: Arc::new(Agent {
            device,
            browser: known(result.name),
            browser_version: known(result.version),
            os: known(result.os),
            os_version: known(&result.os_version),
        }),
        bot: bot_reason(user_agent, result.category == "crawler"),
    }
}

pub(super) fn describe(knowledge: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    draft.row.agent = Some(Arc::clone(
        &knowledge.agents.parse(draft.sender.user_agent).agent,
    ));
    Ok(())
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
            ("mobile", "Safari", "iPhone", "")
        );
        assert_eq!(*agents.describe("total nonsense").0, Agent::default());
    }
}
