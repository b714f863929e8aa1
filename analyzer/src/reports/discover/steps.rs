//! Which of what people did before a target are the steps to it, and in which order (METRICS.md, Funnels: mined funnels).
//!
//! Pure. Invariant: a step is what 60 % of those who reached the target did before it, in the median order of its first
//! time; numbered screens of one flow stand or fall together, and those that fewer passed may be left out.

use crate::statistics::rate;

/// Of those who reached the target.
const PASSED: f64 = 0.6;
/// Of these a numbered screen needs to count at all: a flow has no screens that nobody sees.
const SCREEN: f64 = 0.05;
/// Numbers of screens; what is higher numbers products.
const LAST_SCREEN: u32 = 20;
/// Steps of a funnel at most, without the target.
const MOST: usize = 19;

/// What was done before the target.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// This page was shown.
    Page(String),
    /// One of these pages, a path with a star at its end.
    Group(String),
    /// This event.
    Event(String),
}

impl Deed {
    /// As `--step` takes it.
    pub(super) fn step(&self) -> String {
        match self {
            Self::Page(path) => format!("page:{}", quoted(path)),
            Self::Group(path) => {
                let (head, _) = path.split_at(path.len() - 1);
                format!("page:{}*", quoted(head))
            }
            Self::Event(name) => format!("event:{}", quoted(name)),
        }
    }
}

/// With backslashes before the letters that mean something in a step.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(
            letter,
            '*' | '[' | ']' | '\\' | '\'' | '"' | '?' | ',' | '@'
        ) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A deed with the people who did it, and its median place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Done {
    pub(super) deed: Deed,
    pub(super) people: u64,
    pub(super) place: f64,
}

/// The steps to a target that so many people reached, in their order, as `--step` takes them.
pub(super) fn steps(done: &[Done], reached: u64) -> Vec<String> {
    let share = |done: &Done| rate(done.people, reached).unwrap_or(0.0);
    let mut kept: Vec<&Done> = done
        .iter()
        .filter(|one| !matches!(one.deed, Deed::Group(_)) && share(one) >= PASSED)
        .collect();
    // A group stands for pages of which none does by itself.
    for group in done.iter().filter(|one| share(one) >= PASSED) {
        if let Deed::Group(path) = &group.deed {
            let head = path.trim_end_matches('*');
            let has_member = kept
                .iter()
                .any(|one| matches!(&one.deed, Deed::Page(page) if page.starts_with(head)));
            if !has_member {
                kept.push(group);
            }
        }
    }
    for flow in flows(done, &share) {
        if kept.iter().any(|one| flow.contains(one)) {
            kept.extend(flow.into_iter().filter(|one| share(one) >= SCREEN));
        }
    }
    kept.sort_by(|one, other| {
        let by_place = one.place.total_cmp(&other.place);
        by_place
            .then_with(|| number(one).cmp(&number(other)))
            .then_with(|| one.deed.step().cmp(&other.deed.step()))
    });
    kept.dedup_by(|one, other| one.deed == other.deed);
    while kept.len() > MOST {
        let least = (0..kept.len()).min_by_key(|at| kept[*at].people);
        kept.remove(least.unwrap_or(0));
    }
    let written = |(at, one): (usize, &Done)| match at > 0 && share(one) < PASSED {
        true => one.deed.step() + "?",
        false => one.deed.step(),
    };
    kept.into_iter().enumerate().map(written).collect()
}

fn number(done: &Done) -> u32 {
    match &done.deed {
        Deed::Page(path) => screen(path).map_or(0, |(_, number)| number),
        Deed::Group(_) | Deed::Event(_) => 0,
    }
}

/// Numbered screens that people see in the order of their numbers.
fn flows<'a>(done: &'a [Done], share: &impl Fn(&Done) -> f64) -> Vec<Vec<&'a Done>> {
    let mut flows: Vec<(String, Vec<(u32, &Done)>)> = Vec::new();
    for one in done.iter().filter(|one| share(one) >= SCREEN) {
        let Deed::Page(path) = &one.deed else {
            continue;
        };
        let Some((template, number)) = screen(path) else {
            continue;
        };
        match flows.iter_mut().find(|(known, _)| *known == template) {
            Some((_, screens)) => screens.push((number, one)),
            None => flows.push((template, vec![(number, one)])),
        }
    }
    flows
        .into_iter()
        .map(|(_, mut screens)| {
            screens.sort_by_key(|(number, _)| *number);
            screens
        })
        .filter(|screens| {
            let rises = |pair: &[(u32, &Done)]| pair[0].1.place <= pair[1].1.place;
            screens.len() > 1 && screens.windows(2).all(rises)
        })
        .map(|screens| screens.into_iter().map(|(_, one)| one).collect())
        .collect()
}

/// The path with its last small number taken out, and the number: `/checkout/step-4/pay` is `/checkout/step-#/pay` and 4.
fn screen(path: &str) -> Option<(String, u32)> {
    let end = path.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let start = path[..end]
        .rfind(|letter: char| !letter.is_ascii_digit())
        .map_or(0, |at| {
            at + path[at..].chars().next().map_or(1, char::len_utf8)
        });
    let number: u32 = path[start..end].parse().ok()?;
    (1..=LAST_SCREEN)
        .contains(&number)
        .then(|| (format!("{}#{}", &path[..start], &path[end..]), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(deed: &str, people: u64, place: f64) -> Done {
        let deed = match deed.split_once(':') {
            Some(("event", name)) => Deed::Event(name.to_owned()),
            _ if deed.ends_with('*') => Deed::Group(deed.to_owned()),
            _ => Deed::Page(deed.to_owned()),
        };
        Done {
            deed,
            people,
            place,
        }
    }

    fn found(done: &[Done]) -> Vec<String> {
        steps(done, 100)
    }

    #[test]
    fn what_most_passed_are_the_steps_in_the_order_they_passed_it() {
        let cases: [(&[Done], &[&str]); 4] = [
            (
                &[
                    done("/cart", 90, 3.0),
                    done("/", 70, 1.0),
                    done("/blog", 59, 2.0),
                    done("event:add", 60, 2.0),
                ],
                &["page:/", "event:add", "page:/cart"],
            ),
            // No product is passed by most, a product is.
            (
                &[
                    done("/product/*", 80, 2.0),
                    done("/product/a", 30, 2.0),
                    done("/product/b", 40, 2.0),
                ],
                &["page:/product/*"],
            ),
            (
                &[done("/product/*", 90, 2.0), done("/product/a", 70, 2.0)],
                &["page:/product/a"],
            ),
            // Screens of one flow stand or fall together, in the order of their numbers.
            (
                &[
                    done("/checkout/10", 95, 5.0),
                    done("/checkout/9", 40, 4.0),
                    done("/checkout/2", 99, 4.0),
                    done("/", 20, 1.0),
                ],
                &["page:/checkout/2", "page:/checkout/9?", "page:/checkout/10"],
            ),
        ];
        for (done, expected) in cases {
            assert_eq!(found(done), expected);
        }
    }

    #[test]
    fn numbers_that_are_no_screens_make_no_flow() {
        // Seen in no order of theirs.
        let products = [done("/product/1", 70, 3.0), done("/product/2", 30, 2.0)];
        assert_eq!(found(&products), ["page:/product/1"]);
        for (path, expected) in [
            ("/checkout/4", Some(("/checkout/#", 4))),
            ("/step-2/pay", Some(("/step-#/pay", 2))),
            ("/signup/step3", Some(("/signup/step#", 3))),
            ("/blog/2024", None),
            ("/käse", None),
            ("/product/0", None),
        ] {
            let expected = expected.map(|(template, number)| (template.to_owned(), number));
            assert_eq!(screen(path), expected, "{path}");
        }
    }

    #[test]
    fn steps_can_be_read_whatever_is_in_their_names() {
        for name in ["/a*b", "/a[1]", "/it's", "/a,b", "/a\\b", "/plain"] {
            let step = Deed::Page(name.to_owned()).step();
            let read: crate::Step = step.parse().unwrap();
            assert_eq!(
                read.target,
                crate::Target::Path(crate::Pattern::Exact(name.to_owned())),
                "{step}"
            );
        }
    }

    #[test]
    fn no_more_steps_than_a_funnel_has() {
        let many: Vec<Done> = (0..40)
            .map(|at| done(&format!("/p{}", at + 100), 60 + at, at as f64))
            .collect();
        let found = found(&many);
        assert_eq!(found.len(), MOST);
        assert_eq!(found.last().map(String::as_str), Some("page:/p139"));
    }
}
