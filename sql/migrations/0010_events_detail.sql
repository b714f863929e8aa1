-- In which words: message of an error, address of a file or a link's target, kind of a validation message, term of a
-- search.
ALTER TABLE events ADD COLUMN IF NOT EXISTS detail String CODEC(ZSTD(1)) AFTER amount
