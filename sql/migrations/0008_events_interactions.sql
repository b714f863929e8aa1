-- What the tracker finds out beside pageviews, clicks and the page's own events; outbound, download and search are told
-- from clicks and pageviews.
ALTER TABLE events MODIFY COLUMN IF EXISTS kind Enum8('pageview' = 1, 'click' = 2, 'custom' = 3, 'rage' = 4, 'dead' = 5, 'error_click' = 6, 'copy' = 7, 'error' = 8, 'resource' = 9, 'form_start' = 10, 'form_submit' = 11, 'form_fail' = 12, 'identify' = 13, 'consent' = 14, 'outbound' = 15, 'download' = 16, 'search' = 17)
