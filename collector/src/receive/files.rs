//! The tracker's files, in the encoding a browser asks for.

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::Receiving;
use super::answer::{self, readable};
use crate::tracker_files::TrackerFile;

pub(super) async fn tracker_file(
    request: HttpRequest,
    collecting: Data<Receiving>,
) -> HttpResponse {
    let Some(file) = find(&request, &collecting) else {
        return answer::nothing();
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
    let mut response = HttpResponse::Ok();
    readable(&mut response);
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

/// For all but reading.
pub(super) async fn no_such_method(
    request: HttpRequest,
    collecting: Data<Receiving>,
) -> HttpResponse {
    match find(&request, &collecting) {
        Some(_) => answer::no_such_method("GET, HEAD"),
        None => answer::nothing(),
    }
}

fn find<'a>(request: &HttpRequest, collecting: &'a Receiving) -> Option<&'a TrackerFile> {
    let name = request.match_info().query("file");
    collecting.files.iter().find(|file| file.name == name)
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
