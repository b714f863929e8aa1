//! The reports on the real engine, over events written by hand and random worlds.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

mod ads;
mod attribution;
mod audit;
mod audited;
mod breakdowns;
mod campaigns;
mod comparisons;
mod costs;
mod discover;
mod experiments;
mod funnels;
mod leavers;
mod links;
mod orders;
mod pages;
mod paths;
mod patterns;
mod random;
#[path = "../walk/reference.rs"]
mod reference;
mod refusals;
mod timeline;
mod watched;
mod world;
