-- Up to when what was touched has been derived, and how many touches of the five minutes before that were: the latest one
-- counts.
CREATE TABLE IF NOT EXISTS session_passes
(
    until DateTime64(3, 'UTC'),
    late  UInt64
)
ENGINE = MergeTree
ORDER BY until
TTL toDate(until) + INTERVAL 8 DAY
SETTINGS non_replicated_deduplication_window = 10000
