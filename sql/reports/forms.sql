-- How far people get with the fields of forms: one row a field of a page, or of a group of pages. Who sent the form once is
-- done with it; the others stopped at the field they touched last, in the last view they had of it. A message is what the
-- browser or the page said against what was in a field. there is who was on the page at all.
WITH
    latest AS
    (
        SELECT
            visitor,
            pageview,
            {{page}} AS page,
            form,
            element,
            max(time) AS told_at,
            argMax(position, time) AS place,
            argMax(hesitation_ms, time) AS hesitation,
            argMax(corrections, time) AS corrected,
            argMax(last, time) AS is_last,
            argMax(submitted, time) AS is_sent,
            argMaxIf(toString(message), time, message != '') AS said
        FROM fields
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}}
        GROUP BY visitor, pageview, page, form, element
    ),
    forms AS
    (
        SELECT visitor, page, form, max(is_sent) AS was_sent, argMaxIf(element, told_at, is_last) AS stopped_at
        FROM latest
        GROUP BY visitor, page, form
    ),
    touches AS
    (
        SELECT
            visitor,
            page,
            form,
            element,
            min(place) AS place,
            max(hesitation) AS hesitation,
            max(corrected) AS corrected,
            max(said) AS said
        FROM latest
        GROUP BY visitor, page, form, element
    )
SELECT
    counted.page AS page,
    form_selector,
    selector,
    field,
    there,
    visitors,
    sent,
    touched,
    stopped,
    refused,
    refused_and_stopped,
    refusal,
    hesitation_seconds,
    corrections
FROM
(
    SELECT
        touches.page AS page,
        touches.form AS form,
        touches.element AS element,
        count() AS touched,
        countIf(NOT was_sent AND stopped_at = touches.element) AS stopped,
        countIf(said != '') AS refused,
        countIf(said != '' AND NOT was_sent) AS refused_and_stopped,
        topKIf(1)(said, said != '')[1] AS refusal,
        ifNotFinite(quantileExactIf(0.5)(hesitation, hesitation > 0), 0) / 1000 AS hesitation_seconds,
        avg(corrected) AS corrections,
        avg(place) AS place
    FROM touches
    INNER JOIN forms ON forms.visitor = touches.visitor AND forms.page = touches.page AND forms.form = touches.form
    GROUP BY page, form, element
) AS counted
INNER JOIN
(
    SELECT page, form, count() AS visitors, countIf(was_sent) AS sent FROM forms GROUP BY page, form
) AS whole ON whole.page = counted.page AND whole.form = counted.form
LEFT ANY JOIN
(
    SELECT of_page, uniqExact(visitor) AS there
    FROM
    (
        SELECT {{page}} AS of_page, visitor
        FROM events
        WHERE site = {site:String} AND bot = '' AND {{period}} AND {{filters}} AND kind = 'pageview'
            AND path IN (SELECT path FROM fields WHERE site = {site:String})
    )
    GROUP BY of_page
) AS shown ON shown.of_page = counted.page
LEFT ANY JOIN
(
    SELECT element, selector, if(name = '', selector, name) AS field FROM elements FINAL WHERE site = {site:String}
) AS named ON named.element = counted.element
LEFT ANY JOIN
(
    SELECT element, selector AS form_selector FROM elements FINAL WHERE site = {site:String}
) AS form_named ON form_named.element = counted.form
ORDER BY visitors DESC, counted.page, counted.form, place, selector, counted.element
LIMIT 5000
