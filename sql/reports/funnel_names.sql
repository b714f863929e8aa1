-- What the screens of a funnel are called: for each of its steps the most frequent title since a moment in
-- milliseconds. One row a step at most.
SELECT
    toUInt8(bit + 1) AS step,
    title,
    sum(shown) AS pageviews
FROM
(
    SELECT
        {{mask}} AS mask,
        title,
        count() AS shown
    FROM events
    PREWHERE site = {site:String} AND bot = '' AND {{period}}
        AND time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') AND kind = 'pageview' AND ({{rows}})
    WHERE title != ''
    GROUP BY mask, title
)
ARRAY JOIN bitPositionsToArray(mask) AS bit
GROUP BY step, title
ORDER BY step, pageviews DESC, title
LIMIT 1 BY step
