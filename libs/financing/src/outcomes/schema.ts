import type { SchemaStep } from '#lib/platform';

/** What deals brought about, until the ledger has it as deliveries of loan-outcomes. */
export const OUTCOMES_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000215',
    sql: `
-- One file of outcomes. Its rows are fixed before it is handed over: whoever is killed in between hands over the same file
-- again, which the ledger knows.
CREATE TABLE outcome_batch (
  batch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  layout text NOT NULL CHECK (layout IN ('events', 'performance')),
  -- Null until it is handed over.
  delivery_id uuid REFERENCES delivery
);
CREATE INDEX outcome_batch_open ON outcome_batch (batch_id) WHERE delivery_id IS NULL;

-- A line of such a file, written in the transaction of the event that it tells of.
CREATE TABLE outcome (
  outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  layout text NOT NULL CHECK (layout IN ('events', 'performance')),
  deal_id uuid NOT NULL REFERENCES deal,
  institution_id uuid NOT NULL REFERENCES institution,
  -- Of an event: the version of the deal that it made, and the version that it puts right.
  version integer CHECK (version > 0),
  corrects integer CHECK (corrects < version),
  -- Of a month.
  month text CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
  -- As the file will say it.
  line jsonb NOT NULL,
  batch_id bigint REFERENCES outcome_batch,
  CHECK ((layout = 'events') = (version IS NOT NULL) AND (layout = 'performance') = (month IS NOT NULL))
);
-- Once each.
CREATE UNIQUE INDEX outcome_event ON outcome (deal_id, version) WHERE version IS NOT NULL;
CREATE UNIQUE INDEX outcome_month ON outcome (deal_id, month) WHERE month IS NOT NULL;
CREATE INDEX outcome_waiting ON outcome (outcome_id) WHERE batch_id IS NULL;
CREATE INDEX outcome_of_batch ON outcome (batch_id, outcome_id);

CREATE FUNCTION outcome_is_handed_over_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  set_once constant text := TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) -> set_once = 'null' AND to_jsonb(NEW) - set_once = to_jsonb(OLD) - set_once THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is only ever added to, and handed over once', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER outcome_append_only BEFORE UPDATE OR DELETE ON outcome
  FOR EACH ROW EXECUTE FUNCTION outcome_is_handed_over_once('batch_id');
CREATE TRIGGER outcome_batch_append_only BEFORE UPDATE OR DELETE ON outcome_batch
  FOR EACH ROW EXECUTE FUNCTION outcome_is_handed_over_once('delivery_id');

ALTER TABLE outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON outcome USING (actor_is_house()) WITH CHECK (actor_is_house());
ALTER TABLE outcome_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON outcome_batch USING (actor_is_house()) WITH CHECK (actor_is_house());

GRANT SELECT, INSERT ON outcome, outcome_batch TO firstmile_app;
GRANT UPDATE (batch_id) ON outcome TO firstmile_app;
GRANT UPDATE (delivery_id) ON outcome_batch TO firstmile_app;
`,
  },
  {
    name: 'Financing1763800000216',
    sql: `
-- Of a month that was put right (月报更正): the version of the deal that did it.
ALTER TABLE outcome ADD COLUMN month_version integer CHECK (month_version IS NULL OR (month_version > 0 AND month IS NOT NULL));
DROP INDEX outcome_month;
CREATE UNIQUE INDEX outcome_month ON outcome (deal_id, month, coalesce(month_version, 0)) WHERE month IS NOT NULL;
`,
  },
];
