//! Whether habits make sense. Every complaint names its place in the file and the mend.

use std::collections::BTreeMap;

use snag_beacon::limits;

use crate::habits::{Clicked, ElementHabit, EventHabit, Page};
use crate::{Error, Habits};

/// Shares are written by hand: thirds that sum to 1.0000000001 are no mistake.
const SLACK: f64 = 1e-9;

impl Habits {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let site_is_sound = !self.site.is_empty()
            && self.site.len() <= limits::SITE_BYTES
            && self
                .site
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        ensure(
            site_is_sound,
            "site",
            "is no site identifier",
            "use up to 64 letters, digits, \".\", \"_\" and \"-\"",
        )?;
        let origin_is_bare = matches!(self.origin.scheme(), "http" | "https")
            && self.origin.path() == "/"
            && self.origin.query().is_none();
        ensure(
            origin_is_bare,
            "origin",
            "is more or less than an origin",
            "write it as https://shop.example",
        )?;
        ensure(
            !self.spread.is_negative(),
            "spread",
            "is negative",
            "write how far back visits lie, like \"6h\"",
        )?;
        ensure(
            self.most_pages > 0,
            "most_pages",
            "is 0",
            "let a visitor see one page at least",
        )?;
        share("ipv6", self.ipv6)?;
        let sound_steps = (1..=20).contains(&self.steps.len());
        ensure(
            sound_steps,
            "funnel",
            "has no step, or more than 20",
            "write 1 to 20 steps into that file, one a line",
        )?;
        weights("devices", self.devices.iter().map(|device| device.share))?;
        weights("sources", self.sources.iter().map(|source| source.share))?;
        for (at, source) in self.sources.iter().enumerate() {
            weights(
                &format!("sources[{at}].lands"),
                source.lands.values().copied(),
            )?;
            for landing in source.lands.keys() {
                known(
                    &format!("sources[{at}].lands"),
                    "page",
                    landing,
                    &self.pages,
                    "pages",
                )?;
            }
        }
        for (name, element) in &self.elements {
            self.check_element(name, element)?;
        }
        self.pages
            .iter()
            .try_for_each(|(path, page)| self.check_page(path, page))
    }

    fn check_element(&self, name: &str, element: &ElementHabit) -> Result<(), Error> {
        let place = format!("elements.{name}");
        ensure(
            !element.selector.is_empty() && !element.tag.is_empty(),
            &place,
            "has no selector or no tag",
            "write both",
        )?;
        ensure(
            self.origin.join(&element.href).is_ok(),
            &place,
            "has a href that is no address",
            "write a path or a whole address",
        )
    }

    fn check_page(&self, path: &str, page: &Page) -> Result<(), Error> {
        let place = format!("pages.{path:?}");
        ensure(
            path.starts_with('/') && !path.contains(['?', '#']),
            &place,
            "is no path",
            "begin it with / and leave the query to `to`",
        )?;
        let dwell = page.dwell;
        ensure(
            dwell.median.is_finite()
                && dwell.median > 0.0
                && dwell.spread.is_finite()
                && dwell.spread >= 0.0,
            &format!("{place}.dwell"),
            "is no time",
            "give a median above 0 s and a spread of 0 or more",
        )?;
        for (at, event) in page.events.iter().enumerate() {
            check_event(&format!("{place}.events[{at}]"), event)?;
        }
        for (
            at,
            Clicked {
                element,
                share: part,
                ..
            },
        ) in page.clicks.iter().enumerate()
        {
            let place = format!("{place}.clicks[{at}]");
            share(&place, *part)?;
            known(&place, "element", element, &self.elements, "elements")?;
        }
        for (at, way) in page.moves.iter().enumerate() {
            let place = format!("{place}.moves[{at}]");
            share(&place, way.share)?;
            known(&place, "page", way.path(), &self.pages, "pages")?;
            way.by
                .iter()
                .try_for_each(|name| known(&place, "element", name, &self.elements, "elements"))?;
        }
        let sum: f64 = page.moves.iter().map(|way| way.share).sum();
        ensure(
            sum <= 1.0 + SLACK,
            &format!("{place}.moves"),
            &format!("have shares that sum to {sum:.3}, over 1"),
            "take some away: what is left of 1 leaves the site",
        )
    }
}

fn check_event(place: &str, event: &EventHabit) -> Result<(), Error> {
    share(place, event.share)?;
    let name_fits = !event.name.is_empty() && event.name.len() <= limits::NAME_BYTES;
    ensure(
        name_fits,
        place,
        "has no name, or too long a one",
        "name it in up to 120 bytes",
    )?;
    let ordered = event
        .value
        .is_none_or(|(least, most)| least.is_finite() && most.is_finite() && least <= most);
    ensure(
        ordered,
        place,
        "has a value from more to less",
        "write the least value first",
    )?;
    ensure(
        event.props.len() <= limits::PROPS,
        place,
        "has too many props",
        "keep to 30",
    )
}

fn ensure(sound: bool, place: &str, problem: &str, mend: &str) -> Result<(), Error> {
    if sound {
        return Ok(());
    }
    Err(Error::Habits {
        place: place.to_owned(),
        problem: problem.to_owned(),
        mend: mend.to_owned(),
    })
}

fn share(place: &str, share: f64) -> Result<(), Error> {
    ensure(
        (0.0..=1.0).contains(&share),
        place,
        &format!("has a share of {share}"),
        "write a number from 0 to 1",
    )
}

fn weights(place: &str, mut weights: impl Iterator<Item = f64>) -> Result<(), Error> {
    let sum = weights.try_fold(0.0, |sum, weight| {
        (weight.is_finite() && weight >= 0.0).then_some(sum + weight)
    });
    ensure(
        sum.is_some_and(|sum| sum > 0.0),
        place,
        "have shares that are negative, or none above 0",
        "give one at least a share above 0",
    )
}

fn known<T>(
    place: &str,
    what: &str,
    name: &str,
    among: &BTreeMap<String, T>,
    table: &str,
) -> Result<(), Error> {
    if among.contains_key(name) {
        return Ok(());
    }
    let close = among
        .keys()
        .map(|key| (strsim::jaro_winkler(key, name), key))
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .filter(|(likeness, _)| *likeness > 0.8);
    let add = format!("add [{table}.{name:?}]");
    let mend = close.map_or_else(
        || add.clone(),
        |(_, key)| format!("did you mean {key:?}? else {add}"),
    );
    ensure(false, place, &format!("{what} {name:?} is unknown"), &mend)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::Step;

    pub(crate) const SMALL: &str = r##"
site = "shop"
origin = "https://shop.example"
spread = "6h"
most_pages = 20
ipv6 = 0.25
funnel = "funnel.txt"

[[devices]]
share = 1
agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/{120..130}.0.0.0"
viewport = [1280, 720]

[[sources]]
share = 1
referrer = "https://www.google.com/"
query = "utm_source=letter"
lands = { "/" = 2, "/cart" = 1 }

[elements.cart]
selector = "a[href=\"/cart\"]"
tag = "a"
text = "Basket"
href = "/cart"

[elements.dead]
selector = "#dead"
tag = "button"

[pages."/"]
title = "Home"
dwell = { median = 12, spread = 0.6 }
clicks = [{ element = "dead", share = 0.3, times = 2 }]
moves = [{ to = "/cart?from=home", share = 0.6, by = ["cart"] }, { to = "/", share = 0.1 }]

[pages."/cart"]
title = "Basket"
dwell = { median = 20, spread = 0.4 }
events = [{ name = "purchase", share = 0.5, value = [10, 20], currency = "EUR", props = { kind = "pot" } }]
moves = [{ to = "/", share = 0.3 }]
"##;

    pub(crate) fn habits(text: &str) -> Result<Habits, Error> {
        let mut habits = Habits::parse(text, Path::new("habits.toml"))?;
        habits.steps = Step::list("page:/\npage:/cart\nevent:purchase\n")?;
        habits.check()?;
        Ok(habits)
    }

    #[test]
    fn sound_habits_are_taken() {
        assert_eq!(habits(SMALL).unwrap().pages.len(), 2);
    }

    #[test]
    fn a_complaint_names_the_place_and_the_mend() {
        let cases = [
            (
                "/cart?from=home\", share = 0.6",
                "/cart?from=home\", share = 0.95",
                "pages.\"/\".moves",
                "sum to 1.05",
            ),
            (
                "{ to = \"/cart?from=home\"",
                "{ to = \"/crt\"",
                "pages.\"/\".moves[0]",
                "did you mean \"/cart\"?",
            ),
            (
                "to = \"/\", share = 0.3",
                "to = \"/zzz\", share = 0.3",
                "pages.\"/cart\".moves[0]",
                "add [pages.\"/zzz\"]",
            ),
            (
                "by = [\"cart\"]",
                "by = [\"carts\"]",
                "pages.\"/\".moves[0]",
                "did you mean \"cart\"?",
            ),
            (
                "element = \"dead\"",
                "element = \"deaf\"",
                "pages.\"/\".clicks[0]",
                "element \"deaf\" is unknown",
            ),
            (
                "share = 0.3, times",
                "share = 1.3, times",
                "pages.\"/\".clicks[0]",
                "from 0 to 1",
            ),
            (
                "\"/cart\" = 1 }",
                "\"/card\" = 1 }",
                "sources[0].lands",
                "page \"/card\" is unknown",
            ),
            (
                "median = 12",
                "median = 0",
                "pages.\"/\".dwell",
                "above 0 s",
            ),
            (
                "median = 12",
                "median = nan",
                "pages.\"/\".dwell",
                "above 0 s",
            ),
            (
                "value = [10, 20]",
                "value = [20, 10]",
                "pages.\"/cart\".events[0]",
                "least value first",
            ),
            (
                "site = \"shop\"",
                "site = \"a shop\"",
                "site",
                "site identifier",
            ),
            (
                "https://shop.example",
                "https://shop.example/path",
                "origin",
                "https://shop.example",
            ),
            ("spread = \"6h\"", "spread = \"-6h\"", "spread", "negative"),
            ("share = 1\nagent", "share = 0\nagent", "devices", "above 0"),
            ("ipv6 = 0.25", "ipv6 = 2", "ipv6", "from 0 to 1"),
            (
                "most_pages = 20",
                "most_pages = 0",
                "most_pages",
                "one page at least",
            ),
            ("[pages.\"/cart\"]", "[pages.\"cart\"]", "", "is unknown"),
        ];
        for (from, to, place, words) in cases {
            assert!(SMALL.contains(from), "{from}");
            let error = habits(&SMALL.replacen(from, to, 1))
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(place) && error.contains(words),
                "{to}: {error}"
            );
        }
    }

    #[test]
    fn an_unknown_key_or_a_bad_user_agent_is_an_error_that_names_it() {
        for (from, to, words) in [
            ("ipv6 = 0.25", "ipv7 = 0.25", "ipv7"),
            ("{120..130}", "{130..120}", "{130..120}"),
            ("share = 0.3, times = 2", "share = 0.3, time = 2", "time"),
        ] {
            let error = habits(&SMALL.replacen(from, to, 1))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("habits.toml") && error.contains(words),
                "{error}"
            );
        }
    }

    #[test]
    fn a_funnel_without_steps_is_refused() {
        let mut habits = habits(SMALL).unwrap();
        habits.steps.clear();
        assert!(
            habits
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("funnel: ")
        );
    }
}
