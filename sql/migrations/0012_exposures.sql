-- Which elements were on a page, and seen. A pageview and element may have several rows: once when it was found there, with
-- viewable 0, when it became viewable, and now and then while it is seen; visible_ms adds up and is the least it was
-- visible, viewable is the maximum.
CREATE TABLE IF NOT EXISTS exposures
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
    element        UInt64 CODEC(ZSTD(1)),
    viewable       Bool,
    visible_ms     UInt32 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (site, toDate(time), pageview, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
