//! Reports over the stored events.
