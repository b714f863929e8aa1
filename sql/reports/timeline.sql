-- Visits by the {{unit}} they began in, in a time zone. Stretches without any are not told. One row a stretch, in their order.
WITH start AS time
SELECT
    toInt64(toUnixTimestamp(toDateTime(toStartOfInterval(start, INTERVAL 1 {{unit}}, {zone:String}), {zone:String}))) * 1000 AS at_ms,
    uniqExact(person) AS visitors,
    count() AS sessions,
    sum(pageviews) AS views,
    countIf(pageviews <= 1 AND interactions = 0) AS bounces,
    avg(duration_ms) / 1000 AS seconds
FROM sessions FINAL
WHERE site = {site:String} AND {{period}} AND {{filters}}
GROUP BY at_ms
ORDER BY at_ms
