-- In which words: message of an error, address of a file or a link's target, kind of a validation message, term of a
-- search; 'back' on a pageview that was gone back to, or forward, in the browser's history.
ALTER TABLE events ADD COLUMN IF NOT EXISTS detail String CODEC(ZSTD(1)) AFTER amount
