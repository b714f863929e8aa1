//! The heaviest bodies a page can write, and what nobody's tracker would.
//!
//! Invariant: where a body is heavy by what repeats in it, it is as long as may be, and not longer.

use snag_beacon::limits::{ELEMENTS, ENTRIES, PAGE_BYTES, PROPS, RECORDS, TOLD};

const HEAD: &str = r#"{"v":2,"s":"s","p":1,"t":9,"#;

/// As many of the item as there is room for, but no more than `most`.
fn filled(head: &str, item: &str, most: usize, tail: &str) -> String {
    let room = PAGE_BYTES - HEAD.len() - head.len() - tail.len();
    let count = most.min(room / (item.len() + 1));
    format!("{HEAD}{head}{}{tail}", vec![item; count].join(","))
}

/// An address or another text of two thousand bytes that has to be copied, for there is an escape in it.
fn owned() -> String {
    format!(r"\n{}", "a".repeat(2_047))
}

/// Numbers the core may have told: as many rows as there is room for.
fn rows(row: &str) -> String {
    let numbers = row.split(',').count();
    vec![row; TOLD / numbers].join(",")
}

/// What the page gives with an event of its own, as a text in a record.
fn custom(given: &str) -> String {
    let given = serde_json::Value::from(given).to_string();
    format!(r#"[3,1,"a",{given}]"#)
}

/// As many events as a batch may have, of a page with that address.
fn events(url: &str, e: &str) -> String {
    let records = vec!["[2,1,-1]"; RECORDS].join(",");
    format!(
        r#"{HEAD}"u":"{url}","e":[{e}],"r":[{records}],"c":[{}]}}"#,
        rows("8,1,-1,0,0")
    )
}

pub(crate) fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let described = |number: usize, text: &str| {
        let names = [
            "t",
            "x",
            "href",
            "role",
            "name",
            "type",
            "data-snag-ad",
            "data-snag-placement",
        ];
        let members = names.map(|name| format!(r#""{name}":"{text}""#));
        format!(r#"{{"i":-{number},"p":"{text}",{}}}"#, members.join(","))
    };
    let pairs = vec![r#""\n":"\n""#; PROPS].join(",");
    let props = custom(&format!(r#"{{"props":{{{pairs}}}}}"#));
    let one = |given: &str| format!(r#"{HEAD}"u":"u","r":[{}]}}"#, custom(given));
    let list = |item: &str| {
        let items = vec![item; 120_000 / (item.len() + 1)].join(",");
        (
            one(&format!(r#"{{"value":[{items}]}}"#)),
            one(&format!(r#"{{"props":{{"a":[{items}]}}}}"#)),
        )
    };
    let elements: Vec<String> = (1..=ELEMENTS)
        .map(|number| described(number, "\\n"))
        .collect();
    // Names that take all that copies may.
    let heavy = described(1, &"\\n".repeat(20));
    let full = {
        let records = vec![&*props; RECORDS].join(",");
        let rows = rows("8,1,-1,0,0");
        let members = format!(r#""u":"\n","r":[{records}],"c":[{rows}],"e":["#);
        let elements: Vec<String> = (1..=ELEMENTS)
            .map(|number| {
                if number == 1 {
                    heavy.clone()
                } else {
                    format!(r#"{{"i":-{number},"t":"\n"}}"#)
                }
            })
            .collect();
        format!("{HEAD}{members}{}]}}", elements.join(","))
    };
    let error = format!(r#"[6,9,5,0,0,"{}"]"#, owned());
    let bodies = [
        ("as many events as may be", events("u", "")),
        ("an address with an escape", events(&owned(), "")),
        (
            "an element with an escape",
            events("u", &described(1, "\\n")),
        ),
        (
            "an element of long names with escapes",
            events("u", &described(1, &owned())),
        ),
        (
            "an element that is copied as often as may be",
            events("u", &heavy),
        ),
        (
            "an address and an element with escapes",
            events(&owned()[..400], &heavy),
        ),
        (
            "error clicks of one long message",
            format!(
                r#"{HEAD}"u":"u","r":[{error}],"c":[{}]}}"#,
                rows("6,9,3,-1,0,0,0")
            ),
        ),
        (
            "elements with escapes",
            format!(r#"{HEAD}"u":"u","e":[{}]}}"#, elements.join(",")),
        ),
        (
            "elements that say nothing",
            filled(r#""u":"u","e":["#, r#"{"i":1}"#, ELEMENTS, "]}"),
        ),
        (
            "elements over the limit",
            filled(r#""u":"u","e":["#, r#"{"i":1}"#, usize::MAX, "]}"),
        ),
        (
            "properties",
            filled(r#""u":"u","r":["#, &props, RECORDS, "]}"),
        ),
        ("properties, elements, events and their copies", full),
        ("records of sixteen values", {
            let values = vec![r#""\n""#; 16].join(",");
            filled(r#""u":"u","r":["#, &format!("[{values}]"), RECORDS, "]}")
        }),
        (
            "records over the limit",
            filled(r#""u":"u","r":["#, "[]", usize::MAX, "]}"),
        ),
        (
            "a record over the limit",
            filled(r#""u":"u","r":[["#, "0", usize::MAX, "]]}"),
        ),
        (
            "entries",
            filled(r#""u":"u","l":["#, "[8,1,-1,1]", ENTRIES, "]}"),
        ),
        (
            "entries over the limit",
            filled(r#""u":"u","l":["#, "[]", usize::MAX, "]}"),
        ),
        (
            "an entry over the limit",
            filled(r#""u":"u","l":[["#, "0", usize::MAX, "]]}"),
        ),
        (
            "numbers over the limit",
            filled(r#""u":"u","c":["#, "0", usize::MAX, "]}"),
        ),
        ("a list as a value", list("0").0),
        ("lists as a value", list("[]").0),
        ("a list as a property", list("0").1),
        ("a list of texts as a value", list(r#""\n""#).0),
        ("objects as a value", list("{}").0),
        (
            "an object as a value",
            one(&format!(
                r#"{{"value":{{{}}}}}"#,
                vec![r#""a":0"#; 15_000].join(",")
            )),
        ),
        (
            "more properties than may be",
            one(&format!(
                r#"{{"props":{{{}}}}}"#,
                vec![r#""a":"""#; 15_000].join(",")
            )),
        ),
        (
            "one long property",
            one(&format!(
                r#"{{"props":{{"a":"{}"}}}}"#,
                r"\n".repeat(50_000)
            )),
        ),
        ("words without end", {
            let words = "a ".repeat(PAGE_BYTES / 2 - 100);
            format!(r#"{HEAD}"u":"u","e":[{{"i":-1,"x":"{words} "}}]}}"#)
        }),
        ("space without end", {
            let space = r"\n".repeat(PAGE_BYTES / 2 - 100);
            format!(r#"{HEAD}"u":"u","e":[{{"i":-1,"x":"{space}"}}]}}"#)
        }),
        ("a long selector", {
            let id = r"\n".repeat(PAGE_BYTES / 2 - 100);
            format!(r#"{HEAD}"u":"u","e":[{{"i":-1,"id":"{id}"}}]}}"#)
        }),
        (
            "a long address",
            format!(r#"{HEAD}"u":"{}"}}"#, r"\n".repeat(PAGE_BYTES / 2 - 100)),
        ),
        (
            "a long site",
            format!(r#"{{"v":2,"s":"{}"}}"#, r"\n".repeat(PAGE_BYTES / 2 - 100)),
        ),
        (
            "nested lists",
            format!(r#"{HEAD}"x":{}"#, "[".repeat(PAGE_BYTES - 100)),
        ),
        (
            "an unknown member",
            format!(r#"{HEAD}"{}":1}}"#, r"\n".repeat(PAGE_BYTES / 2 - 100)),
        ),
        ("over the limit", " ".repeat(2_000_000)),
    ];
    let over = format!("{HEAD}{}", " ".repeat(PAGE_BYTES));
    let bodies = bodies
        .into_iter()
        .chain([("a page's over the limit", over)]);
    bodies
        .map(|(what, body)| (what, body.into_bytes()))
        .collect()
}
