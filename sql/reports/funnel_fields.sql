-- The field that was touched last in each pageview of a site and period, and how it was filled in. Rows are streamed,
-- and each stands for itself, so they are in no order.
SELECT
    pageview,
    element,
    toUInt32(argMax(hesitation_ms, time)) AS hesitation,
    toUInt32(argMax(corrections, time)) AS corrections,
    toUInt32(argMax(focuses, time)) AS focuses
FROM fields
WHERE site = {site:String} AND bot = '' AND {{period}} AND pageview != 0
GROUP BY pageview, element
HAVING argMax(last, time)
