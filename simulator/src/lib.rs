//! Visitors with known habits: they walk a site as a habits file says, send the beacons a browser would send, and
//! leave behind the truth that reports are held against.
//!
//! Invariant: the same habits, number of visitors and seed give the same truth, whatever the collector does. It knows
//! nothing of how events are stored or counted; its truth comes from what its visitors did.

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
mod world;

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
