//! The embedded engine as a ClickHouse server: its HTTP interface, on the loopback address and, if asked, on one
//! more.
//!
//! What `clickhouse`, `@clickhouse/client`, `clickhouse-connect`, Grafana, DBeaver and curl need is here; what
//! only a server has (sessions, roles, external tables, predefined handlers) is not.

mod access;
mod answer;
mod body;
mod failure;
mod format;
#[cfg(fuzzing)]
pub mod fuzzing;
mod lexer;
mod native_blocks;
mod native_revision;
mod options;
mod reading;
mod reply;
mod request;
mod selection;
mod slots;
mod statement;
mod text;
mod ticket;
mod worker;

pub(crate) use access::Credentials;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::Engine;
use request::Desk;

/// A client that has connected has so long to say what it wants.
const HEADER_PATIENCE: Duration = Duration::from_secs(30);
/// What is running when the front is closed has so long to end or to be stopped.
const CLOSING: Duration = Duration::from_secs(20);

/// A running front.
pub(crate) struct Front {
    address: SocketAddr,
    sql_address: Option<SocketAddr>,
    closing: CancellationToken,
    connections: TaskTracker,
    work: TaskTracker,
}

impl Front {
    /// Serves the engine on `listener`, and on `sql` as well if there is one.
    pub(crate) fn start(
        engine: Arc<Engine>,
        credentials: Credentials,
        listener: TcpListener,
        sql: Option<TcpListener>,
    ) -> std::io::Result<Front> {
        let front = Front {
            address: listener.local_addr()?,
            sql_address: sql.as_ref().map(TcpListener::local_addr).transpose()?,
            closing: CancellationToken::new(),
            connections: TaskTracker::new(),
            work: TaskTracker::new(),
        };
        let desk = Arc::new(Desk::new(engine, credentials, front.work.clone()));
        for listener in std::iter::once(listener).chain(sql) {
            let accept = accept(
                listener,
                Arc::clone(&desk),
                front.closing.clone(),
                front.connections.clone(),
            );
            front.connections.spawn(accept);
        }
        Ok(front)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn sql_address(&self) -> Option<SocketAddr> {
        self.sql_address
    }

    /// Lets go of all clients, which stops what they asked for, and waits for the engine to be idle. `false` if
    /// something is still running after the time there is for that.
    pub(crate) async fn close(&self) -> bool {
        self.closing.cancel();
        self.connections.close();
        self.work.close();
        let idle = async {
            self.connections.wait().await;
            self.work.wait().await;
        };
        tokio::time::timeout(CLOSING, idle).await.is_ok()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    desk: Arc<Desk>,
    closing: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, _peer)) => {
                let serve = serve(stream, Arc::clone(&desk), closing.clone());
                connections.spawn(serve);
            }
            Err(error) => {
                // Out of file descriptors, most likely: some will be given back.
                tracing::warn!(%error, "the sql front could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, desk: Arc<Desk>, closing: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no nodelay on a connection of the sql front");
    }
    let service = service_fn(|request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, std::convert::Infallible>(desk.handle(request).await) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        outcome = connection => if let Err(error) = outcome {
            tracing::debug!(%error, "a connection of the sql front ended early");
        },
        // Dropping the connection drops its request, and that stops its statement.
        () = closing.cancelled() => {}
    }
}
