-- What can be clicked: by whom it was seen and clicked, of each element over all pages and on each page or group of pages
-- by itself. Who clicked something saw it, too; fields are left out. A page is its path, a group of pages its beginning with a star. shown and
-- seen are pageviews, the others visitors; found says whether it is in an inventory, or only somebody clicked it.
WITH
    told AS
    (
        SELECT
            element,
            {{page}} AS page,
            pageview,
            visitor,
            viewable,
            toUInt8(0) AS did
        FROM exposures
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
        UNION ALL
        SELECT
            element,
            {{page}} AS page,
            pageview,
            visitor,
            toBool(kind = 'click') AS viewable,
            toUInt8(kind) AS did
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND element != 0
            AND kind IN ('click', 'rage', 'dead', 'error_click')
    )
SELECT
    element,
    if(by_page, page, '') AS of_page,
    shown,
    seen,
    exposed,
    clickers,
    dead,
    rage,
    errors,
    pages,
    found,
    selector,
    tag,
    text,
    href,
    role
FROM
(
    SELECT
        element,
        page,
        grouping(page) = 0 AS by_page,
        uniqExact(pageview) AS shown,
        uniqExactIf(pageview, viewable) AS seen,
        uniqExactIf(visitor, viewable) AS exposed,
        uniqExactIf(visitor, did = 2) AS clickers,
        uniqExactIf(visitor, did = 5) AS dead,
        uniqExactIf(visitor, did = 4) AS rage,
        uniqExactIf(visitor, did = 6) AS errors,
        uniqExact(page) AS pages,
        toUInt8(countIf(did = 0) > 0) AS found
    FROM told
    GROUP BY GROUPING SETS ((element), (element, page))
) AS counted
LEFT ANY JOIN
(
    SELECT element, selector, tag, text, href, role, type
    FROM elements FINAL
    WHERE site = {site:String}
) AS named USING (element)
WHERE tag NOT IN ('input', 'select', 'textarea') OR type IN ('submit', 'button', 'image', 'reset')
ORDER BY exposed DESC, element, of_page
