-- What those who reached a target did before it, within the visit: pages, groups of pages and custom events, with how many of
-- these people and at which place, the median of when they first did it. Few people are left out. A first row tells how many
-- reached it.
WITH
    start AS time,
    reached AS
    (
        SELECT
            person,
            arrayFirstIndex((k, p, n, l) -> {{target}}, kind, page, name, element) AS target_at,
            arraySlice(arrayZip(kind, page, name), 1, target_at - 1) AS before,
            arrayFilter(one -> one.1 IN (1, 3), before) AS done,
            arrayMap(one -> (one.1, if(one.1 = 1, toUInt64(one.2), 0), if(one.1 = 3, toString(one.3), '')), done) AS deeds
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}} AND target_at > 0
    ),
    firsts AS
    (
        SELECT person, deed.1.1 AS kind, deed.1.2 AS page, deed.1.3 AS event, deed.2 AS place
        FROM
        (
            SELECT
                person,
                arrayJoin(arrayFilter(
                    (one, turn) -> turn = 1,
                    arrayZip(deeds, arrayEnumerate(deeds)),
                    arrayEnumerateUniq(deeds))) AS deed
            FROM reached
        )
    ),
    named AS
    (
        SELECT
            person,
            kind,
            place,
            if(kind = 3, event, path) AS name,
            {{group}} AS page_group
        FROM firsts
        LEFT ANY JOIN (SELECT page, toString(path) AS path FROM pages WHERE site = {site:String}) AS names USING (page)
    )
SELECT
    'reached' AS what,
    '' AS name,
    uniqExact(person) AS people,
    toFloat64(0) AS place
FROM reached
UNION ALL
SELECT if(kind = 3, 'event', 'page') AS what, name, uniqExact(person) AS people, toFloat64(quantileExact(0.5)(place)) AS place
FROM named
GROUP BY what, name
HAVING people >= 3
UNION ALL
SELECT 'group' AS what, page_group AS name, uniqExact(person) AS people, toFloat64(quantileExact(0.5)(place)) AS place
FROM named
WHERE kind = 1 AND endsWith(page_group, '/*')
GROUP BY what, name
HAVING people >= 3
ORDER BY people DESC, what, name
LIMIT 10000
