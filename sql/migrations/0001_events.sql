-- The truth: one row an event. Times are the server's (received_at less the page's own elapsed time).
-- seq orders events of one visitor and one time as they were reported.
-- visitor_before is the visitor under the previous day's salt, filled only shortly after a change of salts.
CREATE TABLE IF NOT EXISTS events
(
    site            LowCardinality(String),
    time            DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at     DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    seq             UInt32 CODEC(Delta(4), ZSTD(1)),
    visitor         UInt64 CODEC(ZSTD(1)),
    visitor_before  UInt64 CODEC(ZSTD(1)),
    session         UInt64 CODEC(ZSTD(1)),
    pageview        UInt64 CODEC(ZSTD(1)),
    kind            Enum8('pageview' = 1, 'click' = 2, 'custom' = 3),
    name            LowCardinality(String),
    host            LowCardinality(String),
    path            LowCardinality(String) CODEC(ZSTD(1)),
    query           String CODEC(ZSTD(1)),
    title           LowCardinality(String) CODEC(ZSTD(1)),
    element         UInt64 CODEC(ZSTD(1)),
    x               UInt16 CODEC(ZSTD(1)),
    y               UInt16 CODEC(ZSTD(1)),
    referrer_host   LowCardinality(String),
    referrer_path   String CODEC(ZSTD(1)),
    source          LowCardinality(String),
    utm_source      LowCardinality(String),
    utm_medium      LowCardinality(String),
    utm_campaign    LowCardinality(String),
    utm_term        LowCardinality(String),
    utm_content     LowCardinality(String),
    device          LowCardinality(String),
    browser         LowCardinality(String),
    browser_version LowCardinality(String),
    os              LowCardinality(String),
    os_version      LowCardinality(String),
    country         LowCardinality(String),
    region          LowCardinality(String),
    city            LowCardinality(String),
    viewport_width  UInt16 CODEC(ZSTD(1)),
    viewport_height UInt16 CODEC(ZSTD(1)),
    bot             LowCardinality(String),
    props           Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    value           Nullable(Float64) CODEC(ZSTD(1)),
    currency        LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (site, toDate(time), visitor, time, seq)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
