-- A number alone does not name an epoch: after a fail-over to a replica that lacks the last claim, the same number is given
-- again. Each claim draws a token of its own, and appends name both.

-- Appends wait behind this statement as long as it waits: rather give way and try again.
SET LOCAL lock_timeout = '500ms';

-- NULL where an older release has created the row. Not covered by an index: updates of the row stay HOT.
ALTER TABLE journal_head ADD COLUMN claim uuid;
