-- Which numbers of {{table}} match which steps and exclusions of a funnel: a row a number that matches any, up to a limit.
SELECT {{number}} AS number, mask
FROM (SELECT {{number}}, {{mask}} AS mask FROM {{table}} FINAL WHERE site = {site:String})
WHERE mask != 0
GROUP BY number, mask
ORDER BY number
LIMIT {limit:UInt32}
