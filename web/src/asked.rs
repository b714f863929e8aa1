//! What is asked, as the rooms behind the gate see it: no HTTP types, only who asks for what.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::House;
use crate::access::{Caller, Role};
use crate::problem::Problem;

/// A request that the gate let in.
pub(crate) struct Asked {
    pub(crate) house: Arc<House>,
    pub(crate) caller: Caller,
    /// What the caller may do with the site the path names, if it names one.
    pub(crate) role: Option<Role>,
    pub(crate) address: IpAddr,
    /// The path as it was asked for.
    pub(crate) path: String,
    /// What stands in the places of the route's path.
    pub(crate) named: HashMap<&'static str, String>,
    pub(crate) query: Pairs,
    pub(crate) body: Bytes,
    /// The time zone of the browser, as far as its script has said it.
    pub(crate) zone: Option<String>,
    /// What makes a repeated request one.
    pub(crate) idempotency_key: Option<String>,
    /// Where the dashboard is reached, without a slash at the end.
    pub(crate) origin: String,
    /// What a form has to bring; empty where nobody is signed in.
    pub(crate) csrf: String,
}

/// Names and values in their order; a name may be there more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`.
    pub(crate) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of a name that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self
            .0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    }

    /// All values of a name that are not empty.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// As it stands in an address, with the question mark; empty for none.
    pub(crate) fn text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut text = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        for (name, value) in &self.0 {
            text.append_pair(name, value);
        }
        text.finish()
    }

    /// Those that say what is looked at: period and filters.
    pub(crate) fn of_view(&self) -> Self {
        let names = ["period", "from", "to", "where"];
        let kept = self
            .0
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()));
        Self(kept.cloned().collect())
    }

    /// These with one name given another value, or none.
    pub(crate) fn with(&self, name: &str, value: Option<&str>) -> Self {
        let kept = self.0.iter().filter(|(key, _)| key != name).cloned();
        let new = value.map(|value| (name.to_owned(), value.to_owned()));
        Self(kept.chain(new).collect())
    }
}

impl Asked {
    /// The site the path names.
    pub(crate) fn site(&self) -> &str {
        self.place("site")
    }

    /// What stands in a place of the path.
    pub(crate) fn place(&self, name: &str) -> &str {
        self.named.get(name).map_or("", String::as_str)
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> Pairs {
        Pairs::read(&self.body)
    }

    /// The body as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Problem::bad(format!("the body is not as it should be: {error}")))
    }

    /// Whether the caller may do what takes this role with the site.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|has| has >= role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_and_come_back_as_they_were() {
        let pairs = Pairs::read(b"where=a%3D1&x=&where=b%3D%26&page=%2Fcart");
        assert_eq!(pairs.all("where").collect::<Vec<_>>(), ["a=1", "b=&"]);
        assert_eq!(pairs.get("x"), None);
        assert_eq!(Pairs::read(&pairs.text().as_bytes()[1..]), pairs);
        let other = pairs.with("page", Some("/x")).with("where", None);
        assert_eq!(other.text(), "?x=&page=%2Fx");
        assert_eq!(Pairs::default().text(), "");
    }
}
