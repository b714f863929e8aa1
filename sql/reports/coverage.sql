-- From when to when a site has events. One row; zero events mean that there are none.
-- The first and the last day are found in the order of the key, so that only these two are read.
WITH
    (SELECT toDate(time) AS day FROM events WHERE site = {site:String} AND bot = '' ORDER BY day LIMIT 1) AS first_day,
    (SELECT toDate(time) AS day FROM events WHERE site = {site:String} AND bot = '' ORDER BY day DESC LIMIT 1) AS last_day
SELECT
    count() AS events,
    toUnixTimestamp64Milli(min(time)) AS first_ms,
    toUnixTimestamp64Milli(max(time)) AS last_ms
FROM events
WHERE site = {site:String} AND bot = '' AND (toDate(time) = first_day OR toDate(time) = last_day)
ORDER BY events
