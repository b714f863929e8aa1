-- One row a session: a person's events until 30 minutes without any, or those of one explicit session; bots have none.
-- Derived from events and to be derived again at any time. A person is the visitor, joined over midnight with the one under
-- the salt before. Where and how the visit came about are those of its first pageview that tells; at counts milliseconds
-- from the start, kind has the numbers of events.kind and page those of pages; arrays are in the order of time, seq and what
-- was told first. worth has the events that are worth something by their places, from 1. What is no longer a session is
-- deleted. Codecs and types of the arrays were chosen by measurement: see bench/README.md.
CREATE TABLE IF NOT EXISTS sessions
(
    site          LowCardinality(String),
    start         DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    person        UInt64 CODEC(ZSTD(1)),
    session       UInt64 CODEC(ZSTD(1)),
    version       UInt64 CODEC(ZSTD(1)),
    is_deleted    UInt8 CODEC(ZSTD(1)),
    duration_ms   UInt32 CODEC(ZSTD(1)),
    pageviews     UInt32 CODEC(ZSTD(1)),
    interactions  UInt32 CODEC(ZSTD(1)),
    entry_page    UInt64 CODEC(ZSTD(1)),
    exit_page     UInt64 CODEC(ZSTD(1)),
    referrer_host LowCardinality(String),
    source        LowCardinality(String),
    channel       LowCardinality(String),
    click_id      LowCardinality(String),
    utm_source    LowCardinality(String),
    utm_medium    LowCardinality(String),
    utm_campaign  LowCardinality(String),
    utm_term      LowCardinality(String),
    utm_content   LowCardinality(String),
    device        LowCardinality(String),
    browser       LowCardinality(String),
    os            LowCardinality(String),
    country       LowCardinality(String),
    region        LowCardinality(String),
    city          LowCardinality(String),
    at            Array(UInt32) CODEC(T64, LZ4),
    kind          Array(UInt8) CODEC(LZ4),
    page          Array(LowCardinality(UInt64)) CODEC(ZSTD(1)),
    name          Array(LowCardinality(String)) CODEC(ZSTD(1)),
    element       Array(UInt64) CODEC(ZSTD(1)),
    worth         Array(Tuple(event UInt32, value Float64, currency LowCardinality(String))) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(start)
ORDER BY (site, toDate(start), person, start, session)
SETTINGS non_replicated_deduplication_window = 10000, allow_suspicious_low_cardinality_types = 1
