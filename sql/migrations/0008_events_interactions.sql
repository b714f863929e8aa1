-- What the tracker finds out beside pageviews, clicks and the page's own events; outbound, download and search are told
-- from clicks and pageviews.
ALTER TABLE events MODIFY COLUMN kind Enum8('pageview' = 1, 'click' = 2, 'custom' = 3, 'rage' = 4, 'dead' = 5, 'error_click' = 6, 'quick_back' = 7, 'copy' = 8, 'error' = 9, 'resource' = 10, 'form_start' = 11, 'form_submit' = 12, 'form_fail' = 13, 'identify' = 14, 'consent' = 15, 'outbound' = 16, 'download' = 17, 'search' = 18)
