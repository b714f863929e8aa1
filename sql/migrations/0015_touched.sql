-- Which visitors have new events, to derive their sessions from: one row a visitor, day and insert. at is the engine's time.
CREATE TABLE IF NOT EXISTS touched
(
    site    LowCardinality(String),
    day     Date,
    visitor UInt64,
    at      DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, site, day)
TTL toDate(at) + INTERVAL 8 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
