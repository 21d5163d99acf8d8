import { addDays, parseUscc, workflow, workingCalendar, type LocalDate, type Uscc } from '#lib/kernel';
import {
  changed,
  deadlinesOf,
  opened,
  replayed,
  type DealOrder,
  type DealType,
  type Desk,
  type Raiser,
} from './deal.ts';

type State = 'OPEN' | 'WON' | 'LOST' | 'GONE';
type Change =
  | { readonly event: 'add'; readonly amount: number }
  | { readonly event: 'decide' }
  | { readonly event: 'write-off'; readonly reason: string }
  | { readonly event: 'lapse' };

/** A deal as small as can be: amounts add up to a decision, writing off takes two. */
const TOY: DealType<State, Change['event'], { sum: number }, Change, null> = {
  kind: 'guarantee',
  table: workflow<State, Change['event'], Desk>({
    name: 'toy',
    initial: 'OPEN',
    states: {
      OPEN: {
        zh: '开',
        en: 'open',
        on: {
          add: { to: 'OPEN', by: ['BANK'] },
          decide: { to: ['WON', 'LOST'], by: ['GUAR'] },
          'write-off': { to: 'LOST', by: ['GUAR'] },
          lapse: { to: 'GONE' },
        },
        timers: [
          { workingDays: 2, event: 'alarm' },
          { days: 30, event: 'lapse' },
        ],
      },
      WON: { zh: '成', en: 'won' },
      LOST: { zh: '败', en: 'lost' },
      GONE: { zh: '过期', en: 'gone' },
    },
  }),
  twoPersons: ['write-off'],
  begin: () => ({ sum: 0 }),
  apply: ({ body }, change) => {
    if (change.event === 'add') return { body: { sum: body.sum + change.amount } };
    if (change.event === 'decide') return { to: body.sum > 10 ? 'WON' : 'LOST', body };
    return { body };
  },
  deadlines: ({ body, stateSince }) =>
    body.sum > 0 ? [{ event: 'lapse', lastDay: addDays(stateSince.toISOString().slice(0, 10) as LocalDate, 5) }] : [],
};

const CALENDAR = workingCalendar({ daysOff: [], workdays: [], through: '2026-12-31' });
const firm = parseUscc('91440300DMAB12340K');
const AT = new Date('2026-06-05T10:00:00+08:00');
const ORDER: DealOrder<null> = {
  dealId: '019a8c2e-7f00-7000-8000-000000000001',
  uscc: (firm.ok ? firm.value.uscc : '') as Uscc,
  programme: 'KYD',
  openedAt: AT,
  parties: [],
  terms: null,
};
const by = (role: Raiser['role'], personId = 'a'): Raiser => ({ role, institutionId: 'i', personId, at: AT });

describe('a deal', () => {
  it('moves by its events, one version each, and is what they tell', () => {
    const changes: readonly [Change, Raiser][] = [
      [{ event: 'add', amount: 7 }, by('BANK')],
      [{ event: 'add', amount: 8 }, by('BANK')],
      [{ event: 'decide' }, by('GUAR')],
    ];
    const end = changes.reduce((deal, [change, raiser]) => changed(TOY, deal, change, raiser), opened(TOY, ORDER));
    expect([end.state, end.version, end.body]).toEqual(['WON', 4, { sum: 15 }]);
    const records = [
      { version: 1, by: by('OPS') },
      ...changes.map(([change, who], i) => ({ version: i + 2, by: who, change })),
    ];
    expect(replayed(TOY, ORDER, records)).toEqual(end);
    expect(() => replayed(TOY, ORDER, records.toSpliced(1, 1))).toThrow('event 2');
  });

  it('refuses what its table does not know, and who may not', () => {
    const deal = opened(TOY, ORDER);
    expect(() => changed(TOY, deal, { event: 'add', amount: 1 }, by('GUAR'))).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'role-refused' }) }),
    );
    const lost = changed(TOY, deal, { event: 'decide' }, by('GUAR'));
    expect(() => changed(TOY, lost, { event: 'decide' }, by('GUAR'))).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'transition-refused' }) }),
    );
  });

  it('takes two persons for the same words, and forgets a proposal when anything else happens', () => {
    const off = (reason: string): Change => ({ event: 'write-off', reason });
    const proposed = changed(TOY, opened(TOY, ORDER), off('x'), by('GUAR', 'a'));
    expect([proposed.state, proposed.version, proposed.proposal?.by.personId]).toEqual(['OPEN', 2, 'a']);
    expect(() => changed(TOY, proposed, off('x'), by('GUAR', 'a'))).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'two-persons-needed' }) }),
    );
    const done = changed(TOY, proposed, off('x'), by('GUAR', 'b'));
    expect([done.state, done.version, done.proposal]).toEqual(['LOST', 3, null]);
    // Other words are another proposal.
    const other = changed(TOY, proposed, off('y'), by('GUAR', 'b'));
    expect([other.state, other.proposal?.by.personId]).toEqual(['OPEN', 'b']);
    expect(changed(TOY, proposed, { event: 'add', amount: 1 }, by('BANK')).proposal).toBeNull();
  });

  it('knows its deadlines: those of the table and those of its body, the earliest first', () => {
    const deal = opened(TOY, ORDER);
    expect(deadlinesOf(TOY, deal, CALENDAR)).toEqual([
      { event: 'alarm', lastDay: '2026-06-09' },
      { event: 'lapse', lastDay: '2026-07-05' },
    ]);
    const more = changed(TOY, deal, { event: 'add', amount: 1 }, by('BANK'));
    expect(deadlinesOf(TOY, more, CALENDAR).map(({ lastDay }) => lastDay)).toEqual([
      '2026-06-09',
      '2026-06-10',
      '2026-07-05',
    ]);
  });
});
