-- Who executes the journal, and which behaviours its build knows: whoever leads looks here before it activates one, because
-- a member need not have a link to it.
CREATE TABLE journal_member (
  shard integer NOT NULL,
  -- Where it is reached, or what else no two of them share: one that is started anew there takes the place of the one before.
  place text NOT NULL,
  holder text NOT NULL,
  behaviours integer[] NOT NULL,
  -- Counts up as long as the member lives. No time, because clocks step.
  signs bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (shard, place)
) WITH (fillfactor = 50);
