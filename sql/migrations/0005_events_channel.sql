-- How a visit came about, by GA4's default channel grouping; on events that bear a source.
ALTER TABLE events ADD COLUMN IF NOT EXISTS channel LowCardinality(String) AFTER source
