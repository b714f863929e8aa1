-- Who may see what: people, their roles, where they are signed in, tokens, shared links and invitations. told is the thing as
-- JSON; of secrets it has hashes alone. The latest version of a kind and id counts, and may say that there is none any more.
CREATE TABLE IF NOT EXISTS access
(
    kind       LowCardinality(String),
    id         String,
    told       String,
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (kind, id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
