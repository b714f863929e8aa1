//! The handle everybody holds: opens a store, hands out the client, sends rows, closes.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clickhouse::Client;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::client;
use crate::config::{Config, DEFAULT_DATABASE, Secret, ServerConfig};
use crate::engine::{self, Engine, quote_name};
use crate::error::Error;
use crate::front::{Credentials, Front};
use crate::lock::{self, Claim, Lock, Owner};
use crate::migration::{self, Applied, Record};

/// How long a guest waits for an owner that has just started.
const OWNER_PATIENCE: Duration = Duration::from_secs(15);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// How long an owner may take to answer; a busy one makes a query wait for its place.
const ANSWER_PATIENCE: Duration = Duration::from_secs(40);
/// How long the closing waits for those who still hold the engine, once nothing runs any more.
const ENGINE_PATIENCE: Duration = Duration::from_secs(3);

/// How long ClickHouse may take to accept a piece of an insert, and to confirm the whole.
const PIECE_PATIENCE: Duration = Duration::from_secs(60);
const INSERT_PATIENCE: Duration = Duration::from_secs(300);

fn silent(deed: &str) -> Error {
    Error::unavailable(format!("it did not {deed} in time"))
}

/// A ClickHouse database. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct Store {
    client: Client,
    database: String,
    role: Role,
    owned: Option<Arc<Owned>>,
}

/// What this process is to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A client of a ClickHouse server.
    Server,
    /// It has the data directory open and serves it.
    Owner {
        /// Where the front answers.
        address: SocketAddr,
        /// Where it answers SQL tools as well, if it was asked to.
        sql_address: Option<SocketAddr>,
    },
    /// Another process has the data directory open; this one asks it.
    Guest {
        /// The owner's process.
        pid: u32,
    },
}

/// How the rows of an insert are written. Both say the names and types of their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// `RowBinaryWithNamesAndTypes`: row after row, of exactly the table's types.
    RowBinary,
    /// `Native`: blocks of columns, whose types are converted to the table's.
    Native,
}

impl BodyFormat {
    fn name(self) -> &'static str {
        match self {
            BodyFormat::RowBinary => "RowBinaryWithNamesAndTypes",
            BodyFormat::Native => "Native",
        }
    }
}

/// What only the owner of a data directory has. Fields are dropped in this order.
struct Owned {
    front: Front,
    /// Taken by [`Store::close`].
    engine: Mutex<Option<Arc<Engine>>>,
}

impl Store {
    /// Opens the store, ready for use: the embedded engine is migrated, a server or another owner is verified to
    /// be.
    ///
    /// # Errors
    /// [`Error::Setup`] with the command that mends it, [`Error::Unavailable`] when a server or an owner does not
    /// answer.
    pub async fn open(config: &Config) -> Result<Store, Error> {
        let store = Store::connect(config).await?;
        match store.role {
            Role::Owner { .. } => {
                let applied = store.migrate().await?;
                if let (Some(first), Some(last)) = (applied.first(), applied.last()) {
                    tracing::info!(from = %first.name, to = %last.name, "the schema was brought up to date");
                }
            }
            Role::Server | Role::Guest { .. } => {
                store.verify().await?;
            }
        }
        Ok(store)
    }

    /// Opens the store without looking at its schema: for `snag migrate`, and for whoever wants to begin before
    /// a server is up. Sends nothing to a server.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn connect(config: &Config) -> Result<Store, Error> {
        if let Some(server) = &config.clickhouse {
            return Store::with_server(server);
        }
        let deadline = tokio::time::Instant::now() + OWNER_PATIENCE;
        loop {
            match lock::claim(&config.data_dir)? {
                Claim::Held(lock) => return Store::own(config, lock).await,
                Claim::Taken(owner) => {
                    let told = match &owner {
                        Some(owner) => match Store::with_owner(owner).await {
                            Ok(store) => return Ok(store),
                            Err(error) => error.to_string(),
                        },
                        None => "it has not said where it answers".to_owned(),
                    };
                    if tokio::time::Instant::now() > deadline {
                        return Err(silent_owner(config, owner, &told));
                    }
                }
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    fn with_server(server: &ServerConfig) -> Result<Store, Error> {
        let client = client::of_server(server)?;
        Ok(Store {
            client,
            database: server.database.clone(),
            role: Role::Server,
            owned: None,
        })
    }

    async fn with_owner(owner: &Owner) -> Result<Store, Error> {
        let client = client::of_front(owner.address, &owner.token);
        let store = Store {
            client,
            database: DEFAULT_DATABASE.to_owned(),
            role: Role::Guest { pid: owner.pid },
            owned: None,
        };
        match tokio::time::timeout(ANSWER_PATIENCE, store.version()).await {
            Ok(answer) => answer.map(|_| store),
            Err(_late) => {
                let seconds = ANSWER_PATIENCE.as_secs();
                Err(Error::unavailable(format!(
                    "it took the connection and said nothing for {seconds} s"
                )))
            }
        }
    }

    async fn own(config: &Config, lock: Lock) -> Result<Store, Error> {
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let sql = match config.sql_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let library = engine::find(
            config.engine_library.as_deref(),
            config.engine_cache.as_deref(),
        )?;
        // The engine would look for a relative place below itself.
        let directory = std::path::absolute(config.data_dir.join("engine"));
        let directory = directory.map_err(|error| Error::Setup {
            message: format!("{} is no place: {error}", config.data_dir.display()),
            mend: "give another --data-dir".to_owned(),
        })?;
        let opening = tokio::task::spawn_blocking(move || {
            Engine::open(&library, &directory, DEFAULT_DATABASE, lock)
        });
        let engine = Arc::new(
            opening
                .await
                .map_err(|error| Error::unavailable(error.to_string()))??,
        );
        let token = Secret::new(hex(&rand::random::<[u8; 32]>()));
        let credentials = Credentials::new(&token, config.sql_password.as_ref());
        let front = Front::start(Arc::clone(&engine), credentials, listener, sql)
            .map_err(|error| Error::unavailable(format!("the front does not start: {error}")))?;
        let address = front.address();
        engine.publish(&Owner {
            pid: std::process::id(),
            address,
            token: token.clone(),
            started_at: Timestamp::now(),
        })?;
        let role = Role::Owner {
            address,
            sql_address: front.sql_address(),
        };
        let owned = Owned {
            front,
            engine: Mutex::new(Some(engine)),
        };
        Ok(Store {
            client: client::of_front(address, &token),
            database: DEFAULT_DATABASE.to_owned(),
            role,
            owned: Some(Arc::new(owned)),
        })
    }

    /// The client, with address, database and credentials set.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What this process is to the database.
    #[must_use]
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// The database of the tables.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Sends `body`, a whole document of `format`, as one INSERT into `table`, and waits until it is confirmed. Sent again with the same `token`, it is stored once, if the table has a deduplication
    /// window.
    ///
    /// # Errors
    /// [`Error::Rejected`] when ClickHouse refuses the rows; any other error says nothing against them. An error
    /// of `body` gives up the insert, and then nothing of it is confirmed.
    pub async fn insert_body(
        &self,
        table: &str,
        format: BodyFormat,
        token: &str,
        body: impl Stream<Item = io::Result<Bytes>> + Send,
    ) -> Result<(), Error> {
        let sql = format!("INSERT INTO {} FORMAT {}", quote_name(table), format.name());
        let mut insert = self
            .client
            .insert_formatted_with(sql)
            .with_setting("insert_deduplication_token", token)
            // What died between a table and its views is made up for when the same insert comes again.
            .with_setting("deduplicate_blocks_in_dependent_materialized_views", "1")
            // A distributed table is to have the rows on the shards before it confirms them.
            .with_setting("distributed_foreground_insert", "1");
        let mut body = std::pin::pin!(body);
        while let Some(piece) = body.next().await {
            // Dropping `insert` breaks the request off, and ClickHouse forgets it.
            let piece = piece.map_err(|error| {
                Error::unavailable(format!("the rows for {table} do not read: {error}"))
            })?;
            if piece.is_empty() {
                continue;
            }
            let sent = tokio::time::timeout(PIECE_PATIENCE, insert.send(piece)).await;
            match sent.map_err(|_| silent("take rows"))? {
                Ok(()) => {}
                // Why it no longer listens stands in its answer.
                Err(broken) => {
                    let told = tokio::time::timeout(PIECE_PATIENCE, insert.end()).await;
                    let error = told.map_err(|_| silent("say why"))?.err().unwrap_or(broken);
                    return Err(Error::from(error).of_insert());
                }
            }
        }
        let ended = tokio::time::timeout(INSERT_PATIENCE, insert.end()).await;
        let ended = ended.map_err(|_| silent("confirm an insert"))?;
        ended.map_err(|error| Error::from(error).of_insert())
    }

    /// Applies the migrations that are missing and says which these were.
    ///
    /// # Errors
    /// [`Error::Setup`] for a changed or unknown migration; ClickHouse's own errors with the file's name.
    pub async fn migrate(&self) -> Result<Vec<Applied>, Error> {
        migration::migrate(&self.client, &self.database, &migration::all()).await
    }

    /// Says whether the schema is the one this program is written for.
    ///
    /// # Errors
    /// [`Error::Setup`] that says what to run if it is not.
    pub async fn verify(&self) -> Result<(), Error> {
        migration::verify(&self.client, &migration::all()).await
    }

    /// What the schema has had, in order.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn migrations(&self) -> Result<Vec<Record>, Error> {
        migration::records(&self.client).await
    }

    /// The same store, asked with a setting of ClickHouse.
    #[must_use]
    pub fn with_setting(&self, name: &str, value: &str) -> Store {
        let mut store = self.clone();
        store.client = store.client.with_setting(name, value);
        store
    }

    /// In a few words, where the rows are.
    pub(crate) fn place(&self) -> String {
        match &self.role {
            Role::Server => "a server".to_owned(),
            Role::Owner { address, .. } => format!("embedded, at {address}"),
            Role::Guest { pid } => format!("embedded, in process {pid}"),
        }
    }

    /// The version of ClickHouse, such as `26.7.2.1`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not answer.
    pub async fn version(&self) -> Result<String, Error> {
        // The database may not be there yet.
        let outside = self.client.clone().with_database("default");
        Ok(outside.query("SELECT version()").fetch_one().await?)
    }

    /// Ends the store for every clone: what is running is stopped, and an owned data directory is closed and
    /// freed. Dropping the last clone does the same without waiting for it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when something does not stop in time; the process may end all the same.
    pub async fn close(self) -> Result<(), Error> {
        let Some(owned) = self.owned else {
            return Ok(());
        };
        let idle = owned.front.close().await;
        let Some(engine) = owned.engine.lock().await.take() else {
            return Ok(());
        };
        let closing = tokio::task::spawn_blocking(move || engine.close(ENGINE_PATIENCE));
        let closed = closing
            .await
            .map_err(|error| Error::unavailable(error.to_string()))?;
        if idle && closed {
            Ok(())
        } else {
            Err(Error::unavailable(
                "queries were still running at the close",
            ))
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Error::Setup {
            message: format!("nothing can be served at {address}: {error}"),
            mend: "choose another address, or end what has this one".to_owned(),
        })
}

fn silent_owner(config: &Config, owner: Option<Owner>, told: &str) -> Error {
    let path = lock::path(&config.data_dir);
    let who = match owner {
        Some(owner) => format!("the process {} at {}", owner.pid, owner.address),
        None => "a process".to_owned(),
    };
    Error::Unavailable {
        code: None,
        message: format!(
            "{who} has {} and does not answer ({told}); end it, or wait for it to start",
            path.display()
        ),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
