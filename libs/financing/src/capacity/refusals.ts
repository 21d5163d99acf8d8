import type { Principal } from '#lib/access';
import { ProblemError, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Capital } from './capacity.store.ts';
import type { CapCheck } from './caps.ts';

const details = (refused: readonly CapCheck[]): ProblemDetail[] =>
  refused.map(({ cap, zh, en }) => ({ pointer: '/amount', code: capCode(cap), zh, en }));

/** 预留已到期: the deal is approved anew or not at all. */
export const reservationExpired = (refused: readonly CapCheck[] = []): ProblemError =>
  new ProblemError({
    code: 'reservation-expired',
    status: 409,
    zh: '没有有效的额度预留，须重新审批',
    en: 'no capacity is reserved any more: to be approved anew',
    errors: details(refused),
    ...(refused.length === 0 ? {} : { extra: { caps: refused } }),
  });

/** Names every cap that is passed or cannot be known; `caps` carries the amounts. */
export function capacityPassed(refused: readonly CapCheck[]): ProblemError {
  if (refused.some(({ cap }) => cap === 'RESERVATION')) return reservationExpired(refused);
  const names = refused.map(({ cap }) => cap);
  return new ProblemError({
    code: 'capacity-passed',
    status: 409,
    zh: `担保能力不足：${names.join('、')}`,
    en: `the guarantor may not take it on: ${names.join(', ')}`,
    errors: details(refused),
    extra: { caps: refused },
  });
}

/** `PROGRAMME_CLIENT` → `cap-programme-client`. */
export const capCode = (cap: CapCheck['cap']): string => `cap-${cap.toLowerCase().replaceAll('_', '-')}`;

/** Which cap it is; by how much it is passed is the guarantor's own knowledge. */
export const CAP_WORDS: Readonly<Record<CapCheck['cap'], readonly [zh: string, en: string]>> = {
  NET_ASSETS: ['担保机构净资产未知', 'the net assets of the guarantor are not known'],
  CONTROLLER: ['为担保机构的控股股东、实际控制人，或其未知', 'controls the guarantor, or who does is not known'],
  TOTAL: ['担保责任余额上限', 'the limit of the whole liability'],
  CLIENT: ['单一被担保人上限', 'the limit of one client'],
  GROUP: [
    '被担保人及其关联方上限，或关联方未知',
    'the limit of a client with its related parties, or they are not known',
  ],
  PROGRAMME_CLIENT: ['产品单户上限', 'the limit of the programme for one firm'],
  PROGRAMME_TOTAL: ['产品规模上限', 'the limit of the programme'],
  RESERVATION: ['额度预留', 'the reservation'],
  LETTER: ['保函可提金额', 'what the letter leaves'],
};

/** Of an event without an amount the caps stand against the event itself. */
export function ofNoAmount(error: ProblemError): ProblemError {
  const { errors, ...problem } = error.problem;
  if (!errors?.some(({ pointer, code }) => pointer === '/amount' && code.startsWith('cap-'))) return error;
  const placed = errors.map((one) => ({ ...one, pointer: '' }));
  return new ProblemError({ ...problem, errors: placed }, { cause: error });
}

/** As a partner is told it: which cap stands against it, not how the guarantor's book stands. */
export function withoutAmounts(error: ProblemError): ProblemError {
  const caps = error.problem.extra?.['caps'] as readonly CapCheck[] | undefined;
  if (caps === undefined) return error;
  const { extra: _own, ...problem } = error.problem;
  const pointer = problem.errors?.[0]?.pointer ?? '';
  const errors = caps.map(({ cap }) => {
    const [zh, en] = CAP_WORDS[cap];
    return { pointer, code: capCode(cap), zh, en };
  });
  return new ProblemError({ ...problem, errors }, { cause: error });
}

/** A guarantor states its own capital and limits, the house those of all; relations are the house's alone. */
export function capitalRefused(
  { kind, institutionId }: Principal,
  stated?: Pick<Capital, 'guarantor'> & Partial<Capital>,
  today?: LocalDate,
): void {
  if (kind !== 'operator' && !(kind === 'guarantor' && stated?.guarantor === institutionId)) {
    const zh = '只能登记本机构的资料';
    const en = 'only the guarantor itself or the house states this';
    throw new ProblemError({ code: 'capital-refused', status: 403, zh, en });
  }
  if (stated?.statedOn === undefined || today === undefined) return;
  const fault = (field: string, zh: string, en: string): ProblemDetail[] => [
    { pointer: `/${field}`, code: 'capital-invalid', zh, en },
  ];
  const errors = [
    ...(stated.statedOn > today ? fault('statedOn', '不得晚于今天', 'not later than today') : []),
    ...(stated.validTo! < stated.statedOn ? fault('validTo', '不得早于基准日', 'not before its day') : []),
    ...(Number.isSafeInteger(stated.netAssets) ? [] : fault('netAssets', '应为整数分', 'a whole number of fen')),
  ];
  if (errors.length > 0)
    throw new ProblemError({
      code: 'capital-invalid',
      status: 422,
      zh: '净资产有误',
      en: 'the net assets are not valid',
      errors,
    });
}
