import { isDemoUscc, type LocalDate } from '#lib/kernel';
import { awardsStandards, businessRegistration, closureKindOf, SOURCES, socialSecurity } from '#lib/data-sources';
import {
  closeSource,
  endClosure,
  readCoverage,
  readDossiers,
  readDossiersFromLedger,
  rebuildDocuments,
  sourceClosures,
} from '#lib/ledger';
import { verifyRun, type RunView } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, madeUp, problemCode, runTo } from './book.ts';

const [OPTED_OUT, WITHDREW, OTHER] = [madeUp(0), madeUp(1), madeUp(2)];
const honours = `类别,编号,统一社会信用代码,级别,授予(发布)日期\n${[OPTED_OUT, WITHDREW, OTHER]
  .map((uscc, i) => `科学技术奖,DM-J-${i},${uscc},市级,2023-11-05`)
  .join('\n')}\n`;

let book: TestProduct;
let before: RunView;
beforeAll(async () => {
  book = await openTestProduct(bookClock());
  await deliverAll(book);
  const coverage = { territory: ['CN'], population: 'all' as const, through: '2024-06-30', from: '2018-01-01' };
  await deliverAll(book, [{ source: 'awards-standards', body: honours, manifest: { coverage } }]);
  await rebuildDocuments(book.db);
  before = await runTo(book);
});
afterAll(() => book.close());

const asked = (uscc: string, source: string, more: { statedOn?: LocalDate } = {}) => {
  return { uscc, source, reason: '企业书面申请', person: book.person, clock: book.clock, ...more };
};
const part = async (uscc: string, runId: string, code: string): Promise<object> => {
  const { parts } = (await book.scores.of(uscc, runId)).score;
  const { state, cause, value } = parts.find(({ characteristic }) => characteristic === code)!;
  return { state, ...(cause === undefined ? { value } : { cause }) };
};
const points = async (uscc: string, runId: string): Promise<number> =>
  (await book.scores.of(uscc, runId)).score.score.scoreTenths;

describe('which sources a firm may close', () => {
  it('is what the law says of each: opting out of awards, taking back an authorisation', () => {
    const kinds = new Map(SOURCES.map((source) => [source.name, closureKindOf(source)]));
    expect(Object.fromEntries(kinds)).toMatchObject({
      'awards-standards': 'OPTED_OUT',
      'social-security': 'NOT_AUTHORISED',
      water: 'NOT_AUTHORISED',
      'credit-history': 'NOT_AUTHORISED',
      'business-registration': undefined,
      judicial: undefined,
    });
    for (const { name, legalBasis } of SOURCES)
      if (legalBasis.kind === 'authorised') expect([name, kinds.get(name)]).toEqual([name, 'NOT_AUTHORISED']);
  });

  it.each([
    ['a public source', () => asked(OTHER, businessRegistration.name), 'source-not-closable'],
    ['no source', () => asked(OTHER, 'donations'), 'unknown-source'],
    ['nobody', () => asked(madeUp(999), awardsStandards.name), 'company-unknown'],
    ['no code', () => asked('91440305', awardsStandards.name), 'uscc-malformed'],
    ['tomorrow', () => asked(OTHER, awardsStandards.name, { statedOn: '2024-07-21' as LocalDate }), 'stated-on-ahead'],
  ])('refuses %s', async (_, input, code) => {
    expect(await problemCode(closeSource(book.db, input()))).toBe(code);
    expect(await problemCode(endClosure(book.db, asked(OTHER, awardsStandards.name)))).toBe('source-not-closed');
  });
});

describe('a source closed for a firm', () => {
  let after: RunView;
  beforeAll(async () => {
    const day = '2024-07-01' as LocalDate;
    await closeSource(book.db, asked(OPTED_OUT, awardsStandards.name, { statedOn: day }));
    await closeSource(book.db, asked(WITHDREW, socialSecurity.name));
    after = await runTo(book);
  });

  it('is MISSING with the cause from the next run on, neither zero nor a reason', async () => {
    expect(await part(OPTED_OUT, before.runId, 'PR07')).toEqual({ state: 'VALUE', value: 'award' });
    expect(await part(OPTED_OUT, after.runId, 'PR07')).toEqual({ state: 'MISSING', cause: 'OPTED_OUT' });
    expect(await part(WITHDREW, after.runId, 'TG01')).toEqual({ state: 'MISSING', cause: 'NOT_AUTHORISED' });
    const { score } = await book.scores.of(OPTED_OUT, after.runId);
    const reasons = [...score.adverse, ...score.favourable].flatMap(({ characteristics }) => characteristics);
    expect(reasons).not.toContain('PR07');
    const evidence = await book.scores.evidence(WITHDREW, after.runId);
    expect(evidence.warningStates.find(({ code }) => code === 'W03')).toMatchObject({
      state: 'unknown',
      unknown: { cause: 'NOT_AUTHORISED', feed: 'SOC' },
    });
    expect(evidence.evidence.flatMap(({ records }) => records).map(({ source }) => source)).not.toContain(
      socialSecurity.name,
    );
  });

  it('changes no other firm, no other source and no older run', async () => {
    expect(await points(OTHER, after.runId)).toBe(await points(OTHER, before.runId));
    expect(await part(WITHDREW, after.runId, 'PR07')).toEqual(await part(WITHDREW, before.runId, 'PR07'));
    for (const { runId } of [before, after])
      expect(await verifyRun(book.db, runId)).toMatchObject({ agrees: true, differencesFound: 0 });
    const again = await runTo(book, before.asOf, before.knownAt);
    expect(again.outputHash).toBe(before.outputHash);
    expect(after.outputHash).not.toBe(before.outputHash);
  });

  it('hides its records in documents as in the ledger, at the closing tick exactly', async () => {
    const { knownFrom } = (await sourceClosures(book.db, OPTED_OUT))[0]!;
    const shown = async (read: typeof readDossiers, knownAt: Date): Promise<unknown> => {
      const firms = await read(book.db, 1, 1000, knownAt, await readCoverage(book.db, knownAt));
      const { dossier } = firms.find(({ uscc }) => uscc === OPTED_OUT)!;
      return [dossier.closed(awardsStandards), dossier.of(awardsStandards).length, dossier.of(socialSecurity).length];
    };
    for (const read of [readDossiers, readDossiersFromLedger]) {
      expect(await shown(read, knownFrom)).toEqual(['OPTED_OUT', 0, 24]);
      expect(await shown(read, new Date(knownFrom.getTime() - 1))).toEqual([undefined, 1, 24]);
    }
    const later = await readCoverage(book.db, knownFrom);
    expect(later.without('00000000-0000-7000-8000-000000000000').closed(OPTED_OUT, awardsStandards.name)).toBe(
      'OPTED_OUT',
    );
  });

  it('is closed once, and counts again from its end on', async () => {
    expect(await problemCode(closeSource(book.db, asked(OPTED_OUT, awardsStandards.name)))).toBe('source-closed');
    await endClosure(book.db, asked(OPTED_OUT, awardsStandards.name));
    await endClosure(book.db, asked(WITHDREW, socialSecurity.name));
    expect(await problemCode(endClosure(book.db, asked(OPTED_OUT, awardsStandards.name)))).toBe('source-not-closed');
    const open = await runTo(book);
    for (const uscc of [OPTED_OUT, WITHDREW])
      expect(await points(uscc, open.runId)).toBe(await points(uscc, before.runId));
    expect(await verifyRun(book.db, after.runId)).toMatchObject({ agrees: true });
    const [closure] = await sourceClosures(book.db, OPTED_OUT);
    expect(closure).toMatchObject({ statedOn: '2024-07-01', reason: '企业书面申请', endReason: '企业书面申请' });
    expect(closure!.knownTo!.getTime()).toBeGreaterThan(closure!.knownFrom.getTime());
    expect(isDemoUscc(closure!.uscc)).toBe(true);
    await closeSource(book.db, asked(OPTED_OUT, awardsStandards.name));
    expect(await sourceClosures(book.db, OPTED_OUT)).toHaveLength(2);
  });

  it.each([
    [`UPDATE source_closure SET kind = 'NOT_AUTHORISED'`, '42501', '23000'],
    ['DELETE FROM source_closure', '42501', '23000'],
    ['TRUNCATE source_closure', '42501', '23000'],
    [`UPDATE source_closure SET end_reason = '改写' WHERE known_to IS NOT NULL`, '23000', '23000'],
    [
      `UPDATE source_closure SET known_to = NULL, ended_by = NULL, end_reason = NULL WHERE known_to IS NOT NULL`,
      '23000',
      '23000',
    ],
  ])('is evidence: %s', async (statement, app, admin) => {
    await expect(book.db.query(statement)).rejects.toMatchObject({ code: app });
    await expect(book.database.admin.query(statement)).rejects.toMatchObject({ code: admin });
  });
});
