-- An append that moves the head row on leaves a dead row version behind. While a transaction is open anywhere in the
-- database, none of them can be removed, and each append reads all of them. So appends leave the head row alone once the
-- journal has activated that: the shard's last batch is the journal's end then, and the row says where the journal ended
-- when its epoch was raised. This trigger keeps that true of every statement that raises an epoch, also of a release that
-- does not know of it. A trigger's function has a snapshot of its own, taken when the row is locked: it sees the appends
-- that the statement has waited for, which a subquery of the statement would not.
CREATE FUNCTION journal_head_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.last := GREATEST(NEW.last, (
    SELECT last_sequence FROM journal_batch
    WHERE shard = NEW.shard AND first_sequence > NEW.last ORDER BY first_sequence DESC LIMIT 1));
  RETURN NEW;
END $$;

-- Appends wait behind this statement as long as it waits: rather give way and try again.
SET LOCAL lock_timeout = '500ms';

CREATE TRIGGER journal_head_end BEFORE UPDATE OF epoch ON journal_head
FOR EACH ROW EXECUTE FUNCTION journal_head_end();
