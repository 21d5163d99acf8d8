import { localDate } from '#lib/kernel';
import { shippedModel } from '#lib/runs';
import { evaluate, scoreFirm, type ScoredFirm } from '#lib/scoring';
import { madeUpDossiers } from './made-up-dossiers.ts';
import { rounded, seconds, summarise, type Pair } from './measure.ts';

export interface ScoreFirmsBenchOptions {
  readonly firms: number;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

const AS_OF = localDate('2026-06-30');
/** Firms scored for one figure: the book over and over. */
const FIRMS_A_ROUND = 5_000;

/**
 * Ours: slim scores of firms whose dossiers are ready (parsed and indexed), all characteristics, knock-outs and
 * warnings, one thread. Limit: the scorecard alone, over the values that ours computed.
 */
export async function benchScoreFirms({ firms, pairs, log }: ScoreFirmsBenchOptions): Promise<Record<string, unknown>> {
  log(`making ${firms} firms of every source …`);
  const { dossiers, records } = await madeUpDossiers(firms, AS_OF);
  const model = shippedModel();
  const scored = dossiers
    .map((dossier) => scoreFirm(dossier, model, AS_OF))
    .filter((result): result is ScoredFirm => result.kind === 'scored');
  const rounds = Math.ceil(FIRMS_A_ROUND / dossiers.length);
  const measured: Pair[] = [];
  let points = 0;
  // Pair 0 warms up.
  for (let pair = 0; pair <= pairs; pair++) {
    const ours = await seconds(async () => {
      for (let round = 0; round < rounds; round++)
        for (const dossier of dossiers) {
          const result = scoreFirm(dossier, model, AS_OF);
          if (result.kind === 'scored') points += result.score.scoreTenths;
        }
    });
    const limit = await seconds(async () => {
      for (let round = 0; round < rounds; round++)
        for (const { values } of scored) points -= evaluate(model, values).scoreTenths;
    });
    if (points !== 0) throw new Error(`the two differ by ${points} tenths of points`);
    const rate = { ours: (rounds * dossiers.length) / ours, limit: (rounds * scored.length) / limit };
    log(`${pair === 0 ? 'warm-up' : `pair ${pair}`}: ours ${rounded(rate.ours)}, limit ${rounded(rate.limit)} firms/s`);
    if (pair > 0) measured.push(rate);
  }
  const measuredValues = scored.reduce((n, { values }) => n + values.filter((v) => v.state === 'VALUE').length, 0);
  return {
    bench: 'score-firms',
    ...summarise(measured),
    unit: 'firms/s',
    firms: dossiers.length,
    recordsPerFirm: rounded(records / dossiers.length),
    characteristics: model.characteristics.length,
    valuesPerFirm: rounded(measuredValues / scored.length, 1),
  };
}
