import { HOUSE, type Principal } from '#lib/access';
import { addDays, dateAt, type Uscc } from '#lib/kernel';
import { SHARE_TREE_EXAMPLE } from '../../apps/api/src/http/share-tree-field.ts';
import type { Reply, TestApi } from './api-kit.ts';

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are read by their paths

const APPLICATION = {
  bankId: null,
  principal: { fen: 100_000_000, currency: 'CNY' },
  termMonths: 12,
  guaranteedBp: 10_000,
  tree: SHARE_TREE_EXAMPLE,
  feeBp: 100,
  smallFirm: true,
  purpose: '样例用途',
};

interface Scene {
  readonly api: TestApi;
  /** On the list and graded. */
  readonly member: Uscc;
  readonly people: ReadonlyMap<string, Principal & { readonly key: string }>;
  readonly authorise: (uscc: Uscc, to: string, purpose: string, scopes: string[]) => Promise<void>;
}

/** Whom a deal may name, and what its opening tells. */
export function admissionsOverHttp(scene: () => Scene): void {
  const key = (who: string) => ({ key: scene().people.get(who)!.key });
  const get = (url: string, who = 'bank-one'): Promise<Reply> => scene().api.get(url, key(who));
  const coded = ({ status, body }: Reply): [number, string] => [status, body['code']];

  it('whom a deal may name is found by code, of each kind, by partners and by firms', async () => {
    const { api } = scene();
    const { access } = api.product;
    const { institutionId } = await access.createInstitution({ kind: 'lessor', code: 'lessor-one', zh: '租', en: 'L' });
    const codes = ({ body }: Reply): string[] => (body['items'] as Json[]).map(({ code }) => code as string);
    const all = await get('/partner/v1/institutions');
    expect(codes(all)).toEqual(expect.arrayContaining(['bank-one', 'bank-two', 'guarantor-one', 'lessor-one']));
    expect(codes(all)).toEqual(codes(all).toSorted());
    expect(codes(await get('/subject/v1/institutions', 'firm-one'))).toEqual(codes(all));
    const banks: string[] = [];
    for (let more = ''; ;) {
      const page = await get(`/subject/v1/institutions?kind=bank&limit=2${more}`, 'firm-one');
      banks.push(...codes(page));
      if (page.body['nextCursor'] === null) break;
      more = `&cursor=${page.body['nextCursor'] as string}`;
    }
    expect(banks).toEqual((all.body['items'] as Json[]).flatMap(({ kind, code }) => (kind === 'bank' ? [code] : [])));
    expect((all.body['items'] as Json[]).at(-1)).toEqual({
      institutionId,
      kind: 'lessor',
      code: 'lessor-one',
      zh: '租',
      en: 'L',
    });
    await access.moveInstitution(institutionId, 'suspend', { reason: '停业' });
    expect(codes(await get('/partner/v1/institutions'))).not.toContain('lessor-one');
    expect((await get('/partner/v1/institutions?kind=firm')).body['code']).toBe('request-invalid');
  });

  it('opening a deal tells nothing of a firm that authorised nothing, eligible or not, and each look is logged', async () => {
    const { api, member, people, authorise } = scene();
    const offer = (who: string, programme: string, side = 'partner'): Promise<Reply> => {
      const validUntil = addDays(dateAt(api.clock.now()), 30);
      const form = programme === 'CKT' ? 'credit' : 'guaranteed';
      const body = { uscc: member, programme, amount: { fen: 1_000_000, currency: 'CNY' }, form, validUntil };
      return api.post(`/${side}/v1/referrals`, { ...key(who), body });
    };
    const need = (who: string): Promise<Reply> => {
      const part = (name: string) => ({ part: name, amount: { fen: 500_000_000, currency: 'CNY' } });
      const needs = ['equity', 'loan', 'guaranteed'].map(part);
      return api.post('/partner/v1/joint-cases', { ...key(who), body: { uscc: member, programme: 'TDD', needs } });
    };
    const apply = (who: string): Promise<Reply> => {
      const { institutionId } = people.get(who)!;
      const body = { ...APPLICATION, uscc: member, programme: 'ZZD', guarantorId: institutionId };
      return api.post('/partner/v1/guarantees', { ...key(who), body });
    };
    const errors = ({ body }: Reply): Json[] => body['errors'] as Json[];
    const lineOf = async (id: string, who: string): Promise<unknown> => {
      const side = who.startsWith('firm') ? 'subject' : 'partner';
      return (await get(`/${side}/v1/deals/${id}`, who)).body['terms'].suggestedLine;
    };

    const taken = await offer('bank-three', 'CKT');
    expect([taken.status, taken.body['terms'].suggestedLine]).toEqual([201, null]);
    const refused = [await offer('bank-three', 'ZZD'), await apply('guarantor-two')];
    expect((await need('bank-three')).status).toBe(201);
    for (const reply of refused) {
      expect(coded(reply)).toEqual([409, 'programme-refused']);
      for (const { code, zh } of errors(reply))
        if (code === 'condition-failed') expect(zh).not.toContain('要求');
        else expect(zh).toMatch(/尚不能判定/);
    }
    const log = await api.product.db.as(HOUSE, (tx) =>
      api.product.queryLog.about(tx, member, { since: new Date(0), limit: 4 }),
    );
    expect(
      log.map(({ product, purpose, authorisationId, detail }) => [product, purpose, authorisationId, detail]),
    ).toEqual([
      ['admission', 'pre-loan-review', null, { programme: 'TDD', kind: 'joint-case' }],
      ['admission', 'guarantee-review', null, { programme: 'ZZD', kind: 'guarantee' }],
      ['admission', 'pre-loan-review', null, { programme: 'ZZD', kind: 'referral' }],
      ['admission', 'pre-loan-review', null, { programme: 'CKT', kind: 'referral' }],
    ]);

    // The firm reads its own; the bank does once the firm has agreed.
    const dealId = taken.body['dealId'] as string;
    const own = await lineOf(dealId, 'firm-one');
    expect([own, await lineOf(dealId, 'bank-three')]).toEqual([{ fen: expect.any(Number), currency: 'CNY' }, null]);
    const consent = { version: 1, event: 'consent', detail: { outcomes: false, until: '2027-01-01' } };
    await api.post(`/subject/v1/deals/${dealId}/events`, { ...key('firm-one'), body: consent });
    expect(await lineOf(dealId, 'bank-three')).toEqual(own);

    // Whom the firm authorised is told both.
    await authorise(member, 'bank-three', 'pre-loan-review', ['score', 'credit-history']);
    const [told, why] = [await offer('bank-three', 'CKT'), await offer('bank-three', 'ZZD')];
    expect(told.body['terms'].suggestedLine).toEqual({ fen: expect.any(Number), currency: 'CNY' });
    expect(errors(why).some(({ zh }) => (zh as string).includes('要求'))).toBe(true);
    const { items } = (await get('/subject/v1/queries', 'firm-one')).body as { items: Json[] };
    expect(items.filter(({ product }) => product === 'admission').length).toBe(6);
  });
}
