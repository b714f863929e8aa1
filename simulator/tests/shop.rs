//! The habits of the example shop, held to its pages and to the story the demo tells.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::path::{Path, PathBuf};

use snag_simulator::{Habits, Truth, Visit};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn shop() -> Habits {
    Habits::read(&examples().join("habits.toml")).unwrap()
}

/// The page's file; a page that is not there is shown the page for lost visitors.
fn html(path: &str) -> Option<String> {
    let name = if path == "/" {
        "index"
    } else {
        path.trim_start_matches('/')
    };
    std::fs::read_to_string(examples().join("site/public").join(format!("{name}.html"))).ok()
}

fn lost() -> String {
    html("/404").unwrap()
}

#[test]
fn every_page_of_the_habits_is_a_page_of_the_shop_with_its_title() {
    let mut missing = Vec::new();
    for (path, page) in &shop().pages {
        let text = html(path).unwrap_or_else(|| {
            missing.push(path.clone());
            lost()
        });
        assert!(
            text.contains(&format!("<title>{}</title>", page.title)),
            "{path}: no title {:?}",
            page.title
        );
    }
    assert_eq!(
        missing,
        ["/guides/care"],
        "only the planted broken link leads nowhere"
    );
}

#[test]
fn every_element_clicked_is_on_the_page_it_is_clicked_on() {
    let habits = shop();
    let scripts = ["search.js", "banners.js"].map(|name| {
        std::fs::read_to_string(examples().join("site/public/assets").join(name)).unwrap()
    });
    for (path, page) in &habits.pages {
        let text = html(path).unwrap_or_else(lost);
        let names = page
            .clicks
            .iter()
            .map(|click| &click.element)
            .chain(page.moves.iter().flat_map(|way| &way.by));
        for name in names {
            let element = &habits.elements[name];
            let id = element.selector.strip_prefix('#').unwrap();
            let drawn = path == "/search"
                && id.starts_with("card-")
                && scripts[0].contains("id: `card-${pot.slug}`");
            let tag = text
                .split('<')
                .find(|tag| tag.contains(&format!("id=\"{id}\"")));
            let Some(tag) = tag else {
                assert!(drawn, "{path} has no {}", element.selector);
                continue;
            };
            assert!(tag.starts_with(&element.tag), "{path}: {tag}");
            assert!(
                element.href.is_empty() || tag.contains(&format!("href=\"{}\"", element.href)),
                "{path}: {tag}"
            );
        }
    }
}

#[test]
fn nobody_needs_the_wholesale_terms() {
    let habits = shop();
    assert_eq!(
        habits.elements["foot-wholesale"].selector,
        "#foot-wholesale"
    );
    for page in habits.pages.values() {
        let clicked = page.clicks.iter().map(|click| &click.element);
        let mut named = clicked.chain(page.moves.iter().flat_map(|way| &way.by));
        assert!(named.all(|name| name != "foot-wholesale"));
    }
    assert!(!habits.pages.contains_key("/wholesale"));
}

#[test]
fn by_far_the_most_leave_at_the_screen_that_asks_for_personal_details() {
    let habits = shop();
    for seed in 1..=3 {
        let mut truth = Truth::empty(&habits.site, &habits.steps);
        for visitor in 0..3000 {
            truth.count(&habits.steps, &Visit::draw(&habits, seed, visitor));
        }
        let reached = &truth.funnel.visitors;
        assert_eq!(truth.funnel.steps[3], "page:/checkout/4");
        let lost: Vec<f64> = reached
            .windows(2)
            .map(|pair| 1.0 - pair[1] as f64 / pair[0] as f64)
            .collect();
        assert!(reached[0] > 300 && reached[5] > 50, "{reached:?}");
        assert!((0.4..0.6).contains(&lost[3]), "{lost:?}");
        for (screen, part) in lost.iter().enumerate().filter(|(screen, _)| *screen != 3) {
            assert!(*part < 0.2, "screen {} loses {part}", screen + 1);
        }
    }
}
