import type { SchemaStep } from '#lib/platform';

/** The life of institutions and keys, and who changed what. */
export const LIFE_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Access1763800000110',
    sql: `
-- Misuse suspends the institution. Never the house itself, and never a firm: the law lets it read what is said of it.
ALTER TABLE institution
  ADD COLUMN state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'SUSPENDED')),
  ADD COLUMN state_reason text,
  ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
  ADD CONSTRAINT institution_state_reason CHECK ((state = 'SUSPENDED') = (state_reason IS NOT NULL)),
  ADD CONSTRAINT institution_never_suspended CHECK (kind NOT IN ('operator', 'firm') OR state = 'ACTIVE');

CREATE FUNCTION institution_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NEW.version = OLD.version + 1
     AND to_jsonb(NEW) - '{state,state_reason,version}'::text[] = to_jsonb(OLD) - '{state,state_reason,version}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an institution changes its state and nothing else' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER institution_moves BEFORE UPDATE OR DELETE ON institution FOR EACH ROW EXECUTE FUNCTION institution_moves();

ALTER TABLE api_key
  -- From where the key works; empty: from anywhere.
  ADD COLUMN addresses cidr[] NOT NULL DEFAULT '{}' CHECK (cardinality(addresses) <= 32 AND array_position(addresses, NULL) IS NULL),
  -- A key is replaced once at most: two rotations of one key would leave two successors.
  ADD COLUMN replaces uuid UNIQUE REFERENCES api_key,
  ADD COLUMN revoked_by uuid REFERENCES person,
  ADD COLUMN revoke_reason text,
  -- A day, not an instant: it is written once a day and key, and tells nobody's working hours.
  ADD COLUMN last_used_on date,
  ADD CONSTRAINT api_key_revoked CHECK (revoked_at IS NOT NULL OR (revoked_by IS NULL AND revoke_reason IS NULL));

CREATE FUNCTION api_key_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving constant text[] := '{expires_at,revoked_at,revoked_by,revoke_reason,last_used_on}';
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving
     AND NEW.expires_at <= OLD.expires_at
     AND (OLD.revoked_at IS NULL
          OR (NEW.revoked_at, NEW.revoked_by, NEW.revoke_reason) IS NOT DISTINCT FROM (OLD.revoked_at, OLD.revoked_by, OLD.revoke_reason))
     AND (OLD.last_used_on IS NULL OR NEW.last_used_on >= OLD.last_used_on) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a key is never changed; its end may come sooner' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER api_key_only_ends BEFORE UPDATE OR DELETE ON api_key FOR EACH ROW EXECUTE FUNCTION api_key_only_ends();

-- What happened to institutions, people and keys. by_person NULL: the program itself, at a start.
CREATE TABLE access_event (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  institution_id uuid NOT NULL REFERENCES institution,
  subject text NOT NULL CHECK (subject IN ('institution', 'person', 'key')),
  subject_id uuid NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  event text NOT NULL,
  by_person uuid REFERENCES person,
  at timestamptz(3) NOT NULL,
  reason text,
  detail jsonb NOT NULL DEFAULT '{}',
  UNIQUE (subject_id, version),
  CHECK (event = ANY (CASE subject WHEN 'institution' THEN ARRAY['add', 'suspend', 'restore']
                                   WHEN 'person' THEN ARRAY['add', 'roles']
                                   ELSE ARRAY['issue', 'rotate', 'revoke'] END)),
  CHECK (event NOT IN ('suspend', 'restore', 'revoke') OR reason IS NOT NULL)
);
CREATE INDEX access_event_institution ON access_event (institution_id, seq);

CREATE FUNCTION access_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what happened is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE ON access_event FOR EACH ROW EXECUTE FUNCTION access_event_is_append_only();
CREATE TRIGGER access_event_no_truncate BEFORE TRUNCATE ON access_event FOR EACH STATEMENT EXECUTE FUNCTION access_event_is_append_only();

-- What was there before events were kept begins with what is known of it.
INSERT INTO access_event (institution_id, subject, subject_id, version, event, at)
  SELECT institution_id, 'institution', institution_id, 1, 'add', now() FROM institution;
INSERT INTO access_event (institution_id, subject, subject_id, version, event, at)
  SELECT institution_id, 'person', person_id, 1, 'add', now() FROM person;
INSERT INTO access_event (institution_id, subject, subject_id, version, event, at)
  SELECT p.institution_id, 'key', k.key_id, 1, 'issue', k.created_at FROM api_key k JOIN person p USING (person_id);
INSERT INTO access_event (institution_id, subject, subject_id, version, event, at, reason)
  SELECT p.institution_id, 'key', k.key_id, 2, 'revoke', k.revoked_at, 'before reasons were kept 未记录原因'
  FROM api_key k JOIN person p USING (person_id) WHERE k.revoked_at IS NOT NULL;

ALTER TABLE access_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON access_event USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY theirs ON access_event FOR SELECT USING (institution_id = actor_institution());

GRANT SELECT, INSERT ON access_event TO firstmile_app;
GRANT UPDATE (state, state_reason, version) ON institution TO firstmile_app;
GRANT UPDATE (expires_at, revoked_at, revoked_by, revoke_reason, last_used_on) ON api_key TO firstmile_app;
`,
  },
  {
    name: 'Access1763800000111',
    sql: `
-- What people do (岗位): data, read by the code. \`given\`: the kinds whose people hold it unless something else is said.
CREATE TABLE role (
  role text PRIMARY KEY,
  zh text NOT NULL,
  en text NOT NULL,
  kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
  given text[] NOT NULL CHECK (given <@ kinds),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0)
);
INSERT INTO role VALUES
  ('house', '运营方（单人起步）', 'the whole house, for a start by one person', '{operator}', '{}',
   '{ops:deliveries,ops:runs,ops:models,ops:access,ops:compliance,ops:lists}'),
  ('data-steward', '数据管理员', 'takes deliveries in', '{operator}', '{operator}', '{ops:deliveries}'),
  ('scoring-operator', '评分运行员', 'runs scores', '{operator}', '{operator}', '{ops:runs}'),
  ('model-owner', '模型负责人', 'answers for scorecards', '{operator}', '{operator}', '{ops:models}'),
  ('list-maintainer', '名单维护员', 'keeps the lists', '{operator}', '{operator}', '{ops:lists}'),
  ('compliance-officer', '合规负责人', 'authorisations, disputes, query log', '{operator}', '{}', '{ops:compliance}'),
  ('access-administrator', '权限管理员', 'institutions, people, keys', '{operator}', '{}', '{ops:access}'),
  ('credit-officer', '信贷经理', 'reads and uses scores', '{bank,guarantor,investor,insurer,lessor}', '{bank,guarantor,investor,insurer,lessor}',
   '{partner:scores,partner:candidates,partner:authorisations,partner:reports,partner:lists}'),
  ('reviewer', '复核员', 'reviews members of lists', '{guarantor}', '{guarantor}', '{partner:reviews}'),
  ('integration', '系统对接', 'receives notices by machine', '{bank,guarantor,investor,insurer,lessor}', '{bank,guarantor,investor,insurer,lessor}',
   '{partner:notices}'),
  ('supervisor', '监管人员', 'supervises', '{regulator}', '{regulator}', '{regulator:read}'),
  ('subject', '信息主体', 'a firm, of itself', '{firm}', '{firm}', '{subject:own}');

-- Separation of duties (不相容岗位): nobody holds both of a pair.
CREATE TABLE role_conflict (
  role text NOT NULL REFERENCES role,
  other text NOT NULL REFERENCES role,
  PRIMARY KEY (role, other),
  CHECK (role < other)
);
-- Who hands out keys does none of the work that keys open; who checks compliance runs, models and lists nothing.
INSERT INTO role_conflict
  SELECT least(a, b), greatest(a, b) FROM (
    SELECT 'access-administrator' AS a, unnest(ARRAY['data-steward', 'scoring-operator', 'model-owner', 'list-maintainer', 'compliance-officer']) AS b
    UNION ALL SELECT 'compliance-officer', unnest(ARRAY['scoring-operator', 'model-owner', 'list-maintainer'])
    UNION ALL SELECT 'house', role FROM role WHERE role <> 'house') pairs;

CREATE TABLE person_role (
  person_id uuid NOT NULL REFERENCES person,
  role text NOT NULL REFERENCES role,
  granted_by uuid REFERENCES person,
  granted_at timestamptz(3) NOT NULL,
  PRIMARY KEY (person_id, role),
  -- Nobody gives themselves a role.
  CONSTRAINT own_roles CHECK (granted_by <> person_id),
  -- Nobody who hands out roles over the API can hand out the whole house.
  CONSTRAINT house_of_machine CHECK (role <> 'house' OR granted_by IS NULL)
);
-- A start by one person: there is one such person.
CREATE UNIQUE INDEX person_role_house ON person_role (role) WHERE role = 'house';

-- As the owner, for the application may not lock people: two roles given at once would not see one another.
CREATE FUNCTION person_role_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  kind_of text;
  held text;
BEGIN
  SELECT i.kind INTO kind_of FROM person p JOIN institution i USING (institution_id) WHERE p.person_id = NEW.person_id FOR NO KEY UPDATE OF p;
  IF NOT EXISTS (SELECT FROM role r WHERE r.role = NEW.role AND kind_of = ANY (r.kinds)) THEN
    RAISE EXCEPTION 'the role is not one of this kind of institution'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'role_of_kind', DETAIL = NEW.role;
  END IF;
  SELECT p.role INTO held FROM person_role p JOIN role_conflict c
    ON c.role = least(p.role, NEW.role) AND c.other = greatest(p.role, NEW.role) WHERE p.person_id = NEW.person_id LIMIT 1;
  IF held IS NOT NULL THEN
    RAISE EXCEPTION 'the two roles are kept apart'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'duties_conflict', DETAIL = held || ',' || NEW.role;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER person_role_fits BEFORE INSERT OR UPDATE ON person_role FOR EACH ROW EXECUTE FUNCTION person_role_fits();

-- What a person's roles open.
CREATE FUNCTION scopes_of_person(person uuid) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public
  BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT s), '{}') FROM person_role p JOIN role r USING (role), unnest(r.scopes) s
    WHERE p.person_id = person;
  END;

CREATE FUNCTION api_key_of_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM FROM person WHERE person_id = NEW.person_id FOR NO KEY UPDATE;
  IF NOT NEW.scopes <@ scopes_of_person(NEW.person_id) THEN
    RAISE EXCEPTION 'a scope of the key lies outside the roles of the person'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'scope_of_role';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER api_key_of_roles BEFORE INSERT ON api_key FOR EACH ROW EXECUTE FUNCTION api_key_of_roles();

-- People who were there before: the one operator of the start, and everyone else as their kind's people begin.
INSERT INTO person_role (person_id, role, granted_at) SELECT person_id, 'house', now() FROM person WHERE handle = 'operator';
INSERT INTO person_role (person_id, role, granted_at)
  SELECT person_id, r.role, now() FROM person p JOIN institution i USING (institution_id) JOIN role r ON i.kind = ANY (r.given)
  WHERE p.handle <> 'operator';

GRANT SELECT ON role, role_conflict TO firstmile_app;
GRANT SELECT, INSERT, DELETE ON person_role TO firstmile_app;
`,
  },
  {
    name: 'Access1763800000112',
    sql: `
-- Requests counted, one row a key or address and window; the columns are those of rate-limiter-flexible. Not logged: after
-- a crash every window begins anew. Half of each page stays free, so that counting touches no index.
CREATE UNLOGGED TABLE rate_limit (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO firstmile_app;
`,
  },
  {
    name: 'Access1763800000113',
    sql: `
-- Deals: who sits at them, who keeps their order for the house, and the machines that call back.
INSERT INTO role VALUES ('deal-coordinator', '业务协调员', 'keeps deals in order', '{operator}', '{operator}', '{ops:deals}');
UPDATE role SET scopes = scopes || '{ops:deals}' WHERE role = 'house';
UPDATE role SET scopes = scopes || '{partner:deals}' WHERE role = 'credit-officer';
UPDATE role SET scopes = scopes || '{partner:callbacks}' WHERE role = 'integration';
INSERT INTO role_conflict
  SELECT least('deal-coordinator', b), greatest('deal-coordinator', b)
  FROM unnest(ARRAY['access-administrator', 'compliance-officer', 'house']) b;
`,
  },
  {
    name: 'Access1763800000190',
    sql: `
-- What a POST answered is kept for the person who sent it, and for nobody else.
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON idempotency USING (actor() = 'person:' || person_id) WITH CHECK (actor() = 'person:' || person_id);
CREATE POLICY swept ON idempotency FOR DELETE USING (actor_is_house());
CREATE POLICY seen ON idempotency FOR SELECT USING (actor_is_house());
`,
  },
];
