//! User-agent templates: a text with ranges such as `{120..141}`, from which each visitor draws numbers of its own.

use std::fmt;

use rand::Rng;
use serde::{Deserialize, Serialize};

/// A user-agent text with ranges of whole numbers in braces, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Agent(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Range(u32, u32),
}

impl Agent {
    /// One user agent of this kind.
    pub fn draw(&self, rng: &mut impl Rng) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(fixed) => text.push_str(fixed),
                Piece::Range(low, high) => {
                    text.push_str(&rng.random_range(*low..=*high).to_string())
                }
            }
        }
        text
    }
}

impl From<Agent> for String {
    fn from(agent: Agent) -> Self {
        agent.0.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(fixed) => f.write_str(fixed),
            Self::Range(low, high) => write!(f, "{{{low}..{high}}}"),
        }
    }
}

impl TryFrom<String> for Agent {
    type Error = String;

    fn try_from(template: String) -> Result<Self, String> {
        if template.is_empty() || !template.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err("a user agent is printable ASCII and not empty".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (range, tail) = after
                .split_once('}')
                .ok_or_else(|| format!("{template:?} opens a brace and never closes it"))?;
            let (low, high) = range
                .split_once("..")
                .and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)))
                .filter(|(low, high): &(u32, u32)| low <= high)
                .ok_or_else(|| {
                    format!("{{{range}}} is no range of whole numbers; write {{120..141}}")
                })?;
            pieces.extend([Piece::Text(before.to_owned()), Piece::Range(low, high)]);
            rest = tail;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn ranges_are_drawn_with_both_ends() {
        let agent = Agent::try_from("Chrome/{7..9}.0.{100..100}.1 (x)".to_owned()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut drawn: Vec<String> = (0..200).map(|_| agent.draw(&mut rng)).collect();
        drawn.sort();
        drawn.dedup();
        assert_eq!(
            drawn,
            [
                "Chrome/7.0.100.1 (x)",
                "Chrome/8.0.100.1 (x)",
                "Chrome/9.0.100.1 (x)"
            ]
        );
    }

    #[test]
    fn what_is_no_template_is_refused_with_the_reason() {
        for (template, word) in [
            ("", "not empty"),
            ("a{1..2", "never closes"),
            ("a{2..1}", "{2..1}"),
            ("a{x}", "{x}"),
            ("a\nb", "ASCII"),
        ] {
            let error = Agent::try_from(template.to_owned()).unwrap_err();
            assert!(error.contains(word), "{template:?}: {error}");
        }
    }
}
