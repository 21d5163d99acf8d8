import type { SchemaStep } from '#lib/platform';

/** Notices to partners. After access, whose institutions they are for. */
export const NOTICES_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Notices1763800000100',
    sql: `
-- What a partner is told, numbered without gaps for each. Kept 24 months for replay.
CREATE TABLE notice (
  institution_id uuid NOT NULL REFERENCES institution,
  seq bigint NOT NULL CHECK (seq > 0),
  type text NOT NULL CHECK (type ~ '^[a-z]+(\\.[a-z]+)+\\.v[0-9]+$'),
  aggregate text NOT NULL,
  body jsonb NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (institution_id, seq)
);

CREATE FUNCTION notice_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a notice is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER notice_append_only BEFORE UPDATE OR DELETE ON notice FOR EACH ROW EXECUTE FUNCTION notice_is_append_only();

-- Written by the house: what happens in one institution is never told to another by that institution itself.
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON notice USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY theirs ON notice FOR SELECT USING (institution_id = actor_institution());
GRANT SELECT, INSERT ON notice TO firstmile_app;
`,
  },
  {
    name: 'Notices1763800000101',
    sql: `
-- A notice's own id, the same at each delivery, and the last day on which the partner may still acknowledge it.
ALTER TABLE notice
  ADD COLUMN notice_id uuid NOT NULL DEFAULT uuidv7() UNIQUE,
  ADD COLUMN ack_due_on date,
  -- What was published before had no such day.
  ADD CONSTRAINT notice_revocation_is_acknowledged CHECK (type <> 'whitelist.revoked.v1' OR ack_due_on IS NOT NULL) NOT VALID;
ALTER TABLE notice ALTER COLUMN notice_id DROP DEFAULT;
CREATE INDEX notice_ack_due ON notice (ack_due_on, institution_id, seq) WHERE ack_due_on IS NOT NULL;
CREATE INDEX notice_age ON notice (at);

-- Where a partner wants its notices: one address each. The secrets are sealed with a key that is not in the database; of two
-- the older lives until previous_until.
CREATE TABLE webhook (
  institution_id uuid PRIMARY KEY REFERENCES institution,
  address text NOT NULL CHECK (address ~ '^https?://' AND length(address) <= 2000),
  types text[] CHECK (cardinality(types) > 0),
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_until timestamptz(3),
  state text NOT NULL CHECK (state IN ('ACTIVE', 'PAUSED', 'FAILING')),
  version integer NOT NULL CHECK (version > 0),
  CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);

-- Every change of a subscription. The state is what the newest event says, or the row cannot be committed.
CREATE TABLE webhook_event (
  institution_id uuid NOT NULL REFERENCES institution,
  version integer NOT NULL CHECK (version > 0),
  event text NOT NULL CHECK (event IN ('set', 'rotate', 'pause', 'resume', 'replay', 'fail')),
  state text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- NULL: the system, which alone finds that an address fails.
  person_id uuid REFERENCES person,
  detail jsonb NOT NULL,
  PRIMARY KEY (institution_id, version),
  UNIQUE (institution_id, version, state),
  CHECK ((event = 'fail') = (person_id IS NULL)),
  CHECK (version > 1 OR event = 'set'),
  CHECK ((event = 'fail' AND state = 'FAILING') OR (event = 'pause' AND state = 'PAUSED') OR (event = 'resume' AND state = 'ACTIVE')
      OR (event IN ('set', 'replay') AND state IN ('ACTIVE', 'PAUSED')) OR event = 'rotate')
);
ALTER TABLE webhook ADD CONSTRAINT webhook_is_its_events FOREIGN KEY (institution_id, version, state)
  REFERENCES webhook_event (institution_id, version, state) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION webhook_changes_by_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.institution_id <> OLD.institution_id OR NEW.version <> OLD.version + 1
     OR (OLD.state = 'PAUSED' AND NEW.state = 'FAILING') THEN
    RAISE EXCEPTION 'a subscription changes by events, one version each' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER webhook_changes_by_events BEFORE UPDATE OR DELETE ON webhook FOR EACH ROW EXECUTE FUNCTION webhook_changes_by_events();
CREATE FUNCTION webhook_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what happened to a subscription is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER webhook_event_append_only BEFORE UPDATE OR DELETE ON webhook_event FOR EACH ROW EXECUTE FUNCTION webhook_event_is_append_only();

-- How far delivery has come; not part of the subscription, for the publisher of a notice marks it due while a delivery holds
-- the subscription. NULL due_at: nothing waits.
CREATE TABLE webhook_cursor (
  institution_id uuid PRIMARY KEY REFERENCES webhook,
  delivered_seq bigint NOT NULL CHECK (delivered_seq >= 0),
  failed_attempts integer NOT NULL DEFAULT 0 CHECK (failed_attempts >= 0),
  first_tried_at timestamptz(3),
  due_at timestamptz(3),
  CHECK ((failed_attempts = 0) = (first_tried_at IS NULL))
);
CREATE INDEX webhook_cursor_due ON webhook_cursor (due_at, institution_id) WHERE due_at IS NOT NULL;

CREATE FUNCTION notice_child_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM notice n WHERE n.institution_id = OLD.institution_id AND n.seq = OLD.seq) THEN
    RETURN OLD; -- goes with its notice
  END IF;
  RAISE EXCEPTION 'what happened to a notice is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Each try to deliver, its id the nonce of the request: the status of the answer, or why there is none.
CREATE TABLE notice_attempt (
  attempt_id uuid PRIMARY KEY,
  institution_id uuid NOT NULL,
  seq bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  address text NOT NULL,
  status integer CHECK (status BETWEEN 100 AND 999),
  fault text,
  FOREIGN KEY (institution_id, seq) REFERENCES notice ON DELETE CASCADE,
  CHECK ((status IS NULL) <> (fault IS NULL))
);
CREATE INDEX notice_attempt_notice ON notice_attempt (institution_id, seq);
CREATE INDEX notice_attempt_last ON notice_attempt (institution_id, attempt_id);
CREATE TRIGGER notice_attempt_append_only BEFORE UPDATE OR DELETE ON notice_attempt FOR EACH ROW EXECUTE FUNCTION notice_child_is_append_only();

-- 确认: once for each notice, by a person of the partner.
CREATE TABLE notice_ack (
  institution_id uuid NOT NULL,
  seq bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  PRIMARY KEY (institution_id, seq),
  FOREIGN KEY (institution_id, seq) REFERENCES notice ON DELETE CASCADE
);
CREATE TRIGGER notice_ack_append_only BEFORE UPDATE OR DELETE ON notice_ack FOR EACH ROW EXECUTE FUNCTION notice_child_is_append_only();

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_cursor ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_ack ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON webhook USING (actor_is_house() OR institution_id = actor_institution())
  WITH CHECK (actor_is_house() OR institution_id = actor_institution());
CREATE POLICY theirs ON webhook_event USING (actor_is_house() OR institution_id = actor_institution())
  WITH CHECK (actor_is_house() OR institution_id = actor_institution());
CREATE POLICY theirs ON webhook_cursor USING (actor_is_house() OR institution_id = actor_institution())
  WITH CHECK (actor_is_house() OR institution_id = actor_institution());
CREATE POLICY theirs ON notice_ack USING (actor_is_house() OR institution_id = actor_institution())
  WITH CHECK (actor_is_house() OR institution_id = actor_institution());
-- Delivery is the house's work; a partner only sees how its own went.
CREATE POLICY house ON notice_attempt USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY theirs ON notice_attempt FOR SELECT USING (institution_id = actor_institution());

GRANT SELECT, INSERT ON webhook, webhook_event, webhook_cursor, notice_attempt, notice_ack TO firstmile_app;
GRANT UPDATE (address, types, secret, previous_secret, previous_until, state, version) ON webhook TO firstmile_app;
GRANT UPDATE (delivered_seq, failed_attempts, first_tried_at, due_at) ON webhook_cursor TO firstmile_app;

-- 24 months are kept by the database's own clock: whoever asks for more gets no more.
CREATE OR REPLACE FUNCTION notice_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '24 months' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'a notice is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Drops what is older than cutoff and than 24 months. The newest of a partner stays: numbers go on from it.
CREATE FUNCTION notices_drop(cutoff timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public
  BEGIN ATOMIC
    WITH dropped AS (
      DELETE FROM notice n WHERE n.at < least(cutoff, now() - interval '24 months')
        AND EXISTS (SELECT FROM notice newer WHERE newer.institution_id = n.institution_id AND newer.seq > n.seq)
      RETURNING 1)
    SELECT count(*) FROM dropped;
  END;
REVOKE ALL ON FUNCTION notices_drop(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notices_drop(timestamptz) TO firstmile_app;
`,
  },
  {
    name: 'Notices1763800000102',
    sql: `
-- Adds notices at the end of the partner's sequence, in their order, and resolves to the last number. Each statement sees what
-- was committed before it began: the numbers are read after the lock was waited for.
CREATE FUNCTION notices_published(partner uuid, moment timestamptz, items jsonb) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7104010, hashtext(partner::text));
  SELECT coalesce(max(n.seq), 0) INTO last FROM notice n WHERE n.institution_id = partner;
  INSERT INTO notice (institution_id, seq, type, aggregate, body, at, notice_id, ack_due_on)
    SELECT partner, last + i.no, i.item ->> 'type', i.item ->> 'aggregate', i.item -> 'body', moment,
      (i.item ->> 'id')::uuid, (i.item ->> 'ackDueOn')::date
    FROM jsonb_array_elements(items) WITH ORDINALITY AS i(item, no);
  -- A backlog, or a failure's delay, keeps its turn.
  UPDATE webhook_cursor SET due_at = moment WHERE institution_id = partner AND due_at IS NULL;
  RETURN last + jsonb_array_length(items);
END $$;
`,
  },
];
