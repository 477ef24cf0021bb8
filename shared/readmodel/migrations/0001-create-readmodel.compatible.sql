-- The read side: what the recorder makes of the journal. Everything here can be made again by replay.
-- Times are µs since 1970. Prices and quantities are units of the symbol, amounts units of the asset. Ids of accounts,
-- assets and symbols belong to a shard. Numbers of enumerations are those of the core.

-- The one row that a recorder's transaction must move forward: so nothing is recorded twice.
CREATE TABLE read_offset (
  shard integer PRIMARY KEY,
  sequence bigint NOT NULL,
  journal_time bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10);

-- Definitions as they stand, by subject: asset, symbol, account, fees. `part` tells the fees of one account apart.
CREATE TABLE definitions (
  shard integer NOT NULL,
  subject text NOT NULL,
  id integer NOT NULL,
  part text NOT NULL DEFAULT '',
  definition text NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (shard, subject, id, part)
);

-- Every order ever accepted, as it stands now. Room in the pages keeps the updates of its short life off the indexes.
CREATE TABLE orders (
  shard integer NOT NULL,
  order_id bigint NOT NULL,
  account integer NOT NULL,
  symbol integer NOT NULL,
  client_id text NOT NULL,
  side smallint NOT NULL,
  type smallint NOT NULL,
  time_in_force smallint NOT NULL,
  self_trade_prevention smallint NOT NULL,
  status smallint NOT NULL,
  expiry_reason smallint NOT NULL,
  working boolean NOT NULL,
  price bigint NOT NULL,
  quantity bigint NOT NULL,
  quote_quantity bigint NOT NULL,
  stop_price bigint NOT NULL,
  executed bigint NOT NULL,
  cumulative_quote bigint NOT NULL,
  prevented bigint NOT NULL,
  strategy_id bigint NOT NULL,
  strategy_type bigint NOT NULL,
  created_time bigint NOT NULL,
  updated_time bigint NOT NULL,
  working_time bigint NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (shard, order_id)
) WITH (fillfactor = 80);

CREATE INDEX orders_of_account ON orders (shard, account, symbol, order_id);
CREATE INDEX orders_by_client_id ON orders (shard, account, client_id, order_id);
CREATE INDEX orders_by_time ON orders (shard, account, symbol, created_time, order_id);

-- One row for each trade: the public record and both private sides. `aggregate_id` is the id of the first trade of the
-- run of fills that one taker order had at one price.
CREATE TABLE trades (
  shard integer NOT NULL,
  symbol integer NOT NULL,
  trade_id bigint NOT NULL,
  aggregate_id bigint NOT NULL,
  sequence bigint NOT NULL,
  time bigint NOT NULL,
  price bigint NOT NULL,
  quantity bigint NOT NULL,
  quote bigint NOT NULL,
  buyer_is_maker boolean NOT NULL,
  maker_account integer NOT NULL,
  maker_order bigint NOT NULL,
  maker_fee bigint NOT NULL,
  maker_fee_asset integer NOT NULL,
  taker_account integer NOT NULL,
  taker_order bigint NOT NULL,
  taker_fee bigint NOT NULL,
  taker_fee_asset integer NOT NULL,
  PRIMARY KEY (shard, symbol, trade_id)
);

CREATE INDEX trades_by_time ON trades (shard, symbol, time, trade_id);
CREATE INDEX trades_of_maker ON trades (shard, maker_account, symbol, trade_id);
CREATE INDEX trades_of_taker ON trades (shard, taker_account, symbol, trade_id);
CREATE INDEX trades_of_maker_order ON trades (shard, maker_order, trade_id);
CREATE INDEX trades_of_taker_order ON trades (shard, taker_order, trade_id);

CREATE TABLE balances (
  shard integer NOT NULL,
  account integer NOT NULL,
  asset integer NOT NULL,
  free bigint NOT NULL,
  locked bigint NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (shard, account, asset)
) WITH (fillfactor = 70);

-- One row for each command that touched an account's asset. `reason` is the kind of the command.
CREATE TABLE balance_changes (
  shard integer NOT NULL,
  account integer NOT NULL,
  asset integer NOT NULL,
  sequence bigint NOT NULL,
  time bigint NOT NULL,
  reason smallint NOT NULL,
  free_delta bigint NOT NULL,
  locked_delta bigint NOT NULL,
  free bigint NOT NULL,
  locked bigint NOT NULL,
  PRIMARY KEY (shard, account, asset, sequence)
);

-- Candles in which something was traded; the empty ones between them are made up by the reader. Sums of 64-bit amounts
-- need more than 64 bits.
CREATE TABLE candles (
  shard integer NOT NULL,
  symbol integer NOT NULL,
  interval text NOT NULL,
  open_time bigint NOT NULL,
  open bigint NOT NULL,
  high bigint NOT NULL,
  low bigint NOT NULL,
  close bigint NOT NULL,
  volume numeric NOT NULL,
  quote_volume numeric NOT NULL,
  taker_buy_volume numeric NOT NULL,
  taker_buy_quote_volume numeric NOT NULL,
  trades bigint NOT NULL,
  first_trade_id bigint NOT NULL,
  last_trade_id bigint NOT NULL,
  PRIMARY KEY (shard, symbol, interval, open_time)
) WITH (fillfactor = 70);
