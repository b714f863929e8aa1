//! The HTTP side: beacons, the tracker's files, health and figures.
//!
//! Invariant: 204 is only said after the spool has the rows on the disk. Whatever is wrong with a request is answered by
//! a status and one line of reason; nothing of it is stored then.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use snag_beacon::limits::BATCH_BYTES;

use crate::client;
use crate::encoding::RowBinary;
use crate::enrich::{Enriched, Knowledge, Sender, enrich};
use crate::row::{ElementRow, Table};
use crate::spool::{Rows, SpoolError};
use crate::tracker_files::TrackerFile;
use crate::{Collecting, client::user_agent};

/// Bytes the rows of one batch may take: a batch can name one long text many times.
const ROWS_BYTES: u64 = 1024 * 1024;

/// Routes of the collector.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/b")
                .route(web::post().to(beacon))
                .route(web::method(actix_web::http::Method::OPTIONS).to(preflight)),
        )
        .route(
            "/healthz",
            web::get().to(async || HttpResponse::Ok().body("ok\n")),
        )
        .route("/metrics", web::get().to(metrics))
        .route("/{file}", web::get().to(tracker_file));
}

async fn beacon(
    request: HttpRequest,
    payload: Payload,
    collecting: Data<Collecting>,
) -> HttpResponse {
    let body = match read(&request, payload).await {
        Ok(body) => body,
        Err((word, response)) => {
            collecting.metrics.refused(word);
            return response;
        }
    };
    let batch = match snag_beacon::decode(&body) {
        Ok(batch) => batch,
        Err(error) => {
            collecting.metrics.refused("malformed");
            return answer(HttpResponse::BadRequest()).body(format!("{error}\n"));
        }
    };
    let now = Timestamp::now().as_millisecond();
    let salts = match collecting.salts.at(now) {
        Ok(salts) => salts,
        Err(error) => {
            tracing::error!(%error, "the day's salt cannot be written: beacons are turned away");
            return unavailable(&collecting);
        }
    };
    let knowledge = Knowledge {
        now,
        salts: &salts,
        sites: &collecting.sites,
        bots: collecting.bots,
        agents: &collecting.agents,
        places: collecting.places.as_ref(),
    };
    if client::is_behind_untrusted_proxy(&request, &collecting.trusted_proxies) {
        collecting.proxy_warning.call_once(|| {
            tracing::warn!(
                "a proxy on this machine or network forwards beacons, but is not trusted: all visitors seem to have one \
                 address; name its network with --trusted-proxy"
            );
        });
    }
    let sender = Sender {
        address: client::address(&request, &collecting.trusted_proxies),
        user_agent: user_agent(&request),
    };
    let enriched = enrich(&knowledge, &sender, &batch);
    enriched
        .dropped
        .iter()
        .for_each(|reason| collecting.metrics.dropped(*reason));
    if !enriched.events.is_empty() {
        let (rows, elements) = rows(&collecting, &enriched);
        if rows.bytes() > ROWS_BYTES {
            collecting.metrics.refused("too_large");
            let reason = format!(
                "these events take more than {ROWS_BYTES} bytes to store; send fewer at a time\n"
            );
            return answer(HttpResponse::PayloadTooLarge()).body(reason);
        }
        match collecting.spool.append(rows).await {
            Ok(()) => collecting.known_elements.remember(&elements),
            Err(SpoolError::Full | SpoolError::Disk(_) | SpoolError::Closed) => {
                return unavailable(&collecting);
            }
        }
        collecting.metrics.accepted(enriched.events.len());
    }
    let mut response = answer(HttpResponse::NoContent());
    if !enriched.dropped.is_empty() {
        let mut words: Vec<&str> = enriched
            .dropped
            .iter()
            .map(|reason| reason.word())
            .collect();
        words.dedup();
        response.insert_header((
            "x-snag-dropped",
            format!("{}; events={}", words.join(","), enriched.dropped.len()),
        ));
    }
    response.finish()
}

/// Reads the body up to the limit of a batch.
async fn read(
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Bytes, (&'static str, HttpResponse)> {
    let too_large = || {
        let reason = format!("a batch may have {BATCH_BYTES} bytes; send fewer events at a time\n");
        (
            "too_large",
            answer(HttpResponse::PayloadTooLarge())
                .force_close()
                .body(reason),
        )
    };
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BATCH_BYTES as u64) {
        return Err(too_large());
    }
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            let reason = format!("the body could not be read: {error}\n");
            (
                "unreadable",
                answer(HttpResponse::BadRequest()).body(reason),
            )
        })?;
        if body.len() + chunk.len() > BATCH_BYTES {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Encodes what is to be stored. Elements that were stored lately are left out; those that are in are named.
fn rows(collecting: &Collecting, enriched: &Enriched) -> (Rows, Vec<(u64, i64)>) {
    let mut events = RowBinary(Vec::with_capacity(256 * enriched.events.len()));
    enriched
        .events
        .iter()
        .for_each(|row| row.write(&mut events));
    let mut parts = vec![(Table::Events, count(enriched.events.len()), events.0)];
    let fresh: Vec<&ElementRow> = enriched
        .elements
        .iter()
        .filter(|row| !collecting.known_elements.knows(row.element, row.seen_at))
        .collect();
    if !fresh.is_empty() {
        let mut elements = RowBinary::default();
        fresh.iter().for_each(|row| row.write(&mut elements));
        parts.push((Table::Elements, count(fresh.len()), elements.0));
    }
    (
        Rows { parts },
        fresh.iter().map(|row| (row.element, row.seen_at)).collect(),
    )
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn unavailable(collecting: &Collecting) -> HttpResponse {
    collecting.metrics.refused("unavailable");
    answer(HttpResponse::ServiceUnavailable())
        .insert_header((header::RETRY_AFTER, "5"))
        .body("events cannot be stored right now; try again later\n")
}

/// Pages of any origin may send, without credentials, and read the answer.
fn answer(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "x-snag-dropped, retry-after",
        ));
    response
}

async fn preflight() -> HttpResponse {
    answer(HttpResponse::NoContent())
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

async fn tracker_file(request: HttpRequest, collecting: Data<Collecting>) -> HttpResponse {
    let name = request.match_info().query("file");
    let Some(file) = collecting.files.iter().find(|file| file.name == name) else {
        return HttpResponse::NotFound().body("there is nothing here\n");
    };
    if request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == file.etag.as_bytes())
    {
        return HttpResponse::NotModified().finish();
    }
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let (encoding, body) = choose(file, accepted);
    let mut response = answer(HttpResponse::Ok());
    response
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ETAG, file.etag.clone()))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.body(body)
}

fn choose(file: &TrackerFile, accepted: &str) -> (Option<&'static str>, Bytes) {
    let takes = |name: &str| {
        accepted.split(',').any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next() == Some(name) && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0"))
        })
    };
    if takes("br") {
        (Some("br"), file.brotli.clone())
    } else if takes("gzip") {
        (Some("gzip"), file.gzip.clone())
    } else {
        (None, file.plain.clone())
    }
}

/// Figures are for the machine's own eyes.
async fn metrics(request: HttpRequest, collecting: Data<Collecting>) -> HttpResponse {
    let is_forwarded = ["x-forwarded-for", "forwarded"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let is_near = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    if is_forwarded || !is_near {
        return HttpResponse::NotFound().body("there is nothing here\n");
    }
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(Arc::clone(&collecting.metrics).text(&collecting.spool))
}
