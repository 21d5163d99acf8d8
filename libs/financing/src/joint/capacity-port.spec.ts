import { localDate, ProblemError } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { capacityCalls, makeCalls, type CapacityPort } from './capacity-port.ts';
import {
  after,
  by,
  commit,
  consentTo,
  firm,
  HASH,
  lineFor,
  MILLION,
  newCase,
  open,
  partner,
  pay,
  PRECEDENT,
  propose,
  share,
  sign,
  time,
  toActive,
  toCommitting,
  toSigned,
  yuan,
  type Told,
} from './fixtures/joint-story.ts';

describe('what a joint case asks of guarantors', () => {
  it('is nothing any more of one whose commitment is too little to be effective: its room is free, and the case signs', () => {
    const little = after(
      toCommitting(),
      commit('investor', 10 * MILLION),
      commit('bank', 5 * MILLION),
      commit('guarantor', yuan(5_000)),
    );
    expect([little.state, little.body.positions[2]!.effective]).toEqual(['BALANCED', 0]);
    const nearly = after(little, ...[firm(), partner('investor'), partner('bank')].map((one) => sign(one)));
    const signed = after(nearly, sign(partner('guarantor')));
    const { dealId } = signed;
    expect(capacityCalls(nearly, signed)).toEqual([{ call: 'release', dealId, guarantorId: 'guarantor' }]);
    // Nothing is asked of it from then on.
    const active = toActive(little);
    expect(capacityCalls(active, after(active, pay(MILLION)))).toEqual([]);
    expect(capacityCalls(active, after(active, [{ event: 'end-availability' }, time()]))).toEqual([]);
  });

  it('is issued for the one of two that is effective', () => {
    const institutionId = 'guarantor2';
    const second = (told: Told): Told => [told[0], by('GUAR', institutionId)];
    const lines = [
      ...PRECEDENT.slice(0, 2),
      lineFor('guarantor', 4 * MILLION),
      lineFor('guarantor', MILLION, { institutionId }),
    ];
    const both = after(
      newCase(),
      share('investor', 'bank', 'guarantor'),
      [{ event: 'share', consents: [consentTo('guarantor', { institutionId })], textSha256: HASH }, firm()],
      propose(lines),
      open,
      commit('investor', 10 * MILLION),
      commit('bank', 5 * MILLION),
      commit('guarantor', 4 * MILLION),
      second(commit('guarantor', yuan(9_999))),
    );
    const signed = after(toSigned(both), second(sign(partner('guarantor'))));
    expect([signed.state, signed.body.positions.map(({ effective }) => effective)]).toEqual([
      'SIGNED',
      [10 * MILLION, 5 * MILLION, 4 * MILLION, 0],
    ]);
    expect(capacityCalls(both, signed).map(({ call, guarantorId }) => [call, guarantorId])).toEqual([
      ['issue', 'guarantor'],
      ['release', 'guarantor2'],
    ]);
  });

  it('is reserved again where the same commitment is said again', () => {
    const [waiting, again] = [
      after(toCommitting(), commit('guarantor', 5 * MILLION)),
      commit('guarantor', 5 * MILLION),
    ];
    expect(capacityCalls(waiting, after(waiting, again))).toMatchObject([{ call: 'reserve', principal: 5 * MILLION }]);
    // Another's answer asks nothing of it.
    expect(capacityCalls(waiting, after(waiting, commit('bank', MILLION)))).toEqual([]);
  });

  it('refuses a commitment that outlasts the reservation, which has one expiry', async () => {
    const before = toCommitting();
    const until = (day: string) => commit('guarantor', 5 * MILLION, { expiresOn: localDate(day) });
    const last = localDate('2026-09-04');
    const nothing = () => Promise.resolve();
    const port: CapacityPort = {
      reserve: () => Promise.resolve(last),
      issue: nothing,
      lower: nothing,
      release: nothing,
    };
    const said = async (day: string): Promise<unknown> => {
      try {
        await makeCalls({} as Tx, port, capacityCalls(before, after(before, until(day))), partner('guarantor'));
      } catch (error) {
        return (error as ProblemError).problem;
      }
      return 'done';
    };
    expect(await said('2026-09-04')).toBe('done');
    expect(await said('2026-11-03')).toMatchObject({
      code: 'joint-commitment-invalid',
      status: 422,
      errors: [{ pointer: '/expiresOn', code: 'joint-commitment-invalid' }],
    });
  });
});
