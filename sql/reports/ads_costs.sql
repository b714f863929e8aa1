-- What was paid for ads on days that began in the period, by seller, campaign, ad and currency; is_asked says whether the
-- filters hold of the campaign.
SELECT
    utm_campaign AS campaign,
    line.1 AS campaign_id,
    toString(source) AS source,
    line.3 AS ad,
    line.4 AS currency,
    toBool({{filters}}) AS is_asked,
    sum(line.5) AS impressions,
    sum(line.6) AS clicks,
    sum(line.7) AS cost
FROM
(
    SELECT toDateTime64(day, 3, 'UTC') AS time, source, campaign AS utm_campaign, arrayJoin(lines) AS line
    FROM costs FINAL
    WHERE site = {site:String}
)
WHERE {{period}}
GROUP BY campaign, campaign_id, source, ad, currency, is_asked
ORDER BY source, campaign, campaign_id, ad, currency
