import type { Institution } from '#lib/access';
import type { Authorisation } from '#lib/compliance';
import { creditHistory, loanOutcomes, shareholders, type Dossier } from '#lib/data-sources';
import { localDate } from '#lib/kernel';
import { reportBytes, type ReportInput } from '#lib/reports';
import { shippedModel, type RunView } from '#lib/runs';
import { scoreFirmRich } from '#lib/scoring';
import { madeUpDossiers } from '../../tools/bench/made-up-dossiers.ts';

const AS_OF = localDate('2026-06-30');
const FIRMS = 40;

type Document = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- a document is read by its paths

const bank: Institution = { institutionId: 'i', kind: 'bank', code: 'b', zh: '样例银行', en: 'Example bank' };
const other: Institution = { ...bank, institutionId: 'o', zh: '另一银行', en: 'Another bank' };
const run = {
  runId: '019a8c2e-7f00-7000-8000-000000000001',
  asOf: AS_OF,
  knownAt: new Date('2026-07-05T00:00:00Z'),
  modelId: 'startup-potential 1',
  modelHash: '0'.repeat(64),
  catalogueHash: '0'.repeat(64),
} as RunView;

describe('a report of every source', () => {
  let inputs: ReportInput[];

  beforeAll(async () => {
    const model = shippedModel();
    const { dossiers } = await madeUpDossiers(FIRMS, AS_OF);
    inputs = dossiers.flatMap((dossier): ReportInput[] => {
      const scored = scoreFirmRich(dossier, model, AS_OF);
      if (scored.kind !== 'scored') return [];
      const { uscc } = dossier;
      const terms = {
        uscc,
        institutionId: 'i',
        purpose: 'pre-loan-review',
        from: AS_OF,
        until: localDate('2026-07-20'),
        single: true,
      } as const;
      const hashes = { textSha256: '0'.repeat(64), evidenceSha256: '0'.repeat(64) };
      const life = { authorisationId: 'a', state: 'GRANTED', grantedAt: run.knownAt, endedAt: null } as const;
      const authorisation: Authorisation = { ...terms, ...hashes, ...life, scopes: ['report', 'credit-history'] };
      const entry = {
        seq: 1,
        at: run.knownAt,
        institutionId: 'o',
        personId: 'someone',
        keyId: null,
        subjects: [uscc],
        product: 'score',
        purpose: 'pre-loan-review',
        authorisationId: null,
        detail: {},
      };
      return [
        {
          order: {
            requestId: 'r',
            institutionId: 'i',
            personId: 'p',
            uscc,
            purpose: 'pre-loan-review',
            product: 'score',
            profile: 'bank',
            runId: null,
            requestedAt: new Date('2026-07-06T00:00:00Z'),
          },
          reportNo: 'FM-20260706-0000000000',
          printedAt: new Date('2026-07-06T00:00:01Z'),
          requester: bank,
          authorisation,
          run,
          model,
          dossier,
          stored: { rich: scored.rich, percentiles: null },
          scored,
          history: [],
          previous: null,
          lists: [],
          disputes: [],
          programmes: null,
          queries: [{ entry, by: other }],
          queriesSince: localDate('2024-07-06'),
        },
      ];
    });
  }, 60_000);

  const documentOf = (input: ReportInput): Document => JSON.parse(reportBytes(input).toString('utf8')) as Document;
  const closed = (input: ReportInput): ReportInput => ({
    ...input,
    authorisation: { ...input.authorisation!, scopes: ['report'] },
  });
  const withDossier = (input: ReportInput, change: Partial<Dossier>): ReportInput => {
    const { dossier } = input;
    const same: Dossier = {
      uscc: dossier.uscc,
      region: dossier.region,
      connected: (feed) => dossier.connected(feed),
      coverage: (feed) => dossier.coverage(feed),
      closed: (source) => dossier.closed(source),
      of: (source) => dossier.of(source),
    };
    return { ...input, dossier: { ...same, ...change } };
  };

  it('fills every section for some firm', () => {
    const documents = inputs.map(documentOf);
    expect(documents.length).toBeGreaterThan(FIRMS / 2);
    const lists: Record<string, (d: Document) => unknown[]> = {
      changes: (d) => d['identity']['changes']['items'],
      organisations: (d) => d['identity']['holders']['organisations'],
      patents: (d) => d['innovation']['patents']['rows'],
      classes: (d) => d['innovation']['patents']['classes'],
      research: (d) => d['innovation']['research'],
      headcount: (d) => d['team']['headcount'],
      talents: (d) => d['team']['talents'],
      water: (d) => d['vitality']['water'],
      bids: (d) => d['vitality']['bids'],
      matters: (d) => d['vitality']['matters']['byCategory'],
      rounds: (d) => d['capital']['rounds']['verified'],
      announced: (d) => d['capital']['announced'],
      pledges: (d) => d['capital']['pledges'],
      qualifications: (d) => d['policy']['qualifications'],
      grants: (d) => d['policy']['grants'],
      honours: (d) => d['policy']['honours'],
      permits: (d) => d['policy']['permits'],
      affiliations: (d) => d['policy']['affiliations'],
      tax: (d) => d['compliance']['tax'],
      arrears: (d) => d['compliance']['socialSecurityArrears'],
      abnormal: (d) => d['compliance']['abnormalList'],
      penalties: (d) => d['compliance']['penalties'],
      cases: (d) => d['compliance']['cases'],
      reports: (d) => d['compliance']['annualReports'],
      adverse: (d) => d['summary']['adverse'],
      favourable: (d) => d['summary']['favourable'],
    };
    const empty = Object.entries(lists).filter(([, of]) => documents.every((d) => of(d).length === 0));
    expect(empty.map(([name]) => name)).toEqual([]);
    expect(documents.some((d) => d['credit']['query'] !== null)).toBe(true);
    expect(documents.some((d) => d['team']['retention'] !== null)).toBe(true);
    for (const d of documents) {
      expect(d['vitality']['calendar'].length).toBeLessThanOrEqual(24);
      expect(d['summary']['adverse'].length).toBeLessThanOrEqual(4);
      expect(d['summary']['favourable'].length).toBeLessThanOrEqual(3);
    }
  });

  it('is the same for the same input but for when it was printed, whatever the order of the records', () => {
    for (const input of inputs) {
      const turned = withDossier(input, { of: (source) => [...input.dossier.of(source)].reverse() });
      expect(documentOf(turned)).toEqual(documentOf(input));
      const later = documentOf({ ...input, printedAt: new Date('2026-07-07T00:00:00Z') });
      const now = documentOf(input);
      expect(later['cover']['printedAt']).not.toBe(now['cover']['printedAt']);
      expect({ ...later, cover: { ...later['cover'], printedAt: null } }).toEqual({
        ...now,
        cover: { ...now['cover'], printedAt: null },
      });
    }
  });

  it('is without loan data what it is without loan records', () => {
    const loans: readonly string[] = [creditHistory.name, loanOutcomes.name];
    let differ = 0;
    for (const input of inputs) {
      const without = withDossier(input, {
        of: (source) => (loans.includes(source.name) ? [] : input.dossier.of(source)),
      });
      expect(reportBytes(closed(input)).equals(reportBytes(closed(without)))).toBe(true);
      if (!reportBytes(input).equals(reportBytes(without))) differ += 1;
    }
    expect(differ).toBeGreaterThan(0); // the test would show it
  });

  it('names no natural person, by name or by hash, and no other institution', () => {
    for (const input of inputs) {
      const text = reportBytes(input).toString('utf8');
      for (const { payload } of input.dossier.of(shareholders))
        if (payload.holder.startsWith('person:')) expect(text).not.toContain(payload.holder.slice('person:'.length));
      expect(text).not.toMatch(/person:|someone|另一银行|Another bank/);
    }
  });

  it('counts nothing as zero where nobody delivers', () => {
    for (const input of inputs.slice(0, 5)) {
      const blind = documentOf(withDossier(input, { connected: () => false, coverage: () => undefined, of: () => [] }));
      const { patents, softwareCopyrights, trademarks, otherRights, contracts } = blind['innovation'];
      const counts = [patents, softwareCopyrights, otherRights, contracts].map((section: Document) => section['count']);
      expect([...counts, trademarks['marks'], blind['vitality']['matters']['count']]).toEqual([
        null,
        null,
        null,
        null,
        null,
        null,
      ]);
      expect(blind['identity']['holders']).toMatchObject({ personsCount: null, organisationsCount: null });
      expect(JSON.stringify(blind['innovation'])).not.toMatch(/"count":0/);
    }
  });
});
