-- Up to when what was touched has been derived: the latest one counts.
CREATE TABLE IF NOT EXISTS session_passes
(
    until DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY until
TTL toDate(until) + INTERVAL 8 DAY
SETTINGS non_replicated_deduplication_window = 10000
