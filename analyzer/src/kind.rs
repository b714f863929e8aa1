//! Kinds of events by their numbers in the tables, as far as reports look at them one by one.

pub(crate) const PAGEVIEW: u8 = 1;
pub(crate) const CLICK: u8 = 2;
pub(crate) const CUSTOM: u8 = 3;
pub(crate) const FORM_SUBMIT: u8 = 11;
pub(crate) const FORM_FAIL: u8 = 12;
pub(crate) const SEARCH: u8 = 17;
