//! A backup's file, read from its beginning to its end.
//!
//! Invariant: whatever stands in a file, reading it asks for no more memory than a piece may have, and what is wrong is said
//! as foreign, newer, cut or damaged.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::de::DeserializeOwned;
use snag_store::known_migrations;
use zstd::Decoder;

use super::document::{self, Contents, FORMAT, HEAD, Head, MANIFEST, Manifest, Part, Sum};
use crate::Error;

/// Bytes an entry may have: a piece and what the store sent at once.
const ENTRY_BYTES: u64 = 64 << 20;
/// How a file packed with Zstandard begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What was read of a file that is whole.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) head: Head,
    pub(super) manifest: Manifest,
}

/// Reads all of a file and says what it holds.
///
/// # Errors
/// [`Error::File`] when it is foreign, newer, cut or damaged, [`Error::Disk`] when it cannot be read.
pub fn check(file: &Path) -> Result<Contents, Error> {
    let whole = read(file, |_, _, _| Ok(()))?;
    Ok(Contents::of(&whole.head, &whole.manifest))
}

/// Reads all of a file; `piece` is told the table, the partition and the bytes of each piece, those of one partition in their
/// order and together.
pub(super) fn read(
    file: &Path,
    mut piece: impl FnMut(&str, &str, Vec<u8>) -> Result<(), Error>,
) -> Result<Whole, Error> {
    let packed = open(file)?;
    let wrong = |error: io::Error| unreadable(file, &error);
    let mut archive = tar::Archive::new(packed);
    let mut head: Option<Head> = None;
    let mut manifest: Option<Manifest> = None;
    let mut sums: Vec<(String, String, Sum)> = Vec::new();
    let (mut next, mut seen) = (0, BTreeSet::new());
    for entry in archive.entries().map_err(wrong)? {
        let mut entry = entry.map_err(wrong)?;
        let name = entry.path().map_err(wrong)?.to_string_lossy().into_owned();
        let size = entry.size();
        if size > ENTRY_BYTES {
            return Err(damaged(file, &format!("{name} says it has {size} bytes")));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(wrong)?;
        match &head {
            None => {
                if name != HEAD {
                    return Err(foreign(file));
                }
                let told = understood(file, &bytes);
                if told.is_err() {
                    // One that is damaged must not pass for another version's.
                    io::copy(&mut open(file)?, &mut io::sink()).map_err(wrong)?;
                }
                head = Some(told?);
                continue;
            }
            Some(_) if manifest.is_some() => {
                return Err(damaged(
                    file,
                    &format!("{name} follows the list of contents"),
                ));
            }
            Some(_) if name == MANIFEST => {
                manifest = Some(json(file, MANIFEST, &bytes)?);
                continue;
            }
            Some(_) => {}
        }
        let place = document::piece_of(&name);
        let Some((table, partition, number)) = place else {
            return Err(damaged(file, &format!("it has an entry {name:?}")));
        };
        let is_same = sums
            .last()
            .is_some_and(|(of, month, _)| of == table && month == partition);
        if !is_same {
            if !seen.insert((table.to_owned(), partition.to_owned())) {
                return Err(damaged(file, &format!("{name} is out of place")));
            }
            sums.push((table.to_owned(), partition.to_owned(), Sum::default()));
            next = 0;
        }
        if number != next {
            return Err(damaged(file, &format!("a piece before {name} is missing")));
        }
        next += 1;
        if let Some((_, _, sum)) = sums.last_mut() {
            sum.add(&bytes);
        }
        piece(table, partition, bytes)?;
    }
    // To the end of what is packed, where its checksum stands.
    let rest = io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(wrong)?;
    let Some(head) = head else {
        return Err(foreign(file));
    };
    let Some(manifest) = manifest else {
        return Err(Error::file(
            file,
            "is cut off: it ends before its list of contents; take another copy of it",
        ));
    };
    if rest > 0 {
        // Blocks of zeros that fill up a tar file were read as its end.
        tracing::debug!(rest, "bytes behind the end of a backup");
    }
    compare(file, &head, &manifest, &sums)?;
    Ok(Whole { head, manifest })
}

fn open(file: &Path) -> Result<Decoder<'static, BufReader<File>>, Error> {
    let opened = File::open(file).map_err(|error| Error::disk(file, error))?;
    let mut reader = BufReader::new(opened);
    let mut start = [0; 4];
    let is_packed = reader.read_exact(&mut start).is_ok() && start == ZSTD;
    if !is_packed {
        return Err(foreign(file));
    }
    let opened = File::open(file).map_err(|error| Error::disk(file, error))?;
    Decoder::new(opened).map_err(|error| Error::disk(file, error))
}

/// The head, if this program can do something with what follows.
fn understood(file: &Path, bytes: &[u8]) -> Result<Head, Error> {
    let format: Format = json(file, HEAD, bytes)?;
    if format.format != FORMAT {
        return Err(newer(file, &format.snag));
    }
    let head: Head = json(file, HEAD, bytes)?;
    let known = known_migrations();
    if let Some(unknown) = head.migrations.iter().find(|had| !known.contains(had)) {
        return Err(newer(
            file,
            &format!("{} (it has {})", head.snag, unknown.name),
        ));
    }
    Ok(head)
}

/// What every version of the head has.
#[derive(serde::Deserialize)]
struct Format {
    format: u32,
    snag: String,
}

fn json<T: DeserializeOwned>(file: &Path, name: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| damaged(file, &format!("{name} cannot be understood ({error})")))
}

/// Holds what was read against the manifest.
fn compare(
    file: &Path,
    head: &Head,
    manifest: &Manifest,
    sums: &[(String, String, Sum)],
) -> Result<(), Error> {
    if head.id != manifest.id {
        return Err(damaged(file, "its list of contents is that of another"));
    }
    let is_known = |part: &Part| head.tables.contains(&part.table);
    for part in &manifest.parts {
        let found = sums
            .iter()
            .find(|(table, partition, _)| *table == part.table && *partition == part.partition);
        let is_sound = match found {
            Some((_, _, sum)) => sum.is_of(part),
            None => part.bytes == 0,
        };
        if !is_sound || !is_known(part) {
            let (table, partition) = (&part.table, &part.partition);
            return Err(damaged(
                file,
                &format!("the rows of {table}, {partition}, are not those that were written"),
            ));
        }
    }
    if sums.len() > manifest.parts.len() {
        return Err(damaged(
            file,
            "it has rows that its list of contents has not",
        ));
    }
    Ok(())
}

fn foreign(file: &Path) -> Error {
    Error::file(
        file,
        "is no backup of Snaglist; name a file that `snag backup` wrote",
    )
}

fn newer(file: &Path, version: &str) -> Error {
    Error::file(
        file,
        format!("was made by another snag, {version}; restore it with that one or a later one"),
    )
}

fn damaged(file: &Path, what: &str) -> Error {
    Error::file(file, format!("is damaged: {what}; take another copy of it"))
}

fn unreadable(file: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::file(
            file,
            "is cut off: it ends before its list of contents; take another copy of it",
        ),
        _ => damaged(file, &error.to_string()),
    }
}
