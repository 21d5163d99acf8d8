import { fen, localDate, ProblemError, type ProblemDetail } from '#lib/kernel';
import { checkedChange } from '../deals/event-values.ts';
import type { Fields } from '../deals/event-words.ts';
import type { JointChange } from './joint-body.ts';
import { JOINT_EVENTS, type JointEvent } from './joint-table.ts';
import { JOINT_WORDS } from './joint-words.ts';

const ID = '019a8c2e-7f00-7000-8000-000000000001';
const HASH = 'a'.repeat(64);
const DAY = localDate('2027-06-30');
const amount = fen(5_000_000_00);
const line = {
  part: 'guaranteed',
  institutionId: ID,
  amount,
  lender: ID,
  guarantorShareBp: 8_000,
  loanMaturity: DAY,
  guaranteeUntil: DAY,
} as const;
const bare = { lender: null, guarantorShareBp: null, loanMaturity: null, guaranteeUntil: null } as const;
const consent = {
  institutionId: ID,
  desk: 'BANK',
  purpose: 'pre-loan-review',
  fields: ['identity', 'score'],
  until: DAY,
  outcomes: true,
} as const;
const money = { part: 'loan', partner: ID, amount } as const;
const place = { part: 'loan', partner: ID } as const;

/** Every event with every member, as the rules take it. */
const CHANGES: { readonly [E in JointEvent]: readonly JointChange[] } = {
  share: [{ event: 'share', consents: [consent], textSha256: HASH }],
  unshare: [
    { event: 'unshare', institutionId: ID, purpose: 'pre-loan-review' },
    { event: 'unshare', institutionId: ID, purpose: null },
  ],
  withdraw: [{ event: 'withdraw', reason: '不再需要' }],
  say: [
    { event: 'say', round: 'internal', opinion: 'support', need: '审计报告', text: '可做' },
    { event: 'say', round: 'external', opinion: 'noted', need: null, text: '' },
  ],
  propose: [{ event: 'propose', lines: [line, { ...line, ...bare, part: 'loan' }], availableUntil: DAY, note: '' }],
  counter: [
    { event: 'counter', lines: [line], substitution: null, availableUntil: DAY, note: '' },
    {
      event: 'counter',
      lines: null,
      substitution: { from: place, to: { ...place, part: 'guaranteed' }, amount },
      availableUntil: DAY,
      note: '',
    },
  ],
  open: [{ event: 'open' }],
  commit: [{ event: 'commit', proposalVersion: 1, part: 'loan', amount, expiresOn: DAY, conditions: ['股权到账'] }],
  decline: [{ event: 'decline', proposalVersion: 1, part: 'loan', code: 'policy', text: '' }],
  sign: [{ event: 'sign', proposalVersion: 1, textSha256: HASH }],
  meet: [{ event: 'meet', part: 'loan', condition: 0 }],
  activate: [{ event: 'activate' }],
  pay: [{ event: 'pay', amount }],
  back: [{ event: 'back', amount, reason: '退回' }],
  draw: [{ event: 'draw', ...money }],
  repay: [{ event: 'repay', ...money }],
  claim: [
    { event: 'claim', amount, interest: amount },
    { event: 'claim', amount, interest: null },
  ],
  loss: [{ event: 'loss', ...money }],
  recover: [{ event: 'recover', ...money }],
  'write-off': [{ event: 'write-off', ...money, reason: '无可追偿' }],
  correct: [
    { event: 'correct', corrects: 9, amount, interest: null, reason: '录入有误' },
    { event: 'correct', corrects: 9, amount, interest: amount, reason: '录入有误' },
  ],
  freeze: [{ event: 'freeze', reason: 'knock-out', text: '' }],
  unfreeze: [{ event: 'unfreeze', cure: '已补足' }],
  confirm: [{ event: 'confirm', text: '' }],
  issue: [{ event: 'issue', text: '资料不符' }],
  close: [{ event: 'close' }],
  lapse: [{ event: 'lapse' }],
  expire: [{ event: 'expire' }],
  review: [{ event: 'review' }],
  'end-availability': [{ event: 'end-availability' }],
};
const ALL = Object.values(CHANGES).flat();

const MONEY = ['amount', 'interest'];
/** As it comes over HTTP: money with its currency, nothing that is null. */
function outside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outside);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, MONEY.includes(name) ? { fen: member, currency: 'CNY' } : outside(member)]),
  );
}
const detailOf = ({ event: _event, ...detail }: JointChange): Record<string, unknown> =>
  outside(detail) as Record<string, unknown>;

function faultsOf(event: string, detail: Record<string, unknown>): readonly ProblemDetail[] {
  try {
    checkedChange<JointChange>(JOINT_WORDS, event, detail);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'event-invalid') return error.problem.errors!;
    throw error;
  }
  return [];
}

describe('the words of a joint case', () => {
  it('have every event', () => {
    expect(Object.keys(JOINT_WORDS)).toEqual(expect.arrayContaining([...JOINT_EVENTS]));
    expect(Object.keys(JOINT_WORDS)).toHaveLength(JOINT_EVENTS.length);
  });

  it.each(ALL.map((change, i) => [`${i} ${change.event}`, change] as const))('name every member of %s', (_, change) => {
    expect(checkedChange<JointChange>(JOINT_WORDS, change.event, detailOf(change))).toEqual(change);
  });

  it('are Chinese and English, to the innermost field', () => {
    const check = (fields: Fields): void => {
      for (const { zh, en, fields: inner } of Object.values(fields)) {
        expect(zh).toMatch(/[\u4e00-\u9fff]/);
        expect(en).toMatch(/^[\x20-\x7e]+$/);
        check(inner ?? {});
      }
    };
    check(JOINT_WORDS as unknown as Fields);
    for (const { fields } of Object.values(JOINT_WORDS)) check(fields);
  });

  it('refuse what is missing or of another kind by its place, and nothing by accident', () => {
    for (const change of ALL) {
      const detail = detailOf(change);
      for (const [name, { optional }] of Object.entries(JOINT_WORDS[change.event].fields as Fields)) {
        if (optional) continue;
        const { [name]: _, ...rest } = detail;
        expect(faultsOf(change.event, rest)).toMatchObject([{ pointer: `/${name}`, code: 'field-missing' }]);
        for (const wrong of [{}, [{}], [[]], { fen: '1', currency: 'CNY' }, 1.5, true, 'x'.repeat(2_001)]) {
          const faults = faultsOf(change.event, { ...detail, [name]: wrong });
          const fits = typeof wrong === 'boolean' && name === 'outcomes';
          expect([name, wrong, faults.every(({ pointer }) => pointer!.startsWith(`/${name}`))]).toEqual([
            name,
            wrong,
            true,
          ]);
          if (!fits) expect([name, wrong, faults.length > 0]).toEqual([name, wrong, true]);
        }
      }
      expect(faultsOf(change.event, { ...detail, more: 1 })).toMatchObject([
        { pointer: '/more', code: 'field-unknown' },
      ]);
    }
    const consents = [{ ...consent, fields: ['identity', 'everything'], until: '2027-02-30' }];
    expect(faultsOf('share', { consents, textSha256: HASH }).map(({ pointer }) => pointer)).toEqual([
      '/consents/0/fields',
      '/consents/0/until',
    ]);
  });
});
