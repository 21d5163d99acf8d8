import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  businessRegistration,
  creditHistory,
  patents,
  qualifications,
  registrationChanges,
  shareholders,
} from '#lib/data-sources';
import { annualReports, talentPlans, taxCredit } from '#lib/data-sources';
import type { CoverageEntry, Dossier, DossierRecord, Feed, Patent, SourceDefinition } from '#lib/data-sources';
import { localDate, ProblemError, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import { loadModel, scoreFirmRich, type Model } from '#lib/scoring';
import type { Marks } from '#lib/whitelist';
import { NO_REGISTERS } from '#lib/whitelist';
import { FACTS } from './facts.ts';
import { matchAll } from './match.ts';
import { factOf, profileOf, type ProfileInput } from './profile.ts';
import { checkedStatements, type FactStatement } from './statements.ts';

const AS_OF = localDate('2026-06-30');
const FIRM = '91440300DMA000001X';
const day = (text: string): LocalDate => localDate(text);

function shippedModel(): Model {
  const json: unknown = JSON.parse(readFileSync(path.join(packageRoot(), 'models/startup-potential.v1.json'), 'utf8'));
  const loaded = loadModel(json);
  if (!loaded.ok) throw new Error(loaded.problem.en);
  return loaded.value;
}
const model = shippedModel();

/** A register vouches for its holders up to 数据日期. */
const vouchedTo = (payload: { readonly statedOn?: LocalDate }) =>
  payload.statedOn === undefined ? {} : { eventTo: payload.statedOn };

type Held = readonly [source: SourceDefinition, records: readonly DossierRecord[]];
const held = <P extends object>(
  source: SourceDefinition<P>,
  ...records: readonly (readonly [on: string, payload: P])[]
): Held => [
  source,
  records.map(([on, payload], i) => ({ recordKey: `${i}`, eventDate: day(on), ...vouchedTo(payload), payload })),
];

/** A firm of which the sources hold these records; `covered` feeds speak for all firms through the day of assessment. */
function dossier(covered: readonly Feed[], ...all: readonly Held[]): Dossier {
  return {
    uscc: FIRM as Uscc,
    region: '440305',
    connected: (feed) =>
      covered.includes(feed) || all.some(([source]) => Object.hasOwn(FEED_OF, feed) && FEED_OF[feed] === source.name),
    coverage: (feed) => {
      if (!covered.includes(feed)) return undefined;
      const entry: CoverageEntry = {
        feed,
        source: 'made-up',
        deliveryId: feed,
        territory: ['4403'],
        population: 'all',
        through: AS_OF,
        knownFrom: '',
      };
      return { feed, through: AS_OF, periods: [{ from: day('1900-01-01'), to: AS_OF }], entries: [entry] };
    },
    closed: () => undefined,
    of: <P extends object>(source: SourceDefinition<P>) =>
      all.flatMap(([of, records]) =>
        of.name === source.name ? records : [],
      ) as readonly DossierRecord[] as readonly DossierRecord<P>[],
  };
}
const FEED_OF: Readonly<Record<string, string>> = {
  CRD: creditHistory.name,
  REG: businessRegistration.name,
  PAT: patents.name,
};

const registered = (more: object = {}): Held =>
  held(businessRegistration, ['2025-01-15', { legalPerson: true, establishedOn: day('2025-01-15'), ...more }]);

function profile(of: Dossier, more: Partial<ProfileInput> = {}) {
  const scored = scoreFirmRich(of, model, AS_OF);
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return profileOf({
    asOf: AS_OF,
    dossier: of,
    scored,
    standings: {},
    consent: NO_REGISTERS.consent,
    opinions: [],
    statements: [],
    ...more,
  });
}
const value = (found: ReturnType<typeof profile>, name: string): unknown => {
  const fact = factOf(found, name);
  return fact.known ? fact.value : `? ${fact.why.en}`;
};
const fact = (name: string, of: Dossier, more: Partial<ProfileInput> = {}): unknown => value(profile(of, more), name);

describe('profile', () => {
  it('knows of a bare registration who and how old the firm is, and of the rest why it is not known', () => {
    const bare = profile(dossier(['REG'], registered()));
    expect(
      Object.fromEntries(
        ['region', 'institution', 'ageMonths', 'decision', 'confidence'].map((name) => [name, value(bare, name)]),
      ),
    ).toEqual({
      region: '440305',
      institution: 'company',
      ageMonths: 17,
      decision: 'SCORED',
      confidence: 'L',
    });
    expect(value(bare, 'grade')).toMatch(/^\? /);
    expect(value(bare, 'equityPaid')).toBe('? SHR+CHG not connected');
    expect(value(bare, 'noLoanRecord')).toBe('? CRD not connected');
    expect(value(bare, 'expertMean')).toBe(
      '? nothing is known yet: it takes that the guarantor fills in the expert form',
    );
    expect(value(bare, 'standing:CKT')).toMatch(/^\? nothing is known yet/);
    for (const name of Object.keys(FACTS)) {
      const found = factOf(bare, name);
      if (!found.known) expect([name, found.why.zh.length > 2, found.why.en.length > 2]).toEqual([name, true, true]);
    }
  });

  it('of nothing scored leaves every programme open or refused, and never eligible', () => {
    const of = dossier([]);
    const found = profileOf({
      asOf: AS_OF,
      dossier: of,
      scored: undefined,
      standings: {},
      consent: NO_REGISTERS.consent,
      opinions: [],
      statements: [],
    });
    for (const { overall } of matchAll(AS_OF, found)) expect(['unknown', 'information']).toContain(overall);
  });

  it.each([
    ['branch', { legalPerson: false }],
    ['non-enterprise', { type: 'nonProfit' }],
    ['company', { type: 'limitedCompany' }],
  ])('tells a %s by its registration', (kind, more) => {
    expect(fact('institution', dossier(['REG'], registered(more)))).toBe(kind);
  });

  it('tells a sole trader by its code', () => {
    const of = { ...dossier(['REG'], registered()), uscc: '92440300DMA0000012' as Uscc };
    expect(
      value(
        profileOf({
          asOf: AS_OF,
          dossier: of,
          scored: undefined,
          standings: {},
          consent: NO_REGISTERS.consent,
          opinions: [],
          statements: [],
        }),
        'institution',
      ),
    ).toBe('sole-trader');
  });

  const asked = (on: string, hasLoan?: boolean): readonly [string, { queriedOn: LocalDate; hasLoan?: boolean }] => [
    on,
    { queriedOn: day(on), ...(hasLoan === undefined ? {} : { hasLoan }) },
  ];
  it.each<[string, readonly (readonly [string, { queriedOn: LocalDate; hasLoan?: boolean }])[], unknown]>([
    ['no loan', [asked('2026-06-20', false)], true],
    ['a loan', [asked('2026-06-20', true)], false],
    ['the newest', [asked('2026-06-20', true), asked('2026-01-01', false)], false],
    ['a loan, long ago', [asked('2025-01-20', true)], false],
    ['no loan, long ago', [asked('2025-02-20', false)], '? CRD out of date'],
    ['nothing of loans', [asked('2026-06-20')], '? CRD not authorised'],
    ['nothing before the day', [asked('2026-07-01', false)], '? CRD not authorised'],
  ])('reads of a credit record: %s', (_title, queries, expected) => {
    expect(fact('noLoanRecord', dossier(['REG'], registered(), held(creditHistory, ...queries)))).toBe(expected);
  });

  const patent = (appNo: string, more: Partial<Patent>): readonly [string, Patent] => [
    '2025-03-01',
    {
      appNo,
      type: 'invention',
      applicants: 1,
      original: true,
      status: 'granted',
      grantedOn: day('2026-01-10'),
      ...more,
    },
  ];
  it.each<[string, readonly (readonly [string, Patent])[], unknown]>([
    ['none, and absence proved', [], 0],
    ['stated to be free', [patent('1', { pledged: false }), patent('2', { pledged: true })], 1],
    ['all pledged', [patent('1', { pledged: true })], 0],
    ['pledge not stated', [patent('1', {})], '? PAT does not state whether they are pledged'],
    ['held with others', [patent('1', { pledged: false, applicants: 2 })], 0],
    ['not yet granted', [patent('1', { pledged: false, grantedOn: day('2026-07-01') })], 0],
    ['lapsed', [patent('1', { pledged: false, status: 'lapsedFee', statusOn: day('2026-02-01') })], 0],
  ])('counts patents that can be pledged: %s', (_title, rights, expected) => {
    expect(fact('pledgeableRights', dossier(['REG', 'PAT'], registered(), held(patents, ...rights)))).toBe(expected);
  });

  it('does not take what a list leaves out for none', () => {
    const [, pledged] = patent('1', { pledged: true });
    const some = held(patents, ['2026-06-15', pledged]);
    expect(fact('pledgeableRights', dossier(['REG'], registered(), some))).toBe('? PAT does not cover the firm');
  });

  it('adds up what was paid in and what is committed, and the total only when both are known', () => {
    const paid = (amount: number) =>
      held(shareholders, [
        '2026-03-01',
        {
          holder: 'org:基金',
          holderType: 'fund',
          acquisition: 'increase',
          paid: amount as Fen,
          paidOn: day('2026-03-01'),
          joinedOn: day('2026-03-01'),
          statedOn: AS_OF,
        },
      ]);
    const of = dossier(['REG', 'SHR', 'CHG'], registered(), paid(60_000_000), held(registrationChanges));
    const committed = checkedStatements({ equityCommitted: 40_000_000 }, { by: 'investor', on: AS_OF });
    expect(fact('equityPaid', of)).toBe(60_000_000);
    expect(fact('valuationEventMonths', of)).toBe(3);
    expect(fact('equityTotal', of)).toBe('? no investor has committed');
    expect(fact('equityTotal', of, { statements: committed })).toBe(100_000_000);
    const other = checkedStatements({ equityCommitted: 1 }, { by: 'investor', on: AS_OF });
    expect(fact('equityTotal', of, { statements: [...committed, ...other] })).toBe(
      `? what was stated on ${AS_OF} disagrees`,
    );
    const tdd = matchAll(AS_OF, profile(of, { statements: committed })).find(({ code }) => code === 'TDD')!;
    expect(tdd.conditions.find(({ id }) => id === 'equity')).toMatchObject({
      state: 'pass',
      why: { en: expect.stringMatching(/^Together/) },
    });
    const none = dossier(['REG', 'SHR', 'CHG'], registered());
    expect([fact('equityPaid', none), fact('valuationEventMonths', none)]).toEqual([0, 'none']);
  });

  it('reads qualifications, talents, tax and revenue', () => {
    const of = dossier(
      ['REG', 'QUA', 'TAL', 'TAX', 'ANR'],
      held(businessRegistration, ['2022-01-15', { legalPerson: true, establishedOn: day('2022-01-15') }]),
      held(
        qualifications,
        ['2026-01-01', { list: 'techSme', year: 2026 }],
        ['2025-01-01', { list: 'hnte', validFrom: day('2025-01-01') }],
      ),
      held(talentPlans, ['2026-01-01', { level: 'city', count: 1, countedOn: day('2026-01-01') } as never]),
      held(taxCredit, ['2026-04-01', { year: 2025, grade: 'M', publishedOn: day('2026-04-01') }]),
      held(annualReports, ['2025-12-31', { kind: 'figures', year: 2025, revenue: 123_456_789 as Fen } as never]),
    );
    expect(['qualificationTier', 'techSme', 'expertTeam', 'taxGrade', 'revenue'].map((name) => fact(name, of))).toEqual(
      ['hnte', true, true, 'M', 123_456_789],
    );
    const bare = dossier(['REG', 'QUA', 'TAL'], registered());
    expect(['qualificationTier', 'techSme'].map((name) => fact(name, bare))).toEqual(['none', false]);
    expect(fact('expertTeam', bare)).toMatch(/^\? /);
    const says = checkedStatements({ expertTeam: false }, { by: 'guarantor', on: AS_OF });
    expect([fact('expertTeam', bare, { statements: says }), fact('expertTeam', of, { statements: says })]).toEqual([
      false,
      true,
    ]);
  });

  const marks = (...three: readonly [number, number, number]): Marks => {
    const [technologyThreshold, marketProspects, productCompetitiveness] = three.map((mark) => ({
      mark,
      text: '说明文字',
    }));
    return {
      technologyThreshold: technologyThreshold!,
      marketProspects: marketProspects!,
      productCompetitiveness: productCompetitiveness!,
    };
  };
  it('takes the exact mean and the lowest mark of all expert forms of the day', () => {
    const opinions = [
      { marks: marks(3, 4, 2), on: day('2026-06-01') },
      { marks: marks(4, 3, 3), on: day('2026-06-02') },
      { marks: marks(1, 1, 1), on: day('2026-07-01') },
    ];
    const found = profile(dossier(['REG'], registered()), { opinions });
    expect(['expertMean', 'expertMin', 'technologyMark'].map((name) => value(found, name))).toEqual([
      { num: 640, den: 2 },
      2,
      3,
    ]);
    expect(factOf(found, 'expertMean')).toMatchObject({ date: '2026-06-02' });
  });

  it('keeps standings by list', () => {
    const standings = { CKT: { known: true, value: 'ACTIVE', date: AS_OF } } as const;
    expect(fact('standing:CKT', dossier([]), { standings })).toBe('ACTIVE');
  });
});

describe('statements', () => {
  const of = dossier(['REG'], registered());
  const say = (
    name: FactStatement['fact'],
    said: FactStatement['value'],
    on: string,
    by: FactStatement['by'] = 'bank',
  ): FactStatement => ({ fact: name, value: said, on: day(on), by });
  const stage = (...statements: readonly FactStatement[]): unknown => fact('stage', of, { statements });

  it('count by the newest that is made by the day', () => {
    const old = say('stage', 'seed', '2026-01-01');
    const fresh = say('stage', 'growth', '2026-06-01');
    expect([stage(old, fresh), stage(fresh, old)]).toEqual(['growth', 'growth']);
    expect(stage(old, say('stage', 'growth', '2026-07-01'))).toBe('seed');
  });

  it('leave unknown what differs on one day, whatever their order', () => {
    const [a, b] = [say('stage', 'seed', '2026-06-01'), say('stage', 'growth', '2026-06-01', 'operator')];
    expect([stage(a, b), stage(b, a)]).toEqual([
      '? what was stated on 2026-06-01 disagrees',
      '? what was stated on 2026-06-01 disagrees',
    ]);
    expect(stage(a, { ...a, by: 'operator' })).toBe('seed');
    const needs = [
      say('needs', ['loan', 'lease'], '2026-06-01', 'firm'),
      say('needs', ['lease', 'loan'], '2026-06-01', 'firm'),
    ];
    expect(fact('needs', of, { statements: needs })).toEqual(['lease', 'loan']);
  });

  it('count only of those who may state the fact, and never against a source', () => {
    expect(stage(say('stage', 'growth', '2026-06-01', 'firm'))).toMatch(/^\? /);
    expect(fact('ageMonths', of, { statements: [say('ageMonths', 1, '2026-06-01')] })).toBe(17);
  });

  it.each([
    ['mood', 'good', 'firm'],
    ['toString', true, 'firm'],
    ['guarantorAcceptance', 'accepted', 'firm'],
    ['grade', 'AAA', 'operator'],
    ['standing:CKT', 'ACTIVE', 'operator'],
    ['needs', ['loan', 'loan'], 'firm'],
    ['needs', ['money'], 'firm'],
    ['taxConsent', 'yes', 'firm'],
    ['equipmentPrice', 0.5, 'firm'],
    ['equipmentPrice', -1, 'firm'],
    ['stage', 'grown', 'bank'],
  ] as const)('are refused: %s as %j by a %s', (name, said, by) => {
    expect(() => checkedStatements({ [name]: said }, { by, on: AS_OF })).toThrow(ProblemError);
    try {
      checkedStatements({ [name]: said, realNeed: true }, { by, on: AS_OF });
    } catch (error) {
      expect((error as ProblemError).problem.errors![0]).toMatchObject({
        pointer: `/statements/${name}`,
        code: 'statement-invalid',
      });
    }
  });

  it('may be made of a fact that no source gives, and of no other', () => {
    for (const [name, definition] of Object.entries(FACTS))
      expect([name, definition.statedBy !== undefined]).toEqual([name, definition.from === 'statement']);
  });
});
