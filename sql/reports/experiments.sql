-- Variants of an experiment: who was exposed to one, and who of these did what was wanted at that time or later. A visitor has
-- the variant of all exposures; who was exposed to several is told under the empty one. stratum is what variants are compared
-- within where chance did not choose.
SELECT
    if(length(variants) > 1, '', variants[1]) AS arm,
    device AS stratum,
    count() AS exposures,
    countIf(wanted >= exposed) AS conversions
FROM
(
    SELECT
        groupUniqArrayIf(variant, variant != '') AS variants,
        minIf(toUnixTimestamp64Milli(time), variant != '') AS exposed,
        maxIf(toUnixTimestamp64Milli(time), is_wanted) AS wanted,
        toString(any(device)) AS device
    FROM
    (
        SELECT
            if(visitor_before = 0, visitor, visitor_before) AS person,
            time,
            device,
            if({{exposure}}, {{variant}}, '') AS variant,
            {{goal}} AS is_wanted
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
    )
    WHERE variant != '' OR is_wanted
    GROUP BY person
)
WHERE notEmpty(variants)
GROUP BY arm, stratum
ORDER BY arm, stratum
