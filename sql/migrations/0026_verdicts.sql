-- What people thought of a finding: accepted, fixed or muted, with a word why. The latest version counts.
CREATE TABLE IF NOT EXISTS verdicts
(
    site    LowCardinality(String),
    finding String,
    state   LowCardinality(String),
    at      DateTime64(3, 'UTC'),
    note    String,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site, finding)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
