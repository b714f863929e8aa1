-- What audits found so far, one row a finding, as it was told last; with the first and the last audit that found it, how many
-- did, and what people thought of it. latest is the last audit of the site.
WITH (SELECT max(at) FROM audits WHERE site = {site:String}) AS latest
SELECT
    found.finding AS id,
    told_rule AS rule,
    told_severity AS severity,
    told_title AS title,
    told_page AS page,
    told_affected AS affected,
    told_conversions AS conversions,
    toString(first_at) AS first_found,
    toString(last_at) AS last_found,
    times,
    CAST(ifNull(last_at = latest, 0) AS Bool) AS is_there,
    verdicts.state AS state,
    if(verdicts.state = '', '', toString(verdicts.at)) AS state_since,
    CAST(verdicts.state = 'fixed' AND last_at > verdicts.at AS Bool) AS is_back,
    verdicts.note AS note
FROM
(
    SELECT
        finding,
        argMax(toString(rule), at) AS told_rule,
        argMax(toString(severity), at) AS told_severity,
        argMax(title, at) AS told_title,
        argMax(page, at) AS told_page,
        argMax(affected, at) AS told_affected,
        argMax(conversions, at) AS told_conversions,
        min(at) AS first_at,
        max(at) AS last_at,
        uniqExact(at) AS times
    FROM audits
    WHERE site = {site:String} AND finding != ''
    GROUP BY finding
) AS found
LEFT ANY JOIN
(
    SELECT finding, toString(state) AS state, at, note FROM verdicts FINAL WHERE site = {site:String}
) AS verdicts ON verdicts.finding = found.finding
ORDER BY is_there DESC, conversions DESC, last_at DESC, id
