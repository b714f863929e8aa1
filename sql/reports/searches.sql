-- What was searched for on the site, and what came of it: a search failed where nothing followed within half an hour, or
-- another search within a minute. One row a term.
SELECT
    term,
    uniqExact(visitor) AS visitors,
    count() AS searches,
    countIf(next_at = 0) AS abandoned,
    countIf(next_at != 0 AND next_is_search AND next_at - at < 60000) AS refined
FROM
(
    SELECT
        visitor,
        act,
        term,
        at,
        leadInFrame(at, 1, 0) OVER whole AS following,
        if(following - at > 1800000, 0, following) AS next_at,
        leadInFrame(act = 'search', 1, false) OVER whole AS next_is_search
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
    WINDOW whole AS (PARTITION BY visitor ORDER BY at ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)
)
WHERE act = 'search'
GROUP BY term
ORDER BY visitors DESC, term
LIMIT 10000
