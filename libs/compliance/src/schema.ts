import type { SchemaStep } from '#lib/platform';
import { DISPUTES_SCHEMA } from './disputes/schema.ts';

/** Authorisations and the query log. After access, whose institutions and people they name. */
export const COMPLIANCE_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Compliance1763800000050',
    sql: `
-- What a firm allowed an institution to see, for what and until when. Only its state moves, and only once.
CREATE TABLE authorisation (
  authorisation_id uuid PRIMARY KEY,
  uscc text COLLATE "C" NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  purpose text NOT NULL CHECK (purpose IN ('pre-loan-review', 'post-loan-management', 'guarantee-review', 'dispute-check')),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['score', 'report', 'credit-history']),
  valid_from date NOT NULL,
  valid_until date NOT NULL CHECK (valid_until >= valid_from),
  single boolean NOT NULL,
  text_sha256 bytea NOT NULL CHECK (octet_length(text_sha256) = 32),
  evidence_sha256 bytea NOT NULL CHECK (octet_length(evidence_sha256) = 32),
  granted_at timestamptz(3) NOT NULL,
  -- Who wrote it down: a person of the institution or of the house, or the firm itself.
  granted_by uuid REFERENCES person,
  state text NOT NULL DEFAULT 'GRANTED' CHECK (state IN ('GRANTED', 'USED_UP', 'EXPIRED', 'REVOKED')),
  ended_at timestamptz(3),
  end_reason text,
  CHECK ((state = 'GRANTED') = (ended_at IS NULL) AND ended_at >= granted_at),
  CHECK (state <> 'REVOKED' OR end_reason IS NOT NULL),
  CHECK (NOT single OR purpose <> 'post-loan-management')
);
CREATE INDEX authorisation_pair ON authorisation (uscc, institution_id) WHERE state = 'GRANTED';
CREATE INDEX authorisation_institution ON authorisation (institution_id, authorisation_id);

CREATE FUNCTION authorisation_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'GRANTED' AND NEW.state <> 'GRANTED'
     AND to_jsonb(NEW) - '{state,ended_at,end_reason}'::text[] = to_jsonb(OLD) - '{state,ended_at,end_reason}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an authorisation is never changed; it only ends, once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER authorisation_only_ends BEFORE UPDATE OR DELETE ON authorisation FOR EACH ROW EXECUTE FUNCTION authorisation_only_ends();

ALTER TABLE authorisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON authorisation USING (actor_is_house() OR institution_id = actor_institution() OR uscc = actor_subject())
  WITH CHECK (actor_is_house() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY supervised ON authorisation FOR SELECT USING (actor_is_regulator());

-- Who looked at which firm. Each entry carries the hash of the one before: two can never follow the same one.
CREATE TABLE query_log (
  seq bigint PRIMARY KEY CHECK (seq > 0),
  at timestamptz(3) NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  person_id uuid NOT NULL REFERENCES person,
  key_id uuid REFERENCES api_key,
  subjects text[] COLLATE "C" NOT NULL,
  product text NOT NULL,
  purpose text NOT NULL,
  authorisation_id uuid REFERENCES authorisation,
  detail jsonb NOT NULL,
  previous_hash bytea NOT NULL UNIQUE CHECK (octet_length(previous_hash) = 32),
  hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32)
);
CREATE INDEX query_log_subject ON query_log USING gin (subjects);
CREATE INDEX query_log_institution ON query_log (institution_id, seq);

CREATE FUNCTION query_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the query log is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER query_log_append_only BEFORE UPDATE OR DELETE ON query_log FOR EACH ROW EXECUTE FUNCTION query_log_is_append_only();
CREATE TRIGGER query_log_no_truncate BEFORE TRUNCATE ON query_log FOR EACH STATEMENT EXECUTE FUNCTION query_log_is_append_only();

ALTER TABLE query_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON query_log FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR actor_subject() = ANY(subjects));
CREATE POLICY added ON query_log FOR INSERT WITH CHECK (actor_is_house() OR institution_id = actor_institution());

-- The end of the chain, whoever asks: an institution sees its own entries only, and each must follow the last of all.
CREATE FUNCTION query_log_end(OUT seq bigint, OUT hash bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
  BEGIN ATOMIC
    SELECT q.seq, q.hash FROM query_log q ORDER BY q.seq DESC LIMIT 1;
  END;
REVOKE ALL ON FUNCTION query_log_end() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION query_log_end() TO firstmile_app;

-- The end of the chain at the end of each day, also written to a file outside the database.
CREATE TABLE query_log_anchor (
  day date PRIMARY KEY,
  seq bigint NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE TRIGGER query_log_anchor_append_only BEFORE UPDATE OR DELETE ON query_log_anchor FOR EACH ROW EXECUTE FUNCTION query_log_is_append_only();

GRANT SELECT, INSERT ON authorisation, query_log, query_log_anchor TO firstmile_app;
GRANT UPDATE (state, ended_at, end_reason) ON authorisation TO firstmile_app;
`,
  },
  ...DISPUTES_SCHEMA,
  {
    name: 'Compliance1763800000270',
    sql: `
-- 财务数据: figures that somebody stated are opened by themselves, as the credit history is.
ALTER TABLE authorisation DROP CONSTRAINT authorisation_scopes_check;
ALTER TABLE authorisation ADD CONSTRAINT authorisation_scopes_check
  CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['score', 'report', 'credit-history', 'financials']);
`,
  },
];
