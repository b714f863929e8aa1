CREATE MATERIALIZED VIEW IF NOT EXISTS pages_by_events TO pages AS
SELECT DISTINCT site, cityHash64(host, path) AS page, host, path
FROM events
WHERE bot = ''
