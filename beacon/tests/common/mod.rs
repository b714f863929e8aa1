//! Page's batches for tests.
//!
//! Invariant: what is not said of a batch is as on a page of ten seconds that shows `https://shop.example/`.

use serde_json::{Value, json};
use snag_beacon::limits::{EVENTS, PAGE_EVENTS};
use snag_beacon::{Batch, validate};

/// A batch with these members beside those, or in place of them.
pub(crate) fn page(members: Value) -> String {
    let mut all = json!({ "s": "shop", "p": 7, "t": 10_000, "u": "https://shop.example/" });
    if let (Some(all), Value::Object(members)) = (all.as_object_mut(), members) {
        all.extend(members);
    }
    body(&all)
}

/// These members behind the version, which comes first.
pub(crate) fn body(members: &Value) -> String {
    let text = members.to_string();
    format!(r#"{{"v":2,{}"#, text.strip_prefix('{').expect("an object"))
}

/// What is wrong with a decoded page's batch, which may have more events than any other.
pub(crate) fn fault(batch: &Batch<'_>) -> Option<String> {
    if batch.events.len() > PAGE_EVENTS {
        return Some(format!("{} events", batch.events.len()));
    }
    // Also without events the rest has to hold.
    let parts = batch.events.chunks(EVENTS).chain([&[][..]]);
    parts
        .map(|events| Batch {
            events: events.to_vec(),
            ..batch.clone()
        })
        .find_map(|part| validate(&part).err())
        .map(|error| error.to_string())
}
