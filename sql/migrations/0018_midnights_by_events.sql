CREATE MATERIALIZED VIEW IF NOT EXISTS midnights_by_events TO midnights AS
SELECT DISTINCT site, visitor, visitor_before AS before
FROM events
WHERE visitor_before != 0 AND bot = ''
