-- Every insert of events tells whom it touched, whoever makes it.
CREATE MATERIALIZED VIEW IF NOT EXISTS touched_by_events TO touched AS
SELECT DISTINCT site, toDate(time) AS day, visitor, now64(3, 'UTC') AS at
FROM events
WHERE bot = ''
