import { GUARANTEE } from '../guarantees/guarantee-type.ts';
import { JOINT_CASE } from '../joint/joint-case.ts';
import {
  after,
  MILLION,
  newCase,
  onPart,
  partner,
  pay,
  SERVICE,
  share,
  time,
  toActive,
} from '../joint/fixtures/joint-story.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { awaitedDesks, institutionsAt } from './awaited.ts';

const TYPES = { guarantee: GUARANTEE, referral: REFERRAL, 'joint-case': JOINT_CASE };

describe('who is expected to act when an alarm is over', () => {
  it('is somebody in every state that has one, and never the firm', () => {
    const waited = Object.entries(TYPES).flatMap(([kind, type]) =>
      Object.entries<{ readonly timers?: readonly { readonly event: string }[] }>(type.table.states)
        .filter(([, { timers = [] }]) => timers.some(({ event }) => event === 'alarm'))
        .map(([state]) => {
          const deal = { ...newCase(), state } as never;
          return [kind, state, awaitedDesks(type as typeof JOINT_CASE, deal).join(' ')];
        }),
    );
    expect(waited).toEqual([
      ['guarantee', 'SUBMITTED', 'GUAR'],
      ['guarantee', 'DUE_DILIGENCE', 'GUAR'],
      ['guarantee', 'CLAIM_REVIEW', 'GUAR'],
      ['referral', 'DUE_DILIGENCE', 'BANK'],
      ['joint-case', 'CONSULT', 'BANK GUAR INVEST INSUR LEASE OPS'],
      ['joint-case', 'REVIEW_DUE', 'INVEST BANK GUAR'],
    ]);
  });

  it('of a review the required desks that have not confirmed, each institution once', () => {
    const drawn = after(toActive(), pay(10 * MILLION), onPart('draw', 'loan', 'bank', MILLION));
    const due = after(drawn, [{ event: 'review' }, time()]);
    expect(awaitedDesks(JOINT_CASE, due)).toEqual(['INVEST', 'BANK', 'GUAR']);
    const half = after(due, [{ event: 'confirm', text: '' }, partner('bank')]);
    expect(awaitedDesks(JOINT_CASE, half)).toEqual(['INVEST', 'GUAR']);
    expect(institutionsAt(half, ['INVEST', 'GUAR'])).toEqual(['guarantor', 'investor']);
    // Two banks at one desk, one institution at two.
    const twice = { parties: [...half.parties, { institutionId: 'bank', desk: 'LEASE' as const }] };
    expect(institutionsAt(twice, ['BANK', 'LEASE'])).toEqual(['bank', 'bank2', 'lessor']);
    // Nobody is required where all desks are optional: whoever may move it on.
    const optional = { ...due, terms: { ...SERVICE, required: [] } };
    expect(awaitedDesks(JOINT_CASE, optional)).toEqual(['BANK', 'GUAR', 'INVEST', 'INSUR', 'LEASE', 'OPS']);
    expect(institutionsAt(after(newCase(), share('insurer')), ['OPS'])).toEqual([]);
  });
});
