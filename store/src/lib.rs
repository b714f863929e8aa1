//! The ClickHouse client, migrations and the embedded engine.
//!
//! [`Store`] is the one way to the rows: a ClickHouse server, the embedded engine of this process, or that of
//! another process that has the data directory open. All three are reached through the same `clickhouse`
//! client; nobody outside this crate can tell an engine from a server. What the rows mean is not known here.

mod client;
mod config;
mod doctor;
mod engine;
mod error;
mod front;
mod lock;
mod migration;
mod store;

pub use config::{Config, DEFAULT_DATABASE, Secret, ServerConfig};
pub use doctor::{Check, Examination, doctor};
pub use engine::{ENGINE_VERSION, PASSING_TABLES, engine_package, quote_name, quote_text};
pub use error::Error;
#[cfg(fuzzing)]
pub use front::fuzzing;
pub use migration::{Applied, Record, known_migrations};
pub use store::{BodyFormat, Role, Store};
