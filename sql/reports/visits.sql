-- Visits by what they have in {{value}}, most visits first; the number of a page is told by its path, with the host where there
-- are several. A bounce is a session of one pageview at most and no interaction. The number of all values, of which {limit}
-- are told, stands in each row.
WITH
    start AS time,
    (SELECT uniqExact(host) FROM pages WHERE site = {site:String}) AS hosts
SELECT
    if(names.path = '', key, if(hosts > 1, concat(names.host, names.path), names.path)) AS value,
    visitors,
    sessions,
    views,
    bounces,
    seconds,
    count() OVER () AS values
FROM
(
    SELECT
        toString({{value}}) AS key,
        uniqExact(person) AS visitors,
        count() AS sessions,
        sum(pageviews) AS views,
        countIf(pageviews <= 1 AND interactions = 0) AS bounces,
        avg(duration_ms) / 1000 AS seconds
    FROM sessions FINAL
    WHERE site = {site:String} AND {{period}} AND {{filters}}
    GROUP BY key
) AS visits
LEFT ANY JOIN (SELECT toString(page) AS key, toString(host) AS host, path FROM pages WHERE site = {site:String}) AS names USING (key)
ORDER BY sessions DESC, value
LIMIT {limit:UInt32}
