//! What fuzzing may call, and what has to hold of it. Only there when the compiler is told to build for fuzzing.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::enrich::{Sites, page_address as take_apart};
use crate::{client, receive};

/// Reads lines of both headers, then again with what a trusted proxy would append.
///
/// # Panics
/// When the lines change what the trusted proxy says.
pub fn forwarded(lines: &[String]) {
    let trusted: [IpNet; 1] = ["127.0.0.0/8".parse().expect("a network")];
    let peer = IpAddr::from([127, 0, 0, 1]);
    let visitor = IpAddr::from([198, 18, 0, 7]);
    let mut lines = lines.to_vec();
    client::walk_both(peer, &lines, &trusted);
    lines.push("for=\"198.18.0.7:80\";proto=https, for=127.0.0.9".to_owned());
    assert_eq!(client::walk_both(peer, &lines, &trusted).1, visitor);
    lines.push("198.18.0.7, 127.0.0.9".to_owned());
    assert_eq!(client::walk_both(peer, &lines, &trusted).0, visitor);
    let line = lines.remove(0);
    let lines = [
        format!("{line}, for=198.18.0.7"),
        format!("{line}, 198.18.0.7"),
    ];
    assert_eq!(
        client::walk_both(peer, &lines[..1], &trusted).1,
        visitor,
        "one line"
    );
    assert_eq!(
        client::walk_both(peer, &lines[1..], &trusted).0,
        visitor,
        "one line"
    );
}

/// Takes a URL apart, and what is left of it again: it need not stay the same, for what stands for a person's data may
/// look like some beside its neighbours.
///
/// # Panics
/// When something is left that should not be.
pub fn page_address(url: &str) {
    let kept = ["page".to_owned()];
    let Some(found) = take_apart(url, &kept) else {
        return;
    };
    let mark = if found.query.is_empty() { "" } else { "?" };
    let left = format!("https://{}{}{mark}{}", found.host, found.path, found.query);
    let again = take_apart(&left, &kept).expect("what is left is a web page");
    for found in [found, again] {
        assert!(!found.host.contains(['@', '/', '?', '#']), "{found:?}");
        assert!(!found.path.contains(['?', '#']), "{found:?}");
        assert!(found.query.is_empty() || found.query.starts_with("page="));
        // A word in braces may stand for what was two bytes long.
        assert!(found.path.len() <= 8 * url.len() + 16, "{found:?}");
    }
}

/// Cleans a text of what may name a person, and what is left once more.
///
/// # Panics
/// When the second time changes anything, or the text more than doubles.
pub fn clean(text: &str) {
    let once = crate::enrich::clean(text);
    assert!(once.len() <= 2 * text.len(), "{once}");
    assert_eq!(crate::enrich::clean(&*once), once);
}

/// Translates a body as each of the other trackers' protocols.
///
/// # Panics
/// When a translation breaks the limits of a batch.
pub fn foreign(body: &[u8]) {
    for batch in receive::translate_all(body, &Sites::default()) {
        assert_eq!(snag_beacon::validate(&batch), Ok(()));
        assert!(batch.events.len() == 1);
    }
}
