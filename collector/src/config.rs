//! What can be set of the collector.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use crate::enrich::{BotPolicy, Site};
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
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What to do with bots.
    pub bots: BotPolicy,
    /// A MaxMind City or Country database.
    pub geo_database: Option<PathBuf>,
    /// Limits of the spool.
    pub spool: SpoolConfig,
    /// Threads that receive.
    pub workers: usize,
}
