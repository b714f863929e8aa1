-- Visits that a campaign or the identifier of a click speaks of, by campaign and by who sells its ads, most visits first. They
-- are paid for where their channel says so.
WITH start AS time
SELECT
    campaign,
    source,
    count() AS visits,
    uniqExact(person) AS visitors,
    countIf(channel LIKE 'Paid %' OR channel IN ('Display', 'Cross-network')) AS paid_visits,
    arraySort(groupUniqArrayIf(medium, medium != '')) AS media,
    arraySort(groupUniqArrayIf(identifier, identifier != '')) AS click_ids
FROM
(
    SELECT
        person,
        toString(utm_campaign) AS campaign,
        {{seller}} AS source,
        toString(channel) AS channel,
        toString(utm_medium) AS medium,
        toString(click_id) AS identifier
    FROM sessions FINAL
    WHERE site = {site:String} AND {{is_tagged}} AND {{period}} AND {{filters}}
)
GROUP BY campaign, source
ORDER BY visits DESC, campaign, source
