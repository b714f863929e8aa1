//! One visitor's visit, drawn from the habits before anything is sent.
//!
//! Invariant: a visit depends on the habits, the seed and the visitor's number alone, and no two of its deeds are less
//! than a second apart, so that the order survives what the network adds to the times.

use std::net::IpAddr;
use std::time::Duration;

use crate::{Deed, Habits};

/// What one visitor does.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Where the visitor's requests come from.
    pub address: IpAddr,
    /// `User-Agent`.
    pub agent: String,
    /// Width and height in CSS pixels.
    pub viewport: (u16, u16),
    /// From the visit's end to now.
    pub ago: Duration,
    /// The pages, in order; at least one.
    pub views: Vec<View>,
}

/// One page load and what was done there.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Number of the load, no other load of the run has it.
    pub load: u32,
    /// Path, without query.
    pub path: String,
    /// Query, without `?`; empty for none.
    pub query: String,
    /// Absolute address of the page before, or empty.
    pub referrer: String,
    /// Milliseconds from the visit's beginning to the load.
    pub at: u64,
    /// Milliseconds on the page.
    pub stay: u64,
    /// What was done, in order.
    pub acts: Vec<Act>,
}

/// One deed on a page; `at` is in milliseconds since the page's load.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A click.
    Click {
        /// When.
        at: u64,
        /// Name of the element in the habits.
        element: String,
        /// Its selector.
        selector: String,
        /// Pixels from the left and the top of the document.
        point: (u16, u16),
    },
    /// An event the page reports.
    Event {
        /// When.
        at: u64,
        /// Place in the page's list of events.
        index: usize,
        /// Its name.
        name: String,
        /// What it is worth.
        value: Option<f64>,
    },
}

impl Visit {
    /// Milliseconds from the first load to the end of the last stay.
    pub fn length(&self) -> u64 {
        self.views.last().map_or(0, |view| view.at + view.stay)
    }

    /// What was done, in order, as a funnel sees it.
    pub fn deeds(&self) -> impl Iterator<Item = Deed<'_>> {
        self.views.iter().flat_map(|view| {
            let acts = view.acts.iter().map(|act| match act {
                Act::Click { selector, .. } => Deed::Click(selector),
                Act::Event { name, .. } => Deed::Event(name),
            });
            std::iter::once(Deed::Page(&view.path)).chain(acts)
        })
    }
}

/// The absolute address of a page.
pub(crate) fn address(habits: &Habits, path: &str, query: &str) -> String {
    let mut url = habits.origin.clone();
    url.set_path(path);
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    url.into()
}
