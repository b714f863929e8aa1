//! The tracker's files, built into the binary and compressed once at start.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha384};

#[derive(RustEmbed)]
#[folder = "../tracker-wasm/dist"]
#[include = "snag.js"]
#[include = "snag.more.js"]
#[include = "snag.wasm"]
#[include = "snag-rotate.js"]
#[include = "snag-overlay.js"]
#[allow_missing = true]
struct Dist;

/// One file in the encodings a browser may ask for.
#[derive(Debug, Clone)]
pub(crate) struct TrackerFile {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) etag: String,
    pub(crate) plain: Bytes,
    pub(crate) gzip: Bytes,
    pub(crate) brotli: Bytes,
}

/// Subresource-integrity hash of the loader's first stage, for the tag's `integrity`; nothing where the tracker was not
/// built before the binary.
#[must_use]
pub fn integrity() -> Option<String> {
    let loader = Dist::get("snag.js")?;
    Some(format!(
        "sha384-{}",
        STANDARD.encode(Sha384::digest(loader.data))
    ))
}

/// What shows one creative of a rotation; nothing where the tracker was not built before the binary.
pub(crate) fn rotation() -> Option<Bytes> {
    Some(Bytes::from(Dist::get("snag-rotate.js")?.data.into_owned()))
}

/// All files that are the same for everybody; a file is missing where the tracker was not built before the binary.
pub(crate) fn load() -> Vec<TrackerFile> {
    [
        ("snag.js", "text/javascript; charset=utf-8"),
        ("snag.more.js", "text/javascript; charset=utf-8"),
        ("snag.wasm", "application/wasm"),
        ("snag-overlay.js", "text/javascript; charset=utf-8"),
    ]
    .into_iter()
    .filter_map(|(name, content_type)| {
        let plain = Bytes::from(Dist::get(name)?.data.into_owned());
        let etag = format!("\"{}\"", &blake3::hash(&plain).to_hex()[..16]);
        let (gzip, brotli) = (gzip(&plain).ok()?, brotli(&plain).ok()?);
        Some(TrackerFile {
            name,
            content_type,
            etag,
            plain,
            gzip,
            brotli,
        })
    })
    .collect()
}

fn gzip(plain: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    encoder.finish().map(Bytes::from)
}

fn brotli(plain: &[u8]) -> std::io::Result<Bytes> {
    let mut out = Vec::new();
    brotli::BrotliCompress(
        &mut &*plain,
        &mut out,
        &brotli::enc::BrotliEncoderParams::default(),
    )?;
    Ok(Bytes::from(out))
}
