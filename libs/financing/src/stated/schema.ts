import type { SchemaStep } from '#lib/platform';

/** Figures that no source delivers, and who verified them. After standings, whose trigger keeps rows as they are. */
export const STATED_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000280',
    sql: `
-- 申报数据: figures of a firm on a day, as somebody states them. Of one institution, kind and day the newest row counts; one without
-- values withdraws what was said before. None is ever changed.
CREATE TABLE stated_input (
  statement_id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  uscc text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('tax', 'receivables', 'working-capital')),
  as_of date NOT NULL,
  stated_values jsonb,
  evidence jsonb NOT NULL,
  reason text,
  stated_at timestamptz(3) NOT NULL,
  stated_on date NOT NULL CHECK (as_of <= stated_on),
  institution_id uuid NOT NULL REFERENCES institution,
  institution_kind text NOT NULL CHECK (institution_kind IN ('firm', 'bank', 'guarantor')),
  person_id uuid NOT NULL REFERENCES person,
  CHECK ((stated_values IS NULL) = (reason IS NOT NULL)),
  CHECK (stated_values IS NULL OR jsonb_array_length(evidence) > 0),
  UNIQUE (statement_id, uscc, person_id)
);
CREATE INDEX stated_input_of_firm ON stated_input (uscc, seq);

-- 核验: a second person, never of the firm itself, compared the documents. The newest of each institution counts.
CREATE TABLE stated_input_check (
  check_id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  statement_id uuid NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  stated_by uuid NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('verified', 'rejected')),
  note text NOT NULL,
  evidence_sha256 bytea NOT NULL CHECK (octet_length(evidence_sha256) = 32),
  checked_at timestamptz(3) NOT NULL,
  checked_on date NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  institution_kind text NOT NULL CHECK (institution_kind IN ('bank', 'guarantor', 'operator')),
  person_id uuid NOT NULL REFERENCES person,
  -- Who stated it is copied by the key, so that the row itself can keep the two apart.
  FOREIGN KEY (statement_id, uscc, stated_by) REFERENCES stated_input (statement_id, uscc, person_id),
  CHECK (person_id <> stated_by)
);
CREATE INDEX stated_input_check_of_firm ON stated_input_check (uscc, seq);

CREATE TRIGGER stated_input_append_only BEFORE UPDATE OR DELETE ON stated_input FOR EACH ROW EXECUTE FUNCTION standing_is_append_only();
CREATE TRIGGER stated_input_check_append_only BEFORE UPDATE OR DELETE ON stated_input_check FOR EACH ROW EXECUTE FUNCTION standing_is_append_only();

-- Each reads what it said, a firm what is said of it; the house puts them together, for whom the firm authorised.
ALTER TABLE stated_input ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON stated_input FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY stated ON stated_input FOR INSERT WITH CHECK (NOT actor_is_regulator()
  AND (actor_is_house() OR institution_id = actor_institution() OR (uscc = actor_subject() AND institution_kind = 'firm')));

ALTER TABLE stated_input_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON stated_input_check FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY checked ON stated_input_check FOR INSERT WITH CHECK (NOT actor_is_regulator()
  AND (actor_is_house() OR institution_id = actor_institution()));

GRANT SELECT, INSERT ON stated_input, stated_input_check TO firstmile_app;
`,
  },
];
