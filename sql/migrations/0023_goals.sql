-- What a site wants its visitors to do, by name: a step as it is written. The latest version counts; a site's and a name's
-- latest may say that there is none any more.
CREATE TABLE IF NOT EXISTS goals
(
    site       LowCardinality(String),
    name       String,
    step       String,
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (site, name)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
