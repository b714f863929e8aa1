-- Pageviews by the hour, since 1970; hours without any have no row.
SELECT intDiv(toUnixTimestamp64Milli(time), 3600000) AS hour, count() AS views
FROM events
WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'pageview'
GROUP BY hour
ORDER BY hour
