import { registrationOf, SOURCES } from '#lib/data-sources';
import type { LocalDate, Uscc } from '#lib/kernel';
import { readCoverage, readDossier } from '#lib/ledger';
import type { Db } from '#lib/platform';
import { RULE_CATALOGUE, scoreFirmRich, type KnockOut } from '#lib/scoring';
import { modelByHash } from './models/models.ts';
import type { RunView } from './run.ts';

/** Sources that a knock-out reads: a record of another changes none. */
const KNOCK_OUT_SOURCES: readonly string[] = SOURCES.filter(({ layouts }) =>
  Object.values(layouts).some(({ feed }) =>
    RULE_CATALOGUE.some(
      ({ code, feeds, alsoReads }) => code.startsWith('K') && [...feeds, ...alsoReads].includes(feed),
    ),
  ),
).map(({ name }) => name);

/** Firms among these with a record, of what knock-outs read, that became known after `since` and by `until`; by code. */
export async function firmsWithNews(
  db: Db,
  among: readonly string[],
  { since, until }: { readonly since: Date; readonly until: Date },
): Promise<Uscc[]> {
  const rows = await db.query<{ uscc: Uscc }>(
    `SELECT DISTINCT c.uscc FROM record r JOIN company c USING (company_id)
     WHERE r.known_from > $1 AND r.known_from <= $2 AND r.source = ANY ($3) AND c.uscc = ANY ($4) ORDER BY c.uscc`,
    [since, until, KNOCK_OUT_SOURCES, among],
  );
  return rows.map(({ uscc }) => uscc);
}

/** A firm's knock-outs between two runs. */
export interface LiveKnockOuts {
  readonly uscc: Uscc;
  /** GB/T 4754, of the register. */
  readonly industry: string | undefined;
  /** Every one, with its state. */
  readonly knockOuts: readonly KnockOut[];
}

/**
 * 即时否决: the knock-outs of these firms on a day, as the ledger knows them at `knownAt`, by the model of a run. A firm that is
 * not scored has none.
 */
export async function knockOutsNow(
  db: Db,
  usccs: readonly Uscc[],
  { run, knownAt, on }: { readonly run: Pick<RunView, 'modelHash'>; readonly knownAt: Date; readonly on: LocalDate },
): Promise<LiveKnockOuts[]> {
  const model = await modelByHash(db, run.modelHash);
  const coverage = await readCoverage(db, knownAt);
  const found: LiveKnockOuts[] = [];
  for (const uscc of usccs) {
    const firm = await readDossier(db, uscc, knownAt, coverage);
    const scored = firm && scoreFirmRich(firm.dossier, model, on);
    if (scored?.kind !== 'scored') continue;
    found.push({ uscc, industry: registrationOf(firm!.dossier)?.registration.industry, knockOuts: scored.knockOuts });
  }
  return found;
}
