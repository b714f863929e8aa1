//! A line between a collector and an engine that a test can break in all the ways lines break.
//!
//! It also hands over the key: an engine has a new one at each start, the collector keeps the one it was started with.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// As long as an engine's own key, so that a request keeps its length.
pub(crate) const KEY: &str = "relayrelayrelayrelayrelayrelayrelayrelayrelayrelayrelayrelay0000";

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It arrives.
    Pass,
    /// Nobody is there.
    Refuse,
    /// Half of it arrives, then the line breaks.
    Cut,
    /// It arrives, and the line breaks before the answer.
    Swallow,
}

#[derive(Debug, Clone)]
struct Engine {
    address: SocketAddr,
    key: String,
}

/// The line.
#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    engine: Arc<Mutex<Option<Engine>>>,
}

impl Relay {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let relay = Self {
            address: listener.local_addr().expect("an address"),
            mood: Arc::new(Mutex::new(Mood::Pass)),
            engine: Arc::default(),
        };
        let line = relay.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                tokio::spawn(line.clone().connect(client));
            }
        });
        relay
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().expect("lock") = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().expect("lock")
    }

    /// Leads to the engine that owns the directory now.
    pub(crate) fn lead_to(&self, data: &Path) {
        let text = std::fs::read_to_string(data.join("engine.lock")).expect("the lock of an owner");
        let owner: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let text = |name: &str| owner[name].as_str().expect(name).to_owned();
        *self.engine.lock().expect("lock") = Some(Engine {
            address: text("address").parse().expect("an address"),
            key: text("token"),
        });
    }

    async fn connect(self, client: TcpStream) {
        let engine = self.engine.lock().expect("lock").clone();
        let Some(engine) = engine.filter(|_| self.mood() != Mood::Refuse) else {
            return;
        };
        let Ok(server) = TcpStream::connect(engine.address).await else {
            return;
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // When one direction ends, so does the other.
        tokio::select! {
            () = self.ask(from_client, to_server, &engine.key) => {}
            () = self.answer(from_server, to_client) => {}
        }
    }

    async fn ask(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, key: &str) {
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let Ok(length @ 1..) = from.read(&mut buffer).await else {
                return;
            };
            let bytes = &mut buffer[..length];
            if let Some(at) = bytes.windows(KEY.len()).position(|w| w == KEY.as_bytes()) {
                bytes[at..at + KEY.len()].copy_from_slice(key.as_bytes());
            }
            let cut = match self.mood() {
                Mood::Refuse => 0,
                Mood::Cut => length / 2,
                Mood::Pass | Mood::Swallow => length,
            };
            if to.write_all(&bytes[..cut]).await.is_err() || cut < length {
                return;
            }
        }
    }

    async fn answer(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let Ok(length @ 1..) = from.read(&mut buffer).await else {
                return;
            };
            if self.mood() != Mood::Pass || to.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    }
}
