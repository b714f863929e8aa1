//! What was found at an address, and what is to be thought of it.
//!
//! Invariant: broken is called only what is surely broken for people too. Who turns programs away, is busy, slow or sends
//! those without cookies in circles may well answer people.

use url::Url;

/// What came of asking an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The last answer, or why there is none.
    pub answer: Result<u16, Fault>,
    /// Where redirects led, if anywhere else.
    pub led_to: Option<Url>,
}

/// Why an address was not asked, or did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its name stands for no address.
    NoSuchName,
    /// Nobody listens there.
    Refused,
    /// Its certificate is not valid for it, or encryption fails otherwise.
    Encryption,
    /// It did not answer in time.
    Timeout,
    /// The connection broke off, or what came is no HTTP.
    Garbled,
    /// Redirects come back to where they were.
    Circle,
    /// There are more redirects than anybody follows.
    TooManyRedirects,
    /// A redirect leads to what is no web page, or to no address at all.
    NotTheWeb,
    /// Its robots.txt does not let us ask, or cannot be had.
    Robots,
    /// It is on this machine or in a private network.
    Private,
}

impl Fault {
    /// The words for it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoSuchName => "no such name (DNS)",
            Self::Refused => "connection refused",
            Self::Encryption => "encryption fails (TLS)",
            Self::Timeout => "no answer in time",
            Self::Garbled => "no sound answer",
            Self::Circle => "redirects in a circle",
            Self::TooManyRedirects => "too many redirects",
            Self::NotTheWeb => "redirects to no web page",
            Self::Robots => "not asked: robots.txt",
            Self::Private => "not asked: private address",
        }
    }
}

/// What is to be thought of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It answers.
    Fine,
    /// It is not there.
    Broken,
    /// It may be there for people, or it was not asked.
    Unsure,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Broken => "broken",
            Self::Unsure => "unsure",
        }
    }
}

impl Finding {
    /// What is to be thought of it.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self.answer {
            Ok(..400) => Verdict::Fine,
            Ok(400 | 404 | 410 | 500..=502 | 504..=599) => Verdict::Broken,
            Err(Fault::NoSuchName | Fault::Refused | Fault::Encryption | Fault::NotTheWeb) => {
                Verdict::Broken
            }
            Ok(_) | Err(_) => Verdict::Unsure,
        }
    }

    /// The last status; 0 where there was none.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.unwrap_or(0)
    }

    /// Why there was none, or what else should be known; empty where the status says all.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self.answer {
            Err(fault) => fault.words(),
            Ok(401 | 402 | 403 | 407 | 451 | 999) => "may turn programs away",
            Ok(429 | 503) => "busy",
            Ok(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_is_only_what_is_broken_for_people_too() {
        let cases = [
            (Ok(200), Verdict::Fine),
            (Ok(304), Verdict::Fine),
            (Ok(404), Verdict::Broken),
            (Ok(410), Verdict::Broken),
            (Ok(500), Verdict::Broken),
            (Ok(403), Verdict::Unsure),
            (Ok(405), Verdict::Unsure),
            (Ok(429), Verdict::Unsure),
            (Ok(503), Verdict::Unsure),
            (Ok(999), Verdict::Unsure),
            (Err(Fault::NoSuchName), Verdict::Broken),
            (Err(Fault::Encryption), Verdict::Broken),
            (Err(Fault::Timeout), Verdict::Unsure),
            (Err(Fault::Circle), Verdict::Unsure),
            (Err(Fault::Robots), Verdict::Unsure),
        ];
        for (answer, verdict) in cases {
            let finding = Finding {
                answer,
                led_to: None,
            };
            assert_eq!(finding.verdict(), verdict, "{answer:?}");
        }
    }
}
