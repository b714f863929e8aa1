-- What people met on pages, and whether they converted afterwards, beside all who were on those pages; by device. A page is
-- its path, a group of pages its beginning with a star; the first time someone is there counts, and only of who had not
-- converted before. Of what was met the first time counts too. A page that was not there is met on the page before it. Rows
-- of what 'all' is are of all who were on the page, of pages on which anything was met. Filters are on what was
-- met, and a conversion counts wherever it is.
WITH
    done AS
    (
        SELECT visitor, min(time) AS at
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{goal}})
        GROUP BY visitor
    ),
    told AS
    (
        SELECT
            visitor,
            if(kind = 'pageview', referrer_path, toString(path)) AS met_on,
            time,
            if(kind = 'pageview', 'missing', toString(kind)) AS what,
            multiIf(kind = 'pageview', toString(path), kind IN ('error', 'resource'), detail, '') AS word,
            if(kind IN ('rage', 'dead', 'error_click'), element, 0) AS hit
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
            AND (kind IN ('rage', 'dead', 'error_click', 'error', 'resource', 'form_fail')
                OR kind = 'pageview' AND amount >= 400 AND referrer_host = host AND referrer_path != '')
        UNION ALL
        SELECT visitor, toString(path) AS met_on, time, 'slow' AS what, '' AS word, 0 AS hit
        FROM attention
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND (lcp_ms > 4000 OR lcp_ms = 0 AND load_ms > 4000)
    ),
    met AS
    (
        SELECT visitor, page, what, word, element, min(time) AS at
        FROM (SELECT visitor, {{page}} AS page, what, word, element, time FROM (SELECT visitor, met_on AS path, what, word, hit AS element, time FROM told))
        GROUP BY visitor, page, what, word, element
    ),
    shown AS
    (
        SELECT visitor, page, min(time) AS at, any(device) AS device
        FROM
        (
            SELECT visitor, {{page}} AS page, time, toString(device) AS device
            FROM events
            WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'pageview' AND amount < 400
                AND path IN (SELECT path FROM pages WHERE site = {site:String} AND {{page}} IN (SELECT page FROM met))
        )
        GROUP BY visitor, page
    ),
    present AS
    (
        SELECT visitor, page, shown.at AS at, device, done.at AS done_at
        FROM shown
        LEFT ANY JOIN done ON done.visitor = shown.visitor
        WHERE toUnixTimestamp64Milli(done.at) = 0 OR done.at >= shown.at
    )
SELECT
    counted.page AS page,
    what,
    word,
    selector,
    text,
    device,
    people,
    converted
FROM
(
    SELECT page, 'all' AS what, '' AS word, toUInt64(0) AS element, device, count() AS people, countIf(toUnixTimestamp64Milli(done_at) != 0) AS converted
    FROM present
    GROUP BY page, device
    UNION ALL
    SELECT
        met.page AS page,
        what,
        word,
        element,
        device,
        count() AS people,
        countIf(done_at >= met.at) AS converted
    FROM met
    INNER JOIN present ON present.visitor = met.visitor AND present.page = met.page
    WHERE toUnixTimestamp64Milli(done_at) = 0 OR done_at >= met.at
    GROUP BY page, what, word, element, device
) AS counted
LEFT ANY JOIN
(
    SELECT element, selector, text
    FROM elements FINAL
    WHERE site = {site:String}
) AS named ON named.element = counted.element
WHERE (page, what, word, counted.element) IN
(
    SELECT page, what, word, element
    FROM
    (
        SELECT page, what, word, element, uniqExact(visitor) AS people FROM met GROUP BY page, what, word, element
        UNION ALL
        SELECT page, 'all' AS what, '' AS word, toUInt64(0) AS element, uniqExact(visitor) AS people FROM present GROUP BY page
    )
    WHERE people >= {fewest:UInt64}
)
ORDER BY page, what, word, selector, text, device, people
