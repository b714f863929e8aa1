-- What was searched for on the site, and what came of it: a search failed where nothing followed within half an hour, or
-- another search within a minute. One row a term.
SELECT
    term,
    uniqExact(visitor) AS visitors,
    count() AS searches,
    countIf(following = 0 OR following - at > 1800000) AS abandoned,
    countIf(search_again != 0 AND search_again - at < 60000) AS refined
FROM
(
    SELECT
        visitor,
        act,
        term,
        at,
        min(at) OVER later AS following,
        minIf(at, act = 'search') OVER later AS search_again
    FROM
    (
        -- A search is told beside the pageview that shows what was found, at the same time; that is not what followed.
        SELECT
            visitor,
            toUnixTimestamp64Milli(time) AS at,
            if(countIf(kind = 'search') > 0, 'search', 'other') AS act,
            anyIf(detail, kind = 'search') AS term
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind IN ('pageview', 'search', 'click', 'custom')
            AND visitor IN (SELECT visitor FROM events WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'search')
        GROUP BY visitor, time
    )
    WINDOW later AS (PARTITION BY visitor ORDER BY at ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
)
WHERE act = 'search'
GROUP BY term
ORDER BY visitors DESC, term
LIMIT 10000
