import type { SchemaStep } from '#lib/platform';
import { LIFE_SCHEMA } from './schema-life.ts';

/** Institutions, people, keys. Runs after the ledger's step, whose deliveries name the person who handed them in. */
export const ACCESS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Access1763800000002',
    sql: `
CREATE TABLE institution (
  institution_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('operator', 'bank', 'guarantor', 'investor', 'insurer', 'lessor', 'regulator')),
  code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name_zh text NOT NULL,
  name_en text NOT NULL
);

CREATE TABLE person (
  person_id uuid PRIMARY KEY,
  institution_id uuid NOT NULL REFERENCES institution,
  -- What the command line's --as names.
  handle text NOT NULL UNIQUE CHECK (handle ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  name text NOT NULL
);
CREATE INDEX person_institution ON person (institution_id);

-- The key itself is never stored. The prefix finds the row, the hash decides.
CREATE TABLE api_key (
  key_id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  prefix text NOT NULL UNIQUE,
  sha256 bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
  scopes text[] NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  CHECK (expires_at > created_at)
);
CREATE INDEX api_key_person ON api_key (person_id);

-- Answers of POSTs by Idempotency-Key, kept 24 hours. Without an answer the request is under way (or its process died:
-- then nobody touches the row any more and another request may take it over).
CREATE TABLE idempotency (
  person_id uuid NOT NULL REFERENCES person,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  -- Which try holds the row: a try that lost its row may not answer for it.
  attempt uuid NOT NULL,
  -- Of the route, its parameters and the body; an upload's is known when its last byte is in.
  request_hash bytea CHECK (octet_length(request_hash) = 32),
  status integer,
  location text,
  body jsonb,
  created_at timestamptz(3) NOT NULL,
  touched_at timestamptz(3) NOT NULL,
  PRIMARY KEY (person_id, key),
  CHECK (status IS NULL OR (request_hash IS NOT NULL AND body IS NOT NULL))
);
CREATE INDEX idempotency_age ON idempotency (created_at);

ALTER TABLE delivery
  ADD CONSTRAINT delivery_received_by FOREIGN KEY (received_by) REFERENCES person,
  ADD CONSTRAINT delivery_released_by FOREIGN KEY (released_by) REFERENCES person;

GRANT SELECT, INSERT ON institution, person, api_key, idempotency TO firstmile_app;
GRANT UPDATE (revoked_at) ON api_key TO firstmile_app;
GRANT UPDATE, DELETE ON idempotency TO firstmile_app;
`,
  },
  {
    name: 'Access1763800000040',
    sql: `
-- For whom a transaction acts, as row-level security reads it: 'house', 'institution:ID', 'regulator:ID' or 'firm:USCC'.
-- Nobody said so: nobody, who sees nothing.
CREATE FUNCTION actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('firstmile.actor', true), '');
CREATE FUNCTION actor_is_house() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN actor() = 'house';
CREATE FUNCTION actor_is_regulator() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN actor() LIKE 'regulator:%';
CREATE FUNCTION actor_institution() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN actor() ~ '^(institution|regulator):' THEN split_part(actor(), ':', 2)::uuid END;
CREATE FUNCTION actor_subject() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN actor() LIKE 'firm:%' THEN split_part(actor(), ':', 2) END;
`,
  },
  {
    name: 'Access1763800000032',
    sql: `
-- A scored firm reads what is said of it (征信条例 art. 17): an institution of its own, bound to its code by the row itself, so
-- that no request can name another firm.
ALTER TABLE institution DROP CONSTRAINT institution_kind_check;
ALTER TABLE institution ADD COLUMN uscc text COLLATE "C" UNIQUE;
ALTER TABLE institution
  ADD CONSTRAINT institution_kind_check
    CHECK (kind IN ('operator', 'bank', 'guarantor', 'investor', 'insurer', 'lessor', 'regulator', 'firm')),
  ADD CONSTRAINT institution_firm CHECK ((kind = 'firm') = (uscc IS NOT NULL));
`,
  },
  ...LIFE_SCHEMA,
];
