//! Connections: how many there may be, which of HTTP/1.1 and HTTP/2 they speak, and how long they may take to say it.
//!
//! Invariant: a connection that does not get on with its request is closed, however it dawdles; what was asked is
//! answered before a stop, as far as its time goes. TLS is the proxy's in front.
//!
//! HTTP/2 is spoken with peers that may be proxies alone: trusted ones, and those of this machine or a private network.
//! The framework bounds less of such a connection than of one of HTTP/1.1.

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
use crate::client::{self, Proxies};
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
        let collecting = Arc::clone(&collecting);
        let guests = Arc::clone(&collecting.guests);
        let app = App::new()
            .app_data(receiving.clone())
            .configure(move |config| guests.register(config))
            .configure(routes);
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
            let collecting = Arc::clone(&collecting);
            async move {
                let peer = connection.peer_addr().ok();
                let speaking = protocol(&connection, peer, &collecting.proxies);
                let protocol = tokio::select! {
                    found = tokio::time::timeout(head_time, speaking) => {
                        found.map_err(|_| DispatchError::SlowRequestTimeout)??
                    }
                    () = stopping.notified() => Protocol::Http1,
                };
                connection.set_nodelay(true)?;
                Ok((connection, protocol, peer))
            }
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// What is spoken with a client, by who it is and the first bytes it sends.
async fn protocol(
    connection: &TcpStream,
    peer: Option<SocketAddr>,
    proxies: &Proxies,
) -> io::Result<Protocol> {
    let may_be_proxy = peer.is_some_and(|peer| client::may_be_proxy(peer.ip(), proxies));
    let mut start = [0; PREFACE.len()];
    loop {
        let seen = connection.peek(&mut start).await?;
        if seen == 0 || !PREFACE.starts_with(&start[..seen]) {
            return Ok(Protocol::Http1);
        }
        if seen == PREFACE.len() {
            return Ok(if may_be_proxy {
                Protocol::Http2
            } else {
                Protocol::Http1
            });
        }
        // What was seen stays there to be seen: peeking again would return at once.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn http_2_is_spoken_with_those_alone_who_may_be_proxies() {
        let listener = bind(([127, 0, 0, 1], 0).into()).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let trusted = vec!["198.51.100.0/24".parse().expect("a network")];
        let proxies = Proxies::new(trusted, None).expect("proxies");
        for (peer, sent, expected) in [
            ("127.0.0.1", "PRI * HTTP/2.0", Protocol::Http2),
            ("10.0.0.7", "PRI * HTTP/2.0", Protocol::Http2),
            ("::ffff:192.168.0.7", "PRI * HTTP/2.0", Protocol::Http2),
            ("fd00::7", "PRI * HTTP/2.0", Protocol::Http2),
            ("198.51.100.7", "PRI * HTTP/2.0", Protocol::Http2),
            ("203.0.113.7", "PRI * HTTP/2.0", Protocol::Http1),
            ("2001:db8::7", "PRI * HTTP/2.0", Protocol::Http1),
            ("127.0.0.1", "POST /b HTTP/1.1", Protocol::Http1),
        ] {
            let mut client = TcpStream::connect(address).await.expect("connected");
            let (connection, _) = listener.accept().await.expect("accepted");
            client.write_all(sent.as_bytes()).await.expect("sent");
            let peer = SocketAddr::new(peer.parse().expect("an address"), 1);
            let found = protocol(&connection, Some(peer), &proxies).await;
            assert_eq!(found.expect("a protocol"), expected, "{peer} {sent}");
        }
    }
}
