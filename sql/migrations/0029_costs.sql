-- What ads cost: one row a day, seller and campaign, as told last; so a newer export replaces an older one as a whole. Without
-- a source the cost is of an ad on the site's own pages, or of a campaign from wherever it came. A line is (campaign identifier,
-- medium, ad, currency, impressions, clicks, cost); amounts are exact.
CREATE TABLE IF NOT EXISTS costs
(
    site     LowCardinality(String),
    day      Date,
    source   LowCardinality(String),
    campaign String,
    lines    Array(Tuple(String, String, String, String, UInt64, UInt64, Decimal(38, 9))),
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site, day, source, campaign)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1
