//! Connections: how many there may be, which of HTTP/1.1 and HTTP/2 they speak, and how long they may take to say it.
//!
//! Invariant: a connection that does not get on with its request is closed, however it dawdles; what was asked is
//! answered before a stop, as far as its time goes. TLS is the proxy's in front.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_service::{ServiceFactoryExt as _, fn_service, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, Server};
use actix_web::web::Data;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::door::Doors;
use super::{Receiving, routes};
use crate::{Collecting, Limits};

/// What an HTTP/2 connection begins with.
const PREFACE: &[u8; 12] = b"PRI * HTTP/2";

/// Connections that may wait to be accepted. The system has a limit of its own.
const BACKLOG: u32 = 4096;

/// How long a client may take to take leave.
const LEAVE: Duration = Duration::from_secs(1);

/// Takes the address, before anything is served at it.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until told to stop; then running requests have `drain` to end.
pub(crate) fn serve(
    listener: TcpListener,
    workers: usize,
    drain: Duration,
    collecting: Arc<Collecting>,
) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let Limits {
        connections,
        head_time,
        idle_time,
        ..
    } = collecting.limits;
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(connections.div_ceil(workers))
        .shutdown_timeout(drain.as_secs())
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen("beacons", listener.into_std()?, move || {
        let receiving = Data::new(Receiving::new(Arc::clone(&collecting)));
        let app = App::new().app_data(receiving.clone()).configure(routes);
        let signal = stopping.clone();
        let http = HttpService::build()
            .keep_alive(idle_time)
            .client_request_timeout(head_time)
            .client_disconnect_timeout(LEAVE)
            .graceful_shutdown_signal(move || {
                let signal = signal.clone();
                async move { signal.notified().await }
            })
            .local_addr(address)
            .finish(Doors {
                inner: map_config(app, |()| AppConfig::default()),
                receiving,
            });
        let stopping = stopping.clone();
        fn_service(move |connection: TcpStream| {
            let stopping = stopping.clone();
            async move {
                let protocol = tokio::select! {
                    found = tokio::time::timeout(head_time, protocol(&connection)) => {
                        found.map_err(|_| DispatchError::SlowRequestTimeout)??
                    }
                    () = stopping.notified() => Protocol::Http1,
                };
                connection.set_nodelay(true)?;
                let peer = connection.peer_addr().ok();
                Ok((connection, protocol, peer))
            }
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// What a client speaks, by the first bytes it sends.
async fn protocol(connection: &TcpStream) -> io::Result<Protocol> {
    let mut start = [0; PREFACE.len()];
    loop {
        let seen = connection.peek(&mut start).await?;
        if seen == 0 || !PREFACE.starts_with(&start[..seen]) {
            return Ok(Protocol::Http1);
        }
        if seen == PREFACE.len() {
            return Ok(Protocol::Http2);
        }
        // What was seen stays there to be seen: peeking again would return at once.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
