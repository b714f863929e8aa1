-- Pages that answered with an error, or say by their title that they are none: who met them, from which pages they came and
-- which elements lead there. The lists hold the most frequent first, an empty page being none.
WITH
    broken AS
    (
        SELECT
            cityHash64(host, path) AS page,
            any(path) AS broken_path,
            toUInt16(max(amount)) AS status,
            uniqExact(visitor) AS visitors,
            count() AS views
        FROM events
        WHERE site = {site:String} AND bot = '' AND kind = 'pageview' AND {{period}} AND {{filters}}
            AND (amount >= 400 OR match(lowerUTF8(title), {missing:String}))
        GROUP BY page
    ),
    arrivals AS
    (
        SELECT here, arrayMap(one -> one.2, arrayReverseSort(groupArray((times, before)))) AS came_from
        FROM
        (
            SELECT move.1 AS here, names.path AS before, count() AS times
            FROM
            (
                WITH start AS time
                SELECT
                    CAST(arrayFilter((page, kind) -> kind = 1, page, kind) AS Array(UInt64)) AS shown,
                    arrayJoin(arrayZip(shown, arrayPushFront(arrayPopBack(shown), 0))) AS move
                FROM sessions FINAL
                WHERE site = {site:String} AND {{period}} AND hasAny(page, (SELECT groupArray(page) FROM broken))
            ) AS moves
            LEFT ANY JOIN (SELECT page, path FROM pages WHERE site = {site:String}) AS names ON names.page = move.2
            WHERE move.1 IN (SELECT page FROM broken)
            GROUP BY here, before
        )
        GROUP BY here
    ),
    ways AS
    (
        SELECT leads_to, groupArray(name) AS names
        FROM
        (
            SELECT DISTINCT
                path(if(startsWith(href, '/'), concat('http://host', href), href)) AS leads_to,
                if(text = '', selector, text) AS name
            FROM elements FINAL
            WHERE site = {site:String} AND href != ''
            ORDER BY name
        )
        GROUP BY leads_to
    )
SELECT
    broken_path AS path,
    status,
    visitors,
    views,
    arraySlice(came_from, 1, 5) AS came_from,
    arraySlice(names, 1, 5) AS elements
FROM broken
LEFT ANY JOIN arrivals ON arrivals.here = broken.page
LEFT ANY JOIN ways ON ways.leads_to = broken.broken_path
ORDER BY visitors DESC, path
LIMIT {limit:UInt32}
