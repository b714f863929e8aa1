//! Upkeep of what is stored: backups, erasure, and how long visits are kept.
//!
//! Invariant: what tables there are, and what each of them holds of a site, a visitor and a day, is written in `table.rs`
//! alone, so that a table that is added is thought of by all of these or by none. Works through the store's client only, so
//! with a server as with the embedded engine. Nothing is printed and nobody is asked here.

mod backup;
mod erase;
mod error;
mod passing;
pub mod retention;
mod table;

pub use backup::{Backup, BackupOptions, Contents, Restored, TableRows, backup, check, restore};
pub use erase::{Erased, Erasure, Plan, erase, plan};
pub use error::Error;
pub use passing::sweep;
pub use retention::is_site;
pub use table::tables;
