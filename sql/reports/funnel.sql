-- The events of a funnel, one row a person who may have begun it; how far they carry is found in analyzer/src/walk.
-- Rows are streamed, and each stands for itself, so they are in no order.
--
-- A mask has bit k - 1 where an event matches step k, and bit 20 + x where it is the x-th excluded one. The lists of a
-- person are parallel, in no order; those that nobody needs are empty, and all are of a person who cannot have done
-- more than the first step, unless it is asked when that was. Pageviews are those of matching events alone, in the
-- order of the lists. Events that are worth something stand once more in worth.
--
-- A person is the visitor under the previous day's salt where events shortly after midnight tell of one; these events
-- are read whether or not they match.
WITH
    events_matched AS
    (
        SELECT
            visitor,
            visitor_before,
            toUnixTimestamp64Milli(time) AS at,
            seq,
            {{kind}} AS kind_seen,
            pageview,
            {{mask}} AS mask,
            {{kept}} AS kept,
            {{segment}} AS segment,
            value,
            currency
        FROM events
        PREWHERE site = {site:String} AND bot = '' AND {{period}} AND (visitor_before != 0 OR ({{rows}}))
    ),
    visitors AS
    (
        SELECT
            visitor,
            max(visitor_before) AS before,
            groupBitOr(mask) AS matched,
            groupArrayIf(at, kept) AS at_list,
            groupArrayIf(mask, kept) AS mask_list,
            {{seqs}} AS seq_list,
            {{segments}} AS segment_list,
            {{kinds}} AS kind_list,
            {{pageviews}} AS pageview_list,
            groupArrayIf(
                (at, mask, assumeNotNull(value), toString(currency)),
                mask != 0 AND value IS NOT NULL
            ) AS worth_list
        FROM events_matched
        GROUP BY visitor
    ),
    people AS
    (
        SELECT
            if(before = 0, visitor, before) AS person,
            groupBitOr(matched) AS matched,
            groupArrayArray(at_list) AS at_list,
            groupArrayArray(mask_list) AS mask_list,
            groupArrayArray(seq_list) AS seq_list,
            groupArrayArray(segment_list) AS segment_list,
            groupArrayArray(kind_list) AS kind_list,
            groupArrayArray(pageview_list) AS pageview_list,
            groupArrayArray(worth_list) AS worth_list
        FROM visitors
        GROUP BY person
    )
SELECT
    {{walked}} OR notEmpty(worth_list) AS walked,
    if(walked, at_list, emptyArrayInt64()) AS times,
    if(walked, mask_list, emptyArrayUInt32()) AS masks,
    if(walked, seq_list, emptyArrayUInt32()) AS seqs,
    if(walked, segment_list, emptyArrayString()) AS segments,
    kind_list AS kinds,
    pageview_list AS pageviews,
    worth_list AS worth
FROM people
WHERE {{begun}}
