-- Moves from page to page within visits, {{way}}: forward to the next page, backward to the one before. A visit's last
-- page has nothing after it, its first nothing before: told by an empty name. A page is host and path; the host is told only
-- where there are several. views are all moves of the page they start at.
WITH
    start AS time,
    (SELECT uniqExact(host) FROM pages WHERE site = {site:String}) AS hosts,
    moves AS
    (
        SELECT
            CAST(arrayFilter((page, kind) -> kind = 1, page, kind) AS Array(UInt64)) AS shown,
            arrayJoin(arrayZip(shown, {{others}})) AS move,
            move.1 AS here,
            move.2 AS there
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}}
    ),
    names AS (SELECT page, if(hosts > 1, concat(host, path), path) AS name FROM pages FINAL WHERE site = {site:String})
SELECT
    from_names.name AS page,
    to_names.name AS other,
    moves,
    views,
    count() OVER () AS values
FROM
(
    SELECT here, there, count() AS moves, sum(moves) OVER (PARTITION BY here) AS views
    FROM moves
    WHERE {{page}}
    GROUP BY here, there
) AS counted
LEFT ANY JOIN names AS from_names ON from_names.page = counted.here
LEFT ANY JOIN names AS to_names ON to_names.page = counted.there
ORDER BY moves DESC, page, other
LIMIT {limit:UInt32}
