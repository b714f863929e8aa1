//! What may have been meant by a step that nothing matches: names that are in the data, by their edit distance.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use crate::Error;
use crate::names::nearest_first;
use crate::step::{ClickTarget, Step, Target};

const SQL: &str = include_str!("../../../sql/reports/near_names.sql");
/// So many names are offered.
const OFFERED: usize = 3;

#[derive(Row, Deserialize)]
struct Known {
    known: String,
    #[expect(
        dead_code,
        reason = "orders the rows; a row has all columns of its query"
    )]
    times: u64,
}

/// Where the names of a kind of step stand.
struct Place {
    prefix: &'static str,
    name: &'static str,
    table: &'static str,
    which: &'static str,
}

const PAGES: Place = Place {
    prefix: "page:",
    name: "path",
    table: "events",
    which: "bot = '' AND kind = 'pageview'",
};
const ADDRESSES: Place = Place {
    prefix: "page:https://",
    name: "concat(host, path)",
    ..PAGES
};
const EVENTS: Place = Place {
    prefix: "event:",
    name: "name",
    table: "events",
    which: "bot = '' AND kind = 'custom'",
};
const SELECTORS: Place = Place {
    prefix: "click:",
    name: "selector",
    table: "elements",
    which: "selector != ''",
};
const TEXTS: Place = Place {
    prefix: "click:text=",
    name: "trimBoth(text)",
    table: "elements",
    which: "trimBoth(text) != ''",
};

/// Steps that a site has events or elements for, nearest to a step first; none where its name is known, so that it is
/// its conditions that nothing meets, and none for steps without a name.
pub(crate) async fn near_names(
    store: &Store,
    site: &str,
    step: &Step,
) -> Result<Vec<String>, Error> {
    let (place, wanted) = match &step.target {
        Target::Path(pattern) => (PAGES, pattern.plain()),
        Target::Matching(_, regex) => (PAGES, regex.clone()),
        Target::Address(pattern) => (ADDRESSES, pattern.plain()),
        Target::Event(name) => (EVENTS, name.clone()),
        Target::Click(ClickTarget::Selector(selector)) => (SELECTORS, selector.clone()),
        Target::Click(ClickTarget::Text(text) | ClickTarget::TextMatching(text)) => {
            (TEXTS, text.clone())
        }
        Target::Click(ClickTarget::Anything) | Target::Any => return Ok(Vec::new()),
    };
    let sql = SQL
        .replace("{{name}}", place.name)
        .replace("{{table}}", place.table)
        .replace("{{which}}", place.which);
    let found: Vec<Known> = store
        .client()
        .query(&sql)
        .param("site", site)
        .fetch_all()
        .await?;
    let known: Vec<String> = found.into_iter().map(|row| row.known).collect();
    if known.contains(&wanted) {
        return Ok(Vec::new());
    }
    let nearest = nearest_first(&wanted, known).into_iter().take(OFFERED);
    Ok(nearest
        .map(|name| format!("{}{name}", place.prefix))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sql_holds_no_placeholder_and_is_ordered() {
        assert!(!SQL.contains('?') && SQL.contains("ORDER BY"));
        for place in [PAGES, ADDRESSES, EVENTS, SELECTORS, TEXTS] {
            assert!(!place.name.contains('?') && !place.which.contains('?'));
        }
    }
}
