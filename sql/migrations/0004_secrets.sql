-- Random keys that all collectors and imports of one installation share.
CREATE TABLE IF NOT EXISTS secrets
(
    name       String,
    value      String,
    created_at DateTime64(6, 'UTC')
)
ENGINE = MergeTree
ORDER BY (name, created_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
