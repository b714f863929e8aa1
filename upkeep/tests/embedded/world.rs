//! A store in a directory of its own, with rows in every table.

use std::path::{Path, PathBuf};

use snag_store::{Config, Store};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// The library opens one directory a process, so tests of one process take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// A store, and the turn to have one open.
pub(crate) struct World {
    pub(crate) store: Store,
    directory: TempDir,
    turn: MutexGuard<'static, ()>,
}

/// What backups have: all but what is derived, and keys.
pub(crate) const KEPT: [&str; 14] = [
    "access",
    "attention",
    "audits",
    "costs",
    "elements",
    "events",
    "exposures",
    "fields",
    "funnels",
    "goals",
    "import_batches",
    "link_checks",
    "retention",
    "verdicts",
];

impl World {
    pub(crate) async fn empty() -> Self {
        let turn = TURN.lock().await;
        Self::with(turn).await
    }

    async fn with(turn: MutexGuard<'static, ()>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).await;
        Self {
            store,
            directory,
            turn,
        }
    }

    /// Closes this store and opens an empty one; gives the directory of this one too.
    pub(crate) async fn another(self) -> (Self, TempDir) {
        self.store.close().await.unwrap();
        (Self::with(self.turn).await, self.directory)
    }

    pub(crate) async fn close(self) {
        self.store.close().await.unwrap();
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) async fn tell(&self, sql: &str) {
        let told = self.store.client().query_raw(sql).execute().await;
        told.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(crate) async fn ask(&self, sql: &str) -> u64 {
        let answer = self.store.client().query_raw(sql).fetch_one().await;
        answer.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Rows and a hash of all values of a table.
    pub(crate) async fn picture(&self, table: &str) -> (u64, u64) {
        let rows = self.ask(&format!("SELECT count() FROM {table}")).await;
        let hash = format!("SELECT sum(cityHash64(toString(tuple(*)))) FROM {table}");
        (rows, self.ask(&hash).await)
    }

    pub(crate) async fn pictures(&self) -> Vec<(&'static str, (u64, u64))> {
        let mut all = Vec::new();
        for table in KEPT {
            all.push((table, self.picture(table).await));
        }
        all
    }

    /// The sessions there are, whatever their versions.
    pub(crate) async fn sessions(&self) -> (u64, u64) {
        self.picture("(SELECT * EXCEPT (version) FROM sessions FINAL)")
            .await
    }

    /// Passing tables.
    pub(crate) async fn passing(&self) -> u64 {
        self.ask("SELECT count() FROM system.tables WHERE startsWith(name, 'upkeep_')")
            .await
    }

    /// Two visits of two sites in each of three months, with values of every kind; and what belongs to a site.
    pub(crate) async fn fill(&self) {
        self.tell(
            "INSERT INTO events (site, time, received_at, seq, visitor, pageview, kind, name, host, path, title, device, element, props, value, currency) \
             SELECT ['shop', 'blog'][number % 2 + 1], toDateTime64('2026-09-10 10:00:00', 3, 'UTC') + toIntervalMonth(number % 3) + toIntervalMillisecond(number), \
             toDateTime('2026-09-10 10:00:01', 'UTC'), number, 100 + number % 40, number, if(number % 5 = 0, 'custom', 'pageview'), \
             if(number % 5 = 0, 'purchase', ''), 'shop.example', concat('/p', toString(number % 17)), 'Käse \\'n\\' \\\\ \\n\\t \\0 日本', 'mobile', number, \
             map('plan', toString(number)), if(number % 5 = 0, number / 3, NULL), 'EUR' FROM numbers(3000)",
        )
        .await;
        self.tell("INSERT INTO events (site, time, visitor, visitor_before, kind, path) VALUES ('shop', '2026-09-11 00:10:00', 501, 500, 'pageview', '/late')").await;
        self.tell("INSERT INTO events (site, time, visitor, kind, path) VALUES ('shop', '2026-09-10 23:50:00', 500, 'pageview', '/late')").await;
        for (table, more) in [
            (
                "exposures",
                "element, viewable, visible_ms) SELECT number, number % 2, number * 7",
            ),
            (
                "attention",
                "cls, tenths_ms) SELECT number / 7, [number, 2, 3]",
            ),
            (
                "fields",
                "form, element, message, last) SELECT 7, number, 'too \"short\"', true",
            ),
        ] {
            let (columns, values) = more.split_once(") SELECT ").unwrap();
            self.tell(&format!(
                "INSERT INTO {table} (site, time, visitor, pageview, path, {columns}) SELECT ['shop', 'blog'][number % 2 + 1], \
                 toDateTime64('2026-09-10 10:00:00', 3, 'UTC') + toIntervalMonth(number % 3), 100 + number % 40, number, '/p', {values} FROM numbers(600)"
            ))
            .await;
        }
        for sql in [
            "INSERT INTO elements (site, element, selector, text, seen_at) SELECT ['shop', 'blog'][number % 2 + 1], number, '#pay', 'Pay', now64(3) FROM numbers(50)",
            "INSERT INTO costs SELECT 'shop', toDate('2026-09-10'), 'google', 'brand', [('1', 'cpc', 'a', 'EUR', 10, 2, 12.345678901)], 1",
            "INSERT INTO costs SELECT 'shop', toDate('2026-09-10'), 'google', 'brand', [('1', 'cpc', 'a', 'EUR', 10, 2, 0.000000001)], 2",
            "INSERT INTO goals SELECT site, 'bought', 'event:purchase', 1, 0 FROM (SELECT arrayJoin(['shop', 'blog']) AS site)",
            "INSERT INTO funnels SELECT 'shop', 'checkout', ['page:/a', 'page:/b'], '', '1d', [], ['device=mobile'], 1, 0",
            "INSERT INTO audits SELECT 'shop', now64(3), 'f1', 'steps', 'severe', 'title', '/p', 1, 2, 3.5, '{}'",
            "INSERT INTO verdicts SELECT 'shop', 'f1', 'muted', now64(3), 'why', 1",
            "INSERT INTO link_checks SELECT 'blog', 'https://x.example/', 'broken', 404, '', '', now64(3)",
            "INSERT INTO retention SELECT 'other', 30, 1, 0",
            "INSERT INTO access SELECT 'user', 'u1', '{}', 1, 0",
            "INSERT INTO import_batches SELECT unhex(repeat('ab', 32)), 77, 3, true, 'a.ndjson', now64(3)",
            "INSERT INTO secrets SELECT 'import', 'the key of imports', now64(6)",
            "INSERT INTO salts (day, key) SELECT today(), 'the salt of the day'",
        ] {
            self.tell(sql).await;
        }
        snag_sessions::catch_up(&self.store).await.unwrap();
    }
}

/// Opens the store of a directory.
async fn open(directory: &Path) -> Store {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let config = Config {
        data_dir: directory.join("data"),
        engine_cache: cache.or_else(home),
        ..Config::default()
    };
    Store::open(&config).await.unwrap()
}
