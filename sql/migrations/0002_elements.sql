-- What an element identifier stands for. The latest words about an element win.
CREATE TABLE IF NOT EXISTS elements
(
    site     LowCardinality(String),
    element  UInt64,
    host     LowCardinality(String),
    path     String,
    selector String,
    tag      LowCardinality(String),
    text     String,
    href     String,
    role     LowCardinality(String),
    seen_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY (site, element)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
