import type { SchemaStep } from '#lib/platform';

/** What firms and partners state of a firm, and what experts of guarantors say of it. */
export const STANDING_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000250',
    sql: `
-- 说明: a fact that no source delivers, as somebody states it on a day. The newest counts; none is ever changed.
CREATE TABLE firm_statement (
  statement_id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  uscc text COLLATE "C" NOT NULL,
  fact text NOT NULL CHECK (fact ~ '^[A-Za-z]{2,40}$'),
  value jsonb NOT NULL,
  stated_on date NOT NULL,
  stated_at timestamptz(3) NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  -- What the institution was when it said so: who may state a fact is a matter of kinds.
  kind text NOT NULL CHECK (kind IN ('operator', 'bank', 'guarantor', 'investor', 'insurer', 'lessor', 'firm')),
  person_id uuid NOT NULL REFERENCES person
);
CREATE INDEX firm_statement_newest ON firm_statement (uscc, institution_id, fact, seq DESC);

-- 专家评价: the expert form about a firm, outside of any list.
CREATE TABLE expert_opinion (
  opinion_id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  uscc text COLLATE "C" NOT NULL,
  marks jsonb NOT NULL,
  form_version text NOT NULL,
  -- 100 to 500: the weighted mean of the marks in hundredths.
  hundredths integer NOT NULL CHECK (hundredths BETWEEN 100 AND 500),
  given_at timestamptz(3) NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  person_id uuid NOT NULL REFERENCES person
);
CREATE INDEX expert_opinion_newest ON expert_opinion (uscc, person_id, seq DESC);

CREATE FUNCTION standing_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER firm_statement_append_only BEFORE UPDATE OR DELETE ON firm_statement FOR EACH ROW EXECUTE FUNCTION standing_is_append_only();
CREATE TRIGGER expert_opinion_append_only BEFORE UPDATE OR DELETE ON expert_opinion FOR EACH ROW EXECUTE FUNCTION standing_is_append_only();

-- Each reads what it said, a firm what is said of it; the house puts them together.
ALTER TABLE firm_statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON firm_statement FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY stated ON firm_statement FOR INSERT WITH CHECK (NOT actor_is_regulator()
  AND (actor_is_house() OR institution_id = actor_institution() OR (uscc = actor_subject() AND kind = 'firm')));

ALTER TABLE expert_opinion ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON expert_opinion FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY given ON expert_opinion FOR INSERT WITH CHECK (NOT actor_is_regulator()
  AND (actor_is_house() OR institution_id = actor_institution()));

GRANT SELECT, INSERT ON firm_statement, expert_opinion TO firstmile_app;
`,
  },
];
