-- The events of a funnel out of visits, one row a visit that has any of them; how far they carry a person is found in
-- analyzer/src/walk. Rows are streamed, and each stands for itself, so they are in no order.
--
-- An event is one number: in its upper half the mask, with bit k - 1 where it matches step k and bit 20 + x where it is the
-- x-th excluded one, in its lower half the milliseconds from the start of the visit. In the functions of arrays a is at,
-- k kind, p page, n name and l element.
WITH
    arrayMap(
        ({{names}}) -> bitOr({{mask}}, toUInt64(a)),
        {{arrays}}
    ) AS seen
SELECT
    person,
    toUnixTimestamp64Milli(start) AS began,
    arrayFilter((e, a, k) -> {{kept}} AND {{within}}, seen, at, kind) AS events{{worth}}
FROM sessions FINAL
WHERE site = {site:String} AND {{period}} AND notEmpty(events)
SETTINGS do_not_merge_across_partitions_select_final = 1
