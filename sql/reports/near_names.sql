-- Names that stand in the data of a site, the most frequent first: one of them may have been meant.
SELECT
    toString({{name}}) AS known,
    count() AS times
FROM {{table}}
WHERE site = {site:String} AND ({{which}})
GROUP BY known
ORDER BY times DESC, known
LIMIT 10000
