import type { SchemaStep } from '#lib/platform';

/** Disputes. After the query log, which says whom to tell. */
export const DISPUTES_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Compliance1763800000130',
    sql: `
-- What a firm objects to (异议), and where it stands; the events rebuild the state.
CREATE TABLE dispute (
  dispute_id uuid PRIMARY KEY,
  uscc text COLLATE "C" NOT NULL,
  -- A record, all records of a source, or the calculation itself (source null).
  source text,
  record_key text,
  claim text NOT NULL CHECK (length(claim) BETWEEN 2 AND 2000),
  state text NOT NULL CHECK (state IN ('RECEIVED', 'MARKED', 'INCOMPLETE', 'SENT_TO_SOURCE', 'CORRECTED', 'SUPPLEMENTED', 'STOPPED',
    'REJECTED', 'UNRESOLVED', 'PARTIES_NOTIFIED', 'ESCALATED', 'WITHDRAWN', 'CLOSED_INCOMPLETE', 'CLOSED')),
  version integer NOT NULL CHECK (version > 0),
  received_at timestamptz(3) NOT NULL,
  received_by uuid NOT NULL REFERENCES person,
  state_since timestamptz(3) NOT NULL,
  -- Who took it to the source, and who decided that it is wrong: never the same person.
  checked_by uuid REFERENCES person,
  rejected_by uuid REFERENCES person,
  -- 书面答复.
  reply text,
  replied_at timestamptz(3),
  -- 主体声明, shown beside the record.
  statement text CHECK (length(statement) <= 2000),
  -- The delivery that corrected the ledger, and the run that knows it.
  delivery_id uuid REFERENCES delivery,
  run_id uuid REFERENCES run,
  CHECK (rejected_by <> checked_by),
  CHECK (record_key IS NULL OR source IS NOT NULL),
  CHECK ((reply IS NULL) = (replied_at IS NULL)),
  CHECK (state NOT IN ('CORRECTED', 'SUPPLEMENTED', 'STOPPED', 'REJECTED', 'PARTIES_NOTIFIED') OR reply IS NOT NULL),
  CHECK (state NOT IN ('PARTIES_NOTIFIED') OR run_id IS NOT NULL)
);
CREATE INDEX dispute_firm ON dispute (uscc, dispute_id);
CREATE INDEX dispute_open ON dispute (received_at) WHERE state NOT IN ('CLOSED', 'CLOSED_INCOMPLETE', 'WITHDRAWN');
-- One open dispute about one thing.
CREATE UNIQUE INDEX dispute_target ON dispute (uscc, coalesce(source, ''), coalesce(record_key, ''))
  WHERE state IN ('RECEIVED', 'MARKED', 'INCOMPLETE', 'SENT_TO_SOURCE', 'ESCALATED');

CREATE TABLE dispute_event (
  dispute_id uuid NOT NULL REFERENCES dispute,
  version integer NOT NULL CHECK (version > 0),
  event text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Null: a timer.
  person_id uuid REFERENCES person,
  text text NOT NULL,
  PRIMARY KEY (dispute_id, version)
);

CREATE FUNCTION dispute_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an event of a dispute is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER dispute_event_append_only BEFORE UPDATE OR DELETE ON dispute_event FOR EACH ROW EXECUTE FUNCTION dispute_event_is_append_only();

-- Partners see the mark that the house shows them, never the words.
ALTER TABLE dispute ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON dispute USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY seen ON dispute FOR SELECT USING (uscc = actor_subject() OR actor_is_regulator());
ALTER TABLE dispute_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON dispute_event USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY seen ON dispute_event FOR SELECT USING (EXISTS (SELECT FROM dispute d WHERE d.dispute_id = dispute_event.dispute_id));

GRANT SELECT, INSERT ON dispute, dispute_event TO firstmile_app;
GRANT UPDATE (state, version, state_since, checked_by, rejected_by, reply, replied_at, statement, delivery_id, run_id) ON dispute TO firstmile_app;
`,
  },
];
