-- Of some steps, by their bits, how many events match them: within the period and filters of a funnel, and at all. One
-- row a step that any event of the site matches.
SELECT
    toUInt8(bit) AS bit,
    countIf(asked) AS asked,
    count() AS ever
FROM
(
    SELECT
        {{mask}} AS mask,
        toBool({{period}} AND ({{filters}})) AS asked
    FROM events
    PREWHERE site = {site:String} AND bot = '' AND ({{rows}})
)
ARRAY JOIN bitPositionsToArray(mask) AS bit
GROUP BY bit
ORDER BY bit
