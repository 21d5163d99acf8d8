import { localDate } from '#lib/kernel';
import { changeFrom, type Fields } from '../deals/event-words.ts';
import { AT, HASH, PATHS, play, sampleOf } from './guarantee-example.ts';
import { GUARANTEE_EVENTS, GUARANTEE_STATES } from './guarantee-table.ts';
import { GUARANTEE } from './guarantee-type.ts';
import { GUARANTEE_MONEY, GUARANTEE_WORDS } from './guarantee-words.ts';
import type { GuaranteeChange } from './guarantee.ts';

/** As a partner would send it: money with its currency. */
const outside = (fields: Fields, values: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      fields[name]?.unit === 'fen' ? { fen: value, currency: 'CNY' } : value,
    ]),
  );

const text = { zh: '抵押登记', en: 'registered mortgage' };
/** What examples leave out. */
const OPTIONAL: readonly GuaranteeChange[] = [
  {
    event: 'decide',
    decision: 'conditional',
    amount: 1 as never,
    reason: '理由',
    reasonCode: 'R1',
    conditions: [text],
    fuseReason: '理由',
  },
  { event: 'meet-conditions', documents: [HASH], fuseReason: '理由' },
  {
    event: 'issue',
    letterNo: 'BH-1',
    drawUntil: localDate('2026-07-05'),
    maturity: localDate('2027-06-05'),
    guaranteeUntil: localDate('2027-12-05'),
    fuseReason: '理由',
  },
  { event: 'correct', version: 3, amount: 1 as never, costs: 2 as never, reason: '理由' },
];

describe('words of guarantees', () => {
  const changes = GUARANTEE_STATES.flatMap((state) => {
    const deal = play(PATHS[state]);
    const events = Object.keys(GUARANTEE.table.states[state].on ?? {}) as GuaranteeChange['event'][];
    return events.map((event) => sampleOf(event, deal, AT));
  });

  it('name every event, and every member of every change, and no other', () => {
    expect(Object.keys(GUARANTEE_WORDS).sort()).toEqual([...GUARANTEE_EVENTS].sort());
    const seen = new Set<string>();
    for (const { event, ...detail } of [...changes, ...OPTIONAL]) {
      const { fields } = GUARANTEE_WORDS[event] as { fields: Fields };
      for (const name of Object.keys(detail)) seen.add(`${event}/${name}`);
      expect(changeFrom(GUARANTEE_WORDS, event, outside(fields, detail))).toEqual({ event, ...detail });
    }
    const named = Object.entries(GUARANTEE_WORDS).flatMap(([event, { fields }]) =>
      Object.keys(fields).map((name) => `${event}/${name}`),
    );
    expect(named.sort()).toEqual([...seen].sort());
  });

  it('know as money what stands as money in events', () => {
    const money = (fields: Fields): string[] =>
      Object.entries(fields).flatMap(([name, { unit, fields: inner }]) => [
        ...(unit === 'fen' ? [name] : []),
        ...(inner ? money(inner) : []),
      ]);
    for (const { fields } of Object.values(GUARANTEE_WORDS))
      for (const name of money(fields)) expect(GUARANTEE_MONEY).toContain(name);
  });

  it('let nobody state the caps of a guarantor, nor a list that is none', () => {
    const letter = outside({}, { letterNo: 'BH-1', drawUntil: '', maturity: '', guaranteeUntil: '', caps: {} });
    const faults = (event: string, detail: object) => {
      try {
        changeFrom(GUARANTEE_WORDS, event, detail as Record<string, unknown>);
        return [];
      } catch (error) {
        const { problem } = error as { problem: { errors: { pointer: string; code: string }[] } };
        return problem.errors.map(({ pointer, code }) => `${pointer} ${code}`);
      }
    };
    expect(faults('issue', letter)).toEqual(['/caps field-unknown']);
    expect(faults('supply', { documents: 'a' })).toEqual(['/documents field-invalid']);
    expect(faults('ask-missing', { missing: [{ zh: '报表' }] })).toEqual(['/missing/0/en field-missing']);
  });
});
