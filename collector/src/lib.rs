//! Beacons in: receive, enrich, spool, upload. And events from files, by the same steps.
//!
//! Invariant: what was acknowledged is in the store exactly once, whatever died in between; no raw address and no
//! typed-in value reaches a disk or a log; no state of a session is kept. HTTP is known to `receive` and `client` only.

mod client;
mod config;
mod databases;
mod detections;
mod encoding;
mod enrich;
mod flush;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
pub mod import;
mod known_elements;
mod metrics;
mod receive;
mod rehearsal;
mod row;
mod salts;
mod shared_salts;
mod spool;
mod tracker_files;
mod upload;

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Once};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use jiff::Timestamp;
use snag_store::Store;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

pub use client::{Proxies, address as client_address};
pub use config::{Config, Limits};
pub use databases::{DatabaseError, DatabaseFiles};
pub use enrich::{
    Agent, Agents, BotPolicy, BotReason, MmdbError, Networks, Place, Places, SEARCH_PARAMETERS,
    Site, Sites, SpamReferrers, attribution,
};
pub use flush::{Flushed, flush};
pub use rehearsal::Rehearsal;
pub use spool::{Aside, Contents, Kept, SpoolConfig, SpoolDirectory, State, Unwanted};
pub use tracker_files::integrity;

use databases::Databases;
use detections::Detections;
use enrich::BotRules;
use health::Health;
use known_elements::KnownElements;
use metrics::Metrics;
use receive::{Limiter, Room};
use salts::Salts;
use spool::Spool;
use tracker_files::TrackerFile;
use upload::Uploader;

/// How long running requests may take to end once a stop was asked for. With the next, within the ten seconds that
/// service managers give at least.
const DRAIN: Duration = Duration::from_secs(4);

/// How often databases are looked at for changes.
const REFRESH: Duration = Duration::from_secs(30);

/// How long the store may take to confirm what waits when the collector stops; the rest goes at the next start.
const LAST_SHIPMENT: Duration = Duration::from_secs(4);

/// Why the collector cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another with --listen")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// Spool or salts cannot be opened.
    #[error("cannot use the data directory: {0}")]
    Data(#[from] std::io::Error),
    /// A file that enrichment looks things up in cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What all requests share.
#[derive(Debug)]
struct Collecting {
    sites: Sites,
    proxies: Proxies,
    limits: Limits,
    limiter: Limiter,
    room: Room,
    bots: BotRules,
    agents: Agents,
    databases: Databases,
    known_spam: SpamReferrers,
    salts: Salts,
    spool: Arc<Spool>,
    metrics: Arc<Metrics>,
    detections: Detections,
    known_elements: KnownElements,
    files: Vec<TrackerFile>,
    /// What shows one creative of a rotation, before a number is put before it.
    rotation: Option<bytes::Bytes>,
    health: Health,
    proxy_warning: Once,
    guests: Arc<Guests>,
}

/// What else is served at the collector's address, by routes of its own; they come before the tracker's files.
pub struct Guests(Box<dyn Fn(&mut ServiceConfig) + Send + Sync>);

impl Guests {
    /// Those that `register` knows.
    pub fn new(register: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        Self(Box::new(register))
    }

    /// Nobody.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| {})
    }

    fn register(&self, config: &mut ServiceConfig) {
        (self.0)(config);
    }
}

impl std::fmt::Debug for Guests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guests")
    }
}

/// A running collector.
pub struct Collector {
    address: SocketAddr,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    uploading: JoinHandle<()>,
    turning: JoinHandle<()>,
    refreshing: JoinHandle<()>,
    uploader: Arc<Uploader>,
    collecting: Arc<Collecting>,
}

impl Collector {
    /// Opens spool and salts, starts to listen and to ship. `derived_until` is kept by whoever derives visits: the time,
    /// milliseconds since 1970, at which what was stored until then was last seen to be derived; it is among the figures.
    ///
    /// # Errors
    /// When the address, the data directory or a database cannot be used.
    pub fn start(
        config: Config,
        store: Store,
        derived_until: Arc<AtomicI64>,
        guests: Guests,
    ) -> Result<Self, StartError> {
        let listen = |error| StartError::Listen {
            address: config.listen,
            error,
        };
        let databases = Databases::open(&config.databases)?;
        // Before anything of the data is touched: another process may be at work there.
        let listener = receive::bind(config.listen).map_err(listen)?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&config.data_dir)?;
        let spool = Arc::new(Spool::open(config.spool)?);
        let salts = Salts::open(&config.data_dir, Timestamp::now().as_millisecond())?;
        let metrics = Arc::new(Metrics::new(spool.shelf(), Some(derived_until)));
        let uploader = Arc::new(Uploader::new(
            spool.shelf(),
            store.clone(),
            Arc::clone(&metrics),
        ));
        let health = Health::new(store.clone(), spool.shelf(), Handle::current());
        let collecting = Arc::new(Collecting {
            sites: Sites::new(config.sites),
            proxies: config.proxies,
            limits: config.limits,
            limiter: Limiter::new(config.limits.requests_per_second, config.limits.burst),
            room: Room::default(),
            bots: BotRules {
                policy: config.bots,
                shadow: config.bots_shadow,
            },
            agents: Agents::default(),
            databases,
            known_spam: SpamReferrers::default(),
            salts,
            spool,
            metrics,
            detections: Detections::default(),
            known_elements: KnownElements::default(),
            files: tracker_files::load(),
            rotation: tracker_files::rotation(),
            health,
            proxy_warning: Once::new(),
            guests: Arc::new(guests),
        });
        let address = listener.local_addr()?;
        let server = receive::serve(listener, config.workers, DRAIN, Arc::clone(&collecting))
            .map_err(listen)?;
        let handle = server.handle();
        let serving = tokio::spawn(server);
        let uploading = tokio::spawn({
            let uploader = Arc::clone(&uploader);
            async move { uploader.run().await }
        });
        let turning = tokio::spawn(turn_salts(Arc::clone(&collecting), store));
        let refreshing = tokio::spawn(refresh_databases(Arc::clone(&collecting)));
        Ok(Self {
            turning,
            refreshing,
            address,
            server: handle,
            serving,
            uploading,
            uploader,
            collecting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the tracker's files are part of this build.
    #[must_use]
    pub fn has_tracker(&self) -> bool {
        !self.collecting.files.is_empty()
    }

    /// Stops listening, answers what runs, and ships what was taken, as far as the store lets it.
    pub async fn stop(self) {
        self.server.stop(true).await;
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the listener ended badly");
        }
        self.turning.abort();
        self.refreshing.abort();
        self.uploading.abort();
        // An aborted upload is repeated below or at the next start, under the same token.
        let _ = self.uploading.await;
        let collecting = self.collecting.clone();
        if tokio::task::spawn_blocking(move || collecting.spool.close())
            .await
            .is_err()
        {
            tracing::error!("the spool did not close");
        }
        let shipped = tokio::time::timeout(LAST_SHIPMENT, self.uploader.ship_everything()).await;
        let reason = match shipped {
            Ok(Ok(())) => return,
            Ok(Err(reason)) => reason,
            Err(_) => "the store did not answer in time".to_owned(),
        };
        tracing::warn!(%reason, "what waits in the spool is shipped at the next start");
    }
}

/// Loads databases anew when their files change.
async fn refresh_databases(collecting: Arc<Collecting>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        let collecting = Arc::clone(&collecting);
        let refreshed = tokio::task::spawn_blocking(move || collecting.databases.refresh()).await;
        if let Err(error) = refreshed {
            tracing::error!(%error, "looking for changed databases broke off");
        }
    }
}

/// Changes salts with the day and forgets old ones, also when nobody comes, and agrees on them with other collectors.
async fn turn_salts(collecting: Arc<Collecting>, store: Store) {
    let mut is_cut_off = false;
    loop {
        let now = Timestamp::now();
        if let Err(error) = collecting.salts.at(now.as_millisecond()) {
            tracing::error!(%error, "the salts cannot be written");
        }
        let shared = shared_salts::share(&store, &collecting.salts, now).await;
        if let Err(error) = &shared
            && !is_cut_off
        {
            tracing::warn!(%error, "salts are not shared with other collectors until the store answers");
        }
        is_cut_off = shared.is_err();
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}
