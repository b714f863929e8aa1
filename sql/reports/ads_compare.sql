-- How creatives did: who saw one for long enough (or clicked it), and who of these clicked it. A visitor counts once
-- a day and creative. arm is what is compared, stratum what it is compared within, day the days since 1970;
-- rotation is that in which chance chose it, or empty.
SELECT
    {{arm}} AS arm,
    concat(placement, ', ', device) AS stratum,
    toUInt16(day) AS day,
    rotation,
    count() AS exposures,
    countIf(clicked = 1) AS conversions
FROM
(
    SELECT
        toDate(time) AS day,
        visitor,
        element,
        any(device) AS device,
        max(did) AS clicked
    FROM
    (
        SELECT time, visitor, element, toString(device) AS device, toUInt8(0) AS did
        FROM exposures
        WHERE site = {site:String} AND bot = '' AND viewable AND {{period}} AND {{filters}}
        UNION ALL
        SELECT time, visitor, element, toString(device) AS device, toUInt8(1) AS did
        FROM events
        WHERE site = {site:String} AND bot = '' AND kind = 'click' AND element != 0 AND {{period}} AND {{filters}}
    )
    GROUP BY day, visitor, element
) AS seen
INNER JOIN
(
    SELECT element, toString(ad) AS ad, toString(placement) AS placement, toString(campaign) AS campaign, rotation
    FROM elements FINAL
    WHERE site = {site:String} AND ad != '' AND ({placement:String} = '' OR placement = {placement:String})
) AS named USING (element)
GROUP BY arm, stratum, day, rotation
ORDER BY arm, stratum, day, rotation
