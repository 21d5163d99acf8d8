import { lineDocument, type FirmStandings } from '#lib/financing';
import { addDays, dateAt, type Clock, type LocalDate } from '#lib/kernel';
import { percentilesOf } from '#lib/runs';
import { DIMENSIONS } from '#lib/scoring';
import type { ListNewsParts } from '#lib/whitelist';

/** A suggested line that partners were sent counts so long (domain §8: validity of a report). */
const LINE_DAYS = 30;

/** What a partner that a firm authorised is told of it with a list: percentiles, dimensions, warnings, the suggested line. */
export const memberFigures =
  (standings: FirmStandings, clock: Clock): ListNewsParts['figures'] =>
  async (tx, { uscc, kind, authorisation, runId }) => {
    const { institutionId, scopes, until } = authorisation;
    const view = {
      readers: [{ institutionId, kind }],
      loans: scopes.includes('credit-history'),
      financials: scopes.includes('financials'),
    };
    const standing = await standings.of(tx, uscc, view, runId);
    const { rich } = standing.scored;
    const [company] = await tx.query<{ id: number }>('SELECT company_id AS id FROM company WHERE uscc = $1', [uscc]);
    const percentiles = rich.score.grade === null ? undefined : await percentilesOf(tx, standing.run, company!.id);
    const percentile = (of: 'city' | 'industry' | 'age'): number | null => percentiles?.[of]?.percentile ?? null;
    const { qualificationTier, noLoanRecord } = standing.profile;
    const line = standings.line(standing);
    return {
      percentiles: { city: percentile('city'), industry: percentile('industry'), age: percentile('age') },
      dims: Object.fromEntries(DIMENSIONS.map((code, i) => [code, rich.score.dimensionTenths[i]!])),
      flags: standing.scored.warnings.map(({ code, zh, en }) => ({ code, zh, en })),
      suggestedLine: { ...lineDocument(line), validTo: earlier(addDays(dateAt(clock.now()), LINE_DAYS), until) },
      qualificationTier: qualificationTier?.known ? (qualificationTier.value as string) : null,
      noLoanRecord: !noLoanRecord?.known ? 'unknown' : noLoanRecord.value === true ? 'yes' : 'no',
    };
  };

const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);
