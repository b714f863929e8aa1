-- Name of the parameter that identified a click on an ad, such as gclid; never its value.
ALTER TABLE events ADD COLUMN IF NOT EXISTS click_id LowCardinality(String) AFTER channel
