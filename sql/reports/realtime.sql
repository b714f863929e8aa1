-- Pages with an event in the last five minutes, and the visitors of each; `everybody` is those of all of them. The time is
-- the engine's.
SELECT
    path AS value,
    uniqExact(visitor) AS visitors,
    countIf(kind = 'pageview') AS views,
    assumeNotNull((SELECT uniqExact(visitor) FROM events WHERE site = {site:String} AND time > now64(3) - INTERVAL 5 MINUTE AND bot = '')) AS everybody
FROM events
WHERE site = {site:String} AND toDate(time) >= toDate(now() - INTERVAL 1 DAY) AND time > now64(3) - INTERVAL 5 MINUTE AND bot = ''
GROUP BY value
ORDER BY visitors DESC, views DESC, value
LIMIT {limit:UInt32}
