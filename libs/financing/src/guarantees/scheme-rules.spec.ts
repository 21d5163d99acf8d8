import { fen, localDate, type ProblemError } from '#lib/kernel';
import { classOf, shippedScheme } from '../sharing/shipped-schemes.ts';
import { fuseOf } from './claim-book.ts';
import { TERMS } from './guarantee-example.ts';
import { guaranteeTerms, type GuaranteeTerms } from './guarantee-terms.ts';
import {
  caseChecks,
  caseFaults,
  heldToScheme,
  NOTHING_ELSE,
  schemeRefusals,
  type SchemeRecord,
} from './scheme-rules.ts';
import { NOT_STATED, sharesBy, sharingNamed, type SharingTerms } from './sharing-terms.ts';

const DAY = localDate('2026-06-30');
const KJDB = shippedScheme('KJDB', DAY);
const treeOfClass = (code: string) => classOf(KJDB, code).tree;
const terms = (sharing: Partial<SharingTerms> = {}, more: Partial<GuaranteeTerms> = {}): GuaranteeTerms => ({
  ...TERMS,
  tree: treeOfClass('B'),
  sharing: { ...NOT_STATED, scheme: 'KJDB', ...sharing },
  ...more,
});
const said = (given: GuaranteeTerms, known: 'known' | 'all' = 'all', firmInForce = NOTHING_ELSE): string[] =>
  caseFaults(caseChecks(KJDB.scheme, given, { principal: given.principal, firmInForce }), known).map(
    ({ pointer, code }) => `${pointer} ${code}`,
  );
const record = (checks: SchemeRecord['checks'], fuse = fuseOf([], KJDB.scheme, DAY)): SchemeRecord => ({
  on: DAY,
  scheme: 'KJDB',
  version: '1',
  hash: KJDB.hash,
  shareClass: null,
  fuse,
  checks,
});
const code = (work: () => unknown): string | undefined => {
  try {
    return void work();
  } catch (error) {
    const { problem } = error as ProblemError;
    return `${problem.errors?.[0]?.pointer ?? ''} ${problem.code}`;
  }
};

describe('terms against their scheme', () => {
  it('fail by every rule and every place at once', () => {
    const odd = terms(
      { shareClass: 'C', reGuaranteeFeeBp: 31, otherFees: ['保证金'] },
      { principal: fen(3_000_000_001), guaranteedBp: 10_000 },
    );
    expect(said(odd, 'known')).toEqual([
      '/tree sharing-rule-failed',
      '/principal sharing-rule-failed',
      '/sharing/otherFees sharing-rule-failed',
    ]);
    expect(said({ ...odd, principal: fen(500_000_000) })).toContain('/sharing/reGuaranteeFeeBp sharing-rule-failed');
  });

  it('of a class that is not stated: what holds for each holds, what fails for each fails, the rest is not known', () => {
    expect(said(terms({}, { tree: treeOfClass('C') }))).toEqual([]);
    expect(said(terms({}, { tree: treeOfClass('B') }))).toEqual(['/tree sharing-rule-unknown']);
    // At the application it is left open.
    expect(said(terms({}, { tree: treeOfClass('B') }), 'known')).toEqual([]);
    expect(said(terms({}, { tree: TERMS.tree }))).toEqual(['/tree sharing-rule-failed']);
    expect(said(terms({ shareClass: 'B' }))).toEqual([]);
  });

  it('a re-guarantee whose fee nobody stated is not known', () => {
    const reGuarantorId = TERMS.guarantorId;
    expect(said(terms({ shareClass: 'B' }, { reGuarantorId }))).toEqual([
      '/sharing/reGuaranteeFeeBp sharing-rule-unknown',
    ]);
    expect(said(terms({ shareClass: 'B', reGuaranteeFeeBp: 30 }, { reGuarantorId }))).toEqual([]);
  });

  it('what a firm has in force elsewhere is not told, only that it is too much', () => {
    const [check] = caseChecks(KJDB.scheme, terms({ shareClass: 'B' }), {
      principal: fen(400_000_000),
      firmInForce: fen(2_999_999_999),
    }).filter(({ rule }) => rule === 'SINGLE_FIRM');
    expect(check).toEqual({
      rule: 'SINGLE_FIRM',
      state: 'fail',
      zh: '单户在保余额超过上限30,000,000.00元',
      en: 'in force for the firm: more than 30,000,000.00 yuan',
    });
  });
});

describe('an approval under a scheme', () => {
  const { claimCeilingBp, claimBasePercent } = KJDB.scheme;
  const fuse = fuseOf([], KJDB.scheme, DAY);
  const stopped = { ...fuse, state: 'STOPPED', newBusiness: 'STOPPED', rateBp: claimCeilingBp } as const;
  const person = { ...fuse, state: 'PERSON', newBusiness: 'PERSON_DECIDES' } as const;

  it('is refused by what fails, by what nobody knows, and by the fuse; a reason opens only what a person may decide', () => {
    expect(claimBasePercent).toBe(80);
    const unknown = caseChecks(KJDB.scheme, terms(), { principal: fen(1), firmInForce: NOTHING_ELSE });
    expect(code(() => heldToScheme(record([]), null))).toBeUndefined();
    expect(code(() => heldToScheme(record(unknown), '理由'))).toBe('/terms/tree sharing-case-refused');
    expect(code(() => heldToScheme(record([], stopped), '理由'))).toBe(' claim-fuse-tripped');
    expect(code(() => heldToScheme(record([], person), null))).toBe('/fuseReason claim-fuse-undecided');
    expect(code(() => heldToScheme(record([], person), '理由'))).toBeUndefined();
    expect(schemeRefusals(record(unknown, stopped), null).map(({ problem }) => problem.code)).toEqual([
      'sharing-case-refused',
      'claim-fuse-tripped',
    ]);
  });

  it('shows rate, ceiling, year and scheme', () => {
    const [refused] = schemeRefusals(record([], stopped), null);
    expect(refused!.problem.extra).toMatchObject({ fuse: { scheme: 'KJDB', year: 2026, rateBp: 500, ceilingBp: 500 } });
    expect(refused!.problem.en).toContain('sharing scheme KJDB, 2026');
  });
});

describe('the scheme of a guarantee', () => {
  it('is that of its programme where nobody names one, and another only where the programme proposes', () => {
    expect(sharingNamed('KYD', undefined, DAY)).toEqual({ ...NOT_STATED, scheme: 'LFF' });
    expect(sharingNamed('TDD', undefined, DAY).scheme).toBeNull();
    expect(sharingNamed('KYD', { ...NOT_STATED, scheme: 'KJDB', shareClass: 'A' }, DAY).scheme).toBe('KJDB');
    const named = (programme: string, given: Partial<SharingTerms>) =>
      code(() => sharingNamed(programme, { ...NOT_STATED, ...given }, DAY));
    expect(named('ZZD', { scheme: 'KJDB' })).toBe('/sharing/scheme sharing-scheme-differs');
    expect(named('ZZD', { scheme: 'ZZD' })).toBeUndefined();
    expect(named('KYD', { scheme: 'NONE' })).toBe('/sharing/scheme sharing-scheme-unknown');
    // A pool that only says when it stops.
    expect(named('KYD', { scheme: 'HBZJ' })).toBe('/sharing/scheme sharing-scheme-unknown');
    expect(code(() => sharesBy('KJDB', localDate('2024-07-23')))).toBe('/sharing/scheme sharing-scheme-unknown');
    expect(named('KYD', { scheme: 'KJDB', shareClass: 'D' })).toBe('/sharing/shareClass share-class-unknown');
    expect(named('TDD', { shareClass: 'A' })).toBe('/sharing/shareClass share-class-unknown');
  });

  it('is checked at the door, every fault by its pointer', () => {
    const odd = {
      scheme: 'kjdb',
      shareClass: 'a b',
      reGuaranteeFeeBp: 0.5,
      otherFees: [''],
      lenderPassesOn: null,
      more: 1,
    };
    try {
      guaranteeTerms({ ...TERMS, sharing: odd as unknown as SharingTerms });
      throw new RangeError('it was taken');
    } catch (error) {
      expect((error as ProblemError).problem.errors?.map(({ pointer }) => pointer)).toEqual([
        '/sharing/more',
        '/sharing/scheme',
        '/sharing/shareClass',
        '/sharing/reGuaranteeFeeBp',
        '/sharing/otherFees/0',
        '/sharing/lenderPassesOn',
      ]);
    }
  });
});
