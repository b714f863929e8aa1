-- Where the element was on the page, in CSS pixels from the document's corner; a width of 0 is not known. It stands here and not in
-- elements, because an element is elsewhere on another page, and on a phone.
ALTER TABLE exposures ADD COLUMN IF NOT EXISTS area_left UInt16 CODEC(ZSTD(1)) AFTER visible_ms, ADD COLUMN IF NOT EXISTS area_top UInt16 CODEC(ZSTD(1)) AFTER area_left, ADD COLUMN IF NOT EXISTS area_width UInt16 CODEC(ZSTD(1)) AFTER area_top, ADD COLUMN IF NOT EXISTS area_height UInt16 CODEC(ZSTD(1)) AFTER area_width
