//! Walks that can be told by reading them.

use snag_analyzer::Order;
use snag_analyzer::walk::{Between, Event, Plan, Walker};

/// Events as letters a second apart, a blank being a second without: `a` to `d` are the steps, `x` and `y` the
/// exclusions, a dot anything else; letters in brackets happen at once, those in braces are one event.
fn events(text: &str) -> Vec<Event> {
    let bit = |letter: char| match letter {
        'a'..='d' => 1 << (u32::from(letter) - u32::from('a')),
        'x' => 1 << 20,
        'y' => 1 << 21,
        _ => 0,
    };
    let (mut events, mut time): (Vec<Event>, i64) = (Vec::new(), 0);
    let (mut at_once, mut one) = (false, None);
    for letter in text.chars() {
        match letter {
            '[' => at_once = true,
            ']' => at_once = false,
            '{' => one = Some(0),
            _ => {}
        }
        match (letter, &mut one) {
            ('}', Some(mask)) => {
                events.push(Event { time, mask: *mask });
                one = None;
            }
            ('[' | '{', _) => continue,
            (' ' | ']', _) => {}
            (letter, Some(mask)) => *mask |= bit(letter),
            (letter, None) => events.push(Event {
                time,
                mask: bit(letter),
            }),
        }
        if !at_once && one.is_none() {
            time += 1;
        }
    }
    events
}

fn run(order: Order, text: &str, steps: usize, window: i64, plan: impl Fn(&mut Plan)) -> String {
    let mut asked = Plan {
        order,
        steps,
        optional: 0,
        window_ms: window,
        exclusions: Vec::new(),
    };
    plan(&mut asked);
    let events = events(text);
    let mut walker = Walker::new(asked);
    walker
        .walk(&events)
        .iter()
        .map(|served| format!("{}@{} ", served.step, events[served.event].time))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[test]
fn ordered_steps_let_others_lie_between() {
    let cases = [
        ("a.b.c", "1@0 2@2 3@4"),
        ("cba", "1@2"),
        ("aab", "1@1 2@2"),
        ("ababcabc", "1@2 2@3 3@4"),
        // Where the window is over, a later start serves.
        ("a  a b     c", "1@3 2@5"),
        ("a    a b  c", "1@5 2@7 3@10"),
        // Events of one time follow each other, whichever way they were told.
        ("[cba]", "1@0 2@0 3@0"),
        ("[{ab}{bc}{ac}]", "1@0 2@0 3@0"),
        ("[{ab}a]", "1@0 2@0"),
    ];
    for (text, expected) in cases {
        assert_eq!(run(Order::Ordered, text, 3, 6, |_| {}), expected, "{text}");
    }
}

#[test]
fn strict_steps_follow_directly() {
    let cases = [
        ("abc", "1@0 2@1 3@2"),
        ("ab.c", "1@0 2@1"),
        ("ab.abc", "1@3 2@4 3@5"),
        ("a.b", "1@0"),
        ("aabc", "1@1 2@2 3@3"),
        ("a       b", "1@0"),
    ];
    for (text, expected) in cases {
        assert_eq!(run(Order::Strict, text, 3, 6, |_| {}), expected, "{text}");
    }
}

#[test]
fn any_order_counts_how_many_were_done() {
    let cases = [
        ("cab", "1@0 2@1 3@2"),
        ("ccc", "1@0"),
        ("c      ab", "1@7 2@8"),
        ("{abc}a", "1@0 2@1"),
        ("{ab}.{ab}", "1@0 2@2"),
        (".", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(run(Order::Any, text, 3, 6, |_| {}), expected, "{text}");
    }
}

#[test]
fn an_excluded_event_between_its_steps_makes_an_attempt_void() {
    let cases: [(Order, usize, usize, &str, &str); 13] = [
        (Order::Ordered, 1, 2, "axb", ""),
        (Order::Ordered, 1, 2, "abxc", "1@0 2@1 3@3"),
        (Order::Ordered, 2, 3, "abxc", ""),
        // Not reached: void until the window ends, and no longer.
        (Order::Ordered, 1, 2, "a x", ""),
        (Order::Ordered, 1, 2, "a      x", "1@0"),
        // One clean attempt is enough.
        (Order::Ordered, 1, 2, "axab", "1@2 2@3"),
        (Order::Ordered, 2, 3, "abxbc", "1@0 2@3 3@4"),
        (Order::Ordered, 1, 3, "a       axb", "1@0"),
        // At the same time is neither after nor before.
        (Order::Ordered, 1, 2, "[ax]b", "1@0 2@1"),
        (Order::Ordered, 1, 2, "a[bx]", "1@0 2@1"),
        (Order::Strict, 2, 3, "abx", ""),
        (Order::Any, 1, 3, "axb", "1@2"),
        (Order::Any, 1, 3, "cbaxc", "1@0 2@1 3@2"),
    ];
    for (order, from, to, text, expected) in cases {
        let found = run(order, text, 3, 6, |plan| {
            plan.exclusions = vec![Between { from, to }];
        });
        assert_eq!(found, expected, "{order} {text} @{from}..{to}");
    }
}

#[test]
fn optional_steps_are_told_where_they_were_done() {
    let cases = [
        (Order::Ordered, "acd", "1@0 3@1 4@2"),
        (Order::Ordered, "abcd", "1@0 2@1 3@2 4@3"),
        (Order::Ordered, "abacd", "1@0 2@1 3@3 4@4"),
        (Order::Ordered, "ab", "1@0 2@1"),
        (Order::Ordered, "[cabd]", "1@0 2@0 3@0 4@0"),
        (Order::Strict, "acd", "1@0 3@1 4@2"),
        (Order::Strict, "abcd", "1@0 2@1 3@2 4@3"),
        (Order::Strict, "a.cd", "1@0"),
    ];
    for (order, text, expected) in cases {
        let found = run(order, text, 4, 100, |plan| plan.optional = 0b10);
        assert_eq!(found, expected, "{order} {text}");
    }
}
