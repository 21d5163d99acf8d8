import { dateAt, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import { shippedProgrammes } from '../programmes/shipped-programmes.ts';
import type { HashedScheme } from '../sharing/scheme.ts';
import { schemeInForce, shippedSchemes } from '../sharing/shipped-schemes.ts';
import { fuseOf, type BookedGuarantee } from './claim-book.ts';
import type { GuaranteeEntry } from './guarantee-entries.ts';
import type { GuaranteeEvent, GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';
import type { FuseReading } from './scheme-rules.ts';

/** Reads the fuse of a guarantor under a scheme (an open seam: a batch reads it once). */
export type FuseReader = (
  tx: Tx,
  asked: { readonly guarantor: string; readonly scheme: HashedScheme; readonly on: LocalDate },
) => Promise<FuseReading>;

/** Events with which a guarantee releases principal or pays a claim: without one in a year it has no part in its rate. */
const MOVING: readonly GuaranteeEvent[] = [
  'reduce',
  'repaid',
  'expire',
  'end-draws',
  'accept-rejection',
  'pay',
  'court',
  'correct',
];

/** A guarantee that was opened before schemes were asked falls under that of its programme. */
const UNDER = `(d.terms -> 'sharing' ->> 'scheme' = $2 OR (NOT d.terms ? 'sharing' AND d.programme = ANY ($3::text[])))`;
const programmesUnder = (scheme: string): string[] => [
  ...new Set(
    shippedProgrammes().flatMap(({ programme }) => (programme.sharing?.scheme === scheme ? [programme.code] : [])),
  ),
];

interface BookRow {
  readonly entries: readonly GuaranteeEntry[];
  readonly terms: GuaranteeTerms;
  readonly state: GuaranteeState;
  readonly since: Date;
}

/**
 * The guarantees of one guarantor under one scheme of which something was released or claimed since the year began. A ceiling is
 * asked guarantor by guarantor: its own book is what its row locks, and what it may know.
 */
export async function claimBook(
  db: Db,
  { guarantor, scheme, year }: { readonly guarantor: string; readonly scheme: string; readonly year: number },
): Promise<readonly BookedGuarantee[]> {
  const rows = await db.query<BookRow>(
    `SELECT d.body -> 'entries' AS entries, d.terms, d.state, d.state_since AS since
     FROM deal_party p JOIN deal d USING (deal_id)
     WHERE p.institution_id = $1 AND p.desk = 'GUAR' AND d.kind = 'guarantee' AND ${UNDER}
       AND EXISTS (SELECT FROM deal_event e WHERE e.deal_id = d.deal_id AND e.event = ANY ($4::text[])
         AND e.at >= ($5 || '-01-01')::timestamp AT TIME ZONE 'Asia/Shanghai')`,
    [guarantor, scheme, programmesUnder(scheme), MOVING, String(year)],
    'claim-book',
  );
  return rows.map(({ entries, terms, state, since }) => ({
    terms,
    entries,
    releasedOn: state === 'RELEASED' ? dateAt(since) : null,
  }));
}

/** 代偿率熔断 today. The caller holds the lock on the guarantor's row: whatever releases or pays takes it too. */
export const readFuse: FuseReader = async (tx, { guarantor, scheme: { scheme }, on }) =>
  fuseOf(await claimBook(tx, { guarantor, scheme: scheme.code, year: Number(on.slice(0, 4)) }), scheme, on);

/** As `readFuse`, read once: for one transaction that holds the lock and neither releases nor pays. */
export function readOnce(read: FuseReader = readFuse): FuseReader {
  const readings = new Map<string, Promise<FuseReading>>();
  return (tx, asked) => {
    const { guarantor, scheme, on } = asked;
    const key = [guarantor, scheme.hash, on].join(' ');
    const reading = readings.get(key) ?? read(tx, asked);
    readings.set(key, reading);
    return reading;
  };
}

/**
 * 单户在保余额 under a scheme on this platform, whoever guarantees: guaranteed principal, reservations included, without this
 * deal. Two guarantors that approve at once wait for one another: their own rows would not see the other's.
 */
export async function firmInForce(
  tx: Tx,
  { uscc, scheme, dealId }: { readonly uscc: Uscc; readonly scheme: string; readonly dealId: string | null },
): Promise<Fen> {
  await tx.query('SELECT pg_advisory_xact_lock(7104032, hashtext($1))', [scheme], 'scheme-lock');
  const [row] = await tx.query<{ sum: Fen }>(
    `SELECT coalesce(sum(l.principal), 0)::bigint AS sum FROM deal d JOIN guarantee_liability l USING (deal_id)
     WHERE d.uscc = $1 AND ${UNDER} AND l.state <> 'RELEASED' AND d.deal_id IS DISTINCT FROM $4::uuid`,
    [uscc, scheme, programmesUnder(scheme), dealId],
    'scheme-firm',
  );
  return row!.sum;
}

/** Schemes in force today under which the guarantor guarantees or guaranteed, with the fuse of each, by code. For the house. */
export async function fusesOf(tx: Tx, guarantor: string, on: LocalDate): Promise<readonly FuseReading[]> {
  const named = await tx.query<{ readonly scheme: string | null; readonly programme: string | null }>(
    `SELECT DISTINCT d.terms -> 'sharing' ->> 'scheme' AS scheme,
       CASE WHEN d.terms ? 'sharing' THEN NULL ELSE d.programme END AS programme
     FROM deal_party p JOIN deal d USING (deal_id)
     WHERE p.institution_id = $1 AND p.desk = 'GUAR' AND d.kind = 'guarantee'`,
    [guarantor],
    'schemes-named',
  );
  const under = (code: string): boolean => {
    const programmes = programmesUnder(code);
    return named.some(
      ({ scheme, programme }) => scheme === code || (programme !== null && programmes.includes(programme)),
    );
  };
  const codes = new Set(shippedSchemes().map(({ scheme }) => scheme.code));
  const readings: FuseReading[] = [];
  for (const code of [...codes].sort()) {
    const scheme = under(code) ? schemeInForce(code, on) : undefined;
    if (scheme !== undefined) readings.push(await readFuse(tx, { guarantor, scheme, on }));
  }
  return readings;
}
