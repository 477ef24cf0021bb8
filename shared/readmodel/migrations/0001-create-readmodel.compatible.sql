CREATE TABLE read_offset (shard integer PRIMARY KEY);
