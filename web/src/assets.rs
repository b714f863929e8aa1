//! Style and script of the pages, built into the binary. Their names hold a hash of what is in them, so browsers keep them.

use std::sync::LazyLock;

use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::answer::{Answer, Outcome};
use crate::asked::Asked;
use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

struct Asset {
    name: String,
    content_type: &'static str,
    body: Bytes,
}

static ASSETS: LazyLock<Vec<(&'static str, Asset)>> = LazyLock::new(|| {
    let of = |file: &'static str, content_type| {
        let body = Bytes::from(Files::get(file)?.data.into_owned());
        let hash = blake3::hash(&body).to_hex();
        let (stem, ending) = file.rsplit_once('.')?;
        let name = format!("{stem}-{}.{ending}", &hash[..12]);
        Some((
            file,
            Asset {
                name,
                content_type,
                body,
            },
        ))
    };
    [
        of("dashboard.css", "text/css; charset=utf-8"),
        of("dashboard.js", "text/javascript; charset=utf-8"),
        of("mark.svg", "image/svg+xml"),
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// Where a file of the pages is.
pub(crate) fn place(file: &str) -> String {
    let found = ASSETS.iter().find(|(name, _)| *name == file);
    found.map_or_else(String::new, |(_, asset)| format!("/assets/{}", asset.name))
}

/// One of them.
pub(crate) async fn asset(asked: Asked) -> Outcome {
    let name = asked.place("file");
    let found = ASSETS.iter().find(|(_, asset)| asset.name == name);
    let (_, asset) = found.ok_or_else(|| Problem::not_found("there is no such file"))?;
    Ok(Answer::File {
        content_type: asset.content_type,
        name: None,
        body: asset.body.clone(),
    })
}
