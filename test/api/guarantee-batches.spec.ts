import type { InstitutionKind } from '#lib/access';
import { classOf, shippedScheme, type Admit } from '#lib/financing';
import { addDays, addMonths, dateAt, fen, ProblemError } from '#lib/kernel';
import { SHARE_TREE_EXAMPLE } from '../../apps/api/src/http/share-tree-field.ts';
import { demoUscc } from '../kit/firms.ts';
import { TestApi, type Reply } from './api-kit.ts';

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are read by their paths
const yuan = (amount: number) => ({ fen: amount * 100, currency: 'CNY' });

/** The programme takes everybody but the second firm; one loan may be 3.5 m yuan. */
const admit: Admit = (_tx, { programme, uscc }) => {
  if (uscc !== demoUscc(2))
    return Promise.resolve({ suggestedLine: null, programmeCap: fen(350_000_000), programmeUsed: fen(0) });
  const words = (n: number) => ({ pointer: '/programme', zh: `条件${n}`, en: `condition ${n}` });
  const errors = [
    { code: 'condition-failed', ...words(1) },
    { code: 'condition-unknown', ...words(2) },
  ];
  throw new ProblemError({ code: 'programme-refused', status: 409, zh: '不符合', en: programme, errors });
};

describe('batches of guarantees and capacity over HTTP', () => {
  let api: TestApi;
  const keys = new Map<string, string>();
  const ids = new Map<string, string>();
  beforeAll(async () => {
    api = await TestApi.open({ admit });
    const person = async (institutionId: string, handle: string): Promise<string> => {
      const { personId } = await api.product.access.createPerson({ institutionId, handle, name: '甲' });
      return api.issue(personId, ['partner:deals'], 90);
    };
    const hire = async (kind: InstitutionKind, code: string): Promise<void> => {
      const { institutionId } = await api.product.access.createInstitution({ kind, code, zh: code, en: code });
      keys.set(code, await person(institutionId, `${code}-1`));
      ids.set(code, institutionId);
    };
    await hire('bank', 'bank-one');
    await hire('bank', 'bank-two');
    await hire('guarantor', 'guarantor-one');
    for (const role of ['a', 'b']) keys.set(role, await person(ids.get('guarantor-one')!, `guarantor-one-${role}`));
    keys.set('ops', await api.issue(api.product.person, ['ops:deals'], 90));
  });
  afterAll(() => api.close());

  const post = (who: string, path: string, body: object): Promise<Reply> =>
    api.post(`/${who === 'ops' ? 'ops' : 'partner'}/v1/${path}`, { key: keys.get(who)!, body });
  const get = (who: string, path: string): Promise<Reply> =>
    api.get(`/${who === 'ops' ? 'ops' : 'partner'}/v1/${path}`, { key: keys.get(who)! });
  const today = () => dateAt(api.clock.now());
  const agreement = (more: object = {}) => ({
    bankId: ids.get('bank-one'),
    programme: 'TDD',
    validFrom: addDays(today(), -30),
    validTo: addDays(today(), 300),
    terms: {
      batchMost: yuan(5_000_000),
      singleMost: yuan(3_000_000),
      termMostMonths: 36,
      sectors: ['I', 'M'],
      filedWithinDays: 30,
      guaranteedBp: 10_000,
      tree: SHARE_TREE_EXAMPLE,
      feeBp: 50,
      ...more,
    },
  });
  const row = (n: number, more: object = {}) => ({
    rowKey: `L-${n}`,
    uscc: demoUscc(n),
    principal: yuan(2_000_000),
    drawnOn: addDays(today(), -3),
    maturity: addMonths(today(), 12),
    guaranteedBp: 10_000,
    industry: 'I65',
    smallFirm: true,
    ...more,
  });

  it('capacity is stated by the guarantor and the house, and seen by them alone', async () => {
    const empty = (await get('guarantor-one', 'capacity')).body;
    expect(empty).toMatchObject({ netAssets: null, caps: [], issued: yuan(0), reserved: yuan(0) });
    const stated = {
      statedOn: today(),
      validTo: addDays(today(), 365),
      mainlySmall: true,
      controllers: [],
      related: [],
    };
    const netAssets = { ...stated, netAssets: yuan(50_000_000) };
    expect((await post('bank-one', 'capacity/net-assets', netAssets)).body['code']).toBe('capital-refused');
    const ahead = { ...netAssets, statedOn: addDays(today(), 1) };
    expect((await post('guarantor-one', 'capacity/net-assets', ahead)).body['errors']).toMatchObject([
      { pointer: '/statedOn', code: 'capital-invalid' },
    ]);
    expect((await post('guarantor-one', 'capacity/net-assets', netAssets)).body['caps']).toMatchObject([
      { cap: 'TOTAL', limit: yuan(750_000_000), used: yuan(0), room: yuan(750_000_000) },
    ]);
    const limits = { programme: 'TDD', total: yuan(10_000_000) };
    const at = `guarantors/${ids.get('guarantor-one')}`;
    const limited = (await post('ops', `${at}/programme-limits`, limits)).body;
    expect(limited['caps']).toMatchObject([{ cap: 'TOTAL' }, { cap: 'PROGRAMME_TOTAL', subject: 'TDD' }]);
    expect((await get('ops', `${at}/capacity`)).body).toEqual(limited);
    for (const id of [ids.get('bank-one'), '019a8c2e-7f00-7000-8000-000000000001']) {
      expect((await get('ops', `guarantors/${id}/capacity`)).body['code']).toBe('guarantor-unknown');
      expect((await post('ops', `guarantors/${id}/programme-limits`, limits)).body['code']).toBe('guarantor-unknown');
    }
    const relation = (n: number, more: object = {}) => ({
      uscc: demoUscc(n),
      statedOn: today(),
      holders: [],
      controllers: [],
      basis: '股东信息 shareholders',
      ...more,
    });
    const late = { relations: [relation(1), relation(2, { statedOn: addDays(today(), 1) })] };
    expect((await post('ops', 'firm-relations', late)).body['errors']).toMatchObject([
      { pointer: '/relations/1/statedOn', code: 'date-invalid' },
    ]);
    const all = { relations: [1, 2, 3, 4].map((n) => relation(n)) };
    expect((await post('ops', 'firm-relations', all)).body).toEqual({ recorded: 4 });
  });

  it('an agreement is the guarantor’s to record; what keeps to it is guaranteed, all else named with every reason', async () => {
    expect((await post('bank-one', 'guarantee-agreements', agreement())).body['code']).toBe('agreement-refused');
    const unknown = { ...agreement(), bankId: ids.get('guarantor-one') };
    expect((await post('guarantor-one', 'guarantee-agreements', unknown)).body['code']).toBe('party-unknown');
    const tree = { ...SHARE_TREE_EXAMPLE, of: 99 };
    expect((await post('guarantor-one', 'guarantee-agreements', agreement({ tree }))).body['errors']).toMatchObject([
      { pointer: '/terms/tree/children', code: 'guarantee-terms-invalid' },
    ]);
    const made = (await post('guarantor-one', 'guarantee-agreements', agreement())).body as Json;
    expect((await get('bank-one', 'guarantee-agreements')).body['items']).toEqual([made]);
    expect((await get('bank-two', 'guarantee-agreements')).body['items']).toEqual([]);

    const rows = [
      row(1),
      row(2, { principal: yuan(3_000_001), guaranteedBp: 8000, industry: 'C1', maturity: '2026-02-30' }),
      row(3, { uscc: '91440300DMAB12345X', loanDealId: made['agreementId'] }),
      // Nobody stated who holds or controls it.
      row(9, { loanDealId: made['agreementId'] }),
    ];
    const file = { agreementId: made['agreementId'], batchNo: 'B-1', rows };
    expect((await post('bank-two', 'guarantee-batches', file)).body['code']).toBe('agreement-unknown');
    const answer = (await post('bank-one', 'guarantee-batches', file)).body as Json;
    const reasons = answer['rows'].map((one: Json) => one['reasons'].map((reason: Json) => reason['code']));
    expect(reasons[0]).toEqual([]);
    expect(reasons[1]).toEqual(
      expect.arrayContaining(['batch-single-passed', 'date-invalid', 'batch-ratio-differs', 'batch-sector-differs']),
    );
    // Every condition of the programme beside them, as whoever applies for a guarantee is told it.
    expect(answer['rows'][1].reasons).toEqual(
      expect.arrayContaining([
        { code: 'condition-failed', field: 'uscc', zh: '条件1', en: 'condition 1' },
        { code: 'condition-unknown', field: 'uscc', zh: '条件2', en: 'condition 2' },
      ]),
    );
    expect(reasons[2]).toEqual(['uscc-invalid']);
    expect(reasons[3]).toEqual(['loan-unknown', 'cap-group']);
    expect(answer['totals']).toEqual({
      rows: 4,
      accepted: 1,
      acceptedPrincipal: yuan(2_000_000),
      exceptions: 3,
      repeated: 0,
    });
    const deal = (await get('bank-one', `deals/${answer['rows'][0].dealId}`)).body as Json;
    expect([deal['kind'], deal['state'].code, deal['body'].outstanding]).toEqual([
      'guarantee',
      'IN_FORCE',
      yuan(2_000_000),
    ]);
    expect(deal['terms'].sharing).toMatchObject({ scheme: null, otherFees: [], lenderPassesOn: false });
    // Mended it may come again; a firm that the programme does not take is none the better for it.
    const mended = { ...file, rows: [row(1), row(2), row(3, { rowKey: 'L-9' })] };
    const again = (await post('bank-one', 'guarantee-batches', mended)).body as Json;
    expect(again['rows']).toMatchObject([
      { outcome: 'ACCEPTED_BATCH', dealId: deal['dealId'], repeated: true },
      { outcome: 'EXCEPTION', repeated: false, reasons: [{ code: 'condition-failed' }, { code: 'condition-unknown' }] },
      { outcome: 'ACCEPTED_BATCH', repeated: false },
    ]);
    expect((await get('guarantor-one', 'capacity')).body['issued']).toEqual(yuan(4_000_000));
  });

  it('a scheme is named with the agreement, and its claim rate stands beside the capacity', async () => {
    const named = (sharing: object, more: object = {}) =>
      post('guarantor-one', 'guarantee-agreements', agreement({ sharing, ...more }));
    expect((await named({ scheme: 'NONE' })).body['errors']).toMatchObject([
      { pointer: '/terms/sharing/scheme', code: 'sharing-scheme-unknown' },
    ]);
    expect((await named({ scheme: 'ZDZ', lenderPassesOn: true }, { feeBp: 101 })).body).toMatchObject({
      code: 'sharing-case-refused',
      errors: [
        { pointer: '/terms/feeBp', code: 'sharing-rule-failed' },
        { pointer: '/terms/sharing/lenderPassesOn', code: 'sharing-rule-failed' },
      ],
    });
    const roomy = { singleMost: yuan(4_000_000), batchMost: yuan(9_000_000) };
    const { agreementId } = (await named({ scheme: 'ZDZ' }, roomy)).body as Json;
    const rows = [row(4), row(1, { rowKey: 'L-11', principal: yuan(3_500_001) })];
    const filed = (await post('bank-one', 'guarantee-batches', { agreementId, batchNo: 'ZDZ-1', rows })).body as Json;
    expect(filed['rows']).toMatchObject([
      { outcome: 'ACCEPTED_BATCH' },
      { outcome: 'EXCEPTION', reasons: [{ code: 'guarantee-over-programme', field: 'principal' }] },
    ]);
    const { fuses } = (await get('guarantor-one', 'capacity')).body as Json;
    const none = { scheme: 'ZDZ', year: 2026, claimsPaid: yuan(0), annualisedReleased: yuan(0), rateBp: null };
    expect(fuses).toEqual([
      { ...none, ceilingBp: 300, state: 'NONE', newBusiness: 'OPEN', zh: '代偿率：—', en: 'claim rate: —' },
    ]);
    expect((await get('ops', `guarantors/${ids.get('guarantor-one')}/capacity`)).body['fuses']).toEqual(fuses);
    const deal = (await get('guarantor-one', `deals/${filed['rows'][0].dealId}`)).body as Json;
    expect(deal['body'].schemes).toMatchObject([{ event: 'accept-batch', scheme: 'ZDZ', fuse: { state: 'NONE' } }]);
    expect((await get('bank-one', `deals/${filed['rows'][0].dealId}`)).body['body']).not.toHaveProperty('schemes');
  });

  it('the fuse refuses an approval with rate, ceiling and scheme; a person opens what cannot be measured', async () => {
    const { items } = (await get('bank-one', 'guarantee-agreements')).body as Json;
    const { agreementId } = items.find(({ terms }: Json) => terms.sharing.scheme === 'ZDZ');
    const file = (batchNo: string, principal: number) => {
      const rows = [row(4, { rowKey: `${batchNo}-1`, principal: yuan(principal), drawnOn: today() })];
      return post('bank-one', 'guarantee-batches', { agreementId, batchNo, rows });
    };
    const say = async (who: string, dealId: string, event: string, detail: object = {}): Promise<Reply> => {
      const { version } = (await get(who, `deals/${dealId}`)).body as Json;
      return post(who, `deals/${dealId}/events`, { version, event, detail });
    };
    const reviewed = async (sharing: object, tree: object = SHARE_TREE_EXAMPLE): Promise<string> => {
      const terms = { principal: yuan(1_000_000), termMonths: 12, guaranteedBp: 10_000, tree };
      const asked = { uscc: demoUscc(4), programme: 'KYD', guarantorId: ids.get('guarantor-one'), feeBp: 100 };
      const more = { ...terms, ...asked, purpose: '首贷', sharing };
      const { dealId } = (await post('bank-one', 'guarantees', more)).body as Json;
      await say('bank-one', dealId, 'submit');
      const report = { recommended: yuan(1), document: 'ab'.repeat(32), summary: '尽调' };
      for (const event of ['accept', 'start']) await say('a', dealId, event);
      for (const who of ['a', 'b']) await say(who, dealId, 'report', report);
      return dealId as string;
    };
    const decision = { decision: 'approve', amount: yuan(1_000_000), reason: '通过', reasonCode: 'NO-LINE' };
    const decide = (dealId: string, more: object = {}) =>
      say('guarantor-one', dealId, 'decide', { ...decision, ...more });
    // Nobody stated of which class the firm is, and it makes a difference: a fault of the terms, which the event does not repeat.
    const { tree } = classOf(shippedScheme('KJDB', today()), 'B');
    expect((await decide(await reviewed({ scheme: 'KJDB' }, tree))).body).toMatchObject({
      code: 'sharing-case-refused',
      errors: [{ pointer: '/terms/tree', code: 'sharing-rule-unknown' }],
    });

    const lost = (await file('F-1', 1_000_000)).body['rows'][0].dealId as string;
    await say('bank-one', lost, 'overdue', { dueOn: today() });
    const waiting = await reviewed({ scheme: 'ZDZ' });
    api.clock.pass(30 * 86_400_000);
    await say('bank-one', lost, 'claim', { interest: yuan(0), document: 'cd'.repeat(32) });
    await say('guarantor-one', lost, 'review');
    await say('guarantor-one', lost, 'pay', { amount: yuan(1_000_000), on: today() });
    expect((await decide(waiting)).body).toMatchObject({
      code: 'claim-fuse-undecided',
      status: 409,
      fuse: { scheme: 'ZDZ', claimsPaid: yuan(1_000_000), annualisedReleased: yuan(0) },
      errors: [{ pointer: '/detail/fuseReason', code: 'claim-fuse-undecided' }],
    });
    const other = (await file('F-2', 100_000)).body['rows'][0] as Json;
    expect(other['reasons'].map(({ code }: Json) => code as string)).toEqual(['claim-fuse-undecided']);
    expect((await decide(waiting, { fuseReason: '首笔代偿' })).status).toBe(200);
    // Little is repaid, and there is a rate: far above the ceiling.
    const inForce = `deals?kind=guarantee&state=IN_FORCE&uscc=${demoUscc(4)}`;
    const [{ dealId: running }] = (await get('bank-one', inForce)).body['items'] as Json[] as [Json];
    await say('bank-one', running, 'reduce', { amount: yuan(365_000), on: today() });
    const tripped = (await decide(await reviewed({ scheme: 'ZDZ' }), { fuseReason: '继续' })).body as Json;
    // 365,000 over 33 of 365 days are 33,000; 1 m of its 80 % are 3,787.87 %.
    expect(tripped).toMatchObject({
      code: 'claim-fuse-tripped',
      status: 409,
      fuse: { scheme: 'ZDZ', year: 2026, rateBp: 378_787, ceilingBp: 300, annualisedReleased: yuan(33_000) },
    });
    expect(tripped['detail']).toContain('new business stops, what exists stands');
    const { fuses } = (await get('guarantor-one', 'capacity')).body as Json;
    expect(fuses.find(({ scheme }: Json) => scheme === 'ZDZ')).toMatchObject({ state: 'STOPPED', rateBp: 378_787 });
  });

  it('which cap stands against a loan is told to the bank, by how much only to the guarantor', async () => {
    const { items } = (await get('bank-one', 'guarantee-agreements')).body as Json;
    const { agreementId } = items.find(({ terms }: Json) => terms.sharing.scheme === null);
    const file = (batchNo: string, amount: number) => {
      const rows = amount === 0 ? [] : [row(3, { principal: yuan(amount) })];
      return post('bank-one', 'guarantee-batches', { agreementId, batchNo, rows });
    };
    expect((await file('B-2', 0)).body['code']).toBe('batch-invalid');
    expect((await file('B-2', 1_000_001)).body['rows'][0].reasons).toMatchObject([
      { code: 'batch-single-passed' },
      { code: 'batch-limit-passed' },
    ]);
    // It lost nearly all: 10 % of its net assets are less than its own share of one loan.
    const lost = { netAssets: yuan(1_000_000), statedOn: today(), validTo: addDays(today(), 365), controllers: [] };
    const position = (await post('guarantor-one', 'capacity/net-assets', lost)).body as Json;
    expect(position['breaches']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ cap: 'CLIENT', subject: demoUscc(1), limit: yuan(100_000), used: yuan(240_000) }),
      ]),
    );
    const { reasons } = (await file('B-2', 1_000_000)).body['rows'][0] as Json;
    expect(reasons).toContainEqual({
      code: 'cap-client',
      field: 'principal',
      zh: '单一被担保人上限',
      en: 'the limit of one client',
    });
    expect(JSON.stringify(reasons)).not.toMatch(/\d/);
  });
});
