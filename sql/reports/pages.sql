-- Pages by their pageviews: who saw them, who came in and went out by them. A page is host and path; the host is told only
-- where there are several.
WITH
    start AS time,
    (SELECT uniqExact(host) FROM pages WHERE site = {site:String}) AS hosts,
    seen AS
    (
        SELECT
            person,
            entry_page,
            exit_page,
            pageviews <= 1 AND interactions = 0 AS is_bounce,
            arrayFilter((page, kind) -> kind = 1, page, kind) AS shown,
            arrayJoin(arrayDistinct(shown)) AS one,
            countEqual(shown, one) AS times
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}}
    )
SELECT
    if(hosts > 1, concat(names.host, names.path), names.path) AS value,
    uniqExact(person) AS visitors,
    sum(times) AS views,
    countIf(entry_page = one) AS entries,
    countIf(exit_page = one) AS exits,
    countIf(entry_page = one AND is_bounce) AS bounces,
    count() OVER () AS values
FROM seen
LEFT ANY JOIN (SELECT page, toString(host) AS host, path FROM pages WHERE site = {site:String}) AS names ON names.page = seen.one
GROUP BY value
ORDER BY views DESC, value
LIMIT {limit:UInt32}
