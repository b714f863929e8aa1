-- Where in its element a click was, in thousandths of its width from the left and of its height from the top; 0 and 0 is not known.
ALTER TABLE events ADD COLUMN IF NOT EXISTS across UInt16 CODEC(ZSTD(1)) AFTER y, ADD COLUMN IF NOT EXISTS down UInt16 CODEC(ZSTD(1)) AFTER across
