-- What the targets of links answered when they were asked, by the target as links have it: the latest answer counts. A status
-- of 0 is none; reason says why there is none, or what should be known beside it.
CREATE TABLE IF NOT EXISTS link_checks
(
    site       LowCardinality(String),
    href       String,
    verdict    LowCardinality(String),
    status     UInt16,
    reason     LowCardinality(String),
    led_to     String,
    checked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(checked_at)
ORDER BY (site, href)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
