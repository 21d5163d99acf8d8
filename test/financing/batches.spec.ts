import { actorOf, HOUSE } from '#lib/access';
import {
  dealEvents,
  GUARANTEE,
  recordsOf,
  replayed,
  type BatchAgreement,
  type BatchRow,
  type GuaranteeChange,
} from '#lib/financing';
import { addDays, addMonths, fen } from '#lib/kernel';
import { codes, GuaranteeKit, MILLION, uscc } from './guarantee-kit.ts';
import { pageOf } from './pages.ts';

describe('a batch of guarantees', () => {
  let kit: GuaranteeKit;
  let agreement: BatchAgreement;
  beforeAll(async () => {
    kit = await GuaranteeKit.open();
    await kit.capital(500 * MILLION);
    await kit.unrelated([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    agreement = await kit.batches.recordAgreement(
      kit.guarantor,
      kit.agreement({ sectors: ['I', 'M73'], batchMost: fen(12 * MILLION) }),
    );
  });
  afterAll(() => kit.close());

  const send = (batchNo: string, rows: readonly BatchRow[], by = kit.bank) =>
    kit.batches.accept(by, { agreementId: agreement.agreementId, batchNo, rows });
  const reasons = async (batchNo: string, row: BatchRow): Promise<unknown> => {
    const [answer] = (await send(batchNo, [row])).rows;
    return answer!.outcome === 'EXCEPTION'
      ? answer!.reasons.map(({ code, field }) => `${field} ${code}`)
      : answer!.outcome;
  };

  it('is taken over row by row: a deal in force for what fits, every reason for what does not', async () => {
    const rows = [
      kit.row(1),
      kit.row(2, { principal: 6 * MILLION, guaranteedBp: 8000, industry: 'C39', maturity: addMonths(kit.today(), 48) }),
      kit.row(3, { industry: 'M731' }),
      kit.row(40),
    ];
    const answer = await send('2026-06-A', rows);
    expect(answer.totals).toEqual({ rows: 4, accepted: 2, acceptedPrincipal: 4 * MILLION, exceptions: 2, repeated: 0 });
    expect(
      answer.rows.map((row) => (row.outcome === 'EXCEPTION' ? row.reasons.map(({ code }) => code) : row.outcome)),
    ).toEqual([
      'ACCEPTED_BATCH',
      ['batch-single-passed', 'batch-term-passed', 'batch-ratio-differs', 'batch-sector-differs'],
      'ACCEPTED_BATCH',
      ['cap-group'],
    ]);
    const [first] = answer.rows;
    const dealId = first!.outcome === 'ACCEPTED_BATCH' ? first!.dealId : '';
    const { deal, events } = await kit.guarantees.get(kit.guarantor, dealId);
    expect(deal).toMatchObject({
      state: 'IN_FORCE',
      programme: 'TDD',
      body: {
        approved: 2 * MILLION,
        drawn: 2 * MILLION,
        outstanding: 2 * MILLION,
        letter: { letterNo: '2026-06-A/L-1', batchNo: '2026-06-A' },
      },
    });
    expect(events.map(({ event, role }) => [event, role])).toEqual([
      [null, 'BANK'],
      ['accept-batch', 'SYSTEM'],
      ['draw', 'SYSTEM'],
    ]);
    const { dealId: id, uscc: firm, programme, openedAt, parties, terms } = deal;
    const order = { dealId: id, uscc: firm, programme, openedAt, parties, terms };
    const again = replayed(GUARANTEE, order, recordsOf<GuaranteeChange>(events));
    expect(again).toEqual(deal);
    // From here on it lives as any other, also after its day of payment.
    kit.pass(3);
    await kit.guarantees.sweep();
    const lower = await kit.act(kit.bank, deal, { event: 'reduce', amount: fen(MILLION), on: kit.today() });
    expect([lower.state, lower.body.outstanding]).toEqual(['IN_FORCE', MILLION]);
    // Nothing is left of what was refused.
    const count = await kit.product.db.as(HOUSE, (tx) =>
      tx.query(`SELECT FROM deal WHERE uscc = ANY ($1)`, [[uscc(2), uscc(40)]]),
    );
    expect(count).toHaveLength(0);
  });

  it('the same rows again are answered as before and do nothing', async () => {
    const rows = [kit.row(4), kit.row(5, { principal: -1 })];
    const first = await send('2026-06-B', rows);
    const events = async () =>
      (await kit.product.database.admin.query('SELECT count(*)::int AS n FROM deal_event')).rows;
    const before = await events();
    const again = await send('2026-06-B', rows);
    expect(again.rows).toEqual(first.rows.map((row) => ({ ...row, repeated: true })));
    expect(again.totals).toEqual({ ...first.totals, repeated: 2 });
    expect(await events()).toEqual(before);
    // At once: one of them does it.
    const many = await Promise.all(Array.from({ length: 8 }, () => send('2026-06-C', [kit.row(6)])));
    expect(new Set(many.map(({ rows: [row] }) => row!.outcome === 'ACCEPTED_BATCH' && row!.dealId)).size).toBe(1);
    expect(many.filter(({ totals }) => totals.repeated === 0)).toHaveLength(1);
  });

  it('another content under the same key is an exception, a mended one is taken over', async () => {
    expect(await reasons('2026-06-B', kit.row(4, { principal: MILLION }))).toEqual(['rowKey row-key-conflict']);
    expect(await reasons('2026-06-D', kit.row(4))).toEqual(['rowKey row-key-elsewhere']);
    expect(await reasons('2026-06-B', kit.row(5, { principal: MILLION }))).toBe('ACCEPTED_BATCH');
  });

  it('has a reason for everything that a row can be', async () => {
    const today = kit.today();
    const odd = (more: Partial<BatchRow>, key = 'X') =>
      reasons(`odd-${key}`, kit.row(7, { rowKey: `K-${key}`, ...more }));
    expect(await odd({ rowKey: 'no key' }, 'a')).toEqual(['rowKey row-key-invalid']);
    expect(await odd({ uscc: '91440305DM0000010X' }, 'b')).toEqual(['uscc uscc-invalid']);
    expect(await odd({ principal: 0.5 }, 'c')).toEqual(['principal amount-invalid']);
    expect(await odd({ drawnOn: 'x', maturity: '2026-02-30' }, 'd')).toEqual([
      'drawnOn date-invalid',
      'maturity date-invalid',
    ]);
    expect(await odd({ drawnOn: addDays(today, 1) }, 'e')).toEqual(['drawnOn batch-drawn-later']);
    expect(await odd({ drawnOn: addDays(today, -40) }, 'f')).toEqual([
      'drawnOn batch-not-in-force',
      'drawnOn batch-filed-late',
    ]);
    expect(await odd({ maturity: addDays(today, -3) }, 'g')).toEqual(['maturity date-invalid']);
    expect(await odd({ industry: null }, 'h')).toEqual(['industry batch-sector-unknown']);
    expect(await odd({ principal: 5 * MILLION }, 'i')).toEqual(['principal batch-limit-passed']);
    expect(await odd({ outcomesUntil: 'never' }, 'j')).toEqual(['outcomesUntil date-invalid']);
    // A cap of the guarantor stands beside the rest, without its amounts.
    const [answer] = (await send('odd-k', [kit.row(40, { industry: null })])).rows;
    expect(answer!.outcome === 'EXCEPTION' && answer!.reasons.map(({ code }) => code)).toEqual([
      'batch-sector-unknown',
      'cap-group',
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/\d{6,}/);
  });

  it('counts what the same file brought before', async () => {
    const small = await kit.batches.recordAgreement(kit.guarantor, kit.agreement({ batchMost: fen(3 * MILLION) }));
    const rows = [
      kit.row(7, { rowKey: 'S-1' }),
      kit.row(9, { rowKey: 'S-2' }),
      kit.row(9, { rowKey: 'S-3', principal: MILLION }),
    ];
    const answer = await kit.batches.accept(kit.bank, { agreementId: small.agreementId, batchNo: 'S', rows });
    expect(
      answer.rows.map((row) => (row.outcome === 'EXCEPTION' ? row.reasons.map(({ code }) => code) : row.outcome)),
    ).toEqual(['ACCEPTED_BATCH', ['batch-limit-passed'], 'ACCEPTED_BATCH']);
  });

  it('gives one firm no more than its limit, over rows and batches of the agreement', async () => {
    const { agreementId } = await kit.batches.recordAgreement(kit.guarantor, kit.agreement());
    const take = async (batchNo: string, ...rows: readonly BatchRow[]) =>
      (await kit.batches.accept(kit.bank, { agreementId, batchNo, rows })).rows.map((row) =>
        row.outcome === 'EXCEPTION' ? row.reasons.map(({ code }) => code) : row.dealId,
      );
    const three = (n: number, rowKey: string) => kit.row(n, { rowKey, principal: 3 * MILLION });
    const [first, second, other] = await take('F-1', three(9, 'F-1'), three(9, 'F-2'), three(4, 'F-3'));
    expect([second, typeof other]).toEqual([['batch-single-passed'], 'string']);
    expect(await take('F-2', three(9, 'F-4'))).toEqual([['batch-single-passed']]);
    // What is repaid makes room.
    const { deal } = await kit.guarantees.get(kit.bank, first as string);
    await kit.act(kit.bank, deal, { event: 'reduce', amount: fen(MILLION), on: kit.today() });
    expect(await take('F-3', three(9, 'F-5'))).toEqual([expect.any(String)]);
  });

  it('takes over no more than the loan that a row names owes, and less as that is paid', async () => {
    const { agreementId } = await kit.batches.recordAgreement(kit.guarantor, kit.agreement());
    const loanDealId = await kit.lent(6);
    const on = kit.today();
    await kit.lend(kit.bank, loanDealId, { event: 'draw', amount: fen(2 * MILLION), on, firstLoan: true });
    await kit.lend(kit.bank, loanDealId, { event: 'pay', amount: fen(MILLION), on });
    const row = (rowKey: string, principal: number) => kit.row(6, { rowKey, principal, loanDealId, drawnOn: on });
    const rows = [row('O-1', MILLION + 1), row('O-2', MILLION), kit.row(5, { rowKey: 'O-3', loanDealId })];
    const [over, taken, foreign] = (await kit.batches.accept(kit.bank, { agreementId, batchNo: 'O', rows })).rows;
    expect(over).toMatchObject({ reasons: [{ code: 'guarantee-over-loan', field: 'principal' }] });
    expect(foreign).toMatchObject({ reasons: [{ code: 'loan-unknown', field: 'loanDealId' }] });
    const dealId = taken!.outcome === 'ACCEPTED_BATCH' ? taken!.dealId : '';
    await kit.lend(kit.bank, loanDealId, { event: 'pay', amount: fen(400_000), on });
    const { deal } = await kit.guarantees.get(kit.bank, dealId);
    expect(deal.body).toMatchObject({ drawn: MILLION, outstanding: MILLION - 400_000 });
    await kit.lend(kit.bank, loanDealId, { event: 'pay', amount: fen(MILLION - 400_000), on });
    await kit.lend(kit.bank, loanDealId, { event: 'repaid', on });
    expect((await kit.guarantees.get(kit.bank, dealId)).deal.state).toBe('RELEASED');
  });

  it('is asked what its programme leaves the firm', async () => {
    const { agreementId } = await kit.batches.recordAgreement(kit.guarantor, kit.agreement());
    const asked: unknown[] = [];
    const before = kit.room;
    kit.room = (_, { programme, besides }) => {
      asked.push([programme, besides]);
      return Promise.resolve({
        cap: fen(3 * MILLION),
        used: fen(MILLION + 1),
        platformCap: fen(0),
        guaranteed: false,
        term: null,
      });
    };
    const { rows } = await kit.batches.accept(kit.bank, { agreementId, batchNo: 'R', rows: [kit.row(2)] });
    kit.room = before;
    expect(rows).toMatchObject([{ reasons: [{ code: 'programme-cap', field: 'principal' }] }]);
    expect(asked).toEqual([['TDD', []]]);
  });

  it('belongs to its two parties', async () => {
    for (const by of [kit.otherBank, kit.otherGuarantor, kit.regulator, kit.operator])
      expect(await codes(send('2026-06-E', [kit.row(8)], by))).toBe('agreement-unknown');
    expect((await send('2026-06-E', [kit.row(8)], kit.guarantor)).totals.accepted).toBe(1);
    expect(await kit.batches.agreements(kit.otherBank, 10)).toEqual([]);
    expect((await kit.batches.agreements(kit.bank, 10)).at(-1)).toEqual(agreement);
    expect(await codes(kit.batches.recordAgreement(kit.bank, kit.agreement()))).toBe('agreement-refused');
    const odd = kit.agreement({ feeBp: -1, tree: { of: 1, children: [] } });
    expect(await codes(kit.batches.recordAgreement(kit.guarantor, odd))).toMatch(/^guarantee-terms-invalid/);
    const rows = (actor: string) =>
      kit.product.db.as(actor, async (tx) => (await tx.query('SELECT FROM batch_row')).length);
    expect([await rows(actorOf(kit.otherBank)), (await rows(actorOf(kit.bank))) > 0]).toEqual([0, true]);
    for (const [batchNo, many] of [
      ['x', []],
      ['', [kit.row(9)]],
      ['y', Array.from({ length: 2001 }, () => kit.row(9))],
    ] as const)
      expect(await codes(send(batchNo, many))).toBe('batch-invalid');
    await expect(kit.product.database.admin.query('DELETE FROM batch_row')).rejects.toThrow('only ever added to');
    await expect(
      kit.product.database.admin.query(`UPDATE batch_row SET principal = 1 WHERE deal_id IS NOT NULL`),
    ).rejects.toThrow('only ever added to');
  });

  it('every deal of it was told to both partners and replays', async () => {
    const deals = await pageOf(kit.product, kit.clock, kit.guarantor);
    expect(deals.length).toBeGreaterThan(4);
    for (const { dealId: id } of deals) {
      const { deal } = await kit.guarantees.get(kit.guarantor, id);
      const events = await kit.product.db.as(HOUSE, (tx) => dealEvents(tx, deal.dealId));
      const { dealId, uscc: firm, programme, openedAt, parties, terms } = deal;
      const order = { dealId, uscc: firm, programme, openedAt, parties, terms };
      expect(replayed(GUARANTEE, order, recordsOf<GuaranteeChange>(events))).toEqual(deal);
    }
    const told = await kit.product.db.as(actorOf(kit.bank), (tx) =>
      tx.query(`SELECT FROM notice WHERE body ->> 'event' = 'accept-batch'`),
    );
    expect(told).toHaveLength(deals.length);
  });
});
