-- Activations of behaviours that wait for their time. A gateway sends the command then, and the leader checks it as that of an
-- operator. A behaviour is activated once at most, so a row may be tried again, by any gateway.
CREATE TABLE scheduled_activation (
  shard integer NOT NULL,
  behaviour integer NOT NULL,
  due_at timestamptz NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'ACTIVATED', 'REFUSED')),
  outcome text NOT NULL DEFAULT '',
  -- The gateway that tries it has it alone until then.
  tried_until timestamptz,
  PRIMARY KEY (shard, behaviour)
);
