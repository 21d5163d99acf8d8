import type { SchemaStep } from '#lib/platform';

/** The ledger's tables (architecture §3). Row classes of these tables are private to this lib. */
export const LEDGER_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Ledger1763800000001',
    sql: `
-- A database is either demo or real; its first delivery decides (one row, never changed).
CREATE TABLE book (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  kind text NOT NULL CHECK (kind IN ('demo', 'real')),
  decided_by uuid NOT NULL
);

-- The ledger's clock: locked by every apply, so applies are serial and ticks strictly ascend.
CREATE TABLE ledger_tick (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  newest timestamptz(3) NOT NULL
);
INSERT INTO ledger_tick (newest) VALUES ('-infinity');

CREATE TABLE company (
  company_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uscc text COLLATE "C" NOT NULL UNIQUE CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
  known_from timestamptz(3) NOT NULL,
  delivery_id uuid NOT NULL
);

CREATE TABLE delivery (
  delivery_id uuid PRIMARY KEY,
  source text NOT NULL,
  layout text NOT NULL,
  file_name text NOT NULL,
  file_sha256 bytea NOT NULL CHECK (octet_length(file_sha256) = 32),
  -- The sequence and coverage that came with the file, as canonical JSON; empty when none did. The same bytes for another
  -- month (an empty list, a list that has not changed) are another delivery: they move the coverage on.
  stated text NOT NULL DEFAULT '',
  bytes bigint NOT NULL CHECK (bytes >= 0),
  -- Orders the versions of one key when deliveries arrive out of order.
  sequence bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('RECEIVED', 'VERIFIED', 'PARSED', 'MATCHED', 'APPLIED', 'RECONCILED', 'HOLD', 'REJECTED')),
  clock text NOT NULL CHECK (clock IN ('system', 'simulated')),
  received_at timestamptz(3) NOT NULL,
  received_by uuid NOT NULL,
  source_time timestamptz(3),
  manifest jsonb NOT NULL DEFAULT '{}',
  territory text[] NOT NULL,
  population text NOT NULL CHECK (population IN ('all', 'listed')),
  covers_from date,
  data_through date,
  -- The apply tick. Unique: two deliveries never become known at the same instant.
  applied_at timestamptz(3) UNIQUE,
  rows bigint, applied bigint, unchanged bigint, quarantined bigint, ignored bigint,
  held text,
  counts jsonb NOT NULL DEFAULT '{}',
  columns text[],
  problem jsonb,
  progress jsonb,
  released_by uuid,
  release_reason text,
  failures integer NOT NULL DEFAULT 0,
  seconds double precision,
  -- Nothing is lost: every row of an applied delivery is in one of the four.
  CHECK (state NOT IN ('APPLIED', 'RECONCILED') OR (applied_at IS NOT NULL AND rows = applied + unchanged + quarantined + ignored)),
  CHECK (state <> 'HOLD' OR (held IS NOT NULL AND applied = 0 AND unchanged = 0 AND quarantined = 0 AND ignored = 0)),
  CHECK (state <> 'REJECTED' OR problem IS NOT NULL)
);
-- The same file again is the same delivery; a refused file may be delivered again.
CREATE UNIQUE INDEX delivery_file ON delivery (source, layout, file_sha256) WHERE state <> 'REJECTED';
CREATE INDEX delivery_open ON delivery (received_at, delivery_id) WHERE state NOT IN ('RECONCILED', 'HOLD', 'REJECTED');
CREATE INDEX delivery_newest ON delivery (received_at DESC, delivery_id DESC);

-- Append-only, one table for all sources: a record is named by its key, there is no surrogate id.
CREATE TABLE record (
  company_id bigint NOT NULL,
  source text COLLATE "C" NOT NULL,
  record_key text COLLATE "C" NOT NULL,
  known_from timestamptz(3) NOT NULL,
  known_to timestamptz(3) CHECK (known_to >= known_from),
  event_date date,
  event_to date,
  op "char" NOT NULL CHECK (op IN ('U', 'D')),
  delivery_id uuid NOT NULL,
  row_no integer NOT NULL CHECK (row_no > 0),
  payload jsonb NOT NULL,
  payload_hash bytea NOT NULL CHECK (octet_length(payload_hash) = 32),
  PRIMARY KEY (company_id, source, record_key, known_from)
);
-- At most one open version of a record: this index is the guarantee.
CREATE UNIQUE INDEX record_open ON record (company_id, source, record_key) WHERE known_to IS NULL;

CREATE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.known_to IS NULL AND NEW.known_to IS NOT NULL
       AND (NEW.company_id, NEW.source, NEW.record_key, NEW.known_from, NEW.op, NEW.delivery_id, NEW.row_no, NEW.payload_hash)
         = (OLD.company_id, OLD.source, OLD.record_key, OLD.known_from, OLD.op, OLD.delivery_id, OLD.row_no, OLD.payload_hash)
       AND NEW.payload = OLD.payload
       AND NEW.event_date IS NOT DISTINCT FROM OLD.event_date AND NEW.event_to IS NOT DISTINCT FROM OLD.event_to THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a record is never changed; only known_to of an open version may be closed, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RAISE EXCEPTION 'a record is never deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER record_append_only BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_is_append_only();
CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only();

-- The newest delivery that stated an open version again, unchanged. It takes that version's place in the order of
-- deliveries: of 1: A, 3: A, 2: B, arriving in this order, A stays open. Not evidence; the record names its own delivery.
CREATE TABLE record_confirmed (
  company_id bigint NOT NULL,
  source text COLLATE "C" NOT NULL,
  record_key text COLLATE "C" NOT NULL,
  delivery_id uuid NOT NULL,
  row_no integer NOT NULL,
  PRIMARY KEY (company_id, source, record_key)
);

-- Rows that could not be taken, with what is needed to mend or retry them.
CREATE TABLE quarantine (
  delivery_id uuid NOT NULL REFERENCES delivery,
  row_no integer NOT NULL,
  code text NOT NULL,
  issues jsonb NOT NULL,
  -- The row as delivered, personal columns blanked or hashed.
  raw text NOT NULL,
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'RELEASED')),
  released_at timestamptz(3),
  PRIMARY KEY (delivery_id, row_no),
  CHECK ((state = 'RELEASED') = (released_at IS NOT NULL))
);
-- What a row of an unregistered firm would become once business-registration knows the firm.
CREATE TABLE quarantine_record (
  delivery_id uuid NOT NULL,
  row_no integer NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  record_key text COLLATE "C" NOT NULL,
  event_date date, event_to date,
  op "char" NOT NULL,
  payload jsonb NOT NULL,
  payload_hash bytea NOT NULL,
  PRIMARY KEY (uscc, delivery_id, row_no, record_key),
  FOREIGN KEY (delivery_id, row_no) REFERENCES quarantine
);

-- Findings that did not stop a row: a field left out, a code repaired.
CREATE TABLE row_issue (
  delivery_id uuid NOT NULL,
  row_no integer NOT NULL,
  code text NOT NULL,
  column_name text,
  raw text,
  suggestion text
);
CREATE INDEX row_issue_row ON row_issue (delivery_id, row_no);

-- The delivered rows in blocks of 1,000 (gzip of JSON lines), personal columns blanked or hashed.
CREATE TABLE delivery_block (
  delivery_id uuid NOT NULL REFERENCES delivery,
  first_row integer NOT NULL,
  rows integer NOT NULL,
  lines bytea NOT NULL,
  PRIMARY KEY (delivery_id, first_row)
);
ALTER TABLE delivery_block ALTER COLUMN lines SET STORAGE EXTERNAL; -- it is compressed already

-- For whom, and through which day, an applied delivery is complete: the evidence of a zero.
CREATE TABLE coverage (
  delivery_id uuid NOT NULL REFERENCES delivery,
  feed text NOT NULL,
  source text NOT NULL,
  territory text[] NOT NULL,
  population text NOT NULL CHECK (population IN ('all', 'listed')),
  covers_from date,
  through date NOT NULL,
  known_from timestamptz(3) NOT NULL,
  PRIMARY KEY (delivery_id, feed),
  CHECK (covers_from <= through)
);

-- The newest dossier of a firm as one compact document; tick is the newest apply tick that it holds.
CREATE TABLE dossier_document (
  company_id bigint PRIMARY KEY,
  tick timestamptz(3) NOT NULL,
  document text NOT NULL
) WITH (toast_tuple_target = 8160, fillfactor = 90);
ALTER TABLE dossier_document ALTER COLUMN document SET STORAGE MAIN; -- one page read a firm, no detour

-- Firms whose document lags behind the ledger since this tick.
CREATE TABLE dossier_stale (
  company_id bigint PRIMARY KEY,
  since timestamptz(3) NOT NULL
);

GRANT SELECT ON ALL TABLES IN SCHEMA public TO firstmile_app;
GRANT INSERT ON book, company, delivery, record, quarantine, quarantine_record, row_issue, delivery_block, coverage, dossier_document, dossier_stale TO firstmile_app;
GRANT UPDATE ON ledger_tick, delivery, quarantine, dossier_document, dossier_stale TO firstmile_app;
GRANT UPDATE (known_to) ON record TO firstmile_app;
GRANT DELETE ON dossier_stale TO firstmile_app;
GRANT INSERT, UPDATE ON record_confirmed TO firstmile_app;
`,
  },
  {
    name: 'Ledger1763800000010',
    sql: `
-- How many rows leave each column empty, by column: the null rates of the quality table.
ALTER TABLE delivery ADD COLUMN nulls jsonb;

-- An applied delivery may be undone once, by a person, at a tick of its own. Its row and its records stay.
ALTER TABLE delivery ADD COLUMN undone_at timestamptz(3) UNIQUE, ADD COLUMN undone_by uuid, ADD COLUMN undo_reason text,
  ADD CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undo_reason IS NULL)),
  ADD CHECK (undone_at IS NULL OR (state = 'RECONCILED' AND undone_at > applied_at));
-- A file whose delivery was undone may come again.
DROP INDEX delivery_file;
CREATE UNIQUE INDEX delivery_file ON delivery (source, layout, file_sha256, stated) WHERE state <> 'REJECTED' AND undone_at IS NULL;

-- From this tick on the claim no longer counts: its delivery was undone.
ALTER TABLE coverage ADD COLUMN known_to timestamptz(3) CHECK (known_to > known_from);
CREATE FUNCTION coverage_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.known_to IS NULL AND NEW.known_to IS NOT NULL
     AND to_jsonb(NEW) - 'known_to' = to_jsonb(OLD) - 'known_to' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'coverage is never changed; only known_to may be closed, once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER coverage_append_only BEFORE UPDATE OR DELETE ON coverage FOR EACH ROW EXECUTE FUNCTION coverage_is_append_only();
CREATE TRIGGER coverage_no_truncate BEFORE TRUNCATE ON coverage FOR EACH STATEMENT EXECUTE FUNCTION coverage_is_append_only();

-- The last few other deliveries that stated the open version again, older or newer: should the newest confirmation be
-- undone, one of them takes its place. Bounded, for a daily snapshot confirms a record hundreds of times.
ALTER TABLE record_confirmed ADD COLUMN others uuid[] NOT NULL DEFAULT '{}', ADD COLUMN other_rows integer[] NOT NULL DEFAULT '{}';

-- Versions lie in the table in the order of their ticks, so the versions of one tick (undo, corrections) are found by
-- block ranges: next to nothing at intake, where an index on delivery_id would cost a tenth of the rate.
CREATE INDEX record_tick ON record USING brin (known_from) WITH (pages_per_range = 32, autosummarize = on);

-- A row that a later delivery mended: the same key was applied, or the row came back in an error file.
ALTER TABLE quarantine DROP CONSTRAINT quarantine_state_check, ADD COLUMN mended_by uuid REFERENCES delivery;
ALTER TABLE quarantine ADD CONSTRAINT quarantine_state_check CHECK (state IN ('WAITING', 'RELEASED', 'CORRECTED')),
  ADD CHECK ((state = 'CORRECTED') = (mended_by IS NOT NULL));
CREATE INDEX quarantine_mended ON quarantine (mended_by) WHERE mended_by IS NOT NULL;

-- Other names by which bureaus call a firm: never the key of a record, never what makes a firm.
CREATE TABLE company_alias (
  alias text COLLATE "C" NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('registration-no', 'organisation-code', 'former-uscc')),
  known_from timestamptz(3) NOT NULL,
  -- From a registration delivery, or from a person who says why.
  delivery_id uuid REFERENCES delivery,
  decided_by uuid,
  reason text,
  PRIMARY KEY (alias, uscc, known_from),
  CHECK ((delivery_id IS NULL) <> (decided_by IS NULL) AND (decided_by IS NULL) = (reason IS NULL))
);
CREATE INDEX company_organisation_code ON company (substr(uscc, 9, 9));

-- Rows without a usable code whose firm a person named, or said that it is none of the candidates.
CREATE TABLE identity_decision (
  delivery_id uuid NOT NULL,
  row_no integer NOT NULL,
  uscc text COLLATE "C",
  decided_by uuid NOT NULL,
  decided_at timestamptz(3) NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (delivery_id, row_no),
  FOREIGN KEY (delivery_id, row_no) REFERENCES quarantine
);
CREATE INDEX quarantine_nameless ON quarantine (delivery_id, row_no) WHERE state = 'WAITING' AND code IN ('DQ01', 'DQ04', 'DQ14');
-- Namesakes of such a row.
CREATE INDEX record_registered_name ON record ((payload ->> 'name')) WHERE source = 'business-registration' AND known_to IS NULL;

GRANT SELECT, INSERT ON company_alias, identity_decision TO firstmile_app;
GRANT UPDATE (known_to) ON coverage TO firstmile_app;
`,
  },
  {
    name: 'Ledger1763800000020',
    sql: `
-- Sources that a firm had closed (停用数据源): it opted out of being recorded, or took back its authorisation. stated_on is the
-- day on which it said so, known_from the tick since which runs follow. Its records stay: only their use ends, and may begin again.
CREATE TABLE source_closure (
  company_id bigint NOT NULL,
  source text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('OPTED_OUT', 'NOT_AUTHORISED')),
  stated_on date NOT NULL,
  known_from timestamptz(3) NOT NULL,
  known_to timestamptz(3) CHECK (known_to > known_from),
  decided_by uuid NOT NULL,
  reason text NOT NULL,
  ended_by uuid,
  end_reason text,
  PRIMARY KEY (company_id, source, known_from),
  CHECK ((known_to IS NULL) = (ended_by IS NULL) AND (known_to IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX source_closure_open ON source_closure (company_id, source) WHERE known_to IS NULL;
CREATE FUNCTION source_closure_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.known_to IS NULL AND NEW.known_to IS NOT NULL
     AND to_jsonb(NEW) - '{known_to,ended_by,end_reason}'::text[] = to_jsonb(OLD) - '{known_to,ended_by,end_reason}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a closure is never changed; it may be ended, once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER source_closure_append_only BEFORE UPDATE OR DELETE ON source_closure FOR EACH ROW EXECUTE FUNCTION source_closure_is_append_only();
CREATE TRIGGER source_closure_no_truncate BEFORE TRUNCATE ON source_closure FOR EACH STATEMENT EXECUTE FUNCTION source_closure_is_append_only();

GRANT SELECT, INSERT ON source_closure TO firstmile_app;
GRANT UPDATE (known_to, ended_by, end_reason) ON source_closure TO firstmile_app;
`,
  },
  {
    name: 'Ledger1763800000024',
    sql: `
-- Records of firms that nobody has registered yet, by the code under which the row names the firm: a USCC, or another name
-- that was nobody's then. They become records when the code becomes a firm's, whatever the layout counted the row as.
CREATE TABLE waiting_record (
  subject text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  record_key text COLLATE "C" NOT NULL,
  delivery_id uuid NOT NULL REFERENCES delivery,
  row_no integer NOT NULL CHECK (row_no > 0),
  event_date date,
  event_to date,
  op "char" NOT NULL CHECK (op IN ('U', 'D')),
  payload jsonb NOT NULL,
  payload_hash bytea NOT NULL CHECK (octet_length(payload_hash) = 32),
  PRIMARY KEY (subject, source, record_key, delivery_id, row_no)
);
-- Until now they stood beside the quarantine; a row of two firms was forgotten for the second when the first came.
INSERT INTO waiting_record
SELECT k.uscc, d.source, k.record_key, k.delivery_id, k.row_no, k.event_date, k.event_to, k.op, k.payload, k.payload_hash
FROM quarantine_record k JOIN quarantine q USING (delivery_id, row_no) JOIN delivery d USING (delivery_id)
WHERE q.code = 'DQ03' AND q.state <> 'CORRECTED' AND NOT EXISTS (SELECT FROM company c WHERE c.uscc = k.uscc);

-- At which later ticks a delivery's waiting rows became records: where its undoing has to look.
CREATE TABLE delivery_release (
  delivery_id uuid NOT NULL REFERENCES delivery,
  released_at timestamptz(3) NOT NULL,
  PRIMARY KEY (delivery_id, released_at)
);

GRANT SELECT, INSERT ON waiting_record, delivery_release TO firstmile_app;
GRANT DELETE ON waiting_record TO firstmile_app; -- only as they become records
`,
  },
  {
    name: 'Ledger1763800000050',
    sql: `
-- Medians of the amounts by payload field, in minor units: a slip of the unit moves them ten thousandfold.
ALTER TABLE delivery ADD COLUMN medians jsonb;
-- Up to where a poll has read its front-end table, in the provider's own text; null: the file was delivered.
ALTER TABLE delivery ADD COLUMN watermark text;
-- Rows that wait for a name, looked at after each delivery that brings names.
CREATE INDEX quarantine_misnamed ON quarantine (delivery_id, row_no) WHERE state = 'WAITING' AND code = 'DQ19';
CREATE INDEX delivery_polled ON delivery (source, layout, sequence DESC) WHERE watermark IS NOT NULL;
`,
  },
  {
    name: 'Ledger1763800000060',
    sql: `
-- By which name the row calls its firm, and whether the firm, known by now, never had it: such a row waits for the name (DQ19).
ALTER TABLE waiting_record ADD COLUMN name text, ADD COLUMN misnamed boolean NOT NULL DEFAULT false;
CREATE INDEX waiting_record_misnamed ON waiting_record (subject) WHERE misnamed;
GRANT UPDATE (misnamed) ON waiting_record TO firstmile_app;
`,
  },
];
