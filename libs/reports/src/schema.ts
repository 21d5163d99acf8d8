import type { SchemaStep } from '#lib/platform';

/** Report requests and stored reports. After compliance, whose authorisations they name. */
export const REPORTS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Reports1763800000160',
    sql: `
-- Public halves of the keys that sign reports. A key that signs no longer stays: what it signed is still checked by it.
CREATE TABLE report_key (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{16}$'),
  -- Ed25519, SubjectPublicKeyInfo.
  public_key bytea NOT NULL UNIQUE CHECK (octet_length(public_key) = 44),
  made_at timestamptz(3) NOT NULL,
  CHECK (key_id = left(encode(sha256(public_key), 'hex'), 16))
);

-- A request for a report. What is asked for never changes; the rest moves one event and one version at a time.
CREATE TABLE report_request (
  request_id uuid PRIMARY KEY,
  institution_id uuid NOT NULL REFERENCES institution,
  person_id uuid NOT NULL REFERENCES person,
  uscc text COLLATE "C" NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('pre-loan-review', 'post-loan-management', 'guarantee-review', 'own-query', 'dispute-check')),
  product text NOT NULL CHECK (product IN ('score', 'facts')),
  profile text NOT NULL CHECK (profile IN ('bank', 'guarantor', 'firm', 'regulator')),
  -- An earlier published run; null: the newest one when the report is made.
  run_id uuid REFERENCES run,
  requested_at timestamptz(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'AWAIT_AUTH', 'AUTHORISED', 'READY', 'DELIVERED', 'REFUSED', 'EXPIRED', 'CANCELLED',
    'FAILED', 'REVOKED', 'CLOSED')),
  version integer NOT NULL CHECK (version > 0),
  state_since timestamptz(3) NOT NULL,
  authorisation_id uuid REFERENCES authorisation,
  single boolean,
  authorised_until date,
  failures smallint NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 3),
  report_no text UNIQUE,
  last_day date,
  CHECK ((authorisation_id IS NULL) = (single IS NULL) AND (authorisation_id IS NULL) = (authorised_until IS NULL)),
  -- Nothing is made or shown without an authorisation, but for the firm itself.
  CHECK (state NOT IN ('AUTHORISED', 'READY', 'DELIVERED', 'FAILED', 'REVOKED', 'CLOSED') OR authorisation_id IS NOT NULL OR purpose = 'own-query'),
  CHECK ((purpose = 'own-query') = (profile = 'firm') AND (purpose <> 'own-query' OR authorisation_id IS NULL)),
  CHECK (state NOT IN ('READY', 'DELIVERED', 'CLOSED') OR report_no IS NOT NULL),
  CHECK ((state = 'FAILED') = (failures = 3))
);
-- A single authorisation serves one request, whoever else waits for it.
CREATE UNIQUE INDEX report_request_single ON report_request (authorisation_id) WHERE single;
CREATE INDEX report_request_authorisation ON report_request (authorisation_id) WHERE state IN ('AUTHORISED', 'READY', 'DELIVERED');
CREATE INDEX report_request_institution ON report_request (institution_id, request_id);
CREATE INDEX report_request_subject ON report_request (uscc, request_id);
-- What the sweep looks at: requests that wait, those to be made, and those whose time is over.
CREATE INDEX report_request_waiting ON report_request (request_id) WHERE state = 'AWAIT_AUTH';
CREATE INDEX report_request_resting ON report_request (request_id) WHERE state IN ('AUTHORISED', 'READY', 'DELIVERED') AND authorisation_id IS NOT NULL;
CREATE INDEX report_request_open ON report_request (state_since, request_id) WHERE state = 'AUTHORISED';
CREATE INDEX report_request_due ON report_request (last_day) WHERE last_day IS NOT NULL;

CREATE FUNCTION report_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.version = OLD.version + 1
     AND OLD.state IN ('DRAFT', 'AWAIT_AUTH', 'AUTHORISED', 'READY', 'DELIVERED')
     AND (OLD.report_no IS NULL OR NEW.report_no = OLD.report_no)
     AND (OLD.authorisation_id IS NULL OR NEW.authorisation_id = OLD.authorisation_id)
     AND to_jsonb(NEW) - '{state,version,state_since,authorisation_id,single,authorised_until,failures,report_no,last_day}'::text[]
       = to_jsonb(OLD) - '{state,version,state_since,authorisation_id,single,authorised_until,failures,report_no,last_day}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a report request moves by one event at a time, and never after its end' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER report_request_moves BEFORE UPDATE OR DELETE ON report_request FOR EACH ROW EXECUTE FUNCTION report_request_moves();

CREATE TABLE report_request_event (
  request_id uuid NOT NULL REFERENCES report_request,
  version integer NOT NULL CHECK (version > 0),
  institution_id uuid NOT NULL REFERENCES institution,
  uscc text COLLATE "C" NOT NULL,
  -- Null in the first, which is the order itself.
  event text CHECK (event IN ('submit', 'cancel', 'authorise', 'refuse', 'generated', 'generationFailed', 'view', 'revoke',
    'authorisationEnds', 'lapse', 'fileEnds')),
  role text NOT NULL CHECK (role IN ('REQUESTER', 'SUBJECT', 'SYSTEM')),
  person_id uuid REFERENCES person,
  at timestamptz(3) NOT NULL,
  -- What a guard decided: see RequestChange.
  detail jsonb NOT NULL,
  PRIMARY KEY (request_id, version),
  CHECK ((version = 1) = (event IS NULL))
);
-- No version without its event.
ALTER TABLE report_request ADD CONSTRAINT report_request_has_event FOREIGN KEY (request_id, version)
  REFERENCES report_request_event (request_id, version) DEFERRABLE INITIALLY DEFERRED;

-- A report as it was made and is served: the very bytes, and who signed them.
CREATE TABLE report (
  report_no text PRIMARY KEY CHECK (report_no ~ '^FM-[0-9]{8}-[0-9A-HJ-NPQRTUWXY]{10}$'),
  request_id uuid NOT NULL UNIQUE REFERENCES report_request,
  institution_id uuid NOT NULL REFERENCES institution,
  uscc text COLLATE "C" NOT NULL,
  product text NOT NULL,
  profile text NOT NULL,
  run_id uuid NOT NULL REFERENCES run,
  -- All that decided its content beside the request: see ReportPins.
  pins jsonb NOT NULL,
  bytes bytea NOT NULL,
  sha256 bytea NOT NULL,
  key_id text NOT NULL REFERENCES report_key,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),
  signed_at timestamptz(3) NOT NULL,
  CHECK (sha256 = sha256(bytes))
);
CREATE INDEX report_of_requester ON report (institution_id, uscc, signed_at);

CREATE FUNCTION report_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER report_key_append_only BEFORE UPDATE OR DELETE ON report_key FOR EACH ROW EXECUTE FUNCTION report_is_append_only();
CREATE TRIGGER report_event_append_only BEFORE UPDATE OR DELETE ON report_request_event FOR EACH ROW EXECUTE FUNCTION report_is_append_only();
CREATE TRIGGER report_append_only BEFORE UPDATE OR DELETE ON report FOR EACH ROW EXECUTE FUNCTION report_is_append_only();

-- An institution has its own requests, a firm those about itself; nobody asks in the name of another.
ALTER TABLE report_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON report_request FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY asked ON report_request FOR INSERT
  WITH CHECK (actor_is_house() OR institution_id = actor_institution() OR (uscc = actor_subject() AND purpose = 'own-query'));
CREATE POLICY moved ON report_request FOR UPDATE
  USING (actor_is_house() OR institution_id = actor_institution() OR uscc = actor_subject());

ALTER TABLE report_request_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON report_request_event FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY added ON report_request_event FOR INSERT
  WITH CHECK (actor_is_house() OR institution_id = actor_institution() OR uscc = actor_subject());

-- Made by the house. A firm reads its own copy, not what was written for others.
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON report FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR (uscc = actor_subject() AND profile = 'firm'));
CREATE POLICY made ON report FOR INSERT WITH CHECK (actor_is_house());

GRANT SELECT, INSERT ON report_key, report_request, report_request_event, report TO firstmile_app;
GRANT UPDATE (state, version, state_since, authorisation_id, single, authorised_until, failures, report_no, last_day) ON report_request TO firstmile_app;
`,
  },
];
