import fc from 'fast-check';
import { addDays, fromMonthIndex, localDate } from '#lib/kernel';
import {
  awardsStandards,
  FEEDS,
  socialSecurity,
  type AwardOrStandard,
  type RegistrationStatus,
} from '#lib/data-sources';
import { DossierBuilder } from '../fixtures/dossier-builder.ts';
import { startupPotential } from '../fixtures/golden.ts';
import { RULE_CATALOGUE } from './knock-outs.ts';
import type { RuleState } from './score.ts';
import { scoreFirm, scoreFirmRich } from './score-firm.ts';
import type { Dossier } from '#lib/data-sources';

const model = startupPotential();
const numRuns = process.env['FIRSTMILE_LONG'] ? 1000 : 50;
const AS_OF = localDate('2026-06-30');
const day = (text: string) => localDate(text);

function slim(dossier: Dossier, asOf = AS_OF) {
  const scored = scoreFirm(dossier, model, asOf);
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return scored;
}

function rich(dossier: Dossier, asOf = AS_OF) {
  const scored = scoreFirmRich(dossier, model, asOf);
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return scored;
}

/** A firm with facts in all four sources, the same for one seed. */
const someFirm = fc
  .record({
    heads: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 0, maxLength: 30 }),
    filings: fc.array(
      fc.record({
        month: fc.integer({ min: 0, max: 48 }),
        applicants: fc.integer({ min: 1, max: 3 }),
        pct: fc.boolean(),
      }),
      {
        maxLength: 6,
      },
    ),
    awards: fc.array(fc.integer({ min: 0, max: 48 }), { maxLength: 4 }),
    through: fc.integer({ min: 0, max: 200 }),
    established: fc.integer({ min: 0, max: 90 }),
    covered: fc.boolean(),
  })
  .map(({ heads, filings, awards, through, established, covered }) => {
    const month = (back: number): string => fromMonthIndex(2026 * 12 + 5 - back);
    const speaks = (b: DossierBuilder, feed: string): DossierBuilder =>
      covered ? b.covers(feed, addDays(AS_OF, -through)) : b.listed(feed);
    let b = DossierBuilder.firm().registered(`${month(established + 1)}-15`, { status: 'active' });
    for (const feed of ['SOC', 'SOC.arrears', 'PAT', 'SUB']) b = speaks(b, feed);
    b = b.months('2026-06', heads);
    for (const [i, f] of filings.entries())
      b = b.patent(String(i), {
        status: 'granted',
        filedOn: day(`${month(f.month)}-10`),
        grantedOn: day(`${month(f.month)}-20`),
        applicants: f.applicants,
        pct: f.pct,
      });
    for (const [i, back] of awards.entries())
      b = b.subsidy(`P${i}`, {
        competitive: true,
        level: 'city',
        status: 'approved',
        approvedOn: day(`${month(back)}-05`),
      });
    return b;
  });

describe('scoreFirm', () => {
  it.each([
    ['2019-05-01', 3622, 362],
    ['2018-12-31', 3622, 362],
    ['2018-07-18', 3662, 366],
    ['2018-06-30', 3702, 370],
  ])('registration alone, established %s: %d tenths, not rated', (established, scoreTenths, score) => {
    const dossier = DossierBuilder.firm().registered(established).build();
    const scored = slim(dossier, day('2019-06-30'));
    expect(scored.score).toMatchObject({
      scoreTenths,
      score,
      published: 'NOT_RATED',
      decision: 'SCORED',
      confidence: 'L',
      depth: 'D1',
    });
  });

  it('agrees with the golden firm of 2018-07-18, N/A by age before MISSING', () => {
    const { score } = slim(DossierBuilder.firm().registered('2018-07-18').build(), day('2019-06-30'));
    expect(score).toMatchObject({ scoreTenths: 3662, low: 46, high: 940, coverageBp: 154 });
  });

  it('leaves out a firm that is not yet established', () => {
    const dossier = DossierBuilder.firm().registered('2026-07-01').build();
    expect(scoreFirm(dossier, model, AS_OF)).toEqual({ kind: 'not-in-run', reason: 'NOT_ESTABLISHED' });
    expect(scoreFirmRich(dossier, model, AS_OF)).toEqual({ kind: 'not-in-run', reason: 'NOT_ESTABLISHED' });
  });

  it.each(['92440300DMA000001X', '93440300DMA000001X'])('does not score %s in public', (uscc) => {
    const { score } = slim(DossierBuilder.firm(uscc).registered('2020-01-15').build());
    expect(score).toMatchObject({ decision: 'NOT_SCORED', published: 'NOT_SCORED', grade: null });
  });

  it('gives slim and rich the same values and the same score', () => {
    fc.assert(
      fc.property(someFirm, (firm) => {
        const dossier = firm.build();
        const [a, b] = [slim(dossier), rich(dossier)];
        expect(b.values).toEqual(a.values);
        expect(b.score).toEqual(a.score);
        expect(b.rich.maxForAge!).toBeGreaterThanOrEqual(a.score.score);
      }),
      { numRuns },
    );
  });

  it('does not mind the order of records', () => {
    fc.assert(
      fc.property(someFirm, fc.infiniteStream(fc.nat()), (firm, keys) => {
        const shuffled = firm.build((held) =>
          held
            .map((h) => [keys.next().value ?? 0, h] as const)
            .sort(([a], [b]) => a - b)
            .map(([, h]) => h),
        );
        expect(slim(shuffled)).toEqual(slim(firm.build()));
      }),
      { numRuns },
    );
  });

  it('never sees the future: records after the day change nothing', () => {
    fc.assert(
      fc.property(someFirm, (firm) => {
        const later = firm
          .month('2026-07', 999, '2026-07-15')
          .arrears('2026-07')
          .patent('future', {
            status: 'granted',
            filedOn: day('2026-07-01'),
            grantedOn: day('2026-07-02'),
            pct: true,
            pledged: true,
          })
          .subsidy('future', { competitive: true, level: 'state', status: 'approved', approvedOn: day('2026-07-01') });
        expect(slim(later.build())).toEqual(slim(firm.build()));
      }),
      { numRuns },
    );
  });

  it('an irrelevant record changes nothing', () => {
    fc.assert(
      fc.property(someFirm, (firm) => {
        const base = firm.patent('known', {
          status: 'granted',
          filedOn: day('2026-06-01'),
          pct: false,
          pledged: false,
        });
        // Filed long ago: one of the last year would count towards a burst of filings, whoever filed it (W06).
        const more = base.patent('bought', {
          status: 'granted',
          filedOn: day('2021-05-01'),
          original: false,
          pledged: true,
        });
        expect(slim(more.build())).toEqual(slim(base.build()));
      }),
      { numRuns },
    );
  });
});

describe('knock-outs and warnings', () => {
  const states = (dossier: Dossier) => Object.fromEntries(rich(dossier).knockOuts.map((k) => [k.code, k.state]));

  it.each<[RegistrationStatus, string]>([
    ['active', 'SCORED'],
    ['dormant', 'SCORED'],
    ['suspended', 'SCORED'],
    ['relocated', 'SCORED'],
    ['revoked', 'EXCLUDED'],
    ['cancelled', 'EXCLUDED'],
    ['annulled', 'EXCLUDED'],
    ['ordered-closed', 'EXCLUDED'],
    ['liquidating', 'EXCLUDED'],
    ['bankrupt', 'EXCLUDED'],
    ['separate-register', 'EXCLUDED'],
  ])('K01: status %s is %s', (status, decision) => {
    const dossier = DossierBuilder.firm().registered('2020-01-15', { status }).covers('REG', AS_OF).build();
    expect(slim(dossier).score).toMatchObject({ decision, knockOuts: decision === 'SCORED' ? [] : ['K01'] });
    expect(states(dossier)['K01']).toBe(decision === 'SCORED' ? 'no' : 'yes');
    const warned = status === 'dormant' || status === 'suspended';
    expect(slim(dossier).score.warnings).toEqual(warned ? ['W01'] : []);
  });

  it('names the feed of what is unknown', () => {
    const found = rich(DossierBuilder.firm().registered('2020-01-15').build()).knockOuts;
    expect(found.map((k) => k.code)).toEqual(
      Array.from({ length: 12 }, (_, i) => `K${String(i + 1).padStart(2, '0')}`),
    );
    expect(found.find((k) => k.code === 'K01')).toMatchObject({ state: 'unknown', feed: 'REG' });
    expect(found.find((k) => k.code === 'K04')).toMatchObject({
      state: 'unknown',
      feed: 'ABN',
      zh: '现列入经营异常名录',
    });
  });

  it('K05: arrears open for three months', () => {
    const firm = DossierBuilder.firm().registered('2020-01-15').covers('SOC', AS_OF).covers('SOC.arrears', AS_OF);
    const march = firm.arrears('2026-03').build();
    expect(slim(march).score).toMatchObject({ decision: 'EXCLUDED', knockOuts: ['K05'] });
    expect(
      rich(march)
        .knockOuts.find((k) => k.code === 'K05')!
        .evidence.map((ref) => ref.recordKey),
    ).toEqual(['arrears|pension|2026-03']);
    expect(slim(march, day('2026-06-29')).score.knockOuts).toEqual([]);
    expect(states(firm.arrears('2026-04').build())['K05']).toBe('no');
    expect(states(firm.arrears('2026-03', { clearedOn: day('2026-06-30') }).build())['K05']).toBe('no');
    expect(states(firm.arrears('2026-03', { clearedUnreadable: true }).build())['K05']).toBe('unknown');
    expect(states(DossierBuilder.firm().registered('2020-01-15').listed('SOC.arrears').build())['K05']).toBe('unknown');
  });

  it.each([
    [[10, 9, 8, 7], ['W03']],
    [[10, 9, 8, 8], []],
    [[3, 3, 3, 2], []],
    [[3, 3, 3, 1], ['W03']],
  ])('W03: heads %j', (heads, codes) => {
    const dossier = DossierBuilder.firm()
      .registered('2020-01-15')
      .covers('SOC', AS_OF)
      .months('2026-06', heads)
      .build();
    expect(slim(dossier).score.warnings).toEqual(codes);
    expect(rich(dossier).warnings.map((w) => w.code)).toEqual(codes);
  });

  it('every rule is yes, no or unknown, and says why it is unknown', () => {
    fc.assert(
      fc.property(someFirm, (firm) => {
        const scored = rich(firm.build());
        const all = [...scored.knockOuts, ...scored.warningStates];
        expect(all.map(({ code }) => code)).toEqual(RULE_CATALOGUE.map(({ code }) => code));
        for (const { state, unknown, evidence, feeds, code } of all) {
          expect([code, unknown !== undefined]).toEqual([code, state === 'unknown']);
          if (unknown?.feed !== undefined) expect(feeds).toContain(unknown.feed);
          if (state === 'unknown') expect([unknown!.zh, unknown!.en]).not.toContain('');
          if (state === 'yes') expect(evidence.length).toBeGreaterThan(0);
        }
        const on = (found: readonly RuleState[]) =>
          found.filter(({ state }) => state === 'yes').map(({ code }) => code);
        expect(on(scored.knockOuts)).toEqual(scored.score.knockOuts);
        expect(on(scored.warningStates)).toEqual(scored.score.warnings);
        expect(scored.warnings.map(({ code }) => code)).toEqual(scored.score.warnings);
      }),
      { numRuns },
    );
  });

  it('every rule of the specification is published with its feeds, those that wait with what for', () => {
    const codes = (letter: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${letter}${String(i + 1).padStart(2, '0')}`);
    expect(RULE_CATALOGUE.map(({ code }) => code)).toEqual([...codes('K', 12), ...codes('W', 15)]);
    const waiting = RULE_CATALOGUE.filter(({ awaits }) => awaits !== undefined).map(({ code }) => code);
    expect(waiting).toEqual(['K11', 'W13', 'W14', 'W15']);
    for (const { code, feeds, alsoReads, cure } of RULE_CATALOGUE) {
      if (!waiting.includes(code)) expect([code, feeds.length > 0]).toEqual([code, true]);
      for (const feed of [...feeds, ...alsoReads]) expect(FEEDS.has(feed)).toBe(true);
      expect(cure !== undefined).toBe(code.startsWith('K'));
    }
  });

  it.each([
    ['K10', { feed: 'SUB', cause: 'NOT_CONNECTED' }],
    ['K11', { cause: 'NO_TABLE' }],
    ['W03', { feed: 'SOC', cause: 'STALE' }],
    ['W04', { feed: 'WAT', cause: 'NOT_COVERED' }],
    ['W10', undefined],
    ['W13', { cause: 'NOT_CONNECTED' }],
    ['W15', { cause: 'NOT_CONNECTED' }],
  ])('%s is unknown for %j', (code, why) => {
    const firm = DossierBuilder.firm().registered('2020-01-15').covers('SOC', '2024-01-01').listed('WAT');
    const { knockOuts, warningStates } = rich(firm.covers('QUA', AS_OF).build());
    const found = [...knockOuts, ...warningStates].find((rule) => rule.code === code)!;
    if (why === undefined) {
      expect(found).toMatchObject({ state: 'no', coverage: [{ feed: 'QUA' }] });
      return;
    }
    const { zh: _, en: __, ...unknown } = found.unknown!;
    expect(unknown).toEqual(why);
  });

  it('an open dispute holds', () => {
    const dossier = DossierBuilder.firm().registered('2020-01-15').build();
    expect(scoreFirm(dossier, model, AS_OF, { hold: true })).toMatchObject({
      score: { decision: 'ON_HOLD', published: 'ON_HOLD' },
    });
  });
});

describe('a source that the firm had closed', () => {
  const firm = DossierBuilder.firm().registered('2020-01-15');
  const award: AwardOrStandard = { kind: 'award', no: 'J-1', on: day('2025-11-05') };
  const honoured = firm.covers('AWD', AS_OF).add(awardsStandards, 'award|J-1', award, '2025-11-05');
  const at = (builder: DossierBuilder, code: string) => slim(builder.build()).values[model.position.get(code)!];

  it('is missing with the cause, not covered and not zero', () => {
    expect(at(honoured, 'PR07')).toEqual({ state: 'VALUE', value: 'award' });
    expect(at(honoured.closed(awardsStandards), 'PR07')).toEqual({ state: 'MISSING', cause: 'OPTED_OUT' });
    expect(at(firm.listed('AWD').closed(awardsStandards), 'PR07')).toEqual({ state: 'MISSING', cause: 'OPTED_OUT' });
    // Nobody delivers it: then that is what is missing.
    expect(at(firm.closed(awardsStandards), 'PR07')).toEqual({ state: 'MISSING', cause: 'NOT_CONNECTED' });
  });

  it('closes every feed of it, and the rules that need them', () => {
    const paying = firm.covers('SOC', AS_OF).months('2026-06', [10, 9, 8, 7]).covers('SOC.arrears', AS_OF);
    const closed = rich(paying.arrears('2026-01').closed(socialSecurity).build());
    expect(rich(paying.arrears('2026-01').build()).score).toMatchObject({ knockOuts: ['K05'], warnings: ['W03'] });
    expect(closed.score).toMatchObject({ knockOuts: [], warnings: [] });
    for (const code of ['K05', 'W03'])
      expect([...closed.knockOuts, ...closed.warningStates].find((rule) => rule.code === code)).toMatchObject({
        state: 'unknown',
        unknown: { cause: 'NOT_AUTHORISED' },
      });
    expect(closed.feeds.find(({ feed }) => feed === 'SOC')).toEqual({
      feed: 'SOC',
      connected: true,
      cause: 'NOT_AUTHORISED',
    });
  });
});

describe('scoreFirmRich', () => {
  it('says where each feed stands', () => {
    const firm = DossierBuilder.firm().registered('2020-01-15').covers('SOC', '2026-03-02').listed('PAT').build();
    const feeds = Object.fromEntries(rich(firm).feeds.map(({ feed, ...state }) => [feed, state]));
    expect(feeds['SOC']).toEqual({
      connected: true,
      population: 'all',
      through: '2026-03-02',
      freshness: { num: 1, den: 2 },
    });
    expect(feeds['PAT']).toEqual({ connected: true, cause: 'NOT_COVERED' });
    expect(feeds['JUD']).toEqual({ connected: false, cause: 'NOT_CONNECTED' });
    expect(feeds['REG']).toMatchObject({ connected: true, cause: 'STALE' });
  });

  it('knows the highest score of a young firm', () => {
    const { rich: young } = rich(DossierBuilder.firm().registered('2026-06-01').build());
    // L = 0: TG01–04, OV01–03, OV07, OV08, IN09–11, CC08 at neutral, TG08 at 2 of 14.
    const neutral = 16 + 14.4 + 9.6 + 8.8 + 9.6 + 5.6 + 4 + 7.2 + 5.6 + 8 + 12 + 8 + 7.5;
    const maximum = 40 + 36 + 24 + 22 + 24 + 14 + 10 + 18 + 14 + 20 + 30 + 20 + 10;
    expect(young.maxForAge).toBe(Math.round(1000 - maximum + neutral - 12));
  });
});
