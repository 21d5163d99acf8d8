import type { SchemaStep } from '#lib/platform';

/** Batches of guarantees. After deals and capacity. */
export const GUARANTEES_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000240',
    sql: `
-- From a deal to those that name it: a loan, what guarantees it.
CREATE INDEX deal_named ON deal USING gin (terms jsonb_path_ops);

-- 批量担保合作协议: what a guarantor takes over from a bank without looking at it again. Dated and never changed: a new one follows.
CREATE TABLE batch_agreement (
  agreement_id uuid PRIMARY KEY,
  guarantor uuid NOT NULL REFERENCES institution,
  bank uuid NOT NULL REFERENCES institution,
  programme text NOT NULL CHECK (programme ~ '^[A-Z0-9]{3,6}$'),
  valid_from date NOT NULL,
  valid_to date NOT NULL,
  -- Limits, ratio, shares, fee and sectors.
  terms jsonb NOT NULL,
  recorded_by uuid NOT NULL REFERENCES person,
  recorded_at timestamptz(3) NOT NULL,
  CHECK (valid_to >= valid_from)
);
CREATE INDEX batch_agreement_parties ON batch_agreement (guarantor, bank, programme);

-- What became of each row of a file; the same row again is answered by it. A row that was refused may be sent anew, mended.
CREATE TABLE batch_row (
  guarantor uuid NOT NULL REFERENCES institution,
  bank uuid NOT NULL REFERENCES institution,
  batch_no text NOT NULL CHECK (length(batch_no) BETWEEN 1 AND 60),
  row_key text NOT NULL CHECK (length(row_key) BETWEEN 1 AND 60),
  agreement_id uuid NOT NULL REFERENCES batch_agreement,
  row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
  -- Null: an exception, with its reasons.
  deal_id uuid REFERENCES deal,
  principal bigint NOT NULL,
  reasons jsonb NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (guarantor, bank, batch_no, row_key),
  CHECK ((deal_id IS NULL) = (jsonb_array_length(reasons) > 0))
);
CREATE INDEX batch_row_agreement ON batch_row (agreement_id) WHERE deal_id IS NOT NULL;

CREATE FUNCTION batch_history_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'batch_row' AND to_jsonb(OLD) ->> 'deal_id' IS NULL THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER batch_agreement_stands BEFORE UPDATE OR DELETE ON batch_agreement FOR EACH ROW EXECUTE FUNCTION batch_history_stands();
CREATE TRIGGER batch_row_stands BEFORE UPDATE OR DELETE ON batch_row FOR EACH ROW EXECUTE FUNCTION batch_history_stands();

ALTER TABLE batch_agreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON batch_agreement FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR actor_institution() IN (guarantor, bank));
CREATE POLICY made ON batch_agreement FOR INSERT
  WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution()));
ALTER TABLE batch_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON batch_row FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR actor_institution() IN (guarantor, bank));
CREATE POLICY added ON batch_row FOR INSERT
  WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR actor_institution() IN (guarantor, bank)));
CREATE POLICY mended ON batch_row FOR UPDATE
  USING (NOT actor_is_regulator() AND (actor_is_house() OR actor_institution() IN (guarantor, bank)));

GRANT SELECT, INSERT ON batch_agreement, batch_row TO firstmile_app;
GRANT UPDATE (agreement_id, row_hash, deal_id, principal, reasons, person_id, at) ON batch_row TO firstmile_app;
`,
  },
];
