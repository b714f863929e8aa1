-- An ordered funnel: for each step, who reached it and how long that took. One row a step, none when nothing matched.
--
-- An event is packed into one Int64 that sorts as it is to be read: milliseconds above 20 bits of code. The mask of the
-- steps an event matches has step 1 in bit 19. The code turns the bits down to the lowest matching step over, so that at
-- one time the lowest step comes first, and of two events with the same lowest step the one that could serve less else.
--
-- starts[k] is the latest start of a run that reached step k. Steps look at the state before the event, so that one
-- event never serves two. Once the last step is reached nothing changes any more.
-- The walk from starts[reached] gives the times: the first event for each next step is the one that carried this start on.
--
-- A person is the visitor under the previous day's salt where events shortly after midnight tell of one; these events are
-- read whether or not they match.
WITH
    events_matched AS
    (
        SELECT
            visitor,
            visitor_before,
            toUnixTimestamp64Milli(time) AS at,
            {{mask}} AS mask,
            bitXor(mask, 1048576 - intExp2(toUInt8(log2(greatest(mask, 1))))) AS code
        FROM events
        PREWHERE site = {site:String} AND bot = '' AND {{period}} AND (visitor_before != 0 OR ({{rows}}))
    ),
    visitors AS
    (
        SELECT
            visitor,
            max(visitor_before) AS before,
            groupArrayIf(bitOr(bitShiftLeft(at, 20), toInt64(code)), mask != 0) AS keys,
            groupBitOr(mask) AS matched
        FROM events_matched
        GROUP BY visitor
    ),
    people AS
    (
        SELECT
            if(before = 0, visitor, before) AS person,
            groupBitOr(matched) AS matched,
            arraySort(groupArrayArray(keys)) AS keys
        FROM visitors
        GROUP BY person
    ),
    read AS
    (
        SELECT
            matched,
            if(bitTest(matched, 19), arrayMap(key -> bitXor(key, toInt64(1048576 - intExp2(toUInt8(log2(greatest(1048575 - bitAnd(key, 1048575), 1)))))), keys), emptyArrayInt64()) AS events,
            arrayFold(
                (starts, event) -> if(
                    starts[{steps:UInt8}] > -9000000000000000000,
                    starts,
                    arrayMap(
                        (step, previous, own) -> if(
                            bitTest(event, 20 - step) AND previous > own AND bitShiftRight(event, 20) - previous <= {window:Int64},
                            previous,
                            own),
                        range(1, {steps:UInt8} + 1),
                        arrayPushFront(arrayPopBack(starts), bitShiftRight(event, 20)),
                        starts)),
                events,
                arrayWithConstant({steps:UInt8}, toInt64(-9000000000000000000))) AS starts,
            arrayCount(start -> start > -9000000000000000000, starts) AS reached
        FROM people
    ),
    walked AS
    (
        SELECT
            matched,
            reached,
            arrayFold(
                (times, event) -> if(
                    length(times) < reached AND bitAnd(event, bitShiftRight(524288, length(times))) != 0 AND bitShiftRight(event, 20) >= starts[reached],
                    arrayPushBack(times, bitShiftRight(event, 20)),
                    times),
                if(reached < 2, emptyArrayInt64(), events),
                emptyArrayInt64()) AS times
        FROM read
    )
SELECT
    toUInt8(number) AS step,
    countIf(reached >= step) AS visitors,
    countIf(bitTest(matched, 20 - step)) AS matching,
    avgIf(times[step] - times[step - 1], step > 1 AND reached >= step) AS mean_ms,
    quantileExactInclusiveIf(0.5)(times[step] - times[step - 1], step > 1 AND reached >= step) AS median_ms,
    quantileExactInclusiveIf(0.9)(times[step] - times[step - 1], step > 1 AND reached >= step) AS p90_ms
FROM walked
ARRAY JOIN range(1, {steps:UInt8} + 1) AS number
GROUP BY step
ORDER BY step
