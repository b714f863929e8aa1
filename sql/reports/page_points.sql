-- Where in their elements clicks were: in tenths of an element's width and height, each from 0 to 9. Clicks of which this is not
-- known, as of those made with a key, are left out.
SELECT
    element,
    toString(device) AS of_device,
    toUInt8(intDiv(least(across, 999), 100)) AS x,
    toUInt8(intDiv(least(down, 999), 100)) AS y,
    count() AS clicks
FROM events
WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'click' AND element != 0 AND (across > 0 OR down > 0)
GROUP BY element, of_device, x, y
ORDER BY clicks DESC, element, of_device, y, x
LIMIT 20000
