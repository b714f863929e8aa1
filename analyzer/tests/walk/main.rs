//! The walk over a person's events: cases written by hand, and random worlds against a reference that tries everything.

mod by_hand;
mod random;
mod reference;
