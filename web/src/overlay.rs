//! Maps of a page over the page itself: a link that opens them, and the data that the overlay asks for.
//!
//! Invariant: a link is signed, shows one site and the period it was made for, and holds for [`HOLDS_MS`]. It holds no secret of
//! a person, for it stands in the address of a page whose scripts may read it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use snag_analyzer::page as of_page;

use crate::access::{hex, is_equal, keyed, now};
use crate::answer::{Answer, Outcome};
use crate::asked::{Asked, Pairs};
use crate::problem::Problem;
use crate::view::View;

const HOLDS_MS: i64 = 30 * 60 * 1000;
/// What a link is signed for.
const PURPOSE: &str = "snaglist 2026 overlay link";

/// What a link shows.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    site: String,
    /// Period and filters, as an address has them.
    query: String,
    expires_ms: i64,
}

/// The address of a page with the maps over it; `page` is host and path.
pub(crate) fn link(asked: &Asked, page: &str) -> String {
    let told = Told {
        site: asked.site().to_owned(),
        query: asked.query.of_view().text(),
        expires_ms: now() + HOLDS_MS,
    };
    let told = hex(serde_json::to_string(&told).unwrap_or_default().as_bytes());
    let mark = hex(&keyed(PURPOSE, &asked.house.overlay_key, &told));
    let is_here = page.starts_with("localhost") || page.starts_with("127.0.0.1");
    let scheme = if is_here { "http" } else { "https" };
    format!("{scheme}://{page}#snag-overlay={told}.{mark}")
}

fn read(token: &str, key: &str) -> Option<Told> {
    let (told, mark) = token.split_once('.')?;
    if !is_equal(hex(&keyed(PURPOSE, key, told)).as_bytes(), mark.as_bytes()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(told.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..told.len() / 2).map(byte).collect();
    let told: Told = serde_json::from_slice(&bytes?).ok()?;
    (told.expires_ms > now()).then_some(told)
}

/// What the overlay shows of a page.
pub(crate) async fn data(asked: Asked) -> Outcome {
    let token = asked.query.get("token").unwrap_or_default();
    let told = read(token, &asked.house.overlay_key).ok_or_else(|| {
        Problem::new(
            401,
            "this link has expired; open the page from the dashboard again",
        )
    })?;
    let query = Pairs::read(told.query.trim_start_matches('?').as_bytes());
    let mut view = View::read(&told.site, &query, jiff::Timestamp::now())?;
    view.limit = crate::view::MOST_ROWS;
    let path = asked.query.get("path").unwrap_or("/");
    let step = format!("page:{}", exact(path)).parse()?;
    let found = of_page(&asked.house.store, &view.span(), &step).await?;
    let mut data = serde_json::to_value(&found).unwrap_or_default();
    let expires = jiff::Timestamp::from_millisecond(told.expires_ms).map(|at| at.to_string());
    data["expires"] = json!(expires.unwrap_or_default());
    Ok(Answer::Json(200, data))
}

/// A path as a step takes it for this one alone.
fn exact(path: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/-_.~%".contains(letter);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\\', r"\\").replace('\'', r"\'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_was_changed_or_is_old_shows_nothing() {
        let told = |expires_ms| {
            let told = Told {
                site: "shop".into(),
                query: "?period=7d".into(),
                expires_ms,
            };
            let told = hex(serde_json::to_string(&told).expect("JSON").as_bytes());
            let mark = hex(&keyed(PURPOSE, "key", &told));
            format!("{told}.{mark}")
        };
        let good = told(now() + 1000);
        assert_eq!(read(&good, "key").expect("it holds").site, "shop");
        assert!(read(&good, "other").is_none());
        assert!(read(&told(now() - 1), "key").is_none());
        let changed = good.replacen('7', "8", 1);
        for wrong in ["", ".", "7b.7d", &good[2..], &changed] {
            assert!(read(wrong, "key").is_none(), "{wrong}");
        }
    }
}
