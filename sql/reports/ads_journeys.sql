-- The people who converted, one row each: when and for how much, and how their visits from {touches_from} until {touches_to} came
-- about. What led to what is found in analyzer/src/reports/ads/journeys.rs. A person is the visitor, joined over midnight as in
-- sessions. The last of a visit's values says whether the filters hold of it.
WITH
    befores AS (SELECT visitor, max(before) AS before FROM midnights WHERE site = {site:String} GROUP BY visitor),
    converted AS
    (
        SELECT
            if(befores.before = 0, done.visitor, befores.before) AS person,
            groupArray((at, amount, paid_in)) AS conversions
        FROM
        (
            SELECT
                visitor,
                toUnixTimestamp64Milli(time) AS at,
                ifNull(value, 0) AS amount,
                toString(currency) AS paid_in
            FROM events
            WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{conversion}})
        ) AS done
        LEFT JOIN befores ON befores.visitor = done.visitor
        GROUP BY person
    ),
    came AS
    (
        SELECT
            person,
            groupArray((
                toUnixTimestamp64Milli(start),
                toString(utm_campaign),
                {{seller}},
                toString(channel),
                {{is_tagged}},
                toBool({{filters}})
            )) AS visits
        FROM sessions FINAL
        WHERE
            site = {site:String}
            AND start >= fromUnixTimestamp64Milli({touches_from:Int64}, 'UTC')
            AND start < fromUnixTimestamp64Milli({touches_to:Int64}, 'UTC')
            AND person IN (SELECT person FROM converted)
        GROUP BY person
    )
SELECT converted.person AS person, conversions, visits
FROM converted
LEFT JOIN came ON came.person = converted.person
ORDER BY person
