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
];
