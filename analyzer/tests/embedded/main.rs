//! The reports on the real engine, over events written by hand, published cases and random worlds.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

mod funnels;
mod patterns;
mod published;
mod random;
mod reference;
mod refusals;
mod world;
