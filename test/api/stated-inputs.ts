import { HOUSE } from '#lib/access';
import { localDate, type Uscc } from '#lib/kernel';
import type { Reply, TestApi } from './api-kit.ts';

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are read by their paths

/** A scored firm with a key, a guarantor and two banks, of which the first may see its report and no figures. */
interface Scene {
  readonly api: TestApi;
  readonly member: Uscc;
  readonly keyOf: (who: string) => { readonly key: string };
  readonly authorise: (uscc: Uscc, to: string, purpose: string, scopes: string[]) => Promise<void>;
}

/** 申报数据 over HTTP: the last stories of a suite whose city is there already; the day goes on by one. */
export function statedInputsOverHttp(scene: () => Scene): void {
  const yuan = (amount: number) => ({ fen: amount * 100, currency: 'CNY' });
  const HASHES = { contract: 'c'.repeat(64), audit: 'd'.repeat(64) };
  const CONTRACT = {
    contractNo: 'HT-2026-018',
    buyer: '样例市水务局',
    buyerKind: 'public',
    signedOn: '2026-05-08',
    dueOn: '2026-08-31',
    amount: yuan(8_000_000),
    sha256: HASHES.contract,
  };
  const FIGURES = {
    annualSales: yuan(40_000_000),
    marginBp: 2000,
    growthBp: 1000,
    inventoryDays: 60,
    receivableDays: 90,
    payableDays: 45,
    prepaidDays: 10,
    advanceDays: 25,
    ownFunds: yuan(800_000),
    existingLoans: yuan(300_000),
  };
  const statement = (kind: string, values: object, sha256 = HASHES.audit) => ({
    kind,
    asOf: '2026-06-30',
    values,
    evidence: [{ sha256, reference: '样例凭证' }],
  });
  const OWN = '/subject/v1/stated-inputs';
  const theirs = (path = '', purpose = 'pre-loan-review'): string =>
    `/partner/v1/companies/${scene().member}/stated-inputs${path}?purpose=${purpose}`;
  const said = (who: string, url: string, body: object): Promise<Reply> =>
    scene().api.post(url, { ...scene().keyOf(who), body });
  const found = (evidenceSha256: string, verdict = 'verified') => ({ verdict, evidenceSha256, note: '与原件核对' });
  const basesFor = async (who: string, url = lineOf()): Promise<Record<string, Json>> => {
    const { line } = (await get(url, who)).body;
    const bases = (line['bases'] as Json[]).map((base) => [base['code'], base]);
    return { ...Object.fromEntries(bases), line } as Record<string, Json>;
  };
  const gapsOf = (bases: Record<string, Json>): unknown[] =>
    ['B6', 'B7'].map((code) => [
      bases[code]!['amount'],
      bases[code]!['gaps'].map(({ cause }: Json) => cause as string),
    ]);

  const lineOf = (): string => `/partner/v1/companies/${scene().member}/line?purpose=pre-loan-review`;
  const get = (url: string, who: string): Promise<Reply> => scene().api.get(url, scene().keyOf(who));
  const coded = ({ status, body }: Reply): [number, string] => [status, body['code']];

  it('figures that a firm states count from when a second party verified them until they are withdrawn', async () => {
    const { api, member, authorise } = scene();
    expect(gapsOf(await basesFor('firm-one', '/subject/v1/line'))).toEqual([
      [null, ['NO_SOURCE']],
      [null, ['NO_SOURCE']],
    ]);
    const before = (await basesFor('firm-one', '/subject/v1/line'))['line']!['amount']['fen'] as number;
    const [due, figures] = [
      await said('firm-one', OWN, statement('receivables', { contracts: [CONTRACT] }, HASHES.contract)),
      await said('firm-one', OWN, statement('working-capital', FIGURES)),
    ];
    expect([due.status, due.body['state'], due.body['by'], due.body['values']['contracts'][0]]).toEqual([
      201,
      { code: 'unverified', zh: '待核验', en: 'to be verified' },
      { kind: 'firm', zh: '企业', en: 'the firm' },
      CONTRACT,
    ]);
    const waiting = await basesFor('firm-one', '/subject/v1/line');
    expect(gapsOf(waiting)).toEqual([
      [null, ['UNVERIFIED']],
      [null, ['UNVERIFIED']],
    ]);
    expect(waiting['B6']!['gaps'][0].zh).toContain('待核验');
    expect(waiting['line']!['amount']['fen']).toBe(before);

    // Who may not see the figures neither verifies them nor learns whether there are any.
    const [dueCheck, figuresCheck] = [due, figures].map(({ body }) => `/${body['statementId'] as string}/checks`);
    expect(coded(await get(theirs(), 'bank-one'))).toEqual([403, 'authorisation-missing']);
    expect(coded(await said('bank-one', theirs(dueCheck), found(HASHES.contract)))).toEqual([
      403,
      'authorisation-missing',
    ]);
    expect(gapsOf(await basesFor('bank-one'))).toEqual([
      [null, ['NOT_AUTHORISED']],
      [null, ['NOT_AUTHORISED']],
    ]);
    await authorise(member, 'bank-two', 'pre-loan-review', ['report', 'financials']);
    expect(coded(await said('bank-two', theirs(dueCheck), found(HASHES.audit)))).toEqual([422, 'hash-invalid']);
    const checked = await said('bank-two', theirs(dueCheck), found(HASHES.contract));
    expect([checked.status, checked.body['state']['code'], checked.body['checks'][0].by]).toEqual([
      201,
      'verified',
      { kind: 'bank', zh: '银行', en: 'a bank' },
    ]);
    await said('bank-two', theirs(figuresCheck), found(HASHES.audit));

    // 8 m × 60 %; 40 m × 0.8 × 1.1 × 90 ÷ 360 − 0.8 m. Two large bases: the second largest is B6.
    const counted = await basesFor('firm-one', '/subject/v1/line');
    expect([counted['B6']!['amount'], counted['B7']!['amount']]).toEqual([yuan(4_800_000), yuan(8_000_000)]);
    expect(counted['B6']!['statement']).toEqual({
      by: { zh: '企业', en: 'the firm' },
      on: '2026-07-06',
      asOf: '2026-06-30',
      verifiedBy: { zh: '银行', en: 'a bank' },
      verifiedOn: '2026-07-06',
    });
    const { line } = counted;
    expect(line!['basis']['decidedBy']).toBe('B6');
    expect(line!['flags'].map(({ code }: Json) => code as string)).toContain('STATED_BASE');
    expect(line!['amount']['fen']).toBeGreaterThan(before);
    const steps = line!['waterfall'] as Json[];
    expect(steps[0]).toMatchObject({ code: 'BASE', after: yuan(4_800_000) });
    expect(steps.find(({ code }) => code === 'UNSECURED_LOANS')!['applied']).toBeGreaterThanOrEqual(30_000_000);
    expect((await basesFor('bank-two'))['B6']!['amount']).toEqual(yuan(4_800_000));
    expect(gapsOf(await basesFor('bank-one'))).toEqual([
      [null, ['NOT_AUTHORISED']],
      [null, ['NOT_AUTHORISED']],
    ]);

    api.clock.pass(24 * 3_600_000);
    const over = `${OWN}/${due.body['statementId'] as string}/withdrawal`;
    const gone = await said('firm-one', over, { reason: '合同已解除' });
    expect([gone.status, gone.body['state']['code'], gone.body['values']]).toEqual([200, 'withdrawn', null]);
    expect(coded(await said('firm-one', over, { reason: '合同已解除' }))).toEqual([409, 'stated-input-over']);
    expect(coded(await said('bank-two', theirs(dueCheck), found(HASHES.contract)))).toEqual([409, 'stated-input-over']);
    expect(gapsOf(await basesFor('firm-one', '/subject/v1/line'))[0]).toEqual([null, ['NO_SOURCE']]);
    // What was known then stays known of then.
    const states = async (date: string): Promise<unknown[]> =>
      (await get(`${OWN}?date=${date}`, 'firm-one')).body['items'].map(({ state }: Json) => state['code'] as string);
    expect(await states('2026-07-07')).toEqual(['withdrawn', 'verified', 'superseded']);
    expect(await states('2026-07-06')).toEqual(['verified', 'verified']);
    expect(await states('2026-07-05')).toEqual([]);
    const { db, scores, standings } = api.product;
    const then = async (day: string) => {
      const view = { readers: [], loans: true, financials: true };
      const standing = await db.as(HOUSE, async (tx) =>
        standings.around(tx, await scores.firm(member, undefined, { db: tx }), view, localDate(day)),
      );
      return standing.line.bases.find(({ code }) => code === 'B6')!.amount;
    };
    expect([await then('2026-07-05'), await then('2026-07-06'), await then('2026-07-07')]).toEqual([
      null,
      480_000_000,
      null,
    ]);
  });

  it('figures that cannot be are refused by the place of each, and nobody verifies what is their own', async () => {
    const { api, member, authorise } = scene();
    const refused = async (kind: string, values: object): Promise<unknown[]> => {
      const { status, body } = await said('firm-one', OWN, statement(kind, values));
      return [status, body['code'], ...(body['errors'] as Json[]).map(({ pointer }) => pointer as string)];
    };
    const bad = [422, 'stated-input-invalid'];
    expect(
      await refused('working-capital', { ...FIGURES, annualSales: { fen: -1, currency: 'CNY' }, payableDays: 0.5 }),
    ).toEqual([...bad, '/values/annualSales/fen', '/values/payableDays']);
    expect(await refused('receivables', { contracts: [CONTRACT, CONTRACT] })).toEqual([
      ...bad,
      '/values/contracts/1/contractNo',
    ]);
    expect(await refused('tax', { years: [{ year: 2025, total: yuan(1) }] })).toEqual([...bad, '/values/years']);

    await authorise(member, 'guarantor-one', 'guarantee-review', ['score', 'financials']);
    const purpose = 'guarantee-review';
    const tax = { years: [2024, 2025].map((year) => ({ year, vat: yuan(500_000), cit: yuan(0) })) };
    const own = await said('guarantor-one', theirs('', purpose), statement('tax', tax));
    const id = own.body['statementId'] as string;
    const check = `/${id}/checks`;
    expect(coded(await said('guarantor-one', theirs(check, purpose), found(HASHES.audit)))).toEqual([
      409,
      'two-persons-needed',
    ]);
    expect(coded(await said('firm-one', theirs(check), found(HASHES.audit)))).toEqual([403, 'scope-missing']);
    // Stated by the guarantor, it is for the guarantor to withdraw; another bank's word on it is its own.
    expect(coded(await said('firm-one', `${OWN}/${id}/withdrawal`, { reason: '有误' }))).toEqual([
      404,
      'stated-input-unknown',
    ]);
    const doubted = await said('bank-two', theirs(check), found(HASHES.audit, 'rejected'));
    expect(doubted.body['state']['code']).toBe('rejected');
    const told = (await get(theirs('', purpose), 'guarantor-one')).body['items'] as Json[];
    expect(told[0]!['checks'][0]).toMatchObject({ verdict: 'rejected', note: null, by: { kind: 'bank' } });
    expect((await get(OWN, 'firm-one')).body['items'][0].checks[0].note).toBe('与原件核对');
    const house = `/ops/v1/companies/${member}/stated-inputs`;
    const ops = { key: await api.issue(api.product.person, ['ops:deals']) };
    expect((await api.get(house, ops)).body['items'].length).toBe(4);
    const seen = await api.post(`${house}/${id}/checks`, { ...ops, body: found(HASHES.audit) });
    expect([seen.status, seen.body['state']['code'], seen.body['checks'].length]).toEqual([201, 'rejected', 2]);
    expect((await said('guarantor-one', theirs(`/${id}/withdrawal`, purpose), { reason: '重新申报' })).status).toBe(
      200,
    );
    const looks = await api.product.db.as(HOUSE, (tx) =>
      api.product.queryLog.about(tx, member, { since: new Date(0), limit: 500 }),
    );
    expect(looks.filter(({ product }) => product === 'stated-inputs').length).toBe(6);
  });
}
