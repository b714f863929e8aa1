//! The tracker's core.
