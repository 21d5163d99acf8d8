import type { SchemaStep } from '#lib/platform';

/** The runs' tables (architecture §6). State is here; the queue is only a doorbell. */
export const RUNS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Runs1763800000003',
    sql: `
-- Every model that ever scored, by hash: a run is replayed with the very document that it used.
CREATE TABLE model (
  model_hash bytea PRIMARY KEY CHECK (octet_length(model_hash) = 32),
  model_id text NOT NULL,
  version text NOT NULL,
  document jsonb NOT NULL,
  known_from timestamptz(3) NOT NULL
);

CREATE TABLE run (
  run_id uuid PRIMARY KEY,
  -- The pins: nothing else decides the result.
  as_of date NOT NULL,
  known_at timestamptz(3) NOT NULL,
  model_hash bytea NOT NULL REFERENCES model,
  catalogue_hash bytea NOT NULL CHECK (octet_length(catalogue_hash) = 32),
  code_version text NOT NULL,
  state text NOT NULL CHECK (state IN ('RUNNING', 'PUBLISHED', 'ARCHIVED', 'HOLD', 'RUN_FAILED')),
  planned_at timestamptz(3) NOT NULL,
  planned_by uuid NOT NULL REFERENCES person,
  finished_at timestamptz(3),
  firms bigint,
  output_hash bytea CHECK (octet_length(output_hash) = 32),
  stats jsonb,
  problem jsonb,
  -- Published whole or not at all.
  CHECK (state NOT IN ('PUBLISHED', 'ARCHIVED') OR (output_hash IS NOT NULL AND firms IS NOT NULL AND finished_at IS NOT NULL)),
  CHECK (state NOT IN ('HOLD', 'RUN_FAILED') OR problem IS NOT NULL)
);
CREATE INDEX run_newest ON run (planned_at DESC, run_id DESC);
-- One published run at a time: the newest; the others are archived.
CREATE UNIQUE INDEX run_published ON run ((true)) WHERE state = 'PUBLISHED';

CREATE TABLE run_shard (
  run_id uuid NOT NULL REFERENCES run,
  shard_no integer NOT NULL,
  from_company bigint NOT NULL,
  to_company bigint NOT NULL CHECK (to_company > from_company),
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'DONE')),
  planned_firms integer NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  firms integer,
  worker text,
  problem text,
  PRIMARY KEY (run_id, shard_no),
  CHECK ((state = 'DONE') = (firms IS NOT NULL))
);
CREATE INDEX run_shard_open ON run_shard (run_id, shard_no) WHERE state = 'OPEN';

-- One row a firm and run; parts, reasons and texts follow from it and the model.
CREATE TABLE run_score (
  run_id uuid NOT NULL,
  company_id bigint NOT NULL,
  uscc text COLLATE "C" NOT NULL,
  score_tenths integer NOT NULL,
  score integer NOT NULL,
  low integer NOT NULL,
  high integer NOT NULL,
  coverage_bp integer NOT NULL CHECK (coverage_bp BETWEEN 0 AND 10000),
  confidence "char" NOT NULL CHECK (confidence IN ('H', 'M', 'L')),
  depth text NOT NULL,
  decision text NOT NULL,
  published text NOT NULL,
  grade text,
  knock_outs text[] NOT NULL,
  warnings text[] NOT NULL,
  dimension_tenths integer[] NOT NULL CHECK (cardinality(dimension_tenths) = 6),
  bins bytea NOT NULL,
  measured text NOT NULL,
  PRIMARY KEY (run_id, company_id),
  CHECK (low <= score AND score <= high),
  CHECK (grade IS NULL OR published = grade)
) PARTITION BY LIST (run_id);

-- The application owns nothing and may not create tables: this makes the one kind that a run needs.
CREATE FUNCTION create_run_partition(run uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  part text := 'run_score_' || replace(run::text, '-', '');
BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF run_score FOR VALUES IN (%L)', part, run);
  EXECUTE format('ALTER TABLE %I ALTER COLUMN measured SET STORAGE MAIN', part);
  EXECUTE format('GRANT SELECT, INSERT ON %I TO firstmile_app', part);
END $$;
REVOKE ALL ON FUNCTION create_run_partition(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_run_partition(uuid) TO firstmile_app;

-- Once all shards are written: one row a firm, found by its code, and nothing can be added any more.
CREATE FUNCTION finish_run_partition(run uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  part text := 'run_score_' || replace(run::text, '-', '');
BEGIN
  EXECUTE format('CREATE UNIQUE INDEX %I ON %I (uscc)', part || '_uscc', part);
  EXECUTE format('ANALYZE %I', part);
  EXECUTE format('REVOKE INSERT ON %I FROM firstmile_app', part);
END $$;
REVOKE ALL ON FUNCTION finish_run_partition(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION finish_run_partition(uuid) TO firstmile_app;

-- A score is never changed: the application may insert into the partition of a running run, nothing more.
GRANT SELECT, INSERT ON model, run, run_shard TO firstmile_app;
GRANT SELECT ON run_score TO firstmile_app;
GRANT UPDATE ON run, run_shard TO firstmile_app;
`,
  },
  {
    name: 'Runs1763800000030',
    sql: `
-- The life of each scorecard: what people decided about it. Its document lies in model and never changes.
CREATE UNIQUE INDEX model_name ON model (model_id, version);
CREATE TABLE model_life (
  model_hash bytea PRIMARY KEY REFERENCES model,
  state text NOT NULL CHECK (state IN ('DRAFT', 'VALIDATED', 'ENDORSED', 'APPROVED', 'CHALLENGER', 'CHAMPION', 'RETIRED')),
  version integer NOT NULL CHECK (version > 0),
  -- It came with the program, whose changes two persons review where it is made.
  shipped boolean NOT NULL,
  submitted_by uuid NOT NULL REFERENCES person,
  first_approver uuid REFERENCES person,
  second_approver uuid REFERENCES person,
  CHECK (first_approver <> submitted_by AND second_approver <> submitted_by AND first_approver <> second_approver),
  CHECK (second_approver IS NULL OR first_approver IS NOT NULL),
  CHECK (shipped OR state NOT IN ('APPROVED', 'CHALLENGER', 'CHAMPION') OR second_approver IS NOT NULL)
);
CREATE UNIQUE INDEX model_champion ON model_life ((true)) WHERE state = 'CHAMPION';
CREATE UNIQUE INDEX model_challenger ON model_life ((true)) WHERE state = 'CHALLENGER';

-- One event a change; the version counts them.
CREATE TABLE model_event (
  model_hash bytea NOT NULL REFERENCES model_life,
  version integer NOT NULL,
  event text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  at timestamptz(3) NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (model_hash, version)
);

-- A run of the challenger at the pins of a run of the champion, never published (影子运行).
ALTER TABLE run ADD COLUMN shadow_of uuid REFERENCES run, DROP CONSTRAINT run_state_check,
  ADD CONSTRAINT run_state_check CHECK (state IN ('RUNNING', 'PUBLISHED', 'ARCHIVED', 'HOLD', 'RUN_FAILED', 'SHADOW')),
  ADD CHECK (shadow_of IS NULL OR state IN ('RUNNING', 'RUN_FAILED', 'SHADOW')),
  ADD CHECK (state <> 'SHADOW' OR (shadow_of IS NOT NULL AND output_hash IS NOT NULL AND firms IS NOT NULL));
CREATE INDEX run_shadow ON run (shadow_of) WHERE shadow_of IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON model_life TO firstmile_app;
GRANT SELECT, INSERT ON model_event TO firstmile_app;
`,
  },
  {
    name: 'Runs1763800000031',
    sql: `
-- How the graded firms of a published run spread, for percentiles (百分位): one row a cohort and score. Beside the scores
-- rather than in them: a score never changes, a cohort is known only when all of them are there. Cohorts of fewer than
-- 30 firms are left out; a firm then stands in the next wider one.
CREATE TABLE run_cohort (
  run_id uuid NOT NULL REFERENCES run,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('run', 'city', 'district', 'industry', 'sector', 'age')),
  cohort text COLLATE "C" NOT NULL,
  score integer NOT NULL,
  equal integer NOT NULL CHECK (equal > 0),
  below integer NOT NULL CHECK (below >= 0),
  firms integer NOT NULL CHECK (firms >= 30),
  PRIMARY KEY (run_id, kind, cohort, score),
  CHECK (below + equal <= firms)
);
GRANT SELECT, INSERT ON run_cohort TO firstmile_app;
`,
  },
  {
    name: 'Runs1763800000061',
    sql: `
-- A run of any scorecard at the pins of a published run, asked for by a person (模型预演). It is no shadow month.
ALTER TABLE run ADD COLUMN preview boolean NOT NULL DEFAULT false, ADD CHECK (NOT preview OR shadow_of IS NOT NULL);
`,
  },
];
