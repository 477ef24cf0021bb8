-- Losses that an operator has accepted: what was seen under an earlier epoch, and is not in the journal, halts nobody any
-- more. A decision is never taken back: the shard has gone on.
CREATE TABLE journal_release (
  shard integer NOT NULL,
  -- The first epoch that may go on.
  epoch bigint NOT NULL,
  -- The journal's end when it was decided.
  last bigint NOT NULL,
  reason text NOT NULL,
  operator text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (shard, epoch)
);
