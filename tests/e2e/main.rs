//! End to end: the real binary, the real engine, a real browser.

mod beacons;
mod browser;
mod crash;
mod errors;
mod harness;
mod import;
mod ledger;
mod neighbours;
mod relay;
