-- How many or how long: clicks of a burst, milliseconds to an error or away, characters copied, line of an error; on a
-- pageview the HTTP status of the page, 0 when unknown.
ALTER TABLE events ADD COLUMN IF NOT EXISTS amount UInt32 CODEC(ZSTD(1)) AFTER y
