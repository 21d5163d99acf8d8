import type { SchemaStep } from '#lib/platform';

/** What guarantors may take on, and what they have taken on. After deals. */
export const CAPACITY_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000230',
    sql: `
-- One row a guarantor (担保机构): the lock that everything goes through that changes its liability, and the sum so far. The limits
-- are those of its newest net assets; NULL: none are known, and nothing may be taken on.
CREATE TABLE guarantor_book (
  guarantor uuid PRIMARY KEY REFERENCES institution,
  weighted_total numeric(26, 8) NOT NULL DEFAULT 0 CHECK (weighted_total >= 0),
  total_limit bigint CHECK (total_limit >= 0),
  client_limit bigint CHECK (client_limit >= 0),
  -- Loans of a small firm weigh less up to so much a firm.
  small_loan_most bigint NOT NULL DEFAULT 0,
  small_loan_weight_bp integer NOT NULL DEFAULT 10000 CHECK (small_loan_weight_bp BETWEEN 1 AND 10000),
  CHECK ((total_limit IS NULL) = (client_limit IS NULL))
);

-- 净资产 as stated for a day, with what else the caps ask of the guarantor.
CREATE TABLE guarantor_capital (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  guarantor uuid NOT NULL REFERENCES institution,
  stated_on date NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  valid_to date NOT NULL,
  net_assets bigint NOT NULL,
  -- 主要服务小微和三农; NULL: not known.
  mainly_small boolean,
  -- 控股股东、实际控制人, by code; NULL: not known.
  controllers text[],
  related text[] NOT NULL,
  recorded_by uuid NOT NULL REFERENCES person,
  CHECK (valid_to >= stated_on)
);

CREATE INDEX guarantor_capital_newest ON guarantor_capital (guarantor, stated_on DESC, seq DESC);

-- What a programme lets one guarantor do, in whole principal; NULL: it names no limit.
CREATE TABLE guarantor_programme (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  guarantor uuid NOT NULL REFERENCES institution,
  programme text NOT NULL CHECK (programme ~ '^[A-Z0-9]{3,6}$'),
  recorded_at timestamptz(3) NOT NULL,
  per_client bigint CHECK (per_client >= 0),
  total bigint CHECK (total >= 0),
  recorded_by uuid NOT NULL REFERENCES person
);

CREATE INDEX guarantor_programme_newest ON guarantor_programme (guarantor, programme, seq DESC);

-- Who holds and controls a firm, as the house read it in the sources named by the basis. The newest statement of a firm counts.
CREATE TABLE firm_relations (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uscc text COLLATE "C" NOT NULL,
  stated_on date NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  -- [{holder, bp}]
  holders jsonb NOT NULL,
  controllers text[] NOT NULL,
  basis text NOT NULL,
  recorded_by uuid NOT NULL REFERENCES person
);

CREATE INDEX firm_relations_newest ON firm_relations (uscc, stated_on DESC, seq DESC);

-- What follows from all of them (同一客户): made anew with each. Not stated: a holder, whose own relations nobody looked at.
CREATE TABLE client_group (
  party text COLLATE "C" PRIMARY KEY,
  group_key text COLLATE "C" NOT NULL,
  stated boolean NOT NULL
);

-- What one deal takes of one guarantor. The last three columns are written by the trigger alone.
CREATE TABLE guarantee_liability (
  deal_id uuid NOT NULL REFERENCES deal,
  guarantor uuid NOT NULL REFERENCES guarantor_book,
  uscc text COLLATE "C" NOT NULL,
  group_key text COLLATE "C" NOT NULL,
  programme text,
  -- Reserved, or outstanding and what may still be drawn; 0 when released.
  principal bigint NOT NULL CHECK (principal >= 0),
  own_share_bp integer NOT NULL CHECK (own_share_bp BETWEEN 0 AND 10000),
  small_loan boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('RESERVED', 'ISSUED', 'RELEASED')),
  -- The last day of a reservation.
  expires_on date,
  weight_bp integer NOT NULL DEFAULT 10000 CHECK (weight_bp BETWEEN 1 AND 10000),
  weighted_fen numeric(26, 8) NOT NULL DEFAULT 0 CHECK (weighted_fen >= 0),
  PRIMARY KEY (deal_id, guarantor),
  CHECK ((state = 'RESERVED') = (expires_on IS NOT NULL)),
  CHECK (state <> 'RELEASED' OR principal = 0)
);
CREATE INDEX guarantee_liability_client ON guarantee_liability (guarantor, uscc);
CREATE INDEX guarantee_liability_group ON guarantee_liability (guarantor, group_key) WHERE state <> 'RELEASED';
CREATE INDEX guarantee_liability_due ON guarantee_liability (expires_on) WHERE state = 'RESERVED';

CREATE FUNCTION guarantee_liability_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.deal_id, NEW.guarantor, NEW.uscc) = (OLD.deal_id, OLD.guarantor, OLD.uscc)
     AND (CASE OLD.state
           WHEN 'RESERVED' THEN NEW.state <> 'ISSUED' OR NEW.principal <= OLD.principal
           WHEN 'ISSUED' THEN NEW.state <> 'RESERVED'
           ELSE NEW.state <> 'ISSUED' END) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a liability is reserved, issued for no more, and released' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guarantee_liability_moves BEFORE UPDATE OR DELETE ON guarantee_liability
  FOR EACH ROW EXECUTE FUNCTION guarantee_liability_moves();

-- The caps hold here whatever the program does: under the lock of the guarantor's row the client is weighed anew (above an amount
-- all its loans weigh fully), the sum follows, and what raises it past 10 or 15 times net assets, or a client past 10 %, is
-- refused; so is a letter, even for what was reserved before the limits fell. As the owner: a bank that reports a repayment
-- must not see the book that it lowers.
CREATE FUNCTION guarantee_liability_counts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  book guarantor_book;
  was numeric;
  will numeric;
  held numeric;
BEGIN
  SELECT * INTO book FROM guarantor_book b WHERE b.guarantor = NEW.guarantor FOR UPDATE;
  SELECT coalesce(sum(weighted_fen), 0), coalesce(sum(principal), 0) INTO was, held
    FROM guarantee_liability l WHERE l.guarantor = NEW.guarantor AND l.uscc = NEW.uscc;
  UPDATE guarantee_liability l SET weight_bp = w.bp, weighted_fen = w.fen
    FROM (SELECT o.deal_id, x.bp, o.principal::numeric * o.own_share_bp * x.bp / 100000000 AS fen
          FROM guarantee_liability o
          CROSS JOIN LATERAL (SELECT CASE WHEN o.small_loan AND held <= book.small_loan_most
                                     THEN book.small_loan_weight_bp ELSE 10000 END AS bp) x
          WHERE o.guarantor = NEW.guarantor AND o.uscc = NEW.uscc AND (o.state <> 'RELEASED' OR o.weighted_fen > 0)) w
    WHERE l.guarantor = NEW.guarantor AND l.deal_id = w.deal_id AND (l.weight_bp, l.weighted_fen) IS DISTINCT FROM (w.bp, w.fen);
  SELECT coalesce(sum(weighted_fen), 0) INTO will
    FROM guarantee_liability l WHERE l.guarantor = NEW.guarantor AND l.uscc = NEW.uscc;
  UPDATE guarantor_book b SET weighted_total = weighted_total + will - was WHERE b.guarantor = NEW.guarantor
    RETURNING * INTO book;
  IF will > was OR (NEW.state = 'ISSUED' AND (TG_OP = 'INSERT' OR OLD.state <> 'ISSUED')) THEN
    IF book.total_limit IS NULL OR book.weighted_total > book.total_limit THEN
      RAISE EXCEPTION 'the liability of the guarantor would pass its limit'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'guarantor_total';
    END IF;
    IF will > book.client_limit THEN
      RAISE EXCEPTION 'the liability for one client would pass its limit'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'guarantor_client';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guarantee_liability_counts AFTER INSERT OR UPDATE OF principal, own_share_bp, small_loan, state ON guarantee_liability
  FOR EACH ROW EXECUTE FUNCTION guarantee_liability_counts();

CREATE FUNCTION capacity_is_only_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guarantor_capital_append_only BEFORE UPDATE OR DELETE ON guarantor_capital FOR EACH ROW EXECUTE FUNCTION capacity_is_only_stated();
CREATE TRIGGER guarantor_programme_append_only BEFORE UPDATE OR DELETE ON guarantor_programme FOR EACH ROW EXECUTE FUNCTION capacity_is_only_stated();
CREATE TRIGGER firm_relations_append_only BEFORE UPDATE OR DELETE ON firm_relations FOR EACH ROW EXECUTE FUNCTION capacity_is_only_stated();

-- The lock, first of all in every transaction that changes what a guarantor is liable for: two that took rows before it could
-- wait for one another. For whom a deal joins with the guarantor, who need not see its book.
CREATE FUNCTION capacity_lock(of_guarantor uuid, for_deal uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT (actor_is_house() OR of_guarantor = actor_institution() OR deal_is_theirs(for_deal)) THEN
    RAISE EXCEPTION 'not a deal of theirs' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO guarantor_book (guarantor) VALUES (of_guarantor) ON CONFLICT DO NOTHING;
  PERFORM FROM guarantor_book b WHERE b.guarantor = of_guarantor FOR UPDATE;
END $$;

-- Locks, frees what was reserved for too long, and tells what the caps of one client are measured by: its group's liabilities one by
-- one, the rest in sums.
CREATE FUNCTION capacity_open(of_guarantor uuid, for_deal uuid, client text, for_programme text, today date)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  related text;
BEGIN
  PERFORM capacity_lock(of_guarantor, for_deal);
  UPDATE guarantee_liability SET state = 'RELEASED', principal = 0, expires_on = NULL
    WHERE guarantor = of_guarantor AND state = 'RESERVED' AND expires_on < today AND deal_id IS DISTINCT FROM for_deal;
  SELECT group_key INTO related FROM client_group WHERE party = client AND stated;
  RETURN (
    WITH live AS (SELECT * FROM guarantee_liability WHERE guarantor = of_guarantor AND state <> 'RELEASED'),
         near AS (SELECT * FROM live WHERE uscc = client OR group_key = related),
         newest AS (SELECT * FROM guarantor_capital WHERE guarantor = of_guarantor ORDER BY stated_on DESC, seq DESC LIMIT 1)
    SELECT jsonb_build_object(
      'group', related,
      'netAssets', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', net_assets, 'statedOn', stated_on, 'validTo', valid_to)), '[]')
                    FROM guarantor_capital WHERE guarantor = of_guarantor),
      'mainlySmall', (SELECT mainly_small FROM newest),
      'controllers', (SELECT to_jsonb(controllers) FROM newest),
      'related', (SELECT to_jsonb(n.related) FROM newest n),
      'programme', (SELECT jsonb_build_object('perClient', per_client, 'total', total) FROM guarantor_programme
                    WHERE guarantor = of_guarantor AND programme = for_programme ORDER BY seq DESC LIMIT 1),
      'near', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', deal_id, 'client', uscc, 'group', group_key, 'programme', programme,
                 'principal', principal, 'ownShareBp', own_share_bp, 'small', small_loan, 'state', state, 'reservedUntil', expires_on)), '[]') FROM near),
      'restWeighted', (SELECT ceil(b.weighted_total - (SELECT coalesce(sum(weighted_fen), 0) FROM near)) FROM guarantor_book b
                       WHERE b.guarantor = of_guarantor),
      'restOfProgramme', (SELECT coalesce(sum(principal), 0) FROM live l
        WHERE programme = for_programme AND NOT EXISTS (SELECT FROM near n WHERE n.deal_id = l.deal_id))));
END $$;
REVOKE ALL ON FUNCTION capacity_lock(uuid, uuid), capacity_open(uuid, uuid, text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION capacity_lock(uuid, uuid), capacity_open(uuid, uuid, text, text, date) TO firstmile_app;

ALTER TABLE guarantor_book ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON guarantor_book FOR SELECT USING (actor_is_house() OR actor_is_regulator() OR guarantor = actor_institution());
CREATE POLICY limited ON guarantor_book FOR UPDATE USING (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution()));

ALTER TABLE guarantor_capital ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON guarantor_capital FOR SELECT USING (actor_is_house() OR actor_is_regulator() OR guarantor = actor_institution());
CREATE POLICY stated ON guarantor_capital FOR INSERT WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution()));

ALTER TABLE guarantor_programme ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON guarantor_programme FOR SELECT USING (actor_is_house() OR actor_is_regulator() OR guarantor = actor_institution());
CREATE POLICY stated ON guarantor_programme FOR INSERT WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution()));

ALTER TABLE firm_relations ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON firm_relations USING (actor_is_house()) WITH CHECK (actor_is_house());
ALTER TABLE client_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON client_group USING (actor_is_house()) WITH CHECK (actor_is_house());

ALTER TABLE guarantee_liability ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON guarantee_liability FOR SELECT
  USING (actor_is_house() OR actor_is_regulator() OR guarantor = actor_institution() OR deal_is_theirs(deal_id));
CREATE POLICY taken ON guarantee_liability FOR INSERT
  WITH CHECK (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution() OR deal_is_theirs(deal_id)));
CREATE POLICY moved ON guarantee_liability FOR UPDATE
  USING (NOT actor_is_regulator() AND (actor_is_house() OR guarantor = actor_institution() OR deal_is_theirs(deal_id)));

GRANT SELECT, INSERT ON guarantor_capital, guarantor_programme, firm_relations TO firstmile_app;
GRANT SELECT, INSERT, UPDATE ON client_group TO firstmile_app;
GRANT SELECT ON guarantor_book, guarantee_liability TO firstmile_app;
GRANT UPDATE (total_limit, client_limit, small_loan_most, small_loan_weight_bp) ON guarantor_book TO firstmile_app;
GRANT INSERT (deal_id, guarantor, uscc, group_key, programme, principal, own_share_bp, small_loan, state, expires_on)
  ON guarantee_liability TO firstmile_app;
GRANT UPDATE (group_key, programme, principal, own_share_bp, small_loan, state, expires_on) ON guarantee_liability TO firstmile_app;
`,
  },
  {
    name: 'Financing1763800000231',
    sql: `
-- Statements of net assets come with the newest first: of two for one day the one made last counts.
CREATE OR REPLACE FUNCTION capacity_open(of_guarantor uuid, for_deal uuid, client text, for_programme text, today date)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  related text;
BEGIN
  PERFORM capacity_lock(of_guarantor, for_deal);
  UPDATE guarantee_liability SET state = 'RELEASED', principal = 0, expires_on = NULL
    WHERE guarantor = of_guarantor AND state = 'RESERVED' AND expires_on < today AND deal_id IS DISTINCT FROM for_deal;
  SELECT group_key INTO related FROM client_group WHERE party = client AND stated;
  RETURN (
    WITH live AS (SELECT * FROM guarantee_liability WHERE guarantor = of_guarantor AND state <> 'RELEASED'),
         near AS (SELECT * FROM live WHERE uscc = client OR group_key = related),
         newest AS (SELECT * FROM guarantor_capital WHERE guarantor = of_guarantor ORDER BY stated_on DESC, seq DESC LIMIT 1)
    SELECT jsonb_build_object(
      'group', related,
      'netAssets', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', net_assets, 'statedOn', stated_on, 'validTo', valid_to)
                      ORDER BY stated_on DESC, seq DESC), '[]') FROM guarantor_capital WHERE guarantor = of_guarantor),
      'mainlySmall', (SELECT mainly_small FROM newest),
      'controllers', (SELECT to_jsonb(controllers) FROM newest),
      'related', (SELECT to_jsonb(n.related) FROM newest n),
      'programme', (SELECT jsonb_build_object('perClient', per_client, 'total', total) FROM guarantor_programme
                    WHERE guarantor = of_guarantor AND programme = for_programme ORDER BY seq DESC LIMIT 1),
      'near', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', deal_id, 'client', uscc, 'group', group_key, 'programme', programme,
                 'principal', principal, 'ownShareBp', own_share_bp, 'small', small_loan, 'state', state, 'reservedUntil', expires_on)), '[]') FROM near),
      'restWeighted', (SELECT ceil(b.weighted_total - (SELECT coalesce(sum(weighted_fen), 0) FROM near)) FROM guarantor_book b
                       WHERE b.guarantor = of_guarantor),
      'restOfProgramme', (SELECT coalesce(sum(principal), 0) FROM live l
        WHERE programme = for_programme AND NOT EXISTS (SELECT FROM near n WHERE n.deal_id = l.deal_id))));
END $$;
`,
  },
];
