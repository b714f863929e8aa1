-- Which stretches of which import files are in: chain is the hash of everything up to end_byte.
-- A stretch is recorded when it begins to go in, so that a repeated import cuts there, and again once it is done.
CREATE TABLE IF NOT EXISTS import_batches
(
    chain       FixedString(32),
    end_byte    UInt64,
    rows        UInt64,
    done        Bool,
    file        String,
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(imported_at)
ORDER BY (end_byte, chain)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
