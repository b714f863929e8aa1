-- Funnels by name: what belongs to their definition, as it is written. The latest version counts; a site's and a name's
-- latest may say that there is none any more.
CREATE TABLE IF NOT EXISTS funnels
(
    site       LowCardinality(String),
    name       String,
    steps      Array(String),
    sequence   String,
    within     String,
    exclusions Array(String),
    filters    Array(String),
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (site, name)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
