//! Backups, erasure and retention on the real engine.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

mod backups;
mod damage;
mod erasure;
mod lapse;
mod tables;
mod world;
