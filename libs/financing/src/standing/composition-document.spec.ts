import { fen, localDate } from '#lib/kernel';
import {
  commit,
  lineFor,
  MILLION,
  onPart,
  pay,
  PRECEDENT,
  SERVICE,
  toActive,
  toBalanced,
  toCommitting,
  after,
} from '../joint/fixtures/joint-story.ts';
import type { JointDeal } from '../joint/joint-body.ts';
import type { Profile } from '../programmes/fact-types.ts';
import { compositionDocument, type CompositionReader } from './composition-document.ts';

type Document = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- a document is read by its paths

const ON = localDate('2026-07-10');
const m = (millions: number) => ({ fen: Math.round(millions * MILLION), currency: 'CNY' });
const nameOf = (id: string) => ({ zh: `名称${id}`, en: `name of ${id}` });
const reads = (kind: CompositionReader['kind'], institutionId: string = kind): CompositionReader => ({
  kind,
  institutionId,
  nameOf,
});
const of = (cases: readonly JointDeal[], reader: CompositionReader, profile: Profile = {}): Document =>
  compositionDocument(cases, { profile, on: ON }, reader);
const equity = (paid: number | null, committed: number | null): Profile => {
  const fact = (value: number | null) =>
    value === null
      ? { known: false as const, why: { zh: '未知', en: 'unknown' } }
      : { known: true as const, value: fen(Math.round(value * MILLION)), date: ON };
  const total = paid === null || committed === null ? null : paid + committed;
  return { equityPaid: fact(paid), equityCommitted: fact(committed), equityTotal: fact(total) };
};

const TWO_BANKS = after(
  toCommitting([
    ...PRECEDENT.filter(({ part }) => part !== 'loan'),
    lineFor('bank', 3 * MILLION),
    lineFor('bank2', 2 * MILLION),
  ]),
  commit('investor', 10 * MILLION),
  commit('bank', 3 * MILLION),
  commit('bank2', 2 * MILLION),
  commit('guarantor', 5 * MILLION),
);
const ACTIVE = after(toActive(), pay(6 * MILLION), onPart('draw', 'loan', 'bank', MILLION));

describe('the composition in a report', () => {
  it('is that of the live case: parts, package, residue, shares and what may be drawn now', () => {
    const { basis, zh, cases, plan } = of([ACTIVE], reads('firm'));
    expect([basis, zh, plan, cases.length]).toEqual(['case', '联合授信案件现状', null, 1]);
    const [one] = cases as Document[];
    expect(one).toMatchObject({
      programme: 'TDD',
      reading: { code: 'A', zh: '以股权投资为基础' },
      state: { code: 'ACTIVE', since: '2026-07-06' },
      proposalVersion: 1,
      unit: { fen: 1_000_000, currency: 'CNY' },
      package: m(20),
      residue: m(0),
      ratio: { equity: 5000, loan: 2500, guaranteed: 2500 },
      overdrawn: m(0),
      leverageBp: 1667,
    });
    expect(one!['parts']).toMatchObject([
      { part: 'equity', committed: m(10), effective: m(10), paid: m(6) },
      { part: 'loan', effective: m(5), drawn: m(1), outstanding: m(1), drawable: m(2) },
      { part: 'guaranteed', effective: m(5), drawn: m(0), drawable: m(3) },
    ]);
  });

  it('names partners to the firm and to who supervises; to an institution its own part and nobody else', () => {
    for (const kind of ['firm', 'regulator', 'operator'] as const)
      expect(of([TWO_BANKS], reads(kind)).cases[0].partners.map((one: Document) => one['institution'].zh)).toEqual([
        '名称investor',
        '名称guarantor',
        '名称bank',
        '名称bank2',
      ]);
    const bank2 = of([TWO_BANKS], reads('bank', 'bank2'));
    expect(bank2.cases[0].partners).toMatchObject([{ own: true, part: 'loan', committed: m(2) }]);
    // What it lends under the guarantee is its own as well.
    const bank = of([TWO_BANKS], reads('bank', 'bank')).cases[0].partners;
    expect(bank.map(({ part }: Document) => part as string)).toEqual(['guaranteed', 'loan']);
    for (const reader of [reads('bank', 'bank2'), reads('guarantor', 'guarantor')])
      expect(JSON.stringify(of([TWO_BANKS], reader))).not.toMatch(/名称|name of|"institutionId"|investor"|"bank/);
    expect(bank2.cases[0].parts[1]).toMatchObject({ part: 'loan', committed: m(5), drawable: m(0) });
  });

  it('is nothing to who has no desk at it, and its equity is planned with by nobody', () => {
    const { basis, cases, plan, zh } = of([ACTIVE], reads('bank', 'stranger'), equity(10, 0));
    expect([basis, cases, plan]).toEqual(['none', [], null]);
    expect(zh).toContain('没有');
    expect(of([], reads('bank', 'stranger'))).toEqual(of([ACTIVE], reads('bank', 'stranger')));
  });

  it('is planned from the equity that is verified or committed, as a computation and no promise', () => {
    const { basis, zh, plan } = of([], reads('bank'), equity(10.03, 0));
    expect([basis, zh]).toEqual(['planned', '测算，不构成承诺']);
    expect(plan).toMatchObject({ programme: 'TDD', equity: { from: 'equityTotal', date: ON }, residue: m(0) });
    expect(plan.parts.map(({ amount }: Document) => amount as object)).toEqual([m(10.03), m(5.01), m(5.02)]);
    expect(plan.package).toEqual(m(20.06));
    const from = (profile: Profile): unknown => of([], reads('bank'), profile).plan?.equity.from;
    expect([from(equity(1, null)), from(equity(null, 1)), from(equity(0.5, 0.5))]).toEqual([
      'equityPaid',
      'equityCommitted',
      'equityTotal',
    ]);
    // Below the programme's least equity, and where nothing is known, there is none.
    expect([from(equity(0.99, 0)), from(equity(0.99, null)), from({})]).toEqual([undefined, undefined, undefined]);
  });

  it('adds up the desks of a service case, which takes no equity away', () => {
    const service = toCommitting(PRECEDENT, SERVICE);
    expect(of([service], reads('firm')).cases[0]).toMatchObject({
      reading: { code: 'sum', zh: '各席位合计' },
      ratio: null,
      leverageBp: null,
    });
    expect(of([service], reads('bank', 'stranger'), equity(10, 0)).basis).toBe('planned');
  });

  it('is frozen with its case: nothing may be drawn', () => {
    const frozen = after(ACTIVE, [
      { event: 'back', amount: fen(MILLION), reason: '回购' },
      { role: 'INVEST', institutionId: 'investor', personId: 'investor-1', at: new Date('2026-07-09T02:00:00Z') },
    ]);
    const [one] = of([frozen], reads('firm')).cases as Document[];
    expect(one!['state'].code).toBe('FROZEN');
    expect(one!['parts'].map((part: Document) => part['drawable'])).toEqual([undefined, m(0), m(0)]);
  });

  it('is not there yet while nobody has committed', () => {
    const [one] = of([toCommitting()], reads('firm')).cases as Document[];
    expect([one!['state'].code, one!['ratio'], one!['package']]).toEqual(['COMMITTING', null, m(0)]);
    expect(of([toBalanced()], reads('firm')).cases[0].package).toEqual(m(20));
  });
});
