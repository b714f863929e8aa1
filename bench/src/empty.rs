//! A server that reads whatever is posted to `/b`, answers 204 and does nothing else: what a collector is measured against.
//! It is set up like the collector's.
#![expect(clippy::print_stdout, reason = "says where it listens")]

use actix_web::{App, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    println!("http://{}/b", listener.local_addr()?);
    HttpServer::new(|| {
        App::new().route(
            "/b",
            web::post().to(async |_body: web::Bytes| HttpResponse::NoContent().finish()),
        )
    })
    .workers(1)
    .listen_auto_h2c(listener)?
    .run()
    .await
}
