-- How pages were looked at and how fast they were. A pageview may have several rows: engaged_ms and tenths_ms (the time each
-- tenth of the page, from the top, was on the screen while engaged) add up, of the others the maximum counts. Times are
-- milliseconds, cls is the score itself, 0 is not known.
CREATE TABLE IF NOT EXISTS attention
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
    engaged_ms     UInt32 CODEC(ZSTD(1)),
    depth          UInt8,
    load_ms        UInt32 CODEC(ZSTD(1)),
    lcp_ms         UInt32 CODEC(ZSTD(1)),
    inp_ms         UInt32 CODEC(ZSTD(1)),
    cls            Float32 CODEC(ZSTD(1)),
    fcp_ms         UInt32 CODEC(ZSTD(1)),
    ttfb_ms        UInt32 CODEC(ZSTD(1)),
    tenths_ms      Array(UInt32) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (site, toDate(time), pageview, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
