-- All visits of a period together. One row.
WITH start AS time
SELECT
    uniqExact(person) AS visitors,
    count() AS sessions,
    sum(pageviews) AS views,
    countIf(pageviews <= 1 AND interactions = 0) AS bounces,
    if(sessions = 0, 0, avg(duration_ms) / 1000) AS seconds
FROM sessions FINAL
WHERE site = {site:String} AND {{period}} AND {{filters}}
ORDER BY visitors
