-- API keys live outside the journal. Secrets are sealed with a key that the database does not know; of other kinds only
-- the public half is here.
CREATE TABLE api_key (
  api_key text PRIMARY KEY,
  account bigint NOT NULL,
  key_type text NOT NULL CHECK (key_type IN ('HMAC', 'ED25519', 'RSA')),
  label text NOT NULL DEFAULT '',
  can_trade boolean NOT NULL,
  can_read boolean NOT NULL,
  addresses text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'REVOKED')),
  secret bytea,
  public_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  -- Gateways ask for what transactions wrote that they could not see before.
  written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CHECK (status = 'REVOKED' OR (secret IS NOT NULL) = (key_type = 'HMAC')),
  CHECK ((public_key IS NOT NULL) = (key_type <> 'HMAC'))
);

CREATE INDEX api_key_written_by ON api_key (written_by);
CREATE INDEX api_key_account ON api_key (account);

CREATE FUNCTION api_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('uptick_api_key', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER api_key_changed AFTER INSERT OR UPDATE OR DELETE ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION api_key_changed();

-- What an operator asked for with a reference: sent again, it is answered from here and not done twice.
CREATE TABLE operator_request (
  reference text PRIMARY KEY,
  request jsonb NOT NULL,
  response jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
