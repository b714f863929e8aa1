-- Visits by the hour they began in, since 1970; hours without any have no row.
WITH start AS time
SELECT intDiv(toUnixTimestamp64Milli(start), 3600000) AS hour, count() AS visits
FROM sessions FINAL
WHERE site = {site:String} AND {{period}} AND {{filters}}
GROUP BY hour
ORDER BY hour
