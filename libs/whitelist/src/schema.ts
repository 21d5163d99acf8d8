import type { SchemaStep } from '#lib/platform';
import { NEWS_SCHEMA } from './news/news-schema.ts';
import { REVIEW_SCHEMA } from './review/review-schema.ts';
import { RULES_SCHEMA } from './rules/rules-schema.ts';

/** Lists, their members and reviews. After runs and compliance. */
export const WHITELIST_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Whitelist1763800000140',
    sql: `
-- The rules of a list by hash, and which of them are in force: those that came with the program, or those that two persons
-- approved after a simulation.
CREATE TABLE list_rules (
  rules_hash bytea PRIMARY KEY CHECK (octet_length(rules_hash) = 32),
  list_code text NOT NULL CHECK (list_code ~ '^[A-Z]{3,6}$'),
  rules_version text NOT NULL,
  rules jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'SIMULATED', 'ENDORSED', 'APPROVED', 'IN_FORCE', 'RETIRED')),
  version integer NOT NULL CHECK (version > 0),
  shipped boolean NOT NULL,
  submitted_by uuid NOT NULL REFERENCES person,
  first_approver uuid REFERENCES person,
  second_approver uuid REFERENCES person,
  simulation jsonb,
  UNIQUE (list_code, rules_version),
  CHECK (first_approver <> submitted_by AND second_approver <> submitted_by AND first_approver <> second_approver),
  CHECK (second_approver IS NULL OR first_approver IS NOT NULL),
  CHECK (shipped OR state = 'DRAFT' OR simulation IS NOT NULL),
  CHECK (shipped OR state NOT IN ('APPROVED', 'IN_FORCE') OR second_approver IS NOT NULL)
);
CREATE UNIQUE INDEX list_rules_in_force ON list_rules (list_code) WHERE state = 'IN_FORCE';

CREATE TABLE list_rules_event (
  rules_hash bytea NOT NULL REFERENCES list_rules,
  version integer NOT NULL,
  event text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  at timestamptz(3) NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (rules_hash, version)
);

-- A list as of a month end, from one published run. Written whole, in one transaction.
CREATE TABLE list_version (
  list_code text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  run_id uuid NOT NULL REFERENCES run,
  as_of date NOT NULL,
  rules_hash bytea NOT NULL REFERENCES list_rules,
  state text NOT NULL CHECK (state IN ('PROVISIONAL', 'IN_FORCE')),
  unknown_rules jsonb NOT NULL,
  totals jsonb NOT NULL,
  output_hash bytea NOT NULL CHECK (octet_length(output_hash) = 32),
  made_at timestamptz(3) NOT NULL,
  PRIMARY KEY (list_code, version),
  UNIQUE (list_code, run_id),
  UNIQUE (list_code, as_of)
);

-- Where a firm stands with a list; its events rebuild it.
CREATE TABLE membership (
  list_code text NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('CANDIDATE', 'IN_REVIEW', 'PROPOSED_IN', 'PROPOSED_OUT', 'COMMITTEE', 'ACTIVE', 'WATCH',
    'SUSPENDED', 'NOT_LISTED', 'EXITED', 'REVOKED')),
  version integer NOT NULL CHECK (version > 0),
  former_state text CHECK (former_state IN ('ACTIVE', 'WATCH')),
  bad_runs integer NOT NULL DEFAULT 0,
  thin_runs integer NOT NULL DEFAULT 0,
  entered_on date,
  valid_until date,
  state_since timestamptz(3) NOT NULL,
  -- A review that included the firm against the rules, or kept it out: until when (人工例外).
  exception_until date,
  PRIMARY KEY (list_code, uscc),
  CHECK ((state = 'SUSPENDED') = (former_state IS NOT NULL)),
  CHECK (state NOT IN ('ACTIVE', 'WATCH', 'SUSPENDED') OR (entered_on IS NOT NULL AND valid_until IS NOT NULL))
);
CREATE INDEX membership_state ON membership (list_code, state, uscc);

CREATE TABLE membership_event (
  list_code text NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  event text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Null: the system, by the run.
  person_id uuid REFERENCES person,
  run_id uuid REFERENCES run,
  -- The version of the list that first shows it.
  list_version integer,
  reason text NOT NULL,
  zh text NOT NULL,
  en text NOT NULL,
  PRIMARY KEY (list_code, uscc, version),
  FOREIGN KEY (list_code, uscc) REFERENCES membership DEFERRABLE INITIALLY DEFERRED,
  CHECK (person_id IS NOT NULL OR event NOT IN ('propose-in', 'propose-out', 'confirm', 'return', 'disagree', 'include', 'exclude', 'remove'))
);
CREATE INDEX membership_event_version ON membership_event (list_code, list_version);

-- One row a firm and version: members as they then stood, and those that just missed it.
CREATE TABLE list_entry (
  list_code text NOT NULL,
  version integer NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('member', 'near-miss')),
  state text NOT NULL,
  name text,
  region text NOT NULL,
  industry text,
  score integer NOT NULL,
  low integer NOT NULL,
  high integer NOT NULL,
  coverage_bp integer NOT NULL,
  confidence text NOT NULL,
  grade text,
  warnings text[] NOT NULL,
  flags text[] NOT NULL,
  off_list boolean,
  entered_on date,
  valid_until date,
  -- Of a near miss: the conditions that do not pass.
  missing jsonb,
  PRIMARY KEY (list_code, version, kind, uscc),
  FOREIGN KEY (list_code, version) REFERENCES list_version DEFERRABLE INITIALLY DEFERRED
);

-- A firm that asked not to be listed (退出申请). Ends when it asks to be seen again.
CREATE TABLE list_opt_out (
  opt_out_id uuid PRIMARY KEY,
  uscc text COLLATE "C" NOT NULL,
  stated_at timestamptz(3) NOT NULL,
  stated_by uuid NOT NULL REFERENCES person,
  reason text NOT NULL,
  ended_at timestamptz(3),
  CHECK (ended_at >= stated_at)
);
CREATE UNIQUE INDEX list_opt_out_open ON list_opt_out (uscc) WHERE ended_at IS NULL;

CREATE FUNCTION list_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of a list is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER membership_event_append_only BEFORE UPDATE OR DELETE ON membership_event FOR EACH ROW EXECUTE FUNCTION list_history_is_append_only();
CREATE TRIGGER list_rules_event_append_only BEFORE UPDATE OR DELETE ON list_rules_event FOR EACH ROW EXECUTE FUNCTION list_history_is_append_only();
CREATE TRIGGER list_version_append_only BEFORE UPDATE OR DELETE ON list_version FOR EACH ROW EXECUTE FUNCTION list_history_is_append_only();
CREATE TRIGGER list_entry_append_only BEFORE UPDATE OR DELETE ON list_entry FOR EACH ROW EXECUTE FUNCTION list_history_is_append_only();

GRANT SELECT, INSERT ON list_rules, list_rules_event, list_version, membership, membership_event, list_entry, list_opt_out TO firstmile_app;
GRANT UPDATE ON list_rules, membership TO firstmile_app;
GRANT UPDATE (ended_at) ON list_opt_out TO firstmile_app;
`,
  },
  ...REVIEW_SCHEMA,
  ...RULES_SCHEMA,
  ...NEWS_SCHEMA,
];
