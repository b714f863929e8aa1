-- Whether a site has events in a period, and whether any of them meets the filters. Both are 0 or more; one row.
SELECT
    count() AS events,
    countIf({{filters}}) AS filtered
FROM events
WHERE site = {site:String} AND bot = '' AND {{period}}
ORDER BY events
