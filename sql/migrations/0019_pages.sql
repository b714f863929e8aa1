-- What the number of a page in sessions stands for: cityHash64(host, path).
CREATE TABLE IF NOT EXISTS pages
(
    site LowCardinality(String),
    page UInt64,
    host LowCardinality(String),
    path String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (site, page)
SETTINGS non_replicated_deduplication_window = 10000
