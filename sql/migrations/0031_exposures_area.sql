-- Where the element was on the page, in CSS pixels from the document's corner; a width of 0 is not known. It stands here and not in
-- elements, because an element is elsewhere on another page, and on a phone.
ALTER TABLE exposures ADD COLUMN IF NOT EXISTS left UInt16 CODEC(ZSTD(1)) AFTER visible_ms, ADD COLUMN IF NOT EXISTS top UInt16 CODEC(ZSTD(1)) AFTER left, ADD COLUMN IF NOT EXISTS width UInt16 CODEC(ZSTD(1)) AFTER top, ADD COLUMN IF NOT EXISTS height UInt16 CODEC(ZSTD(1)) AFTER width
