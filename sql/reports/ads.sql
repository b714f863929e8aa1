-- Creatives: how often they were on a page and seen there, by how many visitors, and what came of it. A conversion is the
-- first that a visitor did after clicking a creative, on the same day without lasting identifiers; it is owed to the creative
-- clicked last before it. Impressions and clicks are pageviews; what bots did is counted apart.
WITH
    named AS
    (
        SELECT element, toString(ad) AS creative, toString(placement) AS place, toString(campaign) AS series
        FROM elements FINAL
        WHERE site = {site:String} AND ad != '' AND ({placement:String} = '' OR placement = {placement:String})
    ),
    clicked AS
    (
        SELECT time AS at, visitor, element, pageview, bot != '' AS is_bot
        FROM events
        WHERE site = {site:String} AND kind = 'click' AND element IN (SELECT element FROM named) AND {{period}} AND {{filters}}
    ),
    converted AS
    (
        SELECT visitor, min(time) AS at, argMin(ifNull(value, 0), time) AS amount, argMin(toString(currency), time) AS paid_in
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{conversion}})
        GROUP BY visitor
    ),
    owed AS
    (
        SELECT argMax(clicked.element, clicked.at) AS element, any(converted.amount) AS amount, any(converted.paid_in) AS paid_in
        FROM clicked
        INNER JOIN converted ON converted.visitor = clicked.visitor
        WHERE NOT clicked.is_bot AND clicked.at <= converted.at
        GROUP BY clicked.visitor
    ),
    results AS
    (
        SELECT creative, place, series, sum(times) AS conversions, sumMap(map(paid_in, amount)) AS revenue
        FROM (SELECT element, paid_in, count() AS times, sum(amount) AS amount FROM owed GROUP BY element, paid_in) AS sums
        INNER JOIN named ON named.element = sums.element
        GROUP BY creative, place, series
    ),
    shown AS
    (
        SELECT
            creative,
            place,
            series,
            uniqExactIf(pageview, NOT is_bot) AS impressions,
            uniqExactIf(pageview, NOT is_bot AND viewable) AS viewable_impressions,
            uniqExactIf(visitor, NOT is_bot AND viewable) AS visitors,
            uniqExactIf(visitor, NOT is_bot AND did) AS clickers,
            uniqExactIf(pageview, NOT is_bot AND did) AS clicks,
            uniqExactIf(pageview, is_bot AND NOT did) AS invalid_impressions,
            countIf(is_bot AND did) AS invalid_clicks
        FROM
        (
            SELECT element, pageview, visitor, bot != '' AS is_bot, viewable, false AS did
            FROM exposures
            WHERE site = {site:String} AND element IN (SELECT element FROM named) AND {{period}} AND {{filters}}
            UNION ALL
            SELECT element, pageview, visitor, is_bot, true AS viewable, true AS did
            FROM clicked
        ) AS told
        INNER JOIN named ON named.element = told.element
        GROUP BY creative, place, series
    )
SELECT
    shown.creative AS ad,
    shown.place AS placement,
    shown.series AS campaign,
    impressions,
    viewable_impressions,
    visitors,
    clickers,
    clicks,
    invalid_impressions,
    invalid_clicks,
    conversions,
    CAST(revenue AS Array(Tuple(String, Float64))) AS revenue
FROM shown
LEFT JOIN results ON results.creative = shown.creative AND results.place = shown.place AND results.series = shown.series
ORDER BY viewable_impressions DESC, ad, placement, campaign
LIMIT {limit:UInt32}
