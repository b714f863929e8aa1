-- Pages by their pageviews: who saw them, who came in and went out by them. A page is host and path; the host is told only
-- where there are several. turn is the how-manieth time a page is shown in a visit. Who has one visit is counted without
-- being remembered; that is most people, and cheaper by far than a set of them for each page.
WITH
    start AS time,
    (SELECT uniqExact(host) FROM pages WHERE site = {site:String}) AS hosts,
    returning AS
    (
        SELECT person FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}}
        GROUP BY person
        HAVING count() > 1
    ),
    seen AS
    (
        SELECT
            person,
            person IN (SELECT person FROM returning) AS returns,
            entry_page,
            exit_page,
            pageviews <= 1 AND interactions = 0 AS is_bounce,
            arrayFilter((page, kind) -> kind = 1, page, kind) AS shown
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}}
    ),
    counted AS
    (
        SELECT
            one,
            countIf(turn = 1 AND NOT returns) + uniqExactIf(person, returns) AS visitors,
            count() AS views,
            countIf(turn = 1 AND entry_page = one) AS entries,
            countIf(turn = 1 AND exit_page = one) AS exits,
            countIf(turn = 1 AND entry_page = one AND is_bounce) AS bounces
        FROM seen
        ARRAY JOIN shown AS one, arrayEnumerateUniq(shown) AS turn
        GROUP BY one
    )
SELECT
    if(hosts > 1, concat(names.host, names.path), names.path) AS value,
    sum(counted.visitors) AS visitors,
    sum(counted.views) AS views,
    sum(counted.entries) AS entries,
    sum(counted.exits) AS exits,
    sum(counted.bounces) AS bounces,
    count() OVER () AS values
FROM counted
LEFT ANY JOIN (SELECT page, toString(host) AS host, path FROM pages WHERE site = {site:String}) AS names ON names.page = counted.one
GROUP BY value
ORDER BY views DESC, value
LIMIT {limit:UInt32}
