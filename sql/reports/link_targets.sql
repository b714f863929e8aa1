-- Where links lead that were on a page or clicked: each target once, with what leads there and from which pages, the most
-- frequent first, who saw and who clicked that, and what the target answered last. leads says which targets, asked which
-- answers; a target that was never asked has no verdict.
WITH
    leading AS
    (
        SELECT element, href, host, if(text = '', selector, text) AS name
        FROM elements FINAL
        WHERE site = {site:String} AND ({{leads}})
    ),
    told AS
    (
        SELECT element, path, visitor, viewable AS is_seen, false AS is_clicked
        FROM exposures
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND element IN (SELECT element FROM leading)
        UNION ALL
        SELECT element, path, visitor, true AS is_seen, true AS is_clicked
        FROM events
        WHERE site = {site:String} AND bot = '' AND kind = 'click' AND {{period}} AND {{filters}}
            AND element IN (SELECT element FROM leading)
    )
SELECT
    href,
    host,
    names,
    pages,
    seen,
    clickers,
    verdict,
    status,
    reason,
    led_to,
    toUnixTimestamp64Milli(checked_at) AS checked_ms
FROM
(
    SELECT
        href,
        argMax(host, (times, host)) AS host,
        arraySlice(arrayMap(one -> one.2, arrayReverseSort(groupUniqArray((of_name, name)))), 1, 5) AS names
    FROM
    (
        SELECT href, host, name, count() AS times, sum(times) OVER (PARTITION BY href, name) AS of_name
        FROM told
        INNER JOIN leading USING (element)
        GROUP BY href, host, name
    )
    GROUP BY href
) AS named
INNER JOIN
(
    SELECT
        href,
        uniqExactIf(visitor, is_seen) AS seen,
        uniqExactIf(visitor, is_clicked) AS clickers
    FROM told
    INNER JOIN leading USING (element)
    GROUP BY href
) AS people USING (href)
INNER JOIN
(
    SELECT href, arraySlice(arrayMap(one -> one.2, arrayReverseSort(groupArray((times, path)))), 1, 5) AS pages
    FROM
    (
        SELECT href, path, count() AS times
        FROM told
        INNER JOIN leading USING (element)
        GROUP BY href, path
    )
    GROUP BY href
) AS places USING (href)
LEFT ANY JOIN
(
    SELECT href, verdict, status, reason, led_to, checked_at
    FROM link_checks FINAL
    WHERE site = {site:String}
) AS checks USING (href)
WHERE {{asked}}
ORDER BY clickers DESC, seen DESC, href
