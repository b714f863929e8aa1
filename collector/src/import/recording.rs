//! A recorded batch of a page, one a line: what was sent, when it came, and from whom. It goes the way of a beacon, with
//! the line's time for the clock.
//!
//! `{"time":"2026-01-05T10:00:12.500Z","visitor":"any text","user_agent":"…","country":"IE","body":{"v":2,…}}`, where
//! `time` is when the batch was received, `visitor` tells visitors apart as in a file of events, and `body` is what a page
//! sends to a collector, as JSON (`beacon/README.md`). `user_agent`, `country`, `region`, `city` and `ip` may be left out;
//! an address only finds a place where the line names none.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use snag_beacon::limits::STRING_BYTES;

use super::line::{Context, keyed, time, utf8};
use super::shape::{Fault, read};
use super::stretch::Blocks;
use crate::enrich::{ClientHints, Knowledge, Place, Sender, Visitors, enrich};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recording<'a> {
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    visitor: Cow<'a, str>,
    #[serde(borrow)]
    body: &'a RawValue,
    #[serde(borrow, default)]
    user_agent: Cow<'a, str>,
    #[serde(borrow, default)]
    ip: Cow<'a, str>,
    #[serde(borrow, default)]
    country: Cow<'a, str>,
    #[serde(borrow, default)]
    region: Cow<'a, str>,
    #[serde(borrow, default)]
    city: Cow<'a, str>,
}

/// Puts the rows of one line into the blocks.
///
/// # Errors
/// With the key at fault and the reason; then nothing of the line is in.
pub(super) fn put(context: &Context<'_>, text: &[u8], blocks: &mut Blocks) -> Result<(), Fault> {
    let line: Recording<'_> = read(utf8(text)?, "recording")?;
    check(&line)?;
    let address = match &*line.ip {
        "" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        text => text.parse().map_err(|_| {
            let reason = "is no IPv4 or IPv6 address".to_owned();
            ("ip".to_owned(), reason)
        })?,
    };
    let body = snag_beacon::mended(line.body.get().as_bytes());
    let batch =
        snag_beacon::decode(&body).map_err(|error| ("body".to_owned(), error.to_string()))?;
    let visitor = keyed(context.key, &batch.site, "visitor", &line.visitor);
    let place = [&line.country, &line.region, &line.city];
    let place = place.iter().any(|word| !word.is_empty()).then(|| {
        let [country, region, city] = place.map(|word| word.clone().into_owned());
        Arc::new(Place {
            country,
            region,
            city,
        })
    });
    let knowledge = Knowledge {
        now: time(&line.time)?,
        visitors: Visitors::Named(visitor, place),
        sites: &context.options.sites,
        bots: &context.bots,
        agents: &context.options.agents,
        places: context.options.places.as_ref(),
        networks: None,
        spam: &context.spam,
    };
    let sender = Sender {
        address,
        user_agent: &line.user_agent,
        hints: ClientHints::default(),
    };
    let enriched = enrich(&knowledge, &sender, &batch);
    for row in &enriched.events {
        blocks.event(row);
    }
    for row in &enriched.interactions {
        blocks.interaction(row);
    }
    for row in enriched.elements {
        blocks.element(row.element, || Some(row));
    }
    for reason in enriched.dropped {
        *blocks.dropped.entry(reason.word()).or_default() += 1;
    }
    Ok(())
}

/// What the decoder of bodies does not look at.
fn check(line: &Recording<'_>) -> Result<(), Fault> {
    let fail = |key: &str, reason: String| Err((key.to_owned(), reason));
    if line.visitor.is_empty() {
        return fail("visitor", "is empty".to_owned());
    }
    for (key, text) in [
        ("visitor", &line.visitor),
        ("user_agent", &line.user_agent),
        ("country", &line.country),
        ("region", &line.region),
        ("city", &line.city),
    ] {
        if text.len() > STRING_BYTES {
            return fail(key, format!("is longer than {STRING_BYTES} bytes"));
        }
        if text.contains('\0') {
            return fail(key, "has a NUL character".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::{Agents, BotRules, Sites, SpamReferrers};
    use crate::import::ImportOptions;

    fn put(text: &str) -> Result<Blocks, Fault> {
        let options = ImportOptions {
            strict: false,
            sites: Sites::default(),
            agents: Agents::default(),
            places: None,
        };
        let context = Context {
            options: &options,
            key: &[7; 32],
            now: 0,
            bots: BotRules::default(),
            spam: SpamReferrers::default(),
        };
        let mut blocks = Blocks::default();
        super::put(&context, text.as_bytes(), &mut blocks)?;
        Ok(blocks)
    }

    #[test]
    fn a_recorded_batch_becomes_all_the_rows_its_beacon_would() {
        // A pageview; a search beside it; a button seen, attention, a field.
        let blocks = put(
            r#"{"time":"2026-01-05T10:00:10Z","visitor":"v","country":"IE","body":{"v":2,"s":"shop","p":7,"t":9000,
            "w":[390,664],"u":"https://shop.example/find?q=mug","n":0,"e":[{"i":-1,"t":"button","id":"pay"}],
            "r":[[1,0,"","Found"]],"c":[8,9000,-1,1000,1, 7,9000,5000,60,0,0,1,1,1,1,1,1,1,1,1,1,
            9,9000,0,-1,1,300,900,0,1,0,3]}}"#,
        );
        let blocks = blocks.unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!((blocks.rows, blocks.dropped.len()), (5, 0));
    }

    #[test]
    fn a_bad_recording_names_key_and_reason_and_never_a_value() {
        let with = |extra: &str, body: &str| {
            format!(r#"{{"time":"2026-01-05T10:00:00Z","visitor":"v"{extra},"body":{body}}}"#)
        };
        let body = r#"{"v":2,"s":"shop","p":1,"t":0,"u":"https://shop.example/","r":[]}"#;
        assert!(put(&with("", body)).is_ok());
        for (text, key, reason) in [
            ("{}".to_owned(), "time", "is missing"),
            (with("", "{}"), "body", ""),
            (
                with("", r#"{"v":2,"s":"secret@mail.example"}"#),
                "body",
                "version 2",
            ),
            (
                with(r#","email":"secret@mail.example""#, body),
                "email",
                "is no key of a recording",
            ),
            (
                with(r#","ip":"secret@mail.example""#, body),
                "ip",
                "is no IPv4",
            ),
            (
                with("", body).replace("2026-", "secret@mail.example"),
                "time",
                "is no time like",
            ),
            (
                with("", body).replace("\"v\",", "\"\","),
                "visitor",
                "is empty",
            ),
        ] {
            let (found, told) = put(&text).err().unwrap_or_else(|| panic!("taken: {text}"));
            assert_eq!(found, key, "{text}: {told}");
            assert!(told.contains(reason) && !told.contains("secret"), "{told}");
        }
    }
}
