-- Pages that people come back to again and again: visits that went on from a page, of these those that came back to it at
-- least twice from different pages they had hardly looked at (no longer than a quarter of all looks), and whether these
-- people did what they came for; by device. A page is its path, a group of pages its beginning with a star.
WITH
    start AS time,
    seen AS
    (
        SELECT
            person,
            start,
            session,
            toString(device) AS machine,
            arrayFilter((page, kind) -> kind = 1, page, kind) AS shown,
            arrayFilter((at, kind) -> kind = 1, at, kind) AS times
        FROM sessions FINAL
        WHERE site = {site:String} AND {{period}} AND {{filters}} AND pageviews > 1
    ),
    (
        SELECT quantile(0.25)(look)
        FROM (SELECT arrayJoin(arrayPopFront(arrayDifference(times))) AS look FROM seen)
    ) AS short,
    done AS
    (
        SELECT DISTINCT visitor
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND ({{goal}})
    ),
    moves AS
    (
        SELECT
            person,
            start,
            session,
            machine,
            move.1 AS here,
            move.2 AS next,
            move.3 = here AND next != here AND move.4 <= short AS is_back
        FROM
        (
            SELECT
                person,
                start,
                session,
                machine,
                arrayJoin(arrayMap(
                    place -> (
                        toUInt64(shown[place]),
                        toUInt64(shown[place + 1]),
                        toUInt64(shown[place + 2]),
                        toInt64(times[place + 2]) - toInt64(times[place + 1])),
                    range(1, toUInt64(length(shown))))) AS move
            FROM seen
        )
    ),
    visits AS
    (
        SELECT person, machine, of_page, uniqExactIf(next, is_back) > 1 AS is_lost
        FROM moves
        INNER JOIN
        (
            SELECT page AS number, {{page}} AS of_page FROM pages WHERE site = {site:String}
        ) AS names ON names.number = moves.here
        GROUP BY person, start, session, machine, of_page
    )
SELECT
    of_page AS page,
    machine AS device,
    count() AS visits,
    countIf(is_done) AS converted,
    countIf(is_lost) AS lost,
    countIf(is_lost AND is_done) AS lost_and_converted
FROM (SELECT of_page, machine, is_lost, person IN (SELECT visitor FROM done) AS is_done FROM visits)
GROUP BY page, device
ORDER BY page, device
