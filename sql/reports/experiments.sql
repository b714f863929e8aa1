-- Variants of an experiment: who was exposed to one, and who of these did what was wanted at that time or later. A visitor has
-- the variant of all exposures; who was exposed to several is told under the empty one. stratum is what variants are compared
-- within where chance did not choose. An exposure counts on the day of the first one, a conversion on its own; days are
-- those since 1970.
SELECT
    arm,
    stratum,
    toUInt16(intDiv(counted.1, 86400000)) AS day,
    '' AS rotation,
    sum(counted.2) AS exposures,
    sum(counted.3) AS conversions
FROM
(
    SELECT
        if(length(variants) > 1, '', variants[1]) AS arm,
        device AS stratum,
        arrayMin(arrayFilter(at -> at >= exposed, wanted)) AS converted,
        arrayJoin(
            if(
                empty(arrayFilter(at -> at >= exposed, wanted)),
                [(exposed, toUInt64(1), toUInt64(0))],
                [(exposed, toUInt64(1), toUInt64(0)), (converted, toUInt64(0), toUInt64(1))]
            )) AS counted
    FROM
    (
        SELECT
            groupUniqArrayIf(variant, variant != '') AS variants,
            minIf(toUnixTimestamp64Milli(time), variant != '') AS exposed,
            groupArrayIf(toUnixTimestamp64Milli(time), is_wanted) AS wanted,
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
)
GROUP BY arm, stratum, day
ORDER BY arm, stratum, day
