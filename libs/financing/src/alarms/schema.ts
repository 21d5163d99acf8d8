import type { SchemaStep } from '#lib/platform';

/** Alarms that were raised: what warns somebody and moves nothing. */
export const ALARMS_SCHEMA: readonly SchemaStep[] = [
  {
    name: 'Financing1763800000260',
    sql: `
-- The last day of a deal's alarm is over, and whoever is expected to act was told. The deal itself did not move.
CREATE TABLE alarm_of_deal (
  alarm_id uuid PRIMARY KEY,
  deal_id uuid NOT NULL REFERENCES deal,
  state text NOT NULL,
  state_since timestamptz(3) NOT NULL,
  last_day date NOT NULL,
  raised_at timestamptz(3) NOT NULL,
  -- Desks that are expected to act, and the institutions at them.
  desks text[] NOT NULL,
  told uuid[] NOT NULL,
  -- Once for each time that the deal came into the state, however many workers look.
  UNIQUE (deal_id, state_since)
);

-- A callback has waited too long for its predecessor, and its sender was told.
CREATE TABLE alarm_of_callback (
  institution_id uuid NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  seq integer NOT NULL,
  raised_at timestamptz(3) NOT NULL,
  PRIMARY KEY (institution_id, external_id, seq),
  FOREIGN KEY (institution_id, external_id, seq) REFERENCES partner_callback
);

CREATE TRIGGER alarm_of_deal_append_only BEFORE UPDATE OR DELETE ON alarm_of_deal FOR EACH ROW EXECUTE FUNCTION deal_history_is_append_only();
CREATE TRIGGER alarm_of_callback_append_only BEFORE UPDATE OR DELETE ON alarm_of_callback FOR EACH ROW EXECUTE FUNCTION deal_history_is_append_only();

-- Partners have the notice; who else was told is the house's to know.
ALTER TABLE alarm_of_deal ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON alarm_of_deal USING (actor_is_house());
ALTER TABLE alarm_of_callback ENABLE ROW LEVEL SECURITY;
CREATE POLICY house ON alarm_of_callback USING (actor_is_house());

GRANT SELECT, INSERT ON alarm_of_deal, alarm_of_callback TO firstmile_app;
`,
  },
];
