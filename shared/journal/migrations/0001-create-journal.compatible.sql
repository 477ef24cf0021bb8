-- The write side: one head row for each shard, one row for each batch of commands.

-- Every append updates the head row and no index covers what it changes, so with room left in the page each update is
-- HOT: no index entry, no vacuum debt.
CREATE TABLE journal_head (
  shard integer PRIMARY KEY CHECK (shard BETWEEN 0 AND 999),
  epoch bigint NOT NULL CHECK (epoch >= 0),
  last bigint NOT NULL CHECK (last >= 0)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE journal_batch (
  shard integer NOT NULL,
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  epoch bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  payload bytea NOT NULL,
  PRIMARY KEY (shard, first_sequence),
  CHECK (last_sequence >= first_sequence)
) PARTITION BY RANGE (first_sequence);

-- Payloads are dense already: compressing them costs the append time and saves nothing.
ALTER TABLE journal_batch ALTER COLUMN payload SET STORAGE EXTERNAL;

CREATE TABLE journal_batch_p0 PARTITION OF journal_batch FOR VALUES FROM (0) TO (10000000);

-- A snapshot is visible once `complete`, which is set after its last chunk.
CREATE TABLE journal_snapshot (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shard integer NOT NULL,
  sequence bigint NOT NULL,
  size bigint NOT NULL,
  checksum bytea NOT NULL,
  complete boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX journal_snapshot_newest ON journal_snapshot (shard, sequence DESC, id DESC) WHERE complete;

CREATE TABLE journal_snapshot_chunk (
  snapshot bigint NOT NULL REFERENCES journal_snapshot (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (snapshot, ordinal)
);

ALTER TABLE journal_snapshot_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Commands that every replay passes over. A decision is never taken back: members have acted on it.
CREATE TABLE journal_skip (
  shard integer NOT NULL,
  sequence bigint NOT NULL,
  reason text NOT NULL,
  operator text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (shard, sequence)
);
