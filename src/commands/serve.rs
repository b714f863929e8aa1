//! `snag serve`: receives until it is told to stop, then empties its hands.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use snag_collector::import::import_body;
use snag_collector::{Collector, Guests};
use snag_store::{Role, Store};
use snag_web::{Connected, Dashboard, Erasing, Taken, Taking};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::cli::Serve;
use crate::config::{Config, Environment};
use crate::exit::Exit;
use crate::messages::Teller;

/// How long another process may have the engine open at the start.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a message that is being sent may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(
    serve: Serve,
    mut config: Config,
    environment: &Environment,
) -> Result<Exit> {
    if let Some(listen) = serve.listen {
        config.listen = listen;
    }
    if let Some(listen) = serve.sql_listen {
        config.engine.sql_listen = Some(listen);
    }
    config.trusted_proxies.extend(serve.trusted_proxies);

    // Before anything is opened: a stop that comes early is a stop all the same.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let receiving = config.collector()?;
    allow_files(config.limits.connections);
    let store = open(&config.store(environment)?).await?;
    let telling = match Teller::open(&config, environment, &store) {
        Ok(telling) => telling,
        Err(error) => {
            store.close().await?;
            return Err(error);
        }
    };
    let derived_until = Arc::new(AtomicI64::new(0));
    let following = snag_sessions::Follower::follow(store.clone(), Arc::clone(&derived_until));
    let following = tokio::spawn(following);
    let keeping = tokio::spawn(keep_deadlines(store.clone()));
    let dashboard = match config.web.dashboard {
        true => Some(dashboard(&config, &store).await?),
        false => None,
    };
    let guests = match &dashboard {
        Some(dashboard) => Guests::new(dashboard.register()),
        None => Guests::none(),
    };
    let collector = match Collector::start(receiving, store.clone(), derived_until, guests) {
        Ok(collector) => collector,
        Err(error) => {
            following.abort();
            keeping.abort();
            store.close().await?;
            return Err(error.into());
        }
    };
    let at = collector.address();
    println!(
        "snag receives beacons at http://{at}/b and stores them in {}",
        place(&store, &config)
    );
    if collector.has_tracker() {
        println!(
            "paste into your pages: <script defer src=\"http://{at}/snag.js\" data-site=\"SITE\"></script>"
        );
    } else {
        println!("this build has no tracker in it: run `cargo xtask tracker` and build again");
    }
    let hosting = dashboard.map(|dashboard| {
        let at = config
            .web
            .url
            .clone()
            .unwrap_or_else(|| format!("http://{at}"));
        tokio::spawn(async move {
            greet(&dashboard, &at).await;
            dashboard.keep_up().await;
        })
    });
    let (stop, stopped) = watch::channel(false);
    let telling = telling.map(|teller| tokio::spawn(teller.tell(stopped)));
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if let Some(hosting) = hosting {
        hosting.abort();
    }
    // Nobody listens where nothing is told.
    let _ = stop.send(true);
    tracing::info!("stopping: shipping what was taken");
    tokio::select! {
        () = collector.stop() => {}
        _ = interrupt.recv() => tracing::warn!("told twice: what waits in the spool is shipped at the next start"),
        _ = terminate.recv() => tracing::warn!("told twice: what waits in the spool is shipped at the next start"),
    }
    if let Some(telling) = telling {
        let ending = telling.abort_handle();
        if tokio::time::timeout(LAST_WORDS, telling).await.is_err() {
            ending.abort();
        }
    }
    following.abort();
    keeping.abort();
    store
        .close()
        .await
        .context("the store did not close cleanly")?;
    Ok(Exit::Done)
}

/// The dashboard, with what the collector knows of addresses and events.
async fn dashboard(config: &Config, store: &Store) -> Result<Dashboard> {
    let proxies = config.proxies()?;
    let address = move |head: &_| snag_collector::client_address(head, &proxies);
    let options = Arc::new(super::import::options(config, true)?);
    let into = store.clone();
    let intake = move |body, key| -> Taking {
        let (store, options) = (into.clone(), Arc::clone(&options));
        Box::pin(async move {
            let imported = import_body(&store, body, key, &options).await;
            let imported = imported.map_err(|error| error.to_string())?;
            let bad = imported.bad_lines.iter().map(ToString::to_string);
            Ok(Taken {
                events: imported.events,
                bad: bad.chain(imported.cut_short.clone()).collect(),
            })
        })
    };
    let (of, with) = (store.clone(), Arc::new(config.clone()));
    let eraser = move |site: String| -> Erasing {
        let (store, config) = (of.clone(), Arc::clone(&with));
        Box::pin(async move {
            let erased = super::erase::site(&site, &config, &store).await;
            erased.map_err(|error| format!("{error:#}"))
        })
    };
    let connected = Connected {
        address: Box::new(address),
        intake: Box::new(intake),
        eraser: Box::new(eraser),
    };
    Ok(Dashboard::open(store.clone(), config.web()?, connected).await)
}

/// Says where the dashboard is, and while it has no owner how to become one.
async fn greet(dashboard: &Dashboard, at: &str) {
    match dashboard.first_welcome().await {
        Ok(Some(welcome)) => println!(
            "the dashboard has no owner yet: make your account at {at}{welcome} (serves once, within seven days)"
        ),
        Ok(None) => println!("the dashboard is at {at}/"),
        Err(error) => tracing::warn!(%error, "the dashboard waits for the store"),
    }
}

/// Between two looks at what is to be kept no longer, and between two tries when the store does not answer.
const DEADLINES: Duration = Duration::from_secs(24 * 60 * 60);
const AWAY: Duration = Duration::from_secs(60);

/// Removes visits whose time is over, and what backups and restores that died left behind: at the start and once a day.
async fn keep_deadlines(store: Store) {
    loop {
        let kept = async {
            if snag_upkeep::sweep(&store).await? {
                tracing::error!(
                    "a restore was broken off half way: stop, and run `snag restore` with the same file again"
                );
            }
            snag_upkeep::retention::keep(&store).await
        };
        match kept.await {
            Ok(kept) => {
                if kept.lapsed > 0 {
                    tracing::info!(
                        rows = kept.lapsed,
                        "visits whose time was over were removed"
                    );
                }
                tokio::time::sleep(DEADLINES).await;
            }
            Err(error) => {
                tracing::warn!(%error, "visits whose time is over are not removed for now");
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// Files that spool and engine may have open beside connections.
const OWN_FILES: u64 = 1024;

/// Lifts the number of files this process may have open to what it may be lifted to: every connection is one.
fn allow_files(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let lifted = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let now = match setrlimit(Resource::Nofile, lifted) {
        Ok(()) => lifted.current,
        Err(_) => limit.current,
    };
    let wanted = connections as u64 + OWN_FILES;
    if let Some(now) = now.filter(|now| *now < wanted) {
        tracing::warn!(
            "{now} files may be open, but limits.connections is {connections}: lift the former to {wanted} \
             (LimitNOFILE, ulimit -n) or lower the latter"
        );
    }
}

/// Opens the store as one that lasts: an engine that another process has open ends with that process, and a collector
/// that asked it would be left without a store. Who only looks something up is waited for.
async fn open(config: &snag_store::Config) -> Result<Store> {
    let start = Instant::now();
    loop {
        let store = match Store::open(config).await {
            // A server that is away is no reason to lose beacons: the spool keeps them until it answers.
            Err(error @ snag_store::Error::Unavailable { .. }) if config.clickhouse.is_some() => {
                tracing::warn!(%error, "the store does not answer: beacons are kept in the spool until it does");
                Store::connect(config).await?
            }
            opened => opened?,
        };
        let Role::Guest { pid } = *store.role() else {
            return Ok(store);
        };
        store.close().await?;
        if start.elapsed() > PATIENCE {
            return Err(snag_store::Error::Setup {
                message: format!(
                    "process {pid} has the engine in {} open",
                    config.data_dir.display()
                ),
                mend: "wait until it ends, or end it if it is another `snag serve`".to_owned(),
            }
            .into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn place(store: &Store, config: &Config) -> String {
    match store.role() {
        Role::Server => format!(
            "ClickHouse at {}",
            config.clickhouse.url.as_deref().unwrap_or_default()
        ),
        Role::Owner { .. } | Role::Guest { .. } => {
            format!("{} (embedded engine)", config.data_dir.display())
        }
    }
}
