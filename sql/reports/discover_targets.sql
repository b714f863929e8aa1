-- What visitors may have come for: forms by the page they are on, custom events by their name, and pages whose path looks
-- like an end, which come after two others at least. One row each with the people who did it; worth says whether money was in
-- it.
WITH
    start AS time,
    asked AS
    (
        SELECT person, kind, page, name, arrayMap(one -> one.event, worth) AS paid
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}}
    )
SELECT what, toString(if(what = 'event', event, path)) AS name, people, worth
FROM
(
    SELECT
        multiIf(k = 11, 'form', k = 3, 'event', 'page') AS what,
        if(what = 'event', 0, p) AS number,
        if(what = 'event', toString(n), '') AS event,
        uniqExact(person) AS people,
        max(has(paid, place)) > 0 AS worth
    FROM asked
    ARRAY JOIN kind AS k, page AS p, name AS n, arrayEnumerate(kind) AS place
    WHERE k IN (3, 11)
        OR k = 1 AND place > 2
            AND p IN (SELECT page FROM pages WHERE site = {site:String} AND match(lowerUTF8(path), {ends:String}))
    GROUP BY what, number, event
) AS targets
LEFT ANY JOIN (SELECT page, path FROM pages WHERE site = {site:String}) AS names ON names.page = targets.number
ORDER BY people DESC, what, name
LIMIT 1000
