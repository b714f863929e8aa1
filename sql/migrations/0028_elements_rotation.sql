-- The rotation in which chance chose an on-site creative, or empty.
ALTER TABLE elements ADD COLUMN IF NOT EXISTS rotation String AFTER campaign
