//! Visitors with known habits: they walk a site, send the beacons a browser would send or are written into files, and
//! leave behind the truth that reports are held against.
//!
//! Invariant: the same description, number of visitors and seed give the same truth, whatever the collector does. It knows
//! nothing of how events are stored or counted; its truth comes from what its visitors did.
//!
//! There are two descriptions. [`Habits`] says of one real site how often people go which way, so that a demo's reports can
//! be foretold. A [`World`] says what a site is and what people want there; what they do follows, and changes as it would
//! when something is wrong. `examples/habits.toml` and `families/` have the words for both.
//!
//! # What [`simulate`] writes
//!
//! `recordings.ndjson.zst`: a line a batch of a page, for `snag import recordings`: `time` it was received, `visitor`,
//! `user_agent`, `country`, and the `body` as `beacon/README.md` has it, version 2. Sessions stand in the order they began.
//!
//! `truth.json`, a [`WorldTruth`]: `site`, `family`, `seed`, first and last day (`from`, `until`), `sessions` and `visitors`
//! that are people, `bots` (sessions of programs, which count nowhere else), `pageviews`, `goal` and `funnel` as steps of
//! `snag funnel`, `conversions` (sessions that reached the goal), and `defects`, each with
//!
//! - `kind` ([`DefectKind`]) and `strength`, from 0 to 1;
//! - where: path of the `page`; `element`, the `id` of a link, button or form's button, the name of an ad or of a place for
//!   ads; name of the `field`; `browser`; `device`; empty where they do not matter;
//! - `met`: sessions that were on that page (in that browser, on that device);
//! - `lost`: conversions of these very sessions that it cost, by walking them once more without it, all else being wrong as it
//!   is; of an ad that wins, with it shown alone. Below 0 where chance made it bring some;
//! - `share`: conversions it costs as a share of those there would be without it, over many sessions (`--reckoned`).
//!
//! `world.toml`: the world as it was drawn, with its defects; it gives the same once more under the same seed.

mod address;
mod agent;
mod beacons;
mod check;
mod courier;
mod error;
mod findings;
mod habits;
mod run;
mod step;
mod truth;
mod visit;
mod walk;
pub mod world;

pub use address::Addresses;
pub use agent::Agent;
pub use error::Error;
pub use habits::{
    Clicked, Device, Dwell, ElementHabit, EventHabit, FieldHabit, Form, Habits, Move, Page, Shown,
    Source,
};
pub use run::{Options, Progress, run};
pub use step::{Deed, Step, reached};
pub use truth::{FunnelTruth, Truth};
pub use visit::{Act, View, Visit};
pub use world::{
    Defect, DefectKind, FAMILIES, Period, Planted, Run, World, WorldTruth, plant, send, simulate,
};
