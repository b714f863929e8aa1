//! The reports on the real engine, over events written by hand, published cases and random worlds.

mod funnels;
mod patterns;
mod published;
mod random;
mod reference;
mod refusals;
mod world;
