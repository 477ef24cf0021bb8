-- Who leads a shard, and until when, by this server's clock. Apart from the head row, so that renewing never waits for an
-- append nor the other way round.
CREATE TABLE journal_lease (
  shard integer PRIMARY KEY CHECK (shard BETWEEN 0 AND 999),
  -- The epoch that the holder leads; 0 before the first.
  epoch bigint NOT NULL DEFAULT 0,
  holder text NOT NULL DEFAULT '',
  -- Where others reach the holder.
  url text NOT NULL DEFAULT '',
  -- Key of the session lock that the holder keeps as a sign of life.
  life integer NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL DEFAULT '-infinity',
  -- Whom the holder has handed the shard to.
  successor text,
  -- Why nobody may lead: a member has seen rows that the journal no longer has.
  halted text
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
