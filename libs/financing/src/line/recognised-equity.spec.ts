import fc from 'fast-check';
import { localDate, type Fen } from '#lib/kernel';
import type { VerifiedPayment } from '#lib/scoring';
import { wan } from '../../fixtures/line-cases.ts';
import { recognisedOf, type RecognisedEquity, type RecognisedInvestment } from './recognised-equity.ts';

const payment = (holderName: string, amount: number, paidOn: string): VerifiedPayment =>
  ({
    record: { recordKey: `${holderName}|${paidOn}`, payload: {} },
    holderName,
    paidOn: localDate(paidOn),
    amount: wan(amount),
  }) as unknown as VerifiedPayment;
const of = (investor: string, amount: number, paid = 0, first = '2026-07-01', last = first): RecognisedInvestment => ({
  investor,
  amount: wan(amount),
  paid: wan(paid),
  paidOn: paid === 0 ? null : { first: localDate(first), last: localDate(last) },
});
const taken = (payments: readonly VerifiedPayment[], ...recognised: RecognisedEquity[]): Record<string, Fen> =>
  Object.fromEntries([...recognisedOf(payments, recognised)].filter(([, amount]) => amount > 0));

describe('equity that a case recognises', () => {
  const two = [payment('样例创投', 300, '2025-06-01'), payment('样例创投', 500, '2026-05-01')];

  it('is taken from the newest payments of the investor, by its name however it is written', () => {
    expect(taken(two, of('样例创投', 500))).toEqual({ '样例创投|2026-05-01': wan(500) });
    expect(taken(two, of('样例创投 ', 700))).toEqual({
      '样例创投|2026-05-01': wan(500),
      '样例创投|2025-06-01': wan(200),
    });
    expect(taken([payment('样例(东莞)创投', 9, '2026-05-01')], of('样例（东莞）创投', 9))).toEqual({
      '样例(东莞)创投|2026-05-01': wan(9),
    });
  });

  it('takes nothing of others for what is committed and not paid in yet', () =>
    expect(taken(two, of('另一创投', 500))).toEqual({}));

  it('takes what was paid in from who paid within the months of the round, where the register knows a vehicle', () => {
    const vehicle = [payment('旧基金', 400, '2026-01-01'), payment('天使基金', 400, '2026-05-01')];
    expect(taken(vehicle, of('另一创投', 500, 300))).toEqual({ '天使基金|2026-05-01': wan(300) });
    // The money of an older round stays what it was.
    expect(taken(vehicle, of('另一创投', 500, 500))).toEqual({ '天使基金|2026-05-01': wan(400) });
    expect(taken(vehicle, of('另一创投', 500, 500, '2026-08-02'))).toEqual({});
    expect(taken(vehicle, of('另一创投', 500, 500, '2026-03-01', '2026-08-02'))).toEqual({
      '天使基金|2026-05-01': wan(400),
      '旧基金|2026-01-01': wan(100),
    });
  });

  it('stays what is committed where less is paid in yet', () =>
    expect(taken(two, of('样例创投', 500, 300))).toEqual({ '样例创投|2026-05-01': wan(500) }));

  it('serves each investor under its own name before it is the vehicle of another', () => {
    const one = [payment('样例创投', 300, '2026-06-01')];
    expect(taken(one, of('另一创投', 300, 300), of('样例创投', 300, 300))).toEqual({ '样例创投|2026-06-01': wan(300) });
  });

  it('by the record of a payment', () => {
    const key = '样例创投|2025-06-01';
    const twice = [
      { recordKey: key, amount: wan(100) },
      { recordKey: key, amount: wan(50) },
    ];
    expect(taken(two, ...twice)).toEqual({ [key]: wan(150) });
  });

  it('never takes more than was paid, nor more than is recognised', () => {
    const name = fc.constantFrom('甲创投', '乙创投', '丙创投');
    const day = fc.integer({ min: 1, max: 12 }).map((month) => `2026-${String(month).padStart(2, '0')}-01`);
    const amount = fc.integer({ min: 0, max: 1000 });
    const payments = fc.uniqueArray(
      fc.tuple(name, amount, day).map((one) => payment(...one)),
      { selector: ({ record }) => record.recordKey },
    );
    const cases = fc.array(
      fc.tuple(name, amount, amount, day).map(([who, more, paid, on]) => of(who, paid + more, paid, on)),
    );
    fc.assert(
      fc.property(payments, cases, (known, recognised) => {
        const all = recognisedOf(known, recognised);
        for (const { record, amount: paid } of known) expect(all.get(record.recordKey) ?? 0).toBeLessThanOrEqual(paid);
        const sum = [...all.values()].reduce((total, one) => total + one, 0);
        expect(sum).toBeLessThanOrEqual(recognised.reduce((total, one) => total + one.amount, 0));
      }),
    );
  });
});
