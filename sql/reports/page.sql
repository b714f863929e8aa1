-- What can be seen and clicked on a page: by whom, of each element over all devices and on each by itself. Who clicked something
-- saw it, too. shown are pageviews and clicks are clicks, the others visitors. An element without a selector is
-- nothing that is known. An element's area is the median of its left, top, width and height; a width of 0 is not known.
WITH
    told AS
    (
        SELECT
            element,
            toString(device) AS device,
            pageview,
            visitor,
            viewable,
            toUInt8(0) AS did,
            area_left,
            area_top,
            area_width,
            area_height
        FROM exposures
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
        UNION ALL
        SELECT
            element,
            toString(device) AS device,
            pageview,
            visitor,
            toBool(kind = 'click') AS viewable,
            toUInt8(kind) AS did,
            toUInt16(0) AS area_left,
            toUInt16(0) AS area_top,
            toUInt16(0) AS area_width,
            toUInt16(0) AS area_height
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
            AND kind IN ('click', 'rage', 'dead', 'error_click') AND (element != 0 OR kind = 'click')
    )
SELECT
    element,
    by_device,
    of_device,
    shown,
    exposed,
    clickers,
    clicks,
    dead,
    rage,
    errors,
    area,
    selector,
    tag,
    text,
    href,
    role
FROM
(
    SELECT
        element,
        toBool(grouping(device) = 0) AS by_device,
        device AS of_device,
        uniqExact(pageview) AS shown,
        uniqExactIf(visitor, viewable) AS exposed,
        uniqExactIf(visitor, did = 2) AS clickers,
        countIf(did = 2) AS clicks,
        uniqExactIf(visitor, did = 5) AS dead,
        uniqExactIf(visitor, did = 4) AS rage,
        uniqExactIf(visitor, did = 6) AS errors,
        [
            quantileExactIf(0.5)(area_left, area_width > 0),
            quantileExactIf(0.5)(area_top, area_width > 0),
            quantileExactIf(0.5)(area_width, area_width > 0),
            quantileExactIf(0.5)(area_height, area_width > 0)
        ] AS area
    FROM told
    GROUP BY GROUPING SETS ((element), (element, device))
) AS counted
LEFT ANY JOIN
(
    SELECT element, selector, tag, text, href, role
    FROM elements FINAL
    WHERE site = {site:String}
) AS named USING (element)
ORDER BY clicks DESC, exposed DESC, shown DESC, selector, href, by_device, of_device, element
