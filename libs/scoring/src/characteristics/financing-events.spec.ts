import { localDate, type Fen } from '#lib/kernel';
import { financingEvents, shareholders, type FinancingEvent, type HolderType, type Investor } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
const registers = old.covers('SHR', AS_OF).covers('CHG', AS_OF);
const base = registers.covers('FIN', AS_OF);

/** A round as announced, which the provider vouches for until the day. */
function announced(b: DossierBuilder, round: FinancingEvent['round'], on: string, investors?: readonly Investor[]) {
  const payload: FinancingEvent = { round, announcedOn: day(on), ...(investors ? { investors } : {}) };
  return b.add(financingEvents, `${round}|${on}`, payload, on, AS_OF);
}

/** Money that an external holder paid in by an increase of capital. */
function paid(b: DossierBuilder, holder: string, on: string, amount = 100, holderType: HolderType = 'fund') {
  const payload = { holder, holderType, paid: amount as Fen, acquisition: 'increase', paidOn: day(on) } as const;
  return b.add(shareholders, `${holder}|${on}`, payload, on, AS_OF);
}
const lead = (kind?: Investor['class']): Investor => ({ lead: true, ...(kind ? { class: kind } : {}) });
const led = (...leads: readonly Investor[]) => announced(paid(base, 'f', '2025-03-01'), 'a', '2025-03-20', leads);

const cases: readonly Case[] = [
  ['CR03 nobody', base, 'CR03', is('none')],
  ['CR03 a person', led(lead('person')), 'CR03', is('person')],
  ['CR03 a registered fund', led(lead('fund')), 'CR03', is('fund')],
  ['CR03 a guidance fund', led(lead('government')), 'CR03', is('fund')],
  ['CR03 a top institution', led(lead('top')), 'CR03', is('top')],
  ['CR03 several leads: the highest', led(lead('person'), lead('top'), lead('fund')), 'CR03', is('top')],
  ['CR03 who follows does not lead', led(lead('person'), { class: 'top', lead: false }), 'CR03', is('person')],
  ['CR03 a sole investor leads', led({ class: 'person' }), 'CR03', is('person')],
  ['CR03 class not stated', led(lead()), 'CR03', gone('NOT_STATED')],
  ['CR03 a company has no class', led(lead('corporate')), 'CR03', gone('NOT_STATED')],
  ['CR03 one of two is known', led(lead('corporate'), lead('fund')), 'CR03', is('fund')],
  ['CR03 never announced: who paid most', largest(), 'CR03', is('person')],
  ['CR03 announced and not paid', announced(base, 'a', '2025-03-20', [lead('top')]), 'CR03', is('none')],
  ['CR03 closed 36 months ago to the day', ledByTop('2023-06-30'), 'CR03', is('none')],
  ['CR03 a day later', ledByTop('2023-07-01'), 'CR03', is('top')],
  ['CR03 announced a year after the close', ledByTop('2025-03-01', '2026-03-01'), 'CR03', is('top')],
  ['CR03 announced later than that is another round', ledByTop('2025-03-01', '2026-03-02'), 'CR03', is('fund')],
  ['CR03 of two announcements the nearest', twice('b', '2025-09-01', lead('person'), lead('top')), 'CR03', is('top')],
  ['CR03 the same news again, with the lead', twice('a', '2025-03-25', lead('top')), 'CR03', is('top')],
  ['CR03 180 days later it is the same news', twice('a', '2025-09-16', lead('top')), 'CR03', is('top')],
  ['CR03 after that it is another round', twice('a', '2025-09-17', lead('top')), 'CR03', is('fund')],
  ['CR04 nobody', base, 'CR04', is('no')],
  ['CR04 one round', paid(base, 'f', '2025-03-01'), 'CR04', is('no')],
  ['CR04 paid again', paid(paid(base, 'f', '2024-03-01'), 'f', '2025-03-01'), 'CR04', is('yes')],
  ['CR04 somebody else paid', paid(paid(base, 'f', '2024-03-01'), 'g', '2025-03-01'), 'CR04', is('no')],
  ['CR04 two tranches of one round', tranches(), 'CR04', is('no')],
  ['CR05 none', base, 'CR05', is(0)],
  ['CR05 one', paid(base, 'f', '2025-03-01'), 'CR05', is(1)],
  ['CR05 two', paid(paid(base, 'f', '2024-03-01'), 'g', '2025-03-01'), 'CR05', is(2)],
  ['CR05 three', paid(paid(paid(base, 'f', '2023-03-01'), 'g', '2024-03-01'), 'h', '2025-03-01'), 'CR05', is(3)],
  ['CR05 two tranches of one round', tranches(), 'CR05', is(1)],
  ['CR05 announced only', announced(announced(base, 'a', '2024-03-20'), 'b', '2025-03-20'), 'CR05', is(0)],
  ['CR05 news of an acquisition ties nothing', tranches('acquisition'), 'CR05', is(2)],
  ['CR05 paid after the day', paid(base, 'f', '2026-07-01'), 'CR05', is(0)],
  ['CR05 FIN not connected', registers, 'CR05', gone('NOT_CONNECTED')],
  ['CR05 shares not connected', old.covers('FIN', AS_OF).covers('CHG', AS_OF), 'CR05', gone('NOT_CONNECTED')],
  ['CR05 FIN without the firm', registers.listed('FIN'), 'CR05', gone('NOT_COVERED')],
  ['CR05 half stale', registers.covers('FIN', '2026-01-01'), 'CR05', { ...is(0), freshness: { num: 1, den: 2 } }],
  ['CR05 stale', registers.covers('FIN', '2025-10-03'), 'CR05', gone('STALE')],
];

describe('characteristics of financing events', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('names the announcement and the payments behind a round', () => {
    const scored = scoreFirmRich(led(lead('top')).build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const keys = scored.evidence[model.position.get('CR05')!]!.records.map((ref) => ref.recordKey);
    expect(keys.sort()).toEqual(['a|2025-03-20', 'f|2025-03-01']);
  });
});

function ledByTop(closedOn: string, on = closedOn): DossierBuilder {
  return announced(paid(base, 'f', closedOn), 'a', on, [lead('top')]);
}

/** Paid on 2025-03-19, announced the day after as an A round, and once more. */
function twice(again: FinancingEvent['round'], on: string, second: Investor, first?: Investor): DossierBuilder {
  const once = announced(paid(base, 'f', '2025-03-19'), 'a', '2025-03-20', first ? [first] : []);
  return announced(once, again, on, [second]);
}

function largest(): DossierBuilder {
  return paid(paid(base, 'f', '2025-03-01', 100), 'p', '2025-03-02', 101, 'person');
}

function tranches(kind: FinancingEvent['round'] = 'a'): DossierBuilder {
  return announced(paid(paid(base, 'f', '2025-01-10'), 'f', '2025-06-10'), kind, '2025-03-20');
}
