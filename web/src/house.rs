//! What all rooms share: the store, who may see what, the settings.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::web::ServiceConfig;
use bytes::Bytes;
use snag_analyzer::{Error, site_names};
use snag_store::Store;
use tokio::runtime::Handle;

use crate::access::{Access, Role, Secret};
use crate::audits::Audits;
use crate::gate;
use crate::problem::Problem;

/// How often it is looked which sites there are.
const LOOK: Duration = Duration::from_secs(30);

/// What is set of the dashboard.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where people reach it, such as `https://stats.example`; only on this machine where none is set.
    pub url: Option<String>,
    /// The configured sites.
    pub sites: Vec<SiteSettings>,
}

/// What is set of a site.
#[derive(Debug, Clone, Default)]
pub struct SiteSettings {
    /// Its identifier.
    pub id: String,
    /// Hosts whose pages may send beacons; any where there is none.
    pub hosts: Vec<String>,
}

/// Tells the address of whoever is at the other end of a request, past trusted proxies.
pub type Address = Box<dyn Fn(&RequestHead) -> IpAddr + Send + Sync>;

/// What became of events that were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many went in.
    pub events: u64,
    /// Bad lines, each with its number and what is wrong; with one of them nothing went in.
    pub bad: Vec<String>,
}

/// Takes events in the import format, newline-delimited JSON, under a key that makes a repeated body one.
pub type Intake = Box<dyn Fn(Bytes, [u8; 32]) -> Taking + Send + Sync>;
/// The taking, under way.
pub type Taking = Pin<Box<dyn Future<Output = Result<Taken, String>> + Send>>;

/// Removes for good all there is of a site, and says how many rows these were.
pub type Eraser = Box<dyn Fn(String) -> Erasing + Send + Sync>;
/// The removal, under way.
pub type Erasing = Pin<Box<dyn Future<Output = Result<u64, String>> + Send>>;

/// What others know and do for the dashboard.
pub struct Connected {
    /// Tells addresses.
    pub address: Address,
    /// Takes events.
    pub intake: Intake,
    /// Removes sites.
    pub eraser: Eraser,
}

/// What all rooms share.
pub struct House {
    pub(crate) store: Arc<Store>,
    pub(crate) access: Access,
    pub(crate) settings: Settings,
    pub(crate) runtime: Handle,
    pub(crate) audits: Arc<Audits>,
    pub(crate) connected: Connected,
    /// With which links to overlays are signed; another one at each start, for these hold for half an hour alone.
    pub(crate) overlay_key: String,
    sites: RwLock<Arc<BTreeSet<String>>>,
}

/// The dashboard, ready to be served.
pub struct Dashboard(Arc<House>);

impl Dashboard {
    /// Opens it; reports are reckoned on the runtime this is called on. While the store does not answer nobody is known, so
    /// nobody is let in.
    pub async fn open(store: Store, settings: Settings, connected: Connected) -> Self {
        let store = Arc::new(store);
        let house = Arc::new(House {
            access: Access::new(Store::clone(&store)),
            audits: Arc::new(Audits::new(Arc::clone(&store))),
            runtime: Handle::current(),
            sites: RwLock::default(),
            store,
            settings,
            connected,
            overlay_key: Secret::new().text().to_owned(),
        });
        for looked in [house.access.reload().await, house.look().await] {
            if let Err(error) = looked {
                tracing::warn!(%error, "the dashboard waits for the store");
            }
        }
        Self(house)
    }

    /// Puts its places where actix-web finds them.
    pub fn register(&self) -> impl Fn(&mut ServiceConfig) + Send + Sync + 'static {
        let house = Arc::clone(&self.0);
        move |config| gate::register(&house, config)
    }

    /// Keeps up with what changes, and audits each site once a day, for as long as it is polled.
    pub async fn keep_up(&self) {
        let looking = async {
            loop {
                tokio::time::sleep(LOOK).await;
                if let Err(error) = self.0.look().await {
                    tracing::warn!(%error, "which sites there are cannot be read");
                }
            }
        };
        self.0.access.passwords.warm_up().await;
        tokio::join!(
            looking,
            self.0.access.follow(),
            self.0.audits.keep_up(&self.0)
        );
    }

    /// Where the first owner makes their account, as a path, while there is nobody; each time another one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn first_welcome(&self) -> Result<Option<String>, Error> {
        let access = &self.0.access;
        access.reload().await?;
        if !access.shelf().users.is_empty() {
            return Ok(None);
        }
        let secret = access
            .invite("", crate::access::EVERY_SITE, Role::Owner)
            .await?;
        Ok(Some(welcome(&secret)))
    }
}

/// Where an invitation is taken up.
pub(crate) fn welcome(secret: &Secret) -> String {
    format!("/welcome/{}", secret.text())
}

impl House {
    async fn look(&self) -> Result<(), Error> {
        let with_events = site_names(&self.store).await?.into_iter();
        let configured = self.settings.sites.iter().map(|site| site.id.clone());
        let found = Arc::new(with_events.chain(configured).collect());
        *self.sites.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(())
    }

    /// The sites there are.
    pub(crate) fn sites(&self) -> Arc<BTreeSet<String>> {
        Arc::clone(&self.sites.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The address of whoever asks.
    pub(crate) fn address(&self, head: &RequestHead) -> IpAddr {
        (self.connected.address)(head)
    }

    /// Where the dashboard was reached under the name `host`. A name that is not its own is refused: pages of others could
    /// have their name point here.
    pub(crate) fn origin(&self, host: &str) -> Result<String, Problem> {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            match port.bytes().all(|byte| byte.is_ascii_digit()) {
                true => name,
                false => host,
            }
        });
        let is_here = name == "localhost"
            || name.ends_with(".localhost")
            || name
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        match &self.settings.url {
            Some(url) if url.split("://").nth(1) == Some(host) => Ok(url.clone()),
            _ if is_here => Ok(format!("http://{host}")),
            Some(_) => Err(Problem::bad("the dashboard is not reached under this name")),
            None => Err(Problem::bad(
                "set web.url to the address under which people reach the dashboard, such as https://stats.example",
            )),
        }
    }
}
