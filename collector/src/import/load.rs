//! Drives an import: one thread reads and understands, the store takes stretch after stretch.
//!
//! Each stretch is split by month, the store's partitions, so that one insert is one part and goes in whole or not at
//! all; once all are in, the stretch is recorded.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use clickhouse::Row;
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use snag_store::{BodyFormat, Store};
use tokio::sync::mpsc;

use super::chunk::{Chunks, Mark};
use super::key::import_key;
use super::line::Context;
use super::source::{Reading, keep, of_body, open, reopen};
use super::stretch::{Lines, Stretch};
use super::{ImportError, ImportOptions, Imported, Progress, Source};
use crate::enrich::{BotRules, SpamReferrers};
use crate::row::Table;

const PIECE: usize = 256 * 1024;

#[derive(Row, Deserialize)]
struct KnownBatch {
    end_byte: u64,
    chain: [u8; 32],
    rows: u64,
    done: bool,
}

const KNOWN: &str = "SELECT end_byte, chain, max(rows) AS rows, max(done) AS done FROM import_batches \
     GROUP BY end_byte, chain ORDER BY end_byte, chain";
const RECORD: &str = "INSERT INTO import_batches (chain, end_byte, rows, done, file, imported_at) \
     SELECT unhex({chain:String}), {end_byte:UInt64}, {rows:UInt64}, {done:Bool}, {file:String}, now64(3, 'UTC')";

/// Stretches that began to go in; those that are done with their rows.
type Known = HashMap<Mark, Option<u64>>;

enum Message {
    Stretch(Stretch),
    CutShort(String),
}

/// Imports the events of one source.
///
/// # Errors
/// When the source cannot be opened or the store fails. Bad lines are no error: they are in the report.
pub async fn import_events(
    store: &Store,
    source: &Source,
    options: &Arc<ImportOptions>,
    progress: impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    import(Lines::Events, store, source, options, progress).await
}

/// Imports recorded batches of pages from one source, one a line: with all that a page tells, as a collector would have
/// taken them at the time the line says.
///
/// # Errors
/// As [`import_events`].
pub async fn import_recordings(
    store: &Store,
    source: &Source,
    options: &Arc<ImportOptions>,
    progress: impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    import(Lines::Recordings, store, source, options, progress).await
}

async fn import(
    lines: Lines,
    store: &Store,
    source: &Source,
    options: &Arc<ImportOptions>,
    mut progress: impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    let key = import_key(store).await?;
    let known = Arc::new(known_batches(store).await?);
    let (mut kept, mut looked_at) = (None, u64::MAX);
    if options.strict {
        if !source.can_be_read_again() {
            let again = source.clone();
            kept = Some(in_background(move || keep(&again)).await??);
        }
        let reading = begin(source, kept.as_ref(), u64::MAX)?;
        let read = Arc::clone(&reading.read);
        let report = run(lines, None, reading, options, key, &known, &mut progress).await?;
        if !report.is_whole() {
            return Ok(Imported {
                events: 0,
                already: 0,
                ..report
            });
        }
        // What has come to the file since was not looked at.
        looked_at = read.load(Ordering::Relaxed);
    }
    let reading = begin(source, kept.as_ref(), looked_at)?;
    run(
        lines,
        Some((store, source)),
        reading,
        options,
        key,
        &known,
        &mut progress,
    )
    .await
}

fn begin(source: &Source, kept: Option<&File>, at_most: u64) -> Result<Reading, ImportError> {
    match kept {
        Some(file) => reopen(source, file),
        None => open(source, at_most),
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ImportError::Broken(error.to_string()))
}

async fn known_batches(store: &Store) -> Result<Known, ImportError> {
    let batches = store
        .client()
        .query(KNOWN)
        .fetch_all::<KnownBatch>()
        .await
        .map_err(snag_store::Error::from)?;
    Ok(batches
        .into_iter()
        .map(|batch| {
            (
                (batch.end_byte, batch.chain),
                batch.done.then_some(batch.rows),
            )
        })
        .collect())
}

/// One pass over the source; without a store nothing goes in.
async fn run(
    lines: Lines,
    into: Option<(&Store, &Source)>,
    reading: Reading,
    options: &Arc<ImportOptions>,
    key: [u8; 32],
    known: &Arc<Known>,
    progress: &mut impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    let (sender, mut receiver) = mpsc::channel(1);
    let (read, total) = (Arc::clone(&reading.read), reading.total);
    let (options, known) = (Arc::clone(options), Arc::clone(known));
    let thread = tokio::task::spawn_blocking(move || {
        understand(lines, reading, &options, &key, &known, &sender)
    });
    let mut report = Imported::default();
    let mut tell = |report: &Imported, read: &AtomicU64| {
        progress(Progress {
            read: read.load(Ordering::Relaxed),
            total,
            events: report.events + report.already,
        });
    };
    while let Some(message) = receiver.recv().await {
        match message {
            Message::CutShort(reason) => report.cut_short = Some(reason),
            Message::Stretch(stretch) => {
                report.note(stretch.bad, stretch.bad_lines);
                for (reason, count) in stretch.dropped {
                    *report.dropped.entry(reason).or_default() += count;
                }
                match (stretch.already, into) {
                    (Some(rows), _) => report.already += rows,
                    (None, Some((store, source))) => {
                        insert(store, source, stretch.mark, stretch.rows, stretch.bodies).await?;
                        report.events += stretch.rows;
                    }
                    (None, None) => {}
                }
            }
        }
        tell(&report, &read);
    }
    thread
        .await
        .map_err(|error| ImportError::Broken(error.to_string()))?;
    Ok(report)
}

/// Imports the events of one body, all or, where a line is bad, none. A body that comes again with the same `key`, within
/// as many inserts as the store remembers (10,000), goes in no second time.
///
/// # Errors
/// When the store fails; then the same body with the same key may be sent again.
pub async fn import_body(
    store: &Store,
    body: Bytes,
    key: [u8; 32],
    options: &Arc<ImportOptions>,
) -> Result<Imported, ImportError> {
    let visitors = import_key(store).await?;
    let options = Arc::clone(options);
    let (sender, mut receiver) = mpsc::channel(1);
    let reading = of_body(body);
    let thread = tokio::task::spawn_blocking(move || {
        understand(
            Lines::Events,
            reading,
            &options,
            &visitors,
            &Known::new(),
            &sender,
        );
    });
    let (mut report, mut stretches) = (Imported::default(), Vec::new());
    while let Some(message) = receiver.recv().await {
        match message {
            Message::CutShort(reason) => report.cut_short = Some(reason),
            Message::Stretch(mut stretch) => {
                report.note(stretch.bad, std::mem::take(&mut stretch.bad_lines));
                stretches.push(stretch);
            }
        }
    }
    thread
        .await
        .map_err(|error| ImportError::Broken(error.to_string()))?;
    if !report.is_whole() {
        return Ok(report);
    }
    let key = blake3::Hash::from_bytes(key).to_hex();
    for (at, stretch) in stretches.into_iter().enumerate() {
        insert_rows(store, &format!("body-{key}-{at}"), stretch.bodies).await?;
        report.events += stretch.rows;
    }
    Ok(report)
}

/// Inserts rows month by month under tokens that begin with this name.
async fn insert_rows(
    store: &Store,
    name: &str,
    bodies: Vec<(Table, u32, Vec<u8>)>,
) -> Result<(), ImportError> {
    for (table, month, body) in bodies {
        let token = format!("{name}-{}-{month}", table.name());
        let body = Bytes::from(body);
        let pieces = (0..body.len())
            .step_by(PIECE)
            .map(move |at| Ok(body.slice(at..body.len().min(at + PIECE))));
        store
            .insert_body(
                table.name(),
                BodyFormat::Native,
                &token,
                stream::iter(pieces),
            )
            .await?;
    }
    Ok(())
}

async fn insert(
    store: &Store,
    source: &Source,
    (end_byte, chain): Mark,
    rows: u64,
    bodies: Vec<(Table, u32, Vec<u8>)>,
) -> Result<(), ImportError> {
    let chain = blake3::Hash::from_bytes(chain).to_hex().to_string();
    let record = async |done: bool| {
        let record = store.client().query(RECORD);
        let record = record.param("chain", &chain).param("end_byte", end_byte);
        let record = record.param("rows", rows).param("done", done);
        let recorded = record.param("file", source.name()).execute().await;
        recorded.map_err(snag_store::Error::from)
    };
    record(false).await?;
    insert_rows(store, &format!("import-{chain}-{end_byte}"), bodies).await?;
    record(true).await?;
    Ok(())
}

/// Reads to the end, or until nobody listens any more.
fn understand(
    lines: Lines,
    reading: Reading,
    options: &ImportOptions,
    key: &[u8; 32],
    known: &Known,
    sender: &mpsc::Sender<Message>,
) {
    let marks: BTreeSet<Mark> = known.keys().copied().collect();
    let context = Context {
        options,
        key,
        now: Timestamp::now().as_millisecond(),
        bots: BotRules::default(),
        spam: SpamReferrers::default(),
    };
    let mut chunks = Chunks::new(reading.lines, &marks, lines.hasher());
    let mut failed = None;
    while let Some(chunk) = chunks.next(&mut failed) {
        let already = known.get(&chunk.mark).copied().flatten();
        let stretch = Stretch::read(lines, &context, &chunk, already);
        if sender.blocking_send(Message::Stretch(stretch)).is_err() {
            return;
        }
    }
    if let Some(error) = failed {
        let reason = format!("reading stopped at line {}: {error}", chunks.line());
        // Nobody listens: nobody needs to know.
        let _ = sender.blocking_send(Message::CutShort(reason));
    }
}
