//! One file a command.

pub(crate) mod doctor;
pub(crate) mod funnel;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod rebuild;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod snippet;
pub(crate) mod spool;
pub(crate) mod verify;
pub(crate) mod visits;
