-- How fields of forms were filled in; never with what. A pageview and field may have several rows, of which the latest
-- counts: figures are of the pageview so far. position is the place in the order of first focus, 0 without any;
-- hesitation_ms runs from the first focus to the first input, 0 without any; focuses counts how often the focus came.
CREATE TABLE IF NOT EXISTS fields
(
    site           LowCardinality(String),
    time           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    visitor        UInt64 CODEC(ZSTD(1)),
    visitor_before UInt64 CODEC(ZSTD(1)),
    session        UInt64 CODEC(ZSTD(1)),
    pageview       UInt64 CODEC(ZSTD(1)),
    host           LowCardinality(String),
    path           String CODEC(ZSTD(1)),
    device         LowCardinality(String),
    bot            LowCardinality(String),
    form           UInt64 CODEC(ZSTD(1)),
    element        UInt64 CODEC(ZSTD(1)),
    position       UInt16 CODEC(ZSTD(1)),
    hesitation_ms  UInt32 CODEC(ZSTD(1)),
    dwell_ms       UInt32 CODEC(ZSTD(1)),
    corrections    UInt32 CODEC(ZSTD(1)),
    focuses        UInt32 CODEC(ZSTD(1)),
    message        LowCardinality(String),
    last           Bool,
    submitted      Bool
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (site, toDate(time), pageview, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
