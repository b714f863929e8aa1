-- Which stretches of which import files are in: chain is the hash of everything up to end_byte.
CREATE TABLE IF NOT EXISTS import_batches
(
    chain       FixedString(32),
    end_byte    UInt64,
    rows        UInt64,
    file        String,
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(imported_at)
ORDER BY (end_byte, chain)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
