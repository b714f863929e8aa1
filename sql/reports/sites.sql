-- The sites that have events, with how many and from when to when.
SELECT
    toString(site) AS site,
    count() AS events,
    toUnixTimestamp64Milli(min(time)) AS first_ms,
    toUnixTimestamp64Milli(max(time)) AS last_ms
FROM events
WHERE bot = ''
GROUP BY site
ORDER BY site
