-- How often a page, or pages together, were shown, to whom and in how many visits; over all devices and on each by itself.
WITH
    start AS time,
    matched AS (SELECT page FROM pages WHERE site = {site:String} AND {{pages}})
SELECT
    toBool(grouping(device) = 0) AS by_device,
    toString(device) AS of_device,
    assumeNotNull((SELECT count() FROM matched)) AS pages,
    sum(times) AS views,
    uniqExact(person) AS visitors,
    count() AS visits,
    countIf(is_entry) AS entries,
    countIf(is_exit) AS exits
FROM
(
    SELECT
        person,
        device,
        entry_page IN (SELECT page FROM matched) AS is_entry,
        exit_page IN (SELECT page FROM matched) AS is_exit,
        arrayCount((one, kind) -> kind = 1 AND one IN (SELECT page FROM matched), CAST(page AS Array(UInt64)), kind) AS times
    FROM sessions FINAL
    WHERE site = {site:String} AND {{period}} AND {{filters}}
)
WHERE times > 0
GROUP BY GROUPING SETS ((), (device))
ORDER BY by_device, views DESC, of_device
