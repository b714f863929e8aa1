//! Sound habits, and one complaint for each way to spoil them.

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
