import type { InstitutionKind } from '#lib/access';
import { addDays, addMonths, dateAt } from '#lib/kernel';
import { SHARE_TREE_EXAMPLE } from '../../apps/api/src/http/share-tree-field.ts';
import { demoUscc } from '../kit/firms.ts';
import { TestApi, type Reply } from './api-kit.ts';

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are read by their paths
const yuan = (amount: number) => ({ fen: amount * 100, currency: 'CNY' });

describe('batches of guarantees and capacity over HTTP', () => {
  let api: TestApi;
  const keys = new Map<string, string>();
  const ids = new Map<string, string>();
  beforeAll(async () => {
    api = await TestApi.open();
    const hire = async (kind: InstitutionKind, code: string): Promise<void> => {
      const { institutionId } = await api.product.access.createInstitution({ kind, code, zh: code, en: code });
      const { personId } = await api.product.access.createPerson({ institutionId, handle: `${code}-1`, name: '甲' });
      keys.set(code, await api.issue(personId, ['partner:deals']));
      ids.set(code, institutionId);
    };
    await hire('bank', 'bank-one');
    await hire('bank', 'bank-two');
    await hire('guarantor', 'guarantor-one');
    keys.set('ops', await api.issue(api.product.person, ['ops:deals']));
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
    expect(reasons[2]).toEqual(['uscc-invalid']);
    expect(reasons[3]).toEqual(['loan-unknown']);
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
    const again = (await post('bank-one', 'guarantee-batches', { ...file, rows: [row(1), row(2)] })).body as Json;
    expect(again['rows']).toMatchObject([
      { outcome: 'ACCEPTED_BATCH', dealId: deal['dealId'], repeated: true },
      { outcome: 'ACCEPTED_BATCH', repeated: false },
    ]);
    expect((await get('guarantor-one', 'capacity')).body['issued']).toEqual(yuan(4_000_000));
  });

  it('which cap stands against a loan is told to the bank, by how much only to the guarantor', async () => {
    const [{ agreementId }] = (await get('bank-one', 'guarantee-agreements')).body['items'];
    const file = (batchNo: string, amount: number) => {
      const rows = amount === 0 ? [] : [row(3, { principal: yuan(amount) })];
      return post('bank-one', 'guarantee-batches', { agreementId, batchNo, rows });
    };
    expect((await file('B-2', 0)).body['code']).toBe('batch-invalid');
    expect((await file('B-2', 1_000_001)).body['rows'][0].reasons).toMatchObject([{ code: 'batch-limit-passed' }]);
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
