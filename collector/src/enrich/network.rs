//! Whether an address belongs to a data centre, from a MaxMind ASN database where one is configured.
//!
//! Which networks are data centres stands in `hosting.txt`. Networks that carry people's traffic under their own name,
//! such as private relays and content networks, are not in it. Whoever comes by a VPN comes from a data centre all the
//! same: where that matters, put the reason in shadow.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::mmdb::{Lookup, MmdbError};

/// `asn NUMBER NAME`, `word WORD`, `person WORD`; see the file's head.
const LIST: &str = include_str!("hosting.txt");

static HOSTING: LazyLock<Hosting> = LazyLock::new(|| Hosting::read(LIST));

struct Hosting {
    numbers: HashSet<u32>,
    words: AhoCorasick,
    /// By pattern: whether the word speaks of hosting, or of people.
    hosts: Vec<bool>,
}

impl Hosting {
    fn read(list: &str) -> Self {
        let (mut numbers, mut words, mut hosts) = (HashSet::new(), Vec::new(), Vec::new());
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(' ') {
                Some(("asn", rest)) => {
                    let number = rest
                        .split(' ')
                        .next()
                        .and_then(|text| text.parse::<u32>().ok());
                    numbers.extend(number);
                }
                Some((class, word)) => {
                    words.push(word);
                    hosts.push(class == "word");
                }
                None => {}
            }
        }
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(words)
            .expect("the list of words fits an automaton");
        Self {
            numbers,
            words,
            hosts,
        }
    }

    fn covers(&self, number: u32, organisation: &str) -> bool {
        if self.numbers.contains(&number) {
            return true;
        }
        let mut told = self
            .words
            .find_iter(organisation)
            .map(|found| self.hosts[found.pattern().as_usize()]);
        let first = told.next();
        first == Some(true) && told.all(|hosts| hosts)
    }
}

#[derive(Debug, Clone, Copy)]
struct Verdict(bool);

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(default)]
    autonomous_system_number: u32,
    #[serde(borrow)]
    autonomous_system_organization: Option<&'a str>,
}

impl From<Record<'_>> for Verdict {
    fn from(record: Record<'_>) -> Self {
        let organisation = record.autonomous_system_organization.unwrap_or_default();
        Self(HOSTING.covers(record.autonomous_system_number, organisation))
    }
}

/// An open ASN database.
#[derive(Debug)]
pub struct Networks(Lookup<Verdict>);

impl Networks {
    /// Reads the database into memory and checks that it is whole.
    ///
    /// # Errors
    /// When the file cannot be read, or is no sound MaxMind database of autonomous systems.
    pub fn open(path: &Path) -> Result<Self, MmdbError> {
        Lookup::open(path, "ASN", &["ASN", "ISP", "Enterprise"]).map(Self)
    }

    /// Whether the address is one of a data centre.
    #[must_use]
    pub fn is_data_centre(&self, address: IpAddr) -> bool {
        self.0
            .find::<Record<'_>>(address)
            .is_some_and(|verdict| verdict.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_understood() {
        for line in LIST
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            match line.split_once(' ').expect(line) {
                ("asn", rest) => {
                    let (number, name) = rest.split_once(' ').expect(line);
                    assert!(number.parse::<u32>().is_ok() && !name.is_empty(), "{line}");
                }
                (class, word) => {
                    assert!(matches!(class, "word" | "person"), "{line}");
                    assert_eq!(word, word.to_ascii_lowercase(), "{line}");
                }
            }
        }
    }

    #[test]
    fn those_who_rent_out_machines_are_data_centres_and_those_who_connect_people_are_not() {
        for (number, organisation, expected) in [
            (16509, "AMAZON-02", true),
            (64500, "Some Hosting Ltd", true),
            (64500, "Example Datacenter B.V.", true),
            (64500, "Example Telecom and Hosting", false),
            (1221, "Telstra Pty Ltd", false),
            (13335, "CLOUDFLARENET", false),
            (64500, "", false),
        ] {
            assert_eq!(
                HOSTING.covers(number, organisation),
                expected,
                "{organisation}"
            );
        }
    }

    #[test]
    fn a_database_that_cannot_be_read_is_named_with_its_kind() {
        let error = Networks::open(Path::new("nowhere.mmdb")).expect_err("no file");
        let told = error.to_string();
        assert!(told.starts_with("nowhere.mmdb: "), "{told}");
        assert!(told.contains("MaxMind ASN database"), "{told}");
    }
}
