//! Rows of the tables beside `events`: exposures, attention and fields.
//!
//! Invariant: each begins with what it shares with the event it came from, in one order for all tables. What the columns
//! mean stands in `sql/migrations`.

use snag_beacon::{Area, Attention, Usage};

use super::{EventRow, TEXT, TIME, Table, WORD};
use crate::encoding::Values;

macro_rules! columns {
    ($($own:expr),+ $(,)?) => {
        &[
            ("site", WORD),
            ("time", TIME),
            ("visitor", "UInt64"),
            ("visitor_before", "UInt64"),
            ("session", "UInt64"),
            ("pageview", "UInt64"),
            ("host", WORD),
            ("path", TEXT),
            ("device", WORD),
            ("bot", WORD),
            $($own),+
        ]
    };
}

pub(super) const EXPOSURES: &[(&str, &str)] = columns![
    ("element", "UInt64"),
    ("viewable", "Bool"),
    ("visible_ms", "UInt32"),
    ("area_left", "UInt16"),
    ("area_top", "UInt16"),
    ("area_width", "UInt16"),
    ("area_height", "UInt16"),
];

pub(super) const ATTENTION: &[(&str, &str)] = columns![
    ("engaged_ms", "UInt32"),
    ("depth", "UInt8"),
    ("load_ms", "UInt32"),
    ("lcp_ms", "UInt32"),
    ("inp_ms", "UInt32"),
    ("cls", "Float32"),
    ("fcp_ms", "UInt32"),
    ("ttfb_ms", "UInt32"),
    ("tenths_ms", "Array(UInt32)"),
];

pub(super) const FIELDS: &[(&str, &str)] = columns![
    ("form", "UInt64"),
    ("element", "UInt64"),
    ("position", "UInt16"),
    ("hesitation_ms", "UInt32"),
    ("dwell_ms", "UInt32"),
    ("corrections", "UInt32"),
    ("focuses", "UInt32"),
    ("message", WORD),
    ("last", "Bool"),
    ("submitted", "Bool"),
];

/// One row of a table beside `events`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InteractionRow<'a> {
    /// The event it came from: site, time, visitor, page.
    pub(crate) event: EventRow<'a>,
    /// What its table keeps of it.
    pub(crate) what: Interaction,
}

/// What a row keeps beside the event's own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Interaction {
    /// Of `exposures`: viewable, visible milliseconds, where it is on the page.
    Exposure(bool, u32, Area),
    /// Of `attention`.
    Attention(Attention),
    /// Of `fields`: the form, the kind of the last message (in the event's detail), figures.
    Field(u64, Usage),
}

impl InteractionRow<'_> {
    pub(crate) fn table(&self) -> Table {
        match self.what {
            Interaction::Exposure(..) => Table::Exposures,
            Interaction::Attention(_) => Table::Attention,
            Interaction::Field(..) => Table::Fields,
        }
    }

    /// Writes the row in the order of its table's columns.
    pub(crate) fn write(&self, to: &mut impl Values) {
        let event = &self.event;
        to.text(&event.site);
        to.number(event.time.to_le_bytes());
        to.number(event.visitor.to_le_bytes());
        to.number(event.visitor_before.to_le_bytes());
        to.number(event.session.to_le_bytes());
        to.number(event.pageview.to_le_bytes());
        to.text(&event.page.host);
        to.text(&event.page.path);
        to.text(event.agent.as_ref().map_or("", |agent| agent.device));
        to.text(event.bot);
        match &self.what {
            Interaction::Exposure(viewable, visible, area) => {
                to.number(event.element.to_le_bytes());
                to.number([u8::from(*viewable)]);
                to.number(visible.to_le_bytes());
                for pixels in [area.left, area.top, area.width, area.height] {
                    to.number(pixels.to_le_bytes());
                }
            }
            Interaction::Attention(found) => {
                to.number(found.engaged.to_le_bytes());
                to.number([found.depth]);
                to.number(found.load.to_le_bytes());
                to.number(found.lcp.to_le_bytes());
                to.number(found.inp.to_le_bytes());
                to.number((found.cls as f32 / 10_000.0).to_le_bytes());
                to.number(found.fcp.to_le_bytes());
                to.number(found.ttfb.to_le_bytes());
                to.numbers(&found.tenths);
            }
            Interaction::Field(form, usage) => {
                to.number(form.to_le_bytes());
                to.number(event.element.to_le_bytes());
                let position = u16::try_from(usage.order).unwrap_or(u16::MAX);
                to.number(position.to_le_bytes());
                for figure in [
                    usage.hesitation,
                    usage.dwell,
                    usage.corrections,
                    usage.focuses,
                ] {
                    to.number(figure.to_le_bytes());
                }
                to.text(&event.detail);
                to.number([u8::from(usage.last)]);
                to.number([u8::from(usage.submitted)]);
            }
        }
        to.end_row();
    }
}
