-- How long the holder's lease is: who has watched it unchanged for so long by his own clock knows that it is over, whatever
-- the server's clock has done meanwhile.

-- Renewals wait behind this statement as long as it waits: rather give way and try again.
SET LOCAL lock_timeout = '500ms';

-- NULL where an older release has claimed the shard.
ALTER TABLE journal_lease ADD COLUMN lease_ms integer;
