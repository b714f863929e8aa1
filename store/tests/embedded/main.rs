//! The store on the real engine: what the `clickhouse` client, plain HTTP and independent clients see of it.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

mod access;
mod bench;
mod clients;
mod crashes;
mod documents;
mod exclusive;
mod http;
mod inserts;
mod opening;
mod schema;
mod side_by_side;
mod typed;
