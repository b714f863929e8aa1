-- Scripts that failed on a page and files that did not load, by what was said: where a script failed most, how often, to whom.
SELECT
    toString(kind) AS what,
    detail AS message,
    topK(1)(if(name = '', '', concat(name, ':', toString(amount))))[1] AS source,
    count() AS times,
    uniqExact(visitor) AS visitors
FROM events
WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind IN ('error', 'resource')
GROUP BY what, message
ORDER BY visitors DESC, times DESC, what, message
LIMIT 500
