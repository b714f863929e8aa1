-- Links within the site that people clicked and whose target never told of itself: the page is without the snippet, or
-- nothing loads there. Files are left out, and what lies on another host.
SELECT
    leads_to AS path,
    sum(people) AS visitors,
    arraySlice(arraySort(groupUniqArray(toString(found_on))), 1, 5) AS pages,
    arraySlice(arraySort(groupUniqArray(name)), 1, 5) AS elements
FROM
(
    SELECT element, uniqExact(visitor) AS people, any(path) AS found_on, any(host) AS at_host
    FROM events
    WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'click' AND element != 0
    GROUP BY element
) AS clicked
INNER JOIN
(
    SELECT
        element,
        if(text = '', selector, text) AS name,
        if(startsWith(href, '/'), '', domain(href)) AS to_host,
        path(if(startsWith(href, '/'), concat('http://host', href), href)) AS leads_to
    FROM elements FINAL
    WHERE site = {site:String} AND (startsWith(href, '/') AND NOT startsWith(href, '//') OR startsWith(href, 'http'))
) AS named ON named.element = clicked.element
WHERE (to_host = '' OR to_host = domain(concat('http://', at_host)))
    AND NOT (match(leads_to, '[.][a-zA-Z0-9]{1,5}$') AND NOT match(leads_to, '[.](htm|html|php|asp|aspx|jsp)$'))
    AND leads_to NOT IN (SELECT path FROM pages WHERE site = {site:String})
    AND if(endsWith(leads_to, '/'), substring(leads_to, 1, length(leads_to) - 1), concat(leads_to, '/'))
        NOT IN (SELECT path FROM pages WHERE site = {site:String})
GROUP BY leads_to
ORDER BY visitors DESC, path
LIMIT {limit:UInt32}
