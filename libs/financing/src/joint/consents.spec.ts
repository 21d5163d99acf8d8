import fc from 'fast-check';
import { addDays, dateAt, localDate, ProblemError } from '#lib/kernel';
import { FIELD_GROUPS, mayReport, visibleTo, type Consent, type FieldGroup } from './consents.ts';
import {
  after,
  AT,
  consentTo,
  firm,
  HASH,
  LATER,
  newCase,
  OPENED_AT,
  share,
  time,
  toActive,
  toCommitting,
  type Told,
  type Who,
} from './fixtures/joint-story.ts';
import type { JointDeal } from './joint-body.ts';
import { historyFor, jointView } from './joint-view.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 2_000 : 100;
const today = dateAt(OPENED_AT);
const giving = (...consents: readonly Consent[]): Told => [{ event: 'share', consents, textSha256: HASH }, firm()];
const unshare = (who: Who, purpose: Consent['purpose'] | null = null): Told => [
  { event: 'unshare', institutionId: who, purpose },
  firm(),
];
const fieldsOf = (deal: JointDeal, who: string, day = today) =>
  visibleTo(deal, who, day).map(({ purpose, fields }) => [purpose, ...fields]);
function faultsOf(told: Told, deal = newCase()): readonly (string | undefined)[] {
  try {
    after(deal, told);
  } catch (error) {
    if (error instanceof ProblemError)
      return [error.problem.code, ...(error.problem.errors ?? []).map((e) => e.pointer)];
    throw error;
  }
  return [];
}

describe('the consent of a firm', () => {
  const until = localDate('2026-08-01');
  const deal = after(
    newCase(),
    giving(
      consentTo('bank', { fields: ['identity', 'credit-history'], until }),
      consentTo('investor', { fields: ['equity'] }),
      consentTo('guarantor', { fields: ['identity', 'score', 'dimensions'] }),
    ),
  );

  it('opens to each desk its own fields, for its purpose, up to its last day', () => {
    expect(fieldsOf(deal, 'bank')).toEqual([['pre-loan-review', 'identity', 'credit-history']]);
    expect(fieldsOf(deal, 'investor')).toEqual([['equity-review', 'equity']]);
    expect(fieldsOf(deal, 'guarantor')).toEqual([['guarantee-review', 'identity', 'score', 'dimensions']]);
    expect(fieldsOf(deal, 'lessor')).toEqual([]);
    expect(fieldsOf(deal, 'bank', until)).toHaveLength(1);
    expect(fieldsOf(deal, 'bank', addDays(until, 1))).toEqual([]);
    expect(fieldsOf(deal, 'bank', addDays(today, -1))).toEqual([]);
  });

  it('is taken back at once, of one institution alone, for one purpose or for all', () => {
    const more = after(deal, giving(consentTo('bank', { purpose: 'post-loan-management', fields: ['tax'] })));
    const one = after(more, unshare('bank', 'pre-loan-review'));
    expect(fieldsOf(one, 'bank')).toEqual([['post-loan-management', 'tax']]);
    expect(fieldsOf(after(more, unshare('bank')), 'bank')).toEqual([]);
    expect(fieldsOf(one, 'investor')).toEqual([['equity-review', 'equity']]);
    expect(faultsOf(unshare('bank', 'pre-loan-review'), one)).toEqual(['joint-consent-missing', '/institutionId']);
    expect(faultsOf(unshare('lessor'), one)).toEqual(['joint-consent-missing', '/institutionId']);
  });

  it('is replaced by a newer one for the same purpose, also a narrower one; and may be given again', () => {
    const narrower = after(deal, giving(consentTo('bank', { fields: ['identity'] })));
    expect(fieldsOf(narrower, 'bank')).toEqual([['pre-loan-review', 'identity']]);
    // What it replaced does not come back.
    expect(fieldsOf(after(narrower, unshare('bank')), 'bank')).toEqual([]);
    expect(fieldsOf(after(narrower, unshare('bank'), giving(consentTo('bank'))), 'bank')).toEqual([
      ['pre-loan-review', 'identity', 'score'],
    ]);
  });

  it('lets an institution report what became of its loan where it says so, and as long as it stands', () => {
    const may = (of: JointDeal, who: Who, day = today) => mayReport(of.body.consents, who, day);
    const given = after(newCase(), giving(consentTo('bank', { outcomes: true, until }), consentTo('guarantor')));
    expect([may(given, 'bank'), may(given, 'guarantor'), may(given, 'bank', addDays(until, 1))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(may(after(given, unshare('bank')), 'bank')).toBe(false);
  });

  it('is over with the case', () => {
    expect(fieldsOf(toCommitting(), 'bank')).toHaveLength(1);
    expect(fieldsOf(after(toCommitting(), [{ event: 'lapse' }, time()]), 'bank')).toEqual([]);
    const ended = after(toActive(), [{ event: 'end-availability' }, time()]);
    expect(fieldsOf(ended, 'bank')).toHaveLength(1);
    expect(fieldsOf(after(ended, [{ event: 'close' }, time()]), 'bank')).toEqual([]);
  });

  it('is refused with everything that is wrong with it', () => {
    expect(
      faultsOf([
        {
          event: 'share',
          textSha256: 'x',
          consents: [
            consentTo('bank', { purpose: 'guarantee-review', fields: [], until: addDays(today, -1) }),
            consentTo('investor', { fields: ['score', 'score'], until: localDate('2099-01-01') }),
            consentTo('investor', { fields: ['soul' as FieldGroup] }),
          ],
        },
        firm(),
      ]),
    ).toEqual([
      'joint-consent-invalid',
      '/textSha256',
      '/consents/0/purpose',
      '/consents/0/fields',
      '/consents/0/until',
      '/consents/1/fields',
      '/consents/1/until',
      '/consents/2/fields',
      '/consents/2',
    ]);
    expect(faultsOf([{ event: 'share', textSha256: HASH, consents: [] }, firm()])).toEqual([
      'joint-consent-invalid',
      '/consents',
    ]);
  });

  it('shows an institution its own consents only, in the case and in its history', () => {
    const view = jointView(deal, { kind: 'institution', institutionId: 'bank' }, today);
    expect(view.consents.map(({ institutionId }) => institutionId)).toEqual(['bank']);
    expect(jointView(deal, { kind: 'firm' }, today).consents).toHaveLength(3);
    const row = {
      version: 2,
      event: 'share',
      proposed: false,
      role: 'FIRM' as const,
      institutionId: null,
      personId: null,
      firstPersonId: null,
      at: OPENED_AT,
      from: 'NEED',
      to: 'CONSULT',
      detail: { consents: [consentTo('bank'), consentTo('investor')], textSha256: HASH },
    } as const;
    const gone = { ...row, event: 'unshare', detail: { institutionId: 'investor', purpose: null } } as const;
    const [seen, ended] = historyFor([row, gone], { kind: 'institution', institutionId: 'bank' });
    expect([seen!.detail['consents'], ended!.detail]).toEqual([[consentTo('bank')], {}]);
  });

  it('never shows more than the last consent for that desk and purpose says, whatever happened before', () => {
    const who = fc.constantFrom<Who>('bank', 'investor', 'guarantor', 'lessor');
    const fields = fc.subarray(Object.keys(FIELD_GROUPS) as FieldGroup[], { minLength: 1 });
    const act = fc.oneof(
      fc.record({ who, fields, days: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ who, fields: fc.constant(null), days: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 31 }), (acts, later) => {
        let now = after(newCase(), share('bank'));
        const last = new Map<string, { fields: readonly FieldGroup[]; until: string } | null>([
          ['bank', { fields: ['identity', 'score'], until: LATER }],
        ]);
        for (const { who: one, fields: opened, days } of acts) {
          if (opened === null && last.get(one)) {
            now = after(now, unshare(one));
            last.set(one, null);
          } else if (opened !== null) {
            const lastDay = addDays(today, days);
            now = after(now, giving(consentTo(one, { fields: opened, until: lastDay })));
            last.set(one, { fields: opened, until: lastDay });
          }
        }
        const day = addDays(today, later);
        for (const one of Object.keys(AT)) {
          const stands = last.get(one);
          const expected = stands && day <= stands.until ? stands.fields : [];
          expect(visibleTo(now, one, day).flatMap(({ fields: open }) => open)).toEqual(expected);
        }
      }),
      { numRuns },
    );
  });
});
