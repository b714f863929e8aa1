//! End to end: the real binary, the real engine, a real browser.

mod beacons;
mod browser;
mod costs;
mod crash;
mod definitions;
mod entrances;
mod errors;
mod harness;
mod import;
mod ledger;
mod limits;
mod links;
mod messages;
mod neighbours;
mod privacy;
mod recordings;
mod relay;
mod spool;
mod visits;
