import type { SchemaStep } from '#lib/platform';

/** What partners were told of lists, and how far the ledger was looked through for knock-outs. */
export const NEWS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Whitelist1763800000270',
    sql: `
-- How a firm stood with a list when a partner was last told of it (名单通知): another version of the membership is news.
CREATE TABLE list_told (
  list_code text NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  uscc text COLLATE "C" NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  state text NOT NULL,
  valid_until date,
  told_at timestamptz(3) NOT NULL,
  PRIMARY KEY (list_code, institution_id, uscc),
  FOREIGN KEY (list_code, uscc) REFERENCES membership
);

-- The newest version of a list that a partner was told of whole.
CREATE TABLE list_version_told (
  list_code text NOT NULL,
  institution_id uuid NOT NULL REFERENCES institution,
  version integer NOT NULL,
  told_at timestamptz(3) NOT NULL,
  PRIMARY KEY (list_code, institution_id),
  FOREIGN KEY (list_code, version) REFERENCES list_version
);

-- 即时否决: what became known up to here was looked at. One row.
CREATE TABLE knock_out_look (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  known_at timestamptz(3) NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON knock_out_look TO firstmile_app;

-- Nobody is told the same twice, nor an older version after a newer one.
CREATE FUNCTION list_told_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.version > OLD.version THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what a partner was told is never taken back' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER list_told_goes_on BEFORE UPDATE OR DELETE ON list_told FOR EACH ROW EXECUTE FUNCTION list_told_goes_on();
CREATE TRIGGER list_version_told_goes_on BEFORE UPDATE OR DELETE ON list_version_told
  FOR EACH ROW EXECUTE FUNCTION list_told_goes_on();

ALTER TABLE list_told ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON list_told USING (actor_is_house()) WITH CHECK (actor_is_house());
ALTER TABLE list_version_told ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON list_version_told USING (actor_is_house()) WITH CHECK (actor_is_house());

GRANT SELECT, INSERT ON list_told, list_version_told TO firstmile_app;
GRANT UPDATE (version, state, valid_until, told_at) ON list_told TO firstmile_app;
GRANT UPDATE (version, told_at) ON list_version_told TO firstmile_app;
`,
  },
];
