import type { SchemaStep } from '#lib/platform';

/** What holds for rules of a list whoever writes: two approvals by others, no change behind its history. */
export const RULES_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Whitelist1763800000160',
    sql: `
-- Rules that never were simulated may end as well; one approval is there where one is said to be.
DO $$
DECLARE old text;
BEGIN
  FOR old IN SELECT conname FROM pg_constraint WHERE conrelid = 'list_rules'::regclass AND contype = 'c'
             AND pg_get_constraintdef(oid) LIKE '%simulation IS NOT NULL%' LOOP
    EXECUTE format('ALTER TABLE list_rules DROP CONSTRAINT %I', old);
  END LOOP;
END $$;
ALTER TABLE list_rules
  ADD CONSTRAINT list_rules_simulated CHECK (shipped OR state IN ('DRAFT', 'RETIRED') OR simulation IS NOT NULL),
  ADD CONSTRAINT list_rules_endorsed CHECK (state <> 'ENDORSED' OR first_approver IS NOT NULL),
  -- Each version has its event: nothing changes behind the history.
  ADD CONSTRAINT list_rules_told FOREIGN KEY (rules_hash, version) REFERENCES list_rules_event (rules_hash, version) DEFERRABLE INITIALLY DEFERRED;
-- What waits for the next month end is one thing, as what is in force is.
CREATE UNIQUE INDEX list_rules_approved ON list_rules (list_code) WHERE state = 'APPROVED';

CREATE FUNCTION list_rules_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving constant text[] := '{state,version,first_approver,second_approver,simulation}';
  approved constant boolean := TG_OP = 'UPDATE' AND (NEW.first_approver, NEW.second_approver) IS DISTINCT FROM (OLD.first_approver, OLD.second_approver);
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.version = OLD.version + 1
     AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving
     -- A simulation is put in place of another only where approvals begin anew.
     AND (NEW.simulation IS NOT DISTINCT FROM OLD.simulation OR (NEW.state = 'SIMULATED' AND NEW.first_approver IS NULL))
     -- Approvals come one at a time, or go together.
     AND (NOT approved
          OR (NEW.state IN ('DRAFT', 'SIMULATED') AND NEW.first_approver IS NULL AND NEW.second_approver IS NULL)
          OR (NEW.state = 'ENDORSED' AND OLD.state = 'SIMULATED' AND NEW.second_approver IS NULL)
          OR (NEW.state = 'APPROVED' AND OLD.state = 'ENDORSED' AND NEW.first_approver = OLD.first_approver))
     AND (NEW.state <> 'IN_FORCE' OR OLD.state = 'APPROVED') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rules of a list move by approvals and never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER list_rules_move BEFORE UPDATE OR DELETE ON list_rules FOR EACH ROW EXECUTE FUNCTION list_rules_move();
`,
  },
];
