import type { SchemaStep } from '#lib/platform';

/** Reviews of firms by the institutions that review a list. */
export const REVIEW_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Whitelist1763800000150',
    sql: `
-- Which institutions review a list, and since when (复核机构).
CREATE TABLE list_reviewer (
  list_code text NOT NULL CHECK (list_code ~ '^[A-Z]{3,6}$'),
  institution_id uuid NOT NULL REFERENCES institution,
  named_at timestamptz(3) NOT NULL,
  named_by uuid NOT NULL REFERENCES person,
  ended_at timestamptz(3),
  ended_by uuid REFERENCES person,
  PRIMARY KEY (list_code, institution_id, named_at),
  CHECK (ended_at >= named_at),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX list_reviewer_open ON list_reviewer (list_code, institution_id) WHERE ended_at IS NULL;

-- What a first person proposes, with what the rules said then. A hold waits for nobody; every other proposal is open until a
-- second person decides, or the committee.
CREATE TABLE review_proposal (
  proposal_id uuid PRIMARY KEY,
  list_code text NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('include', 'exclude', 'hold', 'remove')),
  reason text NOT NULL,
  explanation text NOT NULL CHECK (char_length(explanation) BETWEEN 20 AND 2000),
  form jsonb,
  form_version text,
  -- 100 to 500: the weighted mean of the marks in hundredths. Beside the score, never in it.
  expert_hundredths integer CHECK (expert_hundredths BETWEEN 100 AND 500),
  -- The version of the list that was looked at, and what of its conditions did not pass.
  list_version integer NOT NULL,
  failing jsonb NOT NULL,
  hold_until date,
  open boolean NOT NULL,
  proposed_by uuid NOT NULL REFERENCES person,
  institution_id uuid NOT NULL REFERENCES institution,
  proposed_at timestamptz(3) NOT NULL,
  UNIQUE (proposal_id, proposed_by),
  FOREIGN KEY (list_code, uscc) REFERENCES membership,
  CHECK (kind <> 'include' OR form IS NOT NULL),
  CHECK ((form IS NULL) = (expert_hundredths IS NULL) AND (form IS NULL) = (form_version IS NULL)),
  CHECK ((kind = 'hold') = (hold_until IS NOT NULL)),
  CHECK (kind <> 'hold' OR NOT open)
);
CREATE UNIQUE INDEX review_proposal_open ON review_proposal (list_code, uscc) WHERE open;
CREATE INDEX review_proposal_firm ON review_proposal (list_code, uscc, proposed_at);
CREATE INDEX review_proposal_time ON review_proposal (list_code, proposed_at);

-- The second person. Reviewer A is never reviewer B: the database itself refuses it.
CREATE TABLE review_decision (
  proposal_id uuid PRIMARY KEY,
  proposed_by uuid NOT NULL,
  decision text NOT NULL CHECK (decision IN ('confirm', 'return', 'disagree')),
  explanation text NOT NULL CHECK (char_length(explanation) BETWEEN 2 AND 2000),
  decided_by uuid NOT NULL REFERENCES person,
  institution_id uuid NOT NULL REFERENCES institution,
  decided_at timestamptz(3) NOT NULL,
  UNIQUE (proposal_id, proposed_by, decided_by),
  FOREIGN KEY (proposal_id, proposed_by) REFERENCES review_proposal (proposal_id, proposed_by),
  CONSTRAINT review_two_persons CHECK (decided_by <> proposed_by)
);

-- The committee: people who neither proposed nor disagreed.
CREATE TABLE review_vote (
  proposal_id uuid NOT NULL,
  proposed_by uuid NOT NULL,
  decided_by uuid NOT NULL,
  vote text NOT NULL CHECK (vote IN ('include', 'exclude')),
  explanation text NOT NULL CHECK (char_length(explanation) BETWEEN 2 AND 2000),
  voter uuid NOT NULL REFERENCES person,
  institution_id uuid NOT NULL REFERENCES institution,
  voted_at timestamptz(3) NOT NULL,
  PRIMARY KEY (proposal_id, voter),
  FOREIGN KEY (proposal_id, proposed_by, decided_by) REFERENCES review_decision (proposal_id, proposed_by, decided_by),
  CONSTRAINT review_third_person CHECK (voter <> proposed_by AND voter <> decided_by)
);

-- How a case ended, and whether against the rules (人工干预).
CREATE TABLE review_outcome (
  proposal_id uuid PRIMARY KEY REFERENCES review_proposal,
  list_code text NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('in', 'out', 'removed')),
  override text CHECK (override IN ('up', 'down')),
  exception_until date,
  decided_at timestamptz(3) NOT NULL
);
CREATE INDEX review_outcome_time ON review_outcome (list_code, decided_at);

CREATE FUNCTION review_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'review_proposal'
     AND (to_jsonb(OLD)->>'open')::boolean AND NOT (to_jsonb(NEW)->>'open')::boolean
     AND to_jsonb(NEW) - 'open' = to_jsonb(OLD) - 'open' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'list_reviewer'
     AND to_jsonb(OLD)->>'ended_at' IS NULL AND to_jsonb(NEW)->>'ended_at' IS NOT NULL
     AND to_jsonb(NEW) - '{ended_at,ended_by}'::text[] = to_jsonb(OLD) - '{ended_at,ended_by}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what a reviewer said is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER list_reviewer_append_only BEFORE UPDATE OR DELETE ON list_reviewer FOR EACH ROW EXECUTE FUNCTION review_is_append_only();
CREATE TRIGGER review_proposal_append_only BEFORE UPDATE OR DELETE ON review_proposal FOR EACH ROW EXECUTE FUNCTION review_is_append_only();
CREATE TRIGGER review_decision_append_only BEFORE UPDATE OR DELETE ON review_decision FOR EACH ROW EXECUTE FUNCTION review_is_append_only();
CREATE TRIGGER review_vote_append_only BEFORE UPDATE OR DELETE ON review_vote FOR EACH ROW EXECUTE FUNCTION review_is_append_only();
CREATE TRIGGER review_outcome_append_only BEFORE UPDATE OR DELETE ON review_outcome FOR EACH ROW EXECUTE FUNCTION review_is_append_only();

-- The queue, oldest first.
CREATE INDEX membership_in_review ON membership (list_code, state_since, uscc)
  WHERE state IN ('IN_REVIEW', 'PROPOSED_IN', 'PROPOSED_OUT', 'COMMITTEE');

-- Institutions that review a list share its cases; each writes in its own name.
CREATE FUNCTION reviews_list(code text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT actor_is_house() OR EXISTS (SELECT FROM list_reviewer r
    WHERE r.list_code = code AND r.institution_id = actor_institution() AND r.ended_at IS NULL)
$$;
CREATE FUNCTION reviews_proposal(id uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM review_proposal p WHERE p.proposal_id = id AND reviews_list(p.list_code))
$$;
ALTER TABLE list_reviewer ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_vote ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON list_reviewer USING (actor_is_house()) WITH CHECK (actor_is_house());
CREATE POLICY theirs ON list_reviewer FOR SELECT USING (institution_id = actor_institution());
CREATE POLICY reviewed ON review_proposal FOR SELECT USING (reviews_list(list_code));
CREATE POLICY own_name ON review_proposal FOR INSERT
  WITH CHECK (reviews_list(list_code) AND (actor_is_house() OR institution_id = actor_institution()));
CREATE POLICY closed ON review_proposal FOR UPDATE USING (reviews_list(list_code)) WITH CHECK (reviews_list(list_code));
CREATE POLICY reviewed ON review_decision FOR SELECT USING (reviews_proposal(proposal_id));
CREATE POLICY own_name ON review_decision FOR INSERT
  WITH CHECK (reviews_proposal(proposal_id) AND (actor_is_house() OR institution_id = actor_institution()));
CREATE POLICY reviewed ON review_vote FOR SELECT USING (reviews_proposal(proposal_id));
CREATE POLICY own_name ON review_vote FOR INSERT
  WITH CHECK (reviews_proposal(proposal_id) AND (actor_is_house() OR institution_id = actor_institution()));
CREATE POLICY reviewed ON review_outcome FOR SELECT USING (reviews_list(list_code));
CREATE POLICY closed ON review_outcome FOR INSERT WITH CHECK (reviews_list(list_code));

GRANT SELECT, INSERT ON list_reviewer, review_proposal, review_decision, review_vote, review_outcome TO firstmile_app;
GRANT UPDATE (ended_at, ended_by) ON list_reviewer TO firstmile_app;
GRANT UPDATE (open) ON review_proposal TO firstmile_app;
`,
  },
];
