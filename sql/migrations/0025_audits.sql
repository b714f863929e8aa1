-- What audits found and were told to keep: one row a finding and audit, and one of the audit itself, whose finding is empty.
-- told is the finding, or the audit, as JSON.
CREATE TABLE IF NOT EXISTS audits
(
    site        LowCardinality(String),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    finding     String,
    rule        LowCardinality(String),
    severity    LowCardinality(String),
    title       String CODEC(ZSTD(1)),
    page        String CODEC(ZSTD(1)),
    affected    UInt64,
    of          UInt64,
    conversions Float64,
    told        String CODEC(ZSTD(3))
)
ENGINE = MergeTree
ORDER BY (site, finding, at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
