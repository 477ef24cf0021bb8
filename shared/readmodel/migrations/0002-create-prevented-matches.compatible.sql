-- One row for each meeting of two orders of an account that self-trade prevention kept from a trade. Quantities are what
-- the match took off each order, 0 where nothing. Matches that were recorded before this table are not in it.
CREATE TABLE prevented_matches (
  shard integer NOT NULL,
  symbol integer NOT NULL,
  prevented_id bigint NOT NULL,
  account integer NOT NULL,
  mode smallint NOT NULL,
  price bigint NOT NULL,
  maker_order bigint NOT NULL,
  maker_quantity bigint NOT NULL,
  taker_order bigint NOT NULL,
  taker_quantity bigint NOT NULL,
  sequence bigint NOT NULL,
  time bigint NOT NULL,
  PRIMARY KEY (shard, symbol, prevented_id)
);

CREATE INDEX prevented_matches_of_maker_order ON prevented_matches (shard, maker_order, prevented_id);
CREATE INDEX prevented_matches_of_taker_order ON prevented_matches (shard, taker_order, prevented_id);
