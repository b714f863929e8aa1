-- Derives the sessions of one site around one day anew, of the visitors that {{visitors}} gives. All that were told of these
-- people are deleted, and in the same insert, with a higher version, those that are so now are told. Sessions that start from
-- a day before to a day after are told; two more days on either side are read, so that a session of up to a day is seen whole.
INSERT INTO sessions
WITH
    asked AS ({{visitors}}),
    befores AS (SELECT visitor, max(before) AS before FROM midnights WHERE site = {site:String} GROUP BY visitor),
    -- Themselves too: who is known now to be somebody else had sessions of their own before.
    wanted AS
    (
        SELECT visitor AS person FROM asked
        UNION DISTINCT
        SELECT before AS person FROM befores WHERE visitor IN (SELECT visitor FROM asked)
    ),
    members AS (SELECT visitor, before AS person FROM befores WHERE before IN (SELECT person FROM wanted)),
    told AS
    (
        SELECT
            if(members.person = 0, events.visitor, members.person) AS who,
            events.session AS explicit,
            arraySort(groupArray((
                toUnixTimestamp64Milli(time),
                seq,
                toUInt8(kind),
                cityHash64(host, path),
                toString(name),
                element,
                toUInt8(kind = 'pageview' AND channel != ''),
                toUInt8(kind IN ('custom', 'form_submit')),
                (referrer_host, source, channel, click_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device, browser, os, country, region, city),
                value,
                toString(currency)
            ))) AS events
        FROM events
        LEFT JOIN members ON members.visitor = events.visitor
        PREWHERE
            site = {site:String}
            AND toDate(time) BETWEEN {day:Date} - 3 AND {day:Date} + 3
            AND (
                visitor IN (SELECT visitor FROM members)
                OR visitor IN (SELECT person FROM wanted) AND visitor NOT IN (SELECT visitor FROM befores))
            AND bot = ''
        GROUP BY who, explicit
    ),
    split AS
    (
        SELECT
            who,
            explicit,
            arrayJoin(if(
                explicit = 0,
                arraySplit((event, pause) -> pause > 1800000, events, arrayDifference(events.1)),
                [events])) AS events,
            if(arrayExists(telling -> telling = 1, events.7), arrayFirst(event -> event.7 = 1, events), events[1]).9 AS came,
            arrayFilter((page, kind) -> kind = 1, events.4, events.3) AS shown
        FROM told
    )
SELECT
    {site:String} AS site,
    fromUnixTimestamp64Milli(events[1].1, 'UTC') AS start,
    who AS person,
    explicit AS session,
    {version:UInt64} + 1 AS version,
    0 AS is_deleted,
    events[-1].1 - events[1].1 AS duration_ms,
    length(shown) AS pageviews,
    countEqual(events.8, 1) AS interactions,
    if(pageviews > 0, shown[1], events[1].4) AS entry_page,
    if(pageviews > 0, shown[-1], events[-1].4) AS exit_page,
    came.1, came.2, came.3, came.4, came.5, came.6, came.7, came.8, came.9, came.10, came.11, came.12, came.13, came.14, came.15,
    arrayMap(at -> toUInt32(least(at - events[1].1, 4294967295)), events.1) AS at,
    events.3 AS kind,
    events.4 AS page,
    events.5 AS name,
    events.6 AS element,
    arrayMap(
        place -> (place, assumeNotNull(events[place].10), events[place].11),
        arrayFilter((place, value) -> value IS NOT NULL, arrayEnumerate(events), events.10)) AS worth
FROM split
WHERE toDate(start) BETWEEN {day:Date} - 1 AND {day:Date} + 1
UNION ALL
SELECT
    {site:String}, start, person, session, {version:UInt64}, 1, 0, 0, 0, 0, 0, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', [], [], [], [], [], []
FROM sessions
WHERE site = {site:String} AND toDate(start) BETWEEN {day:Date} - 1 AND {day:Date} + 1
    AND person IN (SELECT person FROM wanted)
GROUP BY start, person, session
