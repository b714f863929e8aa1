//! Kinds of events, by their numbers in the tables and by the names they are asked for.

pub(crate) const PAGEVIEW: u8 = 1;
pub(crate) const CLICK: u8 = 2;
pub(crate) const CUSTOM: u8 = 3;
pub(crate) const FORM_SUBMIT: u8 = 11;
pub(crate) const FORM_FAIL: u8 = 12;
pub(crate) const SEARCH: u8 = 17;

/// Those that a step can name beside the page's own events, as the table calls them.
const NAMED: [(&str, u8); 16] = [
    ("pageview", PAGEVIEW),
    ("click", CLICK),
    ("rage", 4),
    ("dead", 5),
    ("error_click", 6),
    ("copy", 7),
    ("error", 8),
    ("resource", 9),
    ("form_start", 10),
    ("form_submit", FORM_SUBMIT),
    ("form_fail", FORM_FAIL),
    ("identify", 13),
    ("consent", 14),
    ("outbound", 15),
    ("download", 16),
    ("search", SEARCH),
];

/// The kind of this name, and its number.
pub(crate) fn named(name: &str) -> Option<(&'static str, u8)> {
    let name = match name {
        // As PostHog calls it.
        "$pageview" => "pageview",
        name => name,
    };
    NAMED.into_iter().find(|(known, _)| *known == name)
}
