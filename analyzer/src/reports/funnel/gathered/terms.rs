//! What a funnel asks of the events of visits, as texts of SQL.
//!
//! Invariant: constant texts alone; numbers and names are bound.

use clickhouse::Row;
use serde::Deserialize;

use crate::condition::{Bindings, InVisit};
use crate::kind;
use crate::reports::funnel::FunnelRequest;
use crate::walk::MOST_STEPS;

#[derive(Row, Deserialize)]
pub(super) struct Number {
    pub(super) number: u64,
    pub(super) mask: u32,
}

/// Numbers by the conditions on what they stand for, with the bits of these.
#[derive(Default)]
pub(super) struct Terms {
    /// Bits of every event, and of all of one kind.
    every: u32,
    kinds: Vec<(u8, u32)>,
    pub(super) pages: Vec<(usize, String)>,
    pub(super) elements: Vec<(usize, String)>,
    pub(super) names: Vec<(String, u32)>,
}

impl Terms {
    /// What the steps and exclusions ask of an event; none where a visit does not tell.
    pub(super) fn of(request: &FunnelRequest, bindings: &mut Bindings) -> Option<Self> {
        let excluded = request.exclusions.iter().map(|exclusion| &exclusion.event);
        let steps = (0..).zip(&request.steps);
        let mut terms = Self::default();
        for (bit, step) in steps.chain((MOST_STEPS..).zip(excluded)) {
            let mask = 1_u32 << bit;
            for term in bindings.in_visit(step)? {
                match term {
                    InVisit::Every => terms.every |= mask,
                    InVisit::Kind(kind) => terms.kinds.push((kind, mask)),
                    InVisit::Page(condition) => terms.pages.push((bit, condition)),
                    InVisit::Element(condition) => terms.elements.push((bit, condition)),
                    InVisit::Name(name) => {
                        match terms.names.iter_mut().find(|(known, _)| *known == name) {
                            Some((_, known)) => *known |= mask,
                            None => terms.names.push((name, mask)),
                        }
                    }
                }
            }
        }
        Some(terms)
    }

    /// The names of an event's parts, the arrays they come from, and the mask as a text of SQL; none where no event can
    /// match.
    pub(super) fn sql(
        &self,
        pages: &[Number],
        elements: &[Number],
    ) -> Option<(String, String, String)> {
        let mut names = vec!["a"];
        let mut arrays = vec!["at"];
        let mut masks = Vec::new();
        if self.every != 0 {
            masks.push(upper(self.every).to_string());
        }
        let kinds = self.kinds.iter();
        masks.extend(kinds.map(|(kind, mask)| format!("(k = {kind}) * {}", upper(*mask))));
        let lists = [
            (pages.is_empty(), kind::PAGEVIEW, "p", "page", "UInt64"),
            (elements.is_empty(), kind::CLICK, "l", "element", "UInt64"),
            (self.names.is_empty(), kind::CUSTOM, "n", "name", "String"),
        ];
        for (is_empty, kind, name, array, type_name) in lists {
            if is_empty {
                continue;
            }
            names.push(name);
            arrays.push(array);
            masks.push(format!(
                "(k = {kind}) * transform({name}, {{{array}s:Array({type_name})}}, \
                 {{{array}_masks:Array(UInt64)}}, toUInt64(0))"
            ));
        }
        // All but what every event meets is a matter of kind.
        if masks.len() > usize::from(self.every != 0) {
            names.push("k");
            arrays.push("kind");
        }
        let mask = masks
            .into_iter()
            .reduce(|all, mask| format!("bitOr({all}, {mask})"))?;
        Some((names.join(", "), arrays.join(", "), mask))
    }
}

/// Which visits can have events within a period, and which of their events lie within it. A visit lasts a day, or several
/// where the site has numbered it so.
pub(super) fn between(start: Option<i64>, end: Option<i64>) -> (&'static str, &'static str) {
    match (start.is_some(), end.is_some()) {
        (false, false) => ("1", "1"),
        (true, false) => (
            "start >= fromUnixTimestamp64Milli({period_start:Int64}, 'UTC') - INTERVAL 7 DAY",
            "toUnixTimestamp64Milli(start) + a >= {period_start:Int64}",
        ),
        (false, true) => (
            "start < fromUnixTimestamp64Milli({period_end:Int64}, 'UTC')",
            "toUnixTimestamp64Milli(start) + a < {period_end:Int64}",
        ),
        (true, true) => (
            "start >= fromUnixTimestamp64Milli({period_start:Int64}, 'UTC') - INTERVAL 7 DAY \
             AND start < fromUnixTimestamp64Milli({period_end:Int64}, 'UTC')",
            "toUnixTimestamp64Milli(start) + a >= {period_start:Int64} \
             AND toUnixTimestamp64Milli(start) + a < {period_end:Int64}",
        ),
    }
}

/// A mask where it stands in the number of an event.
pub(super) fn upper(mask: u32) -> u64 {
    u64::from(mask) << 32
}
