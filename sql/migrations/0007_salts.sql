-- The visitors' salts of a day, so that all collectors of one store know the same visitors. Of several the first counts.
-- Gone after two days; a part goes as a whole.
CREATE TABLE IF NOT EXISTS salts
(
    day        Date,
    key        String,
    created_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY created_at
TTL day + INTERVAL 2 DAY
SETTINGS ttl_only_drop_parts = 1, merge_with_ttl_timeout = 600, fsync_after_insert = 1, fsync_part_directory = 1
