//! Who is no person. Marked with a reason and kept apart, or dropped where the configuration says so.
//!
//! Judged by what the page, the agent, the network and the referrer say, never by behaviour. A reason that is in shadow
//! is counted and does nothing else, so that a new rule can be watched before it is trusted.

use super::{Draft, DropReason, Knowledge, bot_words};

/// What to do with events of bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BotPolicy {
    /// Store them marked; reports leave them out.
    #[default]
    Mark,
    /// Do not store them.
    Drop,
}

/// Why someone is taken for a bot; of several that hold the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BotReason {
    /// The page says that a program drives the browser.
    Webdriver,
    /// There is no user agent.
    NoUserAgent,
    /// The agent is a browser that programs drive.
    Automation,
    /// The agent calls itself a crawler, or bears the marks of one.
    Crawler,
    /// The agent is a library or a tool.
    Program,
    /// The agent names neither an engine nor a machine.
    NoBrowser,
    /// The address belongs to a data centre.
    DataCentre,
    /// The referrer is a site that sends made-up visits to be looked at.
    ReferrerSpam,
}

impl BotReason {
    /// All reasons, the strongest first.
    pub const ALL: [Self; 8] = [
        Self::Webdriver,
        Self::NoUserAgent,
        Self::Automation,
        Self::Crawler,
        Self::Program,
        Self::NoBrowser,
        Self::DataCentre,
        Self::ReferrerSpam,
    ];

    /// The reason in one stable word, as stored and as set.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Webdriver => "webdriver",
            Self::NoUserAgent => "no_user_agent",
            Self::Automation => "automation",
            Self::Crawler => "crawler",
            Self::Program => "program",
            Self::NoBrowser => "no_browser",
            Self::DataCentre => "data_centre",
            Self::ReferrerSpam => "referrer_spam",
        }
    }
}

/// What was done about a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Treatment {
    /// Stored, with the reason.
    Marked,
    /// Not stored.
    Dropped,
    /// Nothing: the rule is in shadow.
    Shadow,
}

impl Treatment {
    /// The treatment in one stable word.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::Dropped => "dropped",
            Self::Shadow => "shadow",
        }
    }
}

/// Bots: what to do with them, and which reasons do not count yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct BotRules {
    pub(crate) policy: BotPolicy,
    pub(crate) shadow: Vec<BotReason>,
}

/// Why this user agent is taken for a bot.
///
/// `crawler` is woothee's word for the agent's category.
#[must_use]
pub(super) fn of_agent(user_agent: &str, crawler: bool) -> Option<BotReason> {
    bot_words::judge(user_agent).or(crawler.then_some(BotReason::Crawler))
}

pub(super) fn mark(knowledge: &Knowledge<'_>, draft: &mut Draft<'_, '_>) -> Result<(), DropReason> {
    let BotRules { policy, shadow } = knowledge.bots;
    let spam = draft.is_referrer_spam.then_some(BotReason::ReferrerSpam);
    for reason in draft.visit.bot.into_iter().flatten().chain(spam) {
        if shadow.contains(&reason) {
            draft.detected.push((reason, Treatment::Shadow));
            continue;
        }
        if *policy == BotPolicy::Drop {
            draft.detected.push((reason, Treatment::Dropped));
            return Err(DropReason::Bot);
        }
        draft.detected.push((reason, Treatment::Marked));
        draft.row.bot = reason.word();
        return Ok(());
    }
    Ok(())
}
