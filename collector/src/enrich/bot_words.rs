//! What the words of a user agent tell of who stands behind it: one pass of one automaton over the list in `bots.txt`.
//!
//! The list generalises by three rules. Words by which programs call themselves, and an address to complain to, give
//! them away wherever they stand. Who says "compatible" and is none of the old browsers that did imitates one. Who names
//! neither an engine nor a machine that a person could sit at is no browser. The names in the list only mend what these
//! leave. A word costs a person's visit when it is wrong, so it has to be one that no browser bears.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::bot::BotReason;

/// Class, space, word; see the file's head.
const LIST: &str = include_str!("bots.txt");

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(LIST));

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Bot(BotReason),
    Person,
    Browser,
    Engine,
}

struct Words {
    automaton: AhoCorasick,
    /// By pattern: class, and whether it counts at the beginning only.
    words: Vec<(Class, bool)>,
}

impl Words {
    fn read(list: &str) -> Self {
        let entries = list
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '));
        let mut words = Vec::new();
        let mut patterns = Vec::new();
        for (class, word) in entries {
            let class = match class {
                "automation" => Class::Bot(BotReason::Automation),
                "crawler" => Class::Bot(BotReason::Crawler),
                "program" => Class::Bot(BotReason::Program),
                "person" => Class::Person,
                "browser" => Class::Browser,
                _ => Class::Engine,
            };
            let bare = word.strip_prefix('^');
            words.push((class, bare.is_some()));
            patterns.push(bare.unwrap_or(word));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns)
            .expect("the list of words fits an automaton");
        Self { automaton, words }
    }

    fn judge(&self, agent: &str) -> Option<BotReason> {
        let mut reason: Option<BotReason> = None;
        let (mut is_browser, mut has_engine) = (false, false);
        let mut at = 0;
        while let Some(found) = self.automaton.find(Input::new(agent).span(at..agent.len())) {
            let (class, only_at_start) = self.words[found.pattern().as_usize()];
            // Words may begin within other words; only those of people hide what they cover.
            at = found.start() + 1;
            if only_at_start && found.start() > 0 {
                continue;
            }
            match class {
                Class::Bot(found) => reason = Some(reason.map_or(found, |other| other.min(found))),
                Class::Person => at = found.end(),
                Class::Browser => (is_browser, has_engine) = (true, true),
                Class::Engine => has_engine = true,
            }
        }
        let compatible = "compatible";
        let imitates = !is_browser
            && agent
                .as_bytes()
                .windows(compatible.len())
                .any(|window| window.eq_ignore_ascii_case(compatible.as_bytes()));
        reason
            .or_else(|| imitates.then_some(BotReason::Crawler))
            .or_else(|| (!has_engine).then_some(BotReason::NoBrowser))
    }
}

/// Why the user agent's words speak of a bot, if they do.
pub(super) fn judge(agent: &str) -> Option<BotReason> {
    let agent = agent.trim();
    if agent.is_empty() {
        return Some(BotReason::NoUserAgent);
    }
    WORDS.judge(agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_a_known_class_and_a_word_of_its_own_in_lower_case() {
        let mut seen = std::collections::BTreeSet::new();
        let classes = "automation crawler program person browser engine machine";
        for line in LIST
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let (class, word) = line.split_once(' ').expect(line);
            assert!(classes.split(' ').any(|known| known == class), "{line}");
            assert!(
                word.len() > 1 && word == word.to_ascii_lowercase(),
                "{line}"
            );
            assert!(seen.insert(word), "twice: {line}");
        }
    }

    #[test]
    fn machines_are_told_from_people() {
        use BotReason::{Automation, Crawler, NoBrowser, NoUserAgent, Program};
        for (agent, reason) in [
            (" ", Some(NoUserAgent)),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36",
                Some(Automation),
            ),
            ("curl/8.5.0", Some(Program)),
            ("Java/17.0.2", Some(Program)),
            ("Mozilla/5.0 (compatible; SomeBot/1.0)", Some(Crawler)),
            ("Mozilla/5.0 (compatible; Someone/1.0)", Some(Crawler)),
            ("Someone (+https://someone.example)", Some(Crawler)),
            ("Hello World", Some(NoBrowser)),
            (
                "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)",
                None,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
                None,
            ),
            (
                "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
                None,
            ),
            (
                "SonyEricssonW810i/R4EA Browser/NetFront/3.3 Java/1.0 Profile/MIDP-2.0",
                None,
            ),
        ] {
            assert_eq!(judge(agent), reason, "{agent}");
        }
    }
}
