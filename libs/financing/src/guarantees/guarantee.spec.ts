import { addDays, addMonths, dateAt, fen, workingCalendar, type ProblemError } from '#lib/kernel';
import { changed, deadlinesOf, opened, type Raiser } from '../deals/deal.ts';
import { treeOf } from '../sharing/tree-builder.ts';
import { guaranteedOf, stillToRecover } from './guarantee-entries.ts';
import { AT, by, HASH, order, PATHS, play, raiserOf, sampleOf, TERMS } from './guarantee-example.ts';
import { exposureOf, type Guarantee, type GuaranteeChange } from './guarantee.ts';
import { GUARANTEE_ENDS, GUARANTEE_EVENTS, GUARANTEE_STATES, GUARANTEE_TABLE } from './guarantee-table.ts';
import { guaranteeTerms } from './guarantee-terms.ts';
import { dueChange, GUARANTEE, guaranteeFor } from './guarantee-type.ts';

const CALENDAR = workingCalendar({ daysOff: [], workdays: [], through: '2030-12-31' });
const DESKS = ['FIRM', 'BANK', 'GUAR', 'REGUAR', 'INVEST', 'INSUR', 'LEASE', 'OPS'] as const;

/** The code of what is refused, with the pointer of its first error; undefined: it was taken. */
function refused(deal: Guarantee, change: GuaranteeChange, who: Raiser): string | undefined {
  const before = structuredClone(deal);
  try {
    changed(GUARANTEE, deal, change, who);
    return undefined;
  } catch (error) {
    expect(deal).toEqual(before);
    const { code, errors } = (error as ProblemError).problem;
    return [code, errors?.[0]?.pointer].filter((part) => part !== undefined).join(' ');
  }
}
const days = (n: number): Date => new Date(AT.getTime() + n * 86_400_000);
const at = (deal: Guarantee, afterDays = 0): Date => new Date(deal.stateSince.getTime() + afterDays * 86_400_000);

describe('the table of a guarantee', () => {
  it('is left by every state towards one that binds nobody', () => {
    const ends = new Set<string>(GUARANTEE_ENDS);
    for (const state of GUARANTEE_STATES) {
      const reached = new Set<string>([state]);
      for (const from of reached) {
        const { on = {} } = GUARANTEE_TABLE.states[from as typeof state];
        for (const { to } of Object.values(on)) for (const next of [to].flat()) reached.add(next);
      }
      expect([state, [...reached].some((one) => ends.has(one))]).toEqual([state, true]);
    }
  });

  it.each(GUARANTEE_STATES)('%s takes the events of its row from who may, and no other', (state) => {
    const deal = play(PATHS[state]);
    expect(deal.state).toBe(state);
    const rules = GUARANTEE_TABLE.states[state].on ?? {};
    for (const event of GUARANTEE_EVENTS) {
      const rule = rules[event];
      if (rule === undefined) {
        const said = refused(deal, { event } as GuaranteeChange, by('SYSTEM'));
        expect([event, said]).toEqual([event, 'transition-refused']);
        continue;
      }
      const change = sampleOf(event, deal, at(deal, event === 'claim' ? 30 : 0));
      const when = at(deal, event === 'claim' ? 30 : 0);
      for (const desk of DESKS) {
        const allowed = (rule.by ?? []).includes(desk);
        const said = refused(deal, change, by(desk, 'c', when));
        expect([event, desk, said]).toEqual([event, desk, allowed ? undefined : 'role-refused']);
      }
      if (GUARANTEE.twoPersons.includes(event)) continue;
      const after = changed(GUARANTEE, deal, change, by(raiserOf(state, event), 'c', when));
      expect([after.version, [rule.to].flat().includes(after.state)]).toEqual([deal.version + 1, true]);
    }
  });
});

describe('an application', () => {
  it('is checked at the door, every fault by its pointer', () => {
    const odd = { ...TERMS, principal: fen(-1), feeBp: 0.5, purpose: '', tree: treeOf([['bank', 1]]), unknown: 1 };
    const faults = (given: unknown): unknown => {
      try {
        return guaranteeTerms(given as never);
      } catch (error) {
        return (error as ProblemError).problem.errors!.map(({ pointer }) => pointer);
      }
    };
    expect(faults(odd)).toEqual(['/unknown', '/principal', '/feeBp', '/purpose']);
    expect(faults({ ...TERMS, tree: treeOf([['bank', 1]]) })).toEqual(['/tree']);
    expect(guaranteeTerms(TERMS)).toBe(TERMS);
  });

  it('is asked once for what is missing, and supplied item by item', () => {
    const asked = play(PATHS.SUPPLEMENT);
    expect(refused(asked, { event: 'supply', documents: [] }, by('FIRM'))).toBe('documents-incomplete /documents');
    expect(refused(asked, { event: 'supply', documents: ['x'] }, by('FIRM'))).toBe('hash-invalid /documents/0');
    const supplied = play([['supply']], asked);
    expect([supplied.state, supplied.body.missing?.documents]).toEqual(['SUBMITTED', [HASH]]);
    const again = sampleOf('ask-missing', supplied, AT);
    expect(refused(supplied, again, by('GUAR'))).toBe('missing-asked-once /missing');
    expect(refused(play(PATHS.SUBMITTED), { event: 'ask-missing', missing: [] }, by('GUAR'))).toBe(
      'list-invalid /missing',
    );
  });

  it('is looked at by A and B in the same words, who then do not decide', () => {
    const deal = play(PATHS.DUE_DILIGENCE);
    const report = sampleOf('report', deal, AT);
    const first = changed(GUARANTEE, deal, report, by('GUAR', 'a'));
    expect([first.state, first.body.report]).toEqual(['DUE_DILIGENCE', null]);
    expect(refused(first, report, by('GUAR', 'a'))).toBe('two-persons-needed');
    const other = changed(GUARANTEE, first, { ...report, summary: '另说' } as GuaranteeChange, by('GUAR', 'b'));
    expect(other.state).toBe('DUE_DILIGENCE');
    const reviewed = changed(GUARANTEE, first, report, by('GUAR', 'b'));
    expect([reviewed.state, reviewed.body.report?.by]).toEqual(['REVIEWED', ['a', 'b']]);
    const decide = sampleOf('decide', reviewed, AT);
    for (const person of ['a', 'b']) expect(refused(reviewed, decide, by('GUAR', person))).toBe('duties-separate');
    expect(refused(reviewed, decide, by('GUAR', 'c'))).toBeUndefined();
  });

  it('is approved for no more than was asked, the programme gives, and was suggested without a reason', () => {
    const terms = { ...TERMS, principal: fen(600), programmeMost: fen(500), suggestedLine: fen(300) };
    const deal = play(PATHS.REVIEWED, opened(GUARANTEE, order(terms)));
    const decide = (amount: number, more: object = {}): string | undefined =>
      refused(
        deal,
        { ...sampleOf('decide', deal, AT), reasonCode: undefined, amount, ...more } as GuaranteeChange,
        by('GUAR', 'c'),
      );
    expect(decide(601)).toBe('amount-over-application /amount');
    expect(decide(501)).toBe('guarantee-over-programme /amount');
    expect(decide(301)).toBe('reason-code-needed /reasonCode');
    expect(decide(301, { reasonCode: 'EQUITY' })).toBeUndefined();
    expect(decide(300)).toBeUndefined();
    for (const amount of [0, -1, 0.5, NaN, 10 ** 14, '5'])
      expect(decide(amount as number)).toBe('amount-invalid /amount');
    expect(decide(1, { decision: 'perhaps' })).toBe('decision-invalid /decision');
    expect(decide(1, { decision: 'decline' })).toBe('amount-invalid /amount');
    expect(decide(1, { reason: ' ' })).toBe('text-missing /reason');
    expect(decide(1, { decision: 'conditional' })).toBe('list-invalid /conditions');
  });

  it('under conditions is approved when each is met', () => {
    const deal = play(PATHS.CONDITIONAL);
    expect([deal.body.approved, exposureOf(deal)]).toEqual([0, null]);
    expect(refused(deal, { event: 'meet-conditions', documents: [] }, by('GUAR', 'c'))).toBe(
      'documents-incomplete /documents',
    );
    const met = play([['meet-conditions']], deal);
    expect([met.state, met.body.approved, exposureOf(met)]).toEqual(['APPROVED', TERMS.principal, TERMS.principal]);
  });

  it('names its bank with the contract at the latest, once', () => {
    const deal = play(PATHS.APPROVED);
    const contract = sampleOf('contract', deal, AT) as GuaranteeChange & { event: 'contract' };
    const { bankId: _none, ...without } = contract;
    expect(refused(deal, without, by('GUAR'))).toBe('bank-missing /bankId');
    const signed = changed(GUARANTEE, deal, contract, by('GUAR'));
    expect(signed.parties.map(({ desk }) => desk)).toEqual(['GUAR', 'BANK']);
    const has = { ...deal, parties: [...deal.parties, { institutionId: 'b', desk: 'BANK' as const }] };
    expect(refused(has, contract, by('GUAR'))).toBe('bank-given /bankId');
    expect(refused(deal, { ...contract, signedOn: addDays(dateAt(AT), 1) }, by('GUAR'))).toBe('date-invalid /signedOn');
  });
});

describe('the time of a guarantee', () => {
  const due = (deal: Guarantee) =>
    deadlinesOf(GUARANTEE, deal, CALENDAR).map(({ event, lastDay }) => `${event} ${lastDay}`);
  const withCaps = (deal: Guarantee, reservedUntil: string) =>
    ({ ...deal, body: { ...deal.body, reservedUntil } }) as Guarantee;

  it('has the timers of the table and those of the letter', () => {
    expect(due(play(PATHS.DRAFT))).toEqual(['withdraw 2026-09-03']);
    expect(due(play(PATHS.SUBMITTED))).toEqual(['alarm 2026-06-09']);
    expect(due(play(PATHS.SUPPLEMENT))).toEqual(['withdraw 2026-06-20']);
    expect(due(play(PATHS.DUE_DILIGENCE))).toEqual(['alarm 2026-06-12']);
    expect(due(play(PATHS.CONDITIONAL))).toEqual(['lapse 2026-07-05']);
    expect(due(play(PATHS.APPROVED))).toEqual(['lapse 2026-08-04']);
    expect(due(play(PATHS.CONTRACTED))).toEqual(['lapse 2026-07-05']);
    // A draw of the last day is told on the next one.
    expect(due(play(PATHS.ISSUED))).toEqual(['end-draws 2026-07-06']);
    expect(due(play(PATHS.IN_FORCE))).toEqual(['end-draws 2026-07-06', 'expire 2027-12-05']);
    expect(due(play(PATHS.OVERDUE))).toEqual(['expire 2027-12-05']);
    expect(due(play(PATHS.CLAIM_REVIEW))).toEqual(['alarm 2026-08-04']);
    expect(due(play(PATHS.CLAIM_REJECTED))).toEqual(['accept-rejection 2027-01-05']);
    expect(due(play(PATHS.PAID))).toEqual([]);
  });

  it('one expiry of the reservation: signing makes it no longer, and no letter comes after it', () => {
    const signed = withCaps(play(PATHS.CONTRACTED), '2026-06-20');
    expect(due(signed)[0]).toBe('lapse 2026-06-20');
    const issue = (day: number) => refused(signed, sampleOf('issue', signed, days(day)), by('GUAR', 'a', days(day)));
    expect([issue(15), issue(16)]).toEqual([undefined, 'reservation-expired ']);
  });

  it('every timer raises a change that its state takes', () => {
    for (const state of GUARANTEE_STATES) {
      const deal = play(PATHS[state]);
      for (const { event } of deadlinesOf(GUARANTEE, deal, CALENDAR)) {
        if (event === 'alarm') continue;
        expect([state, event, refused(deal, dueChange(event), by('SYSTEM'))]).toEqual([state, event, undefined]);
      }
    }
  });

  it('ends the drawing: what is drawn stays, what is not is free, nothing left is released', () => {
    const deal = play([...PATHS.ISSUED, ['draw', { amount: fen(100) }]]);
    expect(exposureOf(deal)).toBe(TERMS.principal);
    const ended = play([['end-draws']], deal);
    expect([ended.state, exposureOf(ended)]).toEqual(['IN_FORCE', 100]);
    expect(refused(ended, sampleOf('draw', ended, at(ended)), by('BANK'))).toBe('draws-over /on');
    const repaidFirst = play([['reduce', { amount: fen(100) }], ['end-draws']], deal);
    expect([repaidFirst.state, exposureOf(repaidFirst)]).toEqual(['RELEASED', null]);
  });
});

describe('a letter', () => {
  it('outlasts the loan by six months, and the loan is no longer than was asked', () => {
    const deal = play(PATHS.CONTRACTED);
    const issue = (more: object) => refused(deal, { ...sampleOf('issue', deal, AT), ...more }, by('GUAR'));
    const maturity = addMonths(dateAt(AT), 12);
    expect(issue({ guaranteeUntil: addDays(addMonths(maturity, 6), -1) })).toBe('guarantee-too-short /guaranteeUntil');
    expect(issue({ maturity: addDays(addMonths(dateAt(AT), 13), 1), guaranteeUntil: '2029-01-01' })).toBe(
      'term-over-application /maturity',
    );
    expect(issue({ drawUntil: '2026-06-04' })).toBe('date-invalid /drawUntil');
    expect(issue({ letterNo: '' })).toBe('text-missing /letterNo');
    expect(issue({})).toBeUndefined();
  });

  it('is drawn within its amount and its days, and charged by day', () => {
    const deal = play(PATHS.ISSUED);
    const draw = (amount: number, on: string, day = 0) =>
      refused(deal, { event: 'draw', amount, on } as GuaranteeChange, by('BANK', 'a', days(day)));
    expect(draw(400_000_001, '2026-06-05')).toBe('draw-over-letter /amount');
    expect(draw(1, '2026-06-06')).toBe('date-invalid /on');
    expect(draw(1, '2026-06-04')).toBe('date-invalid /on');
    expect(draw(1, '2026-07-06', 60)).toBe('date-invalid /on');
    expect(draw(1, '2026-07-05', 60)).toBeUndefined();
    // 4 m at 1 % for 365 days.
    expect(play([['draw', { amount: fen(400_000_000) }]], deal).body.fee).toBe(4_000_000);
    const twice = play([['draw', { amount: fen(400_000_000) }], ['extend']], deal);
    expect(twice.body.letter).toMatchObject({ maturity: '2027-09-05', guaranteeUntil: '2028-03-05' });
    expect(twice.body.fee).toBe(4_000_000 + 1_008_219);
  });

  it('is told of being overdue within ten days by the bank, later by the guarantor', () => {
    const deal = play(PATHS.IN_FORCE);
    const tell = (role: 'BANK' | 'GUAR', day: number) =>
      refused(deal, { event: 'overdue', dueOn: dateAt(AT) }, by(role, 'a', days(day)));
    expect([tell('BANK', 10), tell('BANK', 11), tell('GUAR', 11)]).toEqual([
      undefined,
      'overdue-notice-late /dueOn',
      undefined,
    ]);
    const late = changed(GUARANTEE, deal, { event: 'overdue', dueOn: dateAt(AT) }, by('GUAR', 'a', days(11)));
    expect(late.body.overdue).toEqual({ dueOn: '2026-06-05', noticedOn: '2026-06-16', late: true });
    const nothing = play([['reduce', { amount: deal.body.outstanding }]], deal);
    expect(refused(nothing, { event: 'overdue', dueOn: dateAt(AT) }, by('BANK'))).toBe('nothing-outstanding /dueOn');
  });

  it('is told in time by what came in time, also where it had to wait for what goes before it', () => {
    const [deal, heardAt] = [play(PATHS.IN_FORCE), days(5).toISOString()];
    const overdue = { event: 'overdue', dueOn: dateAt(AT), heardAt } as const;
    const released = changed(GUARANTEE, deal, overdue, by('BANK', 'a', days(12)));
    expect(released.body.overdue).toEqual({ dueOn: '2026-06-05', noticedOn: '2026-06-10', late: false });
    // It took effect when it was released.
    expect(released.stateSince).toEqual(days(12));
  });

  it('is claimed from day 30 of being overdue, before the guarantee ends', () => {
    const deal = play(PATHS.OVERDUE);
    const claim = (day: number) => refused(deal, sampleOf('claim', deal, days(day)), by('BANK', 'a', days(day)));
    const last = (new Date('2027-12-05T12:00:00+08:00').getTime() - AT.getTime()) / 86_400_000;
    expect([claim(29), claim(30)]).toEqual(['claim-too-early ', undefined]);
    expect([claim(last), claim(last + 1)]).toEqual([undefined, 'guarantee-ended ']);
  });

  it('is drawn no more once it is claimed', () => {
    const deal = play(PATHS.CLAIM_FILED);
    expect(deal.body.outstanding).toBeLessThan(deal.body.approved);
    expect(exposureOf(deal)).toBe(deal.body.outstanding);
  });

  it('guarantees its ratio of the loan, rounded up', () => {
    const of = (loan: number, guaranteedBp: number) => guaranteedOf(fen(loan), { guaranteedBp });
    expect([of(1, 1), of(3, 3_333), of(10_000, 8_000), of(0, 1), of(10 ** 13, 9_999)]).toEqual([
      1, 1, 8_000, 0, 9_999_000_000_000,
    ]);
  });

  it('pays no more than (outstanding + normal interest) × ratio, less what was repaid meanwhile', () => {
    const deal = play(PATHS.CLAIM_REVIEW);
    const most = deal.body.claim!.amount;
    expect(most).toBe(deal.body.outstanding + 100);
    const pay = (from: Guarantee, amount: number) =>
      refused(from, { event: 'pay', amount: fen(amount), on: dateAt(at(from)) }, by('GUAR', 'a', at(from)));
    expect([pay(deal, most), pay(deal, most + 1)]).toEqual([undefined, 'pay-over-claim /amount']);
    const lower = play([['reduce', { amount: fen(40) }]], deal);
    expect([pay(lower, most - 40), pay(lower, most - 39)]).toEqual([undefined, 'pay-over-claim /amount']);
    const rejected = play([['dispute'], ['court', { outcome: 'reject', amount: fen(0) }]], deal);
    expect([rejected.state, rejected.body.account]).toEqual(['CLAIM_REJECTED', null]);
  });

  it('recovers by the claim account, is written off by two and reopened by what comes later', () => {
    const paid = play([...PATHS.CLAIM_REVIEW, ['pay', { amount: fen(1000) }]]);
    const leaves = (deal: Guarantee) => deal.body.account!.leaves.map(({ paid: p, stillToRecover: s }) => [p, s]);
    expect(leaves(paid)).toEqual([
      [0, 200],
      [400, 400],
      [240, 240],
      [160, 160],
    ]);
    const once = play([['recover', { amount: fen(510), costs: fen(10) }]], paid);
    expect([once.state, stillToRecover(once.body.account)]).toEqual(['RECOVERING', 500]);
    const off = play([['write-off']], once);
    expect([off.state, off.body.account!.leaves[0]!.writtenOff]).toEqual(['WRITTEN_OFF', 100]);
    const more = play([['recover', { amount: fen(100) }]], off);
    expect([more.state, play([['write-off']], more).state]).toEqual(['RECOVERING', 'WRITTEN_OFF']);
    expect(play([['recover', { amount: fen(500) }]], off).state).toBe('RECOVERED');
  });

  it('is put right by a new event of the side that told of the old one', () => {
    const drawn = play([...PATHS.ISSUED, ['draw', { amount: fen(1000) }], ['reduce', { amount: fen(600) }]]);
    const [draw, repayment] = drawn.body.entries;
    const correct = (version: number, amount: number): GuaranteeChange => ({
      event: 'correct',
      version,
      amount: fen(amount),
      reason: '录入错误',
    });
    expect(refused(drawn, correct(draw!.version, 599), by('BANK'))).toBe('repayment-over-outstanding /amount');
    expect(refused(drawn, correct(repayment!.version, 1001), by('BANK'))).toBe('repayment-over-outstanding /amount');
    expect(refused(drawn, correct(draw!.version, 400_000_001), by('BANK'))).toBe('draw-over-letter /amount');
    expect(refused(drawn, correct(2, 1), by('BANK'))).toBe('correction-unknown /version');
    const after = changed(GUARANTEE, drawn, correct(repayment!.version, 0), by('BANK'));
    expect([after.body.repaid, after.body.outstanding, exposureOf(after)]).toEqual([0, 1000, TERMS.principal]);
    expect(after.body.entries[1]).toMatchObject({ amount: 0, correctedBy: after.version });
    const twice = play([...PATHS.ISSUED, ['draw', { amount: fen(5) }], ['draw', { amount: fen(7) }]]);
    const second = changed(GUARANTEE, twice, correct(twice.body.entries[1]!.version, 6), by('BANK'));
    expect([second.body.drawn, second.body.entries.map((entry) => entry.correctedBy)]).toEqual([
      11,
      [undefined, second.version],
    ]);
    const recovered = play(PATHS.RECOVERED);
    const recovery = recovered.body.entries.find(({ kind }) => kind === 'recovery')!;
    expect(refused(recovered, correct(recovery.version, 5), by('BANK'))).toBe('role-refused');
    const reopened = changed(GUARANTEE, recovered, correct(recovery.version, 5), by('GUAR'));
    expect([reopened.state, reopened.body.account!.netRecovered]).toEqual(['RECOVERING', 5]);
  });

  it('above the suggested line, and where there is none, the committee says why by a code', () => {
    const decide = (suggestedLine: number | null, reasonCode?: string) => {
      const line = suggestedLine === null ? null : fen(suggestedLine);
      const reviewed = { ...play(PATHS.REVIEWED), terms: { ...TERMS, suggestedLine: line } };
      const decided = { decision: 'approve', amount: fen(100), reason: '通过' } as const;
      return refused(
        reviewed,
        { event: 'decide', ...decided, ...(reasonCode === undefined ? {} : { reasonCode }) },
        by('GUAR', 'c'),
      );
    };
    expect([decide(100), decide(99), decide(null), decide(null, 'NO-LINE')]).toEqual([
      undefined,
      'reason-code-needed /reasonCode',
      'reason-code-needed /reasonCode',
      undefined,
    ]);
  });

  it('who did the due diligence does not say either that the conditions are met', () => {
    const conditional = play(PATHS.CONDITIONAL);
    const met = { event: 'meet-conditions', documents: [HASH] } as const;
    for (const person of ['a', 'b']) expect(refused(conditional, met, by('GUAR', person))).toBe('duties-separate');
    expect(changed(GUARANTEE, conditional, met, by('GUAR', 'c')).state).toBe('APPROVED');
  });

  it('is approved within what its programme leaves the firm', () => {
    const room = { cap: fen(1000), used: fen(901) };
    const decided = { decision: 'approve', amount: fen(100), reason: '通过', reasonCode: 'R' } as const;
    const decide = { event: 'decide', ...decided, room } as const;
    expect(refused(play(PATHS.REVIEWED), decide, by('GUAR', 'c'))).toBe('programme-cap /amount');
    expect(refused(play(PATHS.REVIEWED), { ...decide, amount: fen(99) }, by('GUAR', 'c'))).toBeUndefined();
    const met = { event: 'meet-conditions', documents: [HASH], room } as const;
    expect(refused(play(PATHS.CONDITIONAL), met, by('GUAR', 'c'))).toBe('programme-cap ');
  });

  it('a corrected recovery keeps its costs where no others are said', () => {
    const scene = play([...PATHS.PAID, ['recover', { amount: fen(1000), costs: fen(10) }]]);
    const { version } = scene.body.entries.at(-1)!;
    const right = (more: object): Guarantee =>
      changed(GUARANTEE, scene, { event: 'correct', version, amount: fen(900), reason: '错账', ...more }, by('GUAR'));
    expect(right({}).body.account).toMatchObject({ grossRecovered: 900, costs: 10 });
    expect(right({ costs: fen(0) }).body.account).toMatchObject({ grossRecovered: 900, costs: 0 });
  });

  it('shows the guarantor’s caps and due diligence to the guarantor only', () => {
    const deal = play([...PATHS.REVIEWED, ['decide', { caps: { on: dateAt(AT), reservedUntil: null, checks: [] } }]]);
    expect([guaranteeFor('GUAR', deal).body.caps.length, guaranteeFor('GUAR', deal).body.report]).toEqual([
      1,
      deal.body.report,
    ]);
    expect([guaranteeFor('BANK', deal).body.caps, guaranteeFor('FIRM', deal).body.report]).toEqual([[], null]);
  });
});
