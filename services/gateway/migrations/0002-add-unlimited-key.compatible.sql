-- Keys of the operator's own tools, for which the limits of the edge do not count.
ALTER TABLE api_key ADD COLUMN unlimited boolean NOT NULL DEFAULT false;
