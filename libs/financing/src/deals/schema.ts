import type { SchemaStep } from '#lib/platform';

/** Deals of every kind, who sits at them, and what happened. */
export const DEALS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000200',
    sql: `
-- A guarantee, a loan referral or a joint case. What was agreed at its opening never changes; the rest is what its events made.
CREATE TABLE deal (
  deal_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('guarantee', 'referral', 'joint-case')),
  uscc text COLLATE "C" NOT NULL,
  programme text NOT NULL CHECK (programme ~ '^[A-Z0-9]{3,6}$'),
  -- Who opened it.
  institution_id uuid NOT NULL REFERENCES institution,
  opened_at timestamptz(3) NOT NULL,
  terms jsonb NOT NULL,
  state text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  state_since timestamptz(3) NOT NULL,
  body jsonb NOT NULL,
  -- The first half of what takes two persons.
  proposal jsonb,
  -- The last day on which the state lasts by itself; the last day before somebody is warned.
  due_on date,
  alarm_on date
);
CREATE INDEX deal_subject ON deal (uscc, deal_id);
CREATE INDEX deal_due ON deal (due_on) WHERE due_on IS NOT NULL;
CREATE INDEX deal_alarm ON deal (alarm_on) WHERE alarm_on IS NOT NULL;
CREATE INDEX deal_state ON deal (kind, state, deal_id);

-- 席位. An institution may sit at two desks of one deal, one desk may have several institutions (several lenders).
CREATE TABLE deal_party (
  deal_id uuid NOT NULL REFERENCES deal,
  institution_id uuid NOT NULL REFERENCES institution,
  desk text NOT NULL CHECK (desk IN ('BANK', 'GUAR', 'REGUAR', 'INVEST', 'INSUR', 'LEASE')),
  joined_at timestamptz(3) NOT NULL,
  PRIMARY KEY (deal_id, institution_id, desk)
);
CREATE INDEX deal_party_institution ON deal_party (institution_id, deal_id);

CREATE TABLE deal_event (
  deal_id uuid NOT NULL REFERENCES deal,
  version integer NOT NULL CHECK (version > 0),
  -- Null in the first, which is the order itself.
  event text,
  -- The first half of what takes two persons: it moved nothing.
  proposed boolean NOT NULL DEFAULT false,
  role text NOT NULL CHECK (role IN ('FIRM', 'BANK', 'GUAR', 'REGUAR', 'INVEST', 'INSUR', 'LEASE', 'OPS', 'SYSTEM')),
  institution_id uuid REFERENCES institution,
  person_id uuid REFERENCES person,
  -- Who said it first, where it takes two (双人复核).
  first_person_id uuid REFERENCES person,
  at timestamptz(3) NOT NULL,
  from_state text,
  to_state text NOT NULL,
  detail jsonb NOT NULL,
  PRIMARY KEY (deal_id, version),
  CHECK ((version = 1) = (event IS NULL)),
  CHECK ((role = 'SYSTEM') = (person_id IS NULL) OR event IS NULL),
  CHECK (first_person_id <> person_id),
  CHECK (NOT proposed OR (first_person_id IS NULL AND from_state = to_state))
);
ALTER TABLE deal ADD CONSTRAINT deal_has_event FOREIGN KEY (deal_id, version)
  REFERENCES deal_event (deal_id, version) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION deal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving constant text[] := '{state,version,state_since,body,proposal,due_on,alarm_on}';
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving
     AND (NEW.version = OLD.version + 1 OR to_jsonb(NEW) - 'alarm_on' = to_jsonb(OLD) - 'alarm_on') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a deal moves by one event at a time' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER deal_moves BEFORE UPDATE OR DELETE ON deal FOR EACH ROW EXECUTE FUNCTION deal_moves();

CREATE FUNCTION deal_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER deal_event_append_only BEFORE UPDATE OR DELETE ON deal_event FOR EACH ROW EXECUTE FUNCTION deal_history_is_append_only();
CREATE TRIGGER deal_party_append_only BEFORE UPDATE OR DELETE ON deal_party FOR EACH ROW EXECUTE FUNCTION deal_history_is_append_only();

-- As the owner: the policies of deal and of deal_party would otherwise ask one another.
CREATE FUNCTION deal_is_theirs(deal uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
  BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM deal_party p WHERE p.deal_id = deal AND p.institution_id = actor_institution())
        OR EXISTS (SELECT FROM deal d WHERE d.deal_id = deal AND (d.institution_id = actor_institution() OR d.uscc = actor_subject()));
  END;
REVOKE ALL ON FUNCTION deal_is_theirs(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deal_is_theirs(uuid) TO firstmile_app;

ALTER TABLE deal ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON deal FOR SELECT USING (
  actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR uscc = actor_subject() OR deal_is_theirs(deal_id));
CREATE POLICY opened ON deal FOR INSERT WITH CHECK (actor_is_house() OR institution_id = actor_institution() OR uscc = actor_subject());
CREATE POLICY moved ON deal FOR UPDATE USING (NOT actor_is_regulator() AND (actor_is_house() OR deal_is_theirs(deal_id)));

ALTER TABLE deal_party ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON deal_party FOR SELECT USING (actor_is_house() OR actor_is_regulator() OR deal_is_theirs(deal_id));
CREATE POLICY joined ON deal_party FOR INSERT WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR deal_is_theirs(deal_id)));

ALTER TABLE deal_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON deal_event FOR SELECT USING (actor_is_house() OR actor_is_regulator() OR deal_is_theirs(deal_id));
CREATE POLICY added ON deal_event FOR INSERT WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR deal_is_theirs(deal_id)));

GRANT SELECT, INSERT ON deal, deal_party, deal_event TO firstmile_app;
GRANT UPDATE (state, version, state_since, body, proposal, due_on, alarm_on) ON deal TO firstmile_app;
`,
  },
  {
    name: 'Financing1763800000205',
    sql: `
-- A deal that is theirs, locked for them; what follows from it is the house's work, so from here on the transaction acts for it.
CREATE FUNCTION deal_taken(wanted uuid) RETURNS SETOF deal LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT * FROM deal WHERE deal_id = wanted FOR UPDATE;
  IF FOUND THEN
    PERFORM set_config('firstmile.actor', 'house', true);
  END IF;
END $$;

-- An institution's own deals are read by their numbers, whatever the others have.
CREATE INDEX deal_opener ON deal (institution_id, deal_id);
-- Its own seat is its own to see, without a look at the deal.
DROP POLICY seen ON deal_party;
CREATE POLICY seen ON deal_party FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR institution_id = actor_institution() OR deal_is_theirs(deal_id));
`,
  },
];
