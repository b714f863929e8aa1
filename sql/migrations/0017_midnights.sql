-- Who a visitor was under the previous day's salt: of those only who were there shortly after a change of salts.
CREATE TABLE IF NOT EXISTS midnights
(
    site    LowCardinality(String),
    visitor UInt64,
    before  UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (site, visitor, before)
SETTINGS non_replicated_deduplication_window = 10000
