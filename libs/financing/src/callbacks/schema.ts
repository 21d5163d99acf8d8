import type { SchemaStep } from '#lib/platform';

/** What partners call back: the keys that sign it, nonces, and every callback in its sequence. */
export const CALLBACKS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000210',
    sql: `
CREATE TABLE callback_key (
  key_id text PRIMARY KEY CHECK (key_id ~ '^fmcb_[0-9a-f]{16}$'),
  institution_id uuid NOT NULL REFERENCES institution,
  -- Sealed: its key lies in the data folder.
  secret bytea NOT NULL,
  made_by uuid NOT NULL REFERENCES person,
  made_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3) CHECK (ends_at >= made_at)
);
CREATE INDEX callback_key_institution ON callback_key (institution_id);

-- Nonces of the last minutes: a request that was copied is refused. Committed before the callback is looked at.
CREATE TABLE callback_nonce (
  institution_id uuid NOT NULL REFERENCES institution,
  nonce text NOT NULL CHECK (length(nonce) BETWEEN 8 AND 128),
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (institution_id, nonce)
);
CREATE INDEX callback_nonce_age ON callback_nonce (at);

-- One row a (partner, external id, seq): the same callback twice is once. Out of order it waits for its predecessor.
CREATE TABLE partner_callback (
  institution_id uuid NOT NULL REFERENCES institution,
  external_id text COLLATE "C" NOT NULL CHECK (length(external_id) BETWEEN 1 AND 64),
  seq integer NOT NULL CHECK (seq > 0),
  person_id uuid NOT NULL REFERENCES person,
  type text NOT NULL,
  body_sha256 bytea NOT NULL CHECK (octet_length(body_sha256) = 32),
  body jsonb NOT NULL,
  received_at timestamptz(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'applied', 'refused')),
  -- Of an applied one: what it moved; of a refused one: why.
  deal_id uuid REFERENCES deal,
  deal_version integer,
  problem jsonb,
  settled_at timestamptz(3),
  PRIMARY KEY (institution_id, external_id, seq),
  CHECK ((state = 'held') = (settled_at IS NULL)),
  CHECK ((state = 'refused') = (problem IS NOT NULL))
);
CREATE INDEX partner_callback_held ON partner_callback (received_at) WHERE state = 'held';

CREATE FUNCTION partner_callback_settles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- What was applied stands; what was refused after waiting may be sent again, corrected.
  IF TG_OP = 'UPDATE' AND OLD.state <> 'applied'
     AND (NEW.institution_id, NEW.external_id, NEW.seq) = (OLD.institution_id, OLD.external_id, OLD.seq) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an applied callback is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER partner_callback_settles BEFORE UPDATE OR DELETE ON partner_callback FOR EACH ROW EXECUTE FUNCTION partner_callback_settles();

ALTER TABLE callback_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON callback_key USING (actor_is_house() OR (institution_id = actor_institution() AND NOT actor_is_regulator()));
ALTER TABLE callback_nonce ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON callback_nonce USING (actor_is_house() OR (institution_id = actor_institution() AND NOT actor_is_regulator()));
ALTER TABLE partner_callback ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON partner_callback USING (actor_is_house() OR (institution_id = actor_institution() AND NOT actor_is_regulator()));
CREATE POLICY supervised ON partner_callback FOR SELECT USING (actor_is_regulator());

GRANT SELECT, INSERT ON callback_key, callback_nonce, partner_callback TO firstmile_app;
GRANT UPDATE (ends_at) ON callback_key TO firstmile_app;
GRANT DELETE ON callback_nonce TO firstmile_app;
GRANT UPDATE (person_id, type, body_sha256, body, received_at, state, deal_id, deal_version, problem, settled_at) ON partner_callback TO firstmile_app;
`,
  },
  {
    name: 'Financing1763800000217',
    sql: `
-- What the sender put in the place of a callback that had not taken effect: the earlier ones, the oldest first.
ALTER TABLE partner_callback ADD COLUMN earlier jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(earlier) = 'array');
GRANT UPDATE (earlier) ON partner_callback TO firstmile_app;
`,
  },
];
