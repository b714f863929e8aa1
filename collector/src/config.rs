//! What can be set of the collector.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::client::Proxies;
use crate::databases::DatabaseFiles;
use crate::enrich::{BotPolicy, BotReason, Site};
use crate::spool::SpoolConfig;

/// Settings of the collector.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where salts lie.
    pub data_dir: PathBuf,
    /// The sites that may report; none: all.
    pub sites: Vec<Site>,
    /// Proxies whose word about the visitor's address is believed.
    pub proxies: Proxies,
    /// What one sender, and all together, may ask for.
    pub limits: Limits,
    /// What to do with bots.
    pub bots: BotPolicy,
    /// Reasons to take someone for a bot that are only counted.
    pub bots_shadow: Vec<BotReason>,
    /// What enrichment looks things up in.
    pub databases: DatabaseFiles,
    /// Limits of the spool.
    pub spool: SpoolConfig,
    /// Threads that receive.
    pub workers: usize,
}

/// What one sender, and all together, may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests a second from one address (IPv6: one /64) in the long run; 0: any number.
    pub requests_per_second: u32,
    /// Requests from one address at once; 0: any number.
    pub burst: u32,
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// How long a request's head may take to arrive.
    pub head_time: Duration,
    /// How long a request's body may take to arrive.
    pub body_time: Duration,
    /// How long a connection may idle between two requests.
    pub idle_time: Duration,
}
