//! The spool under all that can befall it: crowds, damage, disks that are full, slow or broken.

mod damage;
mod disks;
mod keeping;
mod sifting;

use super::*;
use crate::encoding::RowBinary;
use crate::row::Table;

const EVENTS: Batch = Batch {
    table: Table::Events,
    month: 202611,
};

fn config(directory: &Path) -> SpoolConfig {
    SpoolConfig {
        directory: directory.to_owned(),
        max_bytes: 1 << 20,
        min_free_bytes: 1,
        segment_bytes: 64 * 1024,
        segment_rows: 1000,
        segment_age: Duration::from_millis(20),
        commit_wait: Duration::from_millis(1),
    }
}

fn rows(text: &str) -> Rows {
    let mut rows = Rows::default();
    rows.grow(EVENTS, 1).extend_from_slice(text.as_bytes());
    rows
}

/// Runs with a lane of the spool, as a receiving thread has one.
fn on_lane<T>(spool: &Arc<Spool>, work: impl AsyncFnOnce(Lane) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let spool = Arc::clone(spool);
    tokio::task::LocalSet::new().block_on(&runtime, async { work(Lane::open(spool)).await })
}

async fn append(lane: &Lane, rows: &Rows) -> Result<(), SpoolError> {
    lane.append(rows)?.await
}

fn open(config: SpoolConfig) -> Arc<Spool> {
    Arc::new(Spool::open(config).expect("open"))
}

/// What a sealed segment carries for `EVENTS`, without the schema.
fn text_of(sealed: &Sealed) -> Vec<u8> {
    let schema = RowBinary::head(Table::Events);
    let Some(body) = sealed.body(EVENTS) else {
        return Vec::new();
    };
    let body = body.concat();
    assert!(body.starts_with(&schema), "a body begins with its schema");
    body[schema.len()..].to_vec()
}

fn shipped(directory: &Path) -> String {
    let mut all = Vec::new();
    for path in list(directory, SEALED).expect("list") {
        all.extend(text_of(&Sealed::read(&path).expect("read")));
    }
    String::from_utf8(all).expect("text")
}
