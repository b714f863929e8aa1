-- For how many days a site's visits are kept. The latest version counts; a site's latest may say that there is no limit any
-- more.
CREATE TABLE IF NOT EXISTS retention
(
    site       LowCardinality(String),
    days       UInt32,
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY site
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
