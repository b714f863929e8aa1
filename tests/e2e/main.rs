//! End to end: the real binary, the real engine, a real browser.

mod beacons;
mod browser;
mod costs;
mod crash;
mod dashboard;
mod definitions;
mod deploy;
mod entrances;
mod errors;
mod harness;
mod import;
mod ledger;
mod limits;
mod links;
mod messages;
mod neighbours;
mod operating;
mod pages;
mod privacy;
mod recordings;
mod relay;
mod spool;
mod upkeep;
mod visits;
