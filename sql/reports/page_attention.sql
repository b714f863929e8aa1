-- How a page was looked at and how fast it was, over all devices and on each by itself. reached has ten numbers: pageviews that
-- came to the first tenth of the page, the second and so on; those are left out, as measured, of which the depth is not
-- known. Vitals are the value that three of four pageviews keep below, with the number of pageviews that tell it; a page
-- that never moved tells a shift of 0, and is known by its largest paint.
WITH
    looked AS
    (
        SELECT
            pageview,
            toString(device) AS device,
            sum(engaged_ms) AS engaged,
            max(depth) AS depth,
            max(load_ms) AS load,
            max(lcp_ms) AS lcp,
            max(inp_ms) AS inp,
            max(cls) AS shift,
            max(ttfb_ms) AS first_byte,
            sumForEach(tenths_ms) AS tenths
        FROM attention
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
        GROUP BY pageview, device
    )
SELECT
    toBool(grouping(device) = 0) AS by_device,
    device AS of_device,
    count() AS looked,
    countIf(depth > 0) AS measured,
    quantileExact(0.5)(engaged) / 1000 AS engaged_seconds,
    sumForEach(arrayMap(tenth -> toUInt64(depth > tenth * 10), range(10))) AS reached,
    arrayResize(sumForEach(tenths), 10) AS tenths_ms,
    countIf(lcp > 0) AS lcp_views,
    quantileExactIf(0.75)(lcp, lcp > 0) / 1000 AS lcp_seconds,
    countIf(inp > 0) AS inp_views,
    quantileExactIf(0.75)(inp, inp > 0) / 1000 AS inp_seconds,
    countIf(shift > 0 OR lcp > 0) AS cls_views,
    toFloat64(quantileExactIf(0.75)(shift, shift > 0 OR lcp > 0)) AS cls_score,
    countIf(load > 0) AS load_views,
    quantileExactIf(0.5)(load, load > 0) / 1000 AS load_seconds,
    countIf(first_byte > 0) AS ttfb_views,
    quantileExactIf(0.5)(first_byte, first_byte > 0) / 1000 AS ttfb_seconds
FROM looked
GROUP BY GROUPING SETS ((), (device))
ORDER BY by_device, looked DESC, of_device
