import type { InstitutionKind, Scope } from '#lib/access';
import { addDays, dateAt, FixedClock, type Uscc } from '#lib/kernel';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { deliverCity } from '../whitelist/city.ts';
import { SigningPartner } from './signed.ts';

const DAY_MS = 86_400_000;
const yuan = (amount: number) => ({ fen: amount * 100, currency: 'CNY' });

describe('科技初创通: a listed firm and a credit loan of a bank, over the API', () => {
  let api: TestApi;
  let bank: SigningPartner;
  const keys = new Map<string, string>();
  const ids = new Map<string, string>();
  let members: Uscc[];

  const hire = async (kind: InstitutionKind, code: string, scopes: readonly Scope[], uscc?: Uscc): Promise<void> => {
    const { access } = api.product;
    const { institutionId } = await access.createInstitution({ kind, code, zh: code, en: code, ...(uscc && { uscc }) });
    ids.set(code, institutionId);
    for (const person of ['1', '2']) {
      const { personId } = await access.createPerson({ institutionId, handle: `${code}-${person}`, name: '甲' });
      keys.set(person === '1' ? code : `${code}-2`, await api.issue(personId, scopes, 700));
    }
  };
  beforeAll(async () => {
    api = await TestApi.open();
    const city = await deliverCity(api.product, { firms: 60, runs: 1 });
    const run = city.runs.at(-1)!;
    await api.product.lists.build('CKT', { runId: run.runId, clock: new FixedClock(run.finishedAt!) });
    const standings = [...(await api.product.lists.standings('CKT')).values()];
    members = standings.filter(({ state }) => state === 'ACTIVE').map(({ uscc }) => uscc as Uscc);
    await hire('bank', 'bank-one', ['partner:deals', 'partner:callbacks', 'partner:lists', 'partner:notices']);
    await hire('bank', 'bank-two', ['partner:deals', 'partner:callbacks']);
    await hire('firm', 'firm-one', ['subject:own'], members[0]);
    await hire('firm', 'firm-two', ['subject:own'], members[1]);
    bank = await SigningPartner.open(api, keys.get('bank-one')!, 'referral.status.v1');
  }, 300_000);
  afterAll(() => api.close());

  const key = (who: string) => ({ key: keys.get(who)! });
  const deal = async (id: string, who = 'bank-one') => (await api.get(`/partner/v1/deals/${id}`, key(who))).body;
  const offer = (uscc: Uscc, more: object = {}): Promise<Reply> =>
    api.post('/partner/v1/referrals', {
      ...key('bank-one'),
      body: { uscc, programme: 'CKT', amount: yuan(1_000_000), form: 'credit', validUntil: inSixtyDays(), ...more },
    });
  const inSixtyDays = () => addDays(dateAt(api.clock.now()), 60);
  const say = async (id: string, who: string, event: string, detail: object = {}): Promise<Reply> => {
    const { version } = (await api.get(`/subject/v1/deals/${id}`, key(who))).body;
    return api.post(`/subject/v1/deals/${id}/events`, { ...key(who), body: { version, event, detail } });
  };
  /** From the offer to the first draw. */
  const lend = async (uscc: Uscc, firm: string, loanId: string): Promise<string> => {
    const offered = await offer(uscc);
    expect([offered.status, offered.body['state']]).toEqual([201, { code: 'OFFERED', zh: '已推送', en: 'offered' }]);
    const id = offered.body['dealId'] as string;
    expect((await say(id, firm, 'consent', { outcomes: true, until: '2028-06-30' })).body['state'].code).toBe(
      'FIRM_INTERESTED',
    );
    expect((await say(id, firm, 'send')).body['state'].code).toBe('REFERRED');
    for (const [event, detail] of [
      ['accept', {}],
      ['approve', { amount: yuan(1_000_000), rateBp: 345, termMonths: 12, form: 'credit', overLineReason: '样例理由' }],
      ['contract', { contractNo: loanId, signedOn: '2026-07-06', drawUntil: '2026-09-30', maturity: '2027-07-05' }],
      ['draw', { amount: yuan(600_000), on: '2026-07-06', firstLoan: true }],
      ['draw', { amount: yuan(400_000), on: '2026-07-06' }],
    ] as const) {
      const told = await bank.report(loanId, id, event, detail);
      expect([event, told.status, told.body['state']]).toEqual([event, 200, 'applied']);
    }
    return id;
  };
  /** Every movement of a deal by kind, in fen, with what is left. */
  const ledger = ({ body }: Reply['body']) => {
    const sums: Record<string, number> = {};
    for (const { kind, amount } of body.entries) sums[kind] = (sums[kind] ?? 0) + amount.fen;
    const { draw = 0, payment = 0, recovery = 0, 'written-off': writtenOff = 0 } = sums;
    return { draw, payment, recovery, writtenOff, left: draw - payment - recovery - writtenOff };
  };

  it('is offered to a member only; every condition that fails is named', async () => {
    const outsider = (await api.product.scores.page((await api.product.runs.latestPublished())!.runId, { limit: 200 }))
      .map(({ uscc }) => uscc)
      .find((uscc) => !members.includes(uscc))!;
    const refused = await offer(outsider);
    expect([refused.status, refused.body['code']]).toEqual([409, 'programme-refused']);
    expect((refused.body['errors'] as { zh: string; en: string }[]).length).toBeGreaterThan(0);
    expect((await offer(members[0]!, { amount: yuan(-1) })).status).toBe(400);
    expect((await offer(members[0]!, { amount: { fen: 1.5, currency: 'CNY' } })).status).toBe(400);
    expect((await offer(members[0]!, { bank: ids.get('bank-two') })).body['code']).toBe('bank-unknown');
  });

  it('from the list to the last repayment: all parts add up, and the ledger has it', async () => {
    const listed = await api.get('/partner/v1/lists/CKT/members?limit=200&purpose=pre-loan-review', key('bank-one'));
    expect((listed.body['items'] as { uscc: string }[]).map(({ uscc }) => uscc)).toContain(members[0]);
    const id = await lend(members[0]!, 'firm-one', 'L-1');
    const drawn = await deal(id);
    expect([drawn['state'].code, ledger(drawn)]).toEqual([
      'PERFORMING',
      { draw: 100_000_000, payment: 0, recovery: 0, writtenOff: 0, left: 100_000_000 },
    ]);
    // Neither another bank nor another firm sees it.
    expect((await api.get(`/partner/v1/deals/${id}`, key('bank-two'))).body['code']).toBe('deal-unknown');
    expect((await api.get(`/subject/v1/deals/${id}`, key('firm-two'))).body['code']).toBe('deal-unknown');
    expect((await bank.report('L-1', id, 'draw', { amount: yuan(1), on: '2026-07-06' })).body['code']).toBe(
      'amount-over',
    );

    api.clock.pass(40 * DAY_MS);
    const month = { month: '2026-07', balance: yuan(1_000_000), daysPastDue: 0, loanClass: 'pass' };
    expect((await bank.report('L-1', id, 'report-month', month, { type: 'loan.performance.v1' })).status).toBe(200);
    await bank.report('L-1', id, 'pay', { amount: yuan(400_000), on: '2026-08-14' });
    // The bank had typed one payment wrong: a correction is an event of its own.
    const paid = (await deal(id))['version'] as number;
    await bank.report('L-1', id, 'correct', { corrects: paid, amount: yuan(300_000) });
    expect(ledger(await deal(id))).toMatchObject({ payment: 30_000_000, left: 70_000_000 });
    expect((await bank.report('L-1', id, 'repaid', { on: '2026-08-14' })).body['code']).toBe('still-outstanding');
    await bank.report('L-1', id, 'pay', { amount: yuan(700_000), on: '2026-08-15' });
    await bank.report('L-1', id, 'repaid', { on: '2026-08-15' });
    await bank.report('L-1', id, 'close');
    const closed = await deal(id);
    expect([closed['state'].code, closed['body'].repaidEarly, ledger(closed)]).toEqual([
      'CLOSED',
      true,
      { draw: 100_000_000, payment: 100_000_000, recovery: 0, writtenOff: 0, left: 0 },
    ]);
    expect(closed['events'].map(({ version }: { version: number }) => version)).toEqual(
      closed['events'].map((_: unknown, i: number) => i + 1),
    );
    // What was reported reaches the ledger as records of loan outcomes.
    const deliveries = await api.product.outcomes.deliver(api.clock);
    for (const deliveryId of deliveries) await api.product.intake.process(deliveryId);
    const { rows } = await api.product.database.admin.query<{ kind: string }>(
      `SELECT DISTINCT payload->>'event' AS kind FROM record r JOIN company c USING (company_id)
       WHERE source = 'loan-outcomes' AND uscc = $1 AND payload->>'kind' = 'event' ORDER BY 1`,
      [members[0]],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['accepted', 'approved', 'closed', 'drawn', 'repaid']),
    );
  });

  it('from the list to default, recovery and the end: the outcome stays, nobody gets back more than was owed', async () => {
    const id = await lend(members[1]!, 'firm-two', 'L-2');
    api.clock.pass(100 * DAY_MS);
    await bank.report('L-2', id, 'overdue', { daysPastDue: 30, on: '2026-10-01' });
    const early = await bank.report('L-2', id, 'default', { cause: 'overdue', on: '2026-11-20' });
    expect(early.body['code']).toBe('not-ninety-days');
    await bank.report('L-2', id, 'overdue', { daysPastDue: 91, on: '2026-10-01' });
    expect((await bank.report('L-2', id, 'default', { cause: 'overdue', on: '2026-11-20' })).status).toBe(200);
    await bank.report('L-2', id, 'recover', { amount: yuan(250_000), on: '2026-11-21' });
    const over = await bank.report('L-2', id, 'recover', { amount: yuan(750_001), on: '2026-11-21' });
    expect([over.body['code'], over.body['errors'][0].pointer]).toEqual(['amount-over', '/detail/amount']);
    expect((await bank.report('L-2', id, 'close')).body['code']).toBe('still-outstanding');

    // 核销 takes two persons of the bank.
    const body = async () => ({
      version: (await deal(id))['version'],
      event: 'write-off',
      detail: { on: '2026-11-21' },
    });
    const off = async (who: string): Promise<Reply> =>
      api.post(`/partner/v1/deals/${id}/events`, { ...key(who), body: await body() });
    expect((await off('bank-one')).body['proposal'].event).toBe('write-off');
    expect((await off('bank-one')).body['code']).toBe('two-persons-needed');
    expect((await off('bank-one-2')).body['state'].code).toBe('WRITTEN_OFF');
    await bank.report('L-2', id, 'recover', { amount: yuan(50_000), on: '2026-11-21' });
    await bank.report('L-2', id, 'close');
    const closed = await deal(id);
    expect([closed['state'].code, closed['body'].everDefaulted, ledger(closed)]).toEqual([
      'CLOSED',
      true,
      { draw: 100_000_000, payment: 0, recovery: 30_000_000, writtenOff: 70_000_000, left: 0 },
    ]);
  });

  it('is reported signed, once and in order, and a stale or foreign event changes nothing', async () => {
    const { body } = await offer(members[0]!);
    const id = body['dealId'] as string;
    const version = (await deal(id))['version'] as number;
    const raise = (given: object, who = 'bank-one'): Promise<Reply> =>
      api.post(`/partner/v1/deals/${id}/events`, { ...key(who), body: given });
    expect((await raise({ version: version + 1, event: 'accept', detail: { externalId: 'L-3' } })).body['code']).toBe(
      'version-stale',
    );
    expect((await raise({ version, event: 'accept', detail: { externalId: 'L-3' } })).body['code']).toBe(
      'transition-refused',
    );
    expect(
      (await raise({ version, event: 'consent', detail: { outcomes: true, until: '2027-01-01' } })).body['code'],
    ).toBe('role-refused');
    expect((await raise({ version, event: 'nothing', detail: {} })).body['code']).toBe('event-unknown');
    const wrong = await raise({ version, event: 'approve', detail: { amount: 5, more: 1 } });
    expect([wrong.body['code'], wrong.body['errors'].map((e: { pointer: string }) => e.pointer)]).toEqual([
      'event-invalid',
      expect.arrayContaining(['/detail/more', '/detail/amount', '/detail/rateBp']),
    ]);
    expect((await raise({ version, event: 'accept', detail: {} }, 'bank-two')).body['code']).toBe('deal-unknown');
    const nonce = 'nonce-that-is-copied';
    expect((await bank.report('L-3', id, 'accept', {}, { nonce })).body['code']).toBe('transition-refused');
    expect((await bank.report('L-3', id, 'accept', {}, { nonce })).body['code']).toBe('nonce-replayed');
    expect((await deal(id))['version']).toBe(version);
  });
});
