import { addDays, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { Party } from '../deals/deal.ts';
import { fault, refusal, refuse, type Faults } from './joint-refusals.ts';
import type { JointState } from './joint-table.ts';
import { PARTS_OF_CASE, type JointDesk, type JointTerms } from './joint-terms.ts';

/** 字段组: what a firm opens is named by group; what no group names is opened to nobody. */
export const FIELD_GROUPS = {
  identity: { zh: '主体信息', en: 'identity and registration' },
  score: { zh: '综合评分', en: 'score and grade' },
  dimensions: { zh: '维度得分与原因', en: 'dimension scores and reasons' },
  financials: { zh: '财务数据', en: 'financial figures' },
  equity: { zh: '股权与融资', en: 'shareholders and financing rounds' },
  'intellectual-property': { zh: '知识产权', en: 'intellectual property' },
  staff: { zh: '人员与社保', en: 'staff and social security' },
  tax: { zh: '纳税', en: 'tax' },
  contracts: { zh: '合同与应收', en: 'contracts and receivables' },
  'public-record': { zh: '公共信用记录', en: 'public credit record' },
  'credit-history': { zh: '信贷记录', en: 'credit history' },
} as const satisfies Readonly<Record<string, Text>>;
export type FieldGroup = keyof typeof FIELD_GROUPS;

/** 使用目的, and the desks that can have it. */
export const JOINT_PURPOSES = {
  'equity-review': { zh: '投资审查', en: 'review before an investment', desks: ['INVEST'] },
  'pre-loan-review': { zh: '贷前审查', en: 'review before a loan', desks: ['BANK'] },
  'guarantee-review': { zh: '担保审查', en: 'review of a guarantee', desks: ['GUAR'] },
  'insurance-review': { zh: '承保审查', en: 'review of an insurance', desks: ['INSUR'] },
  'lease-review': { zh: '租赁审查', en: 'review of a lease', desks: ['LEASE'] },
  'post-investment-management': { zh: '投后管理', en: 'management of an investment', desks: ['INVEST'] },
  'post-loan-management': { zh: '贷后管理', en: 'management of a loan', desks: ['BANK', 'GUAR', 'LEASE'] },
} as const satisfies Readonly<Record<string, Text & { readonly desks: readonly JointDesk[] }>>;
export type JointPurpose = keyof typeof JOINT_PURPOSES;

/** 授权同意: one institution at one desk, these fields, for this purpose, up to and including this day. */
export interface Consent {
  readonly institutionId: string;
  readonly desk: JointDesk;
  readonly purpose: JointPurpose;
  readonly fields: readonly FieldGroup[];
  readonly until: LocalDate;
  /** Whether the institution may report what became of its loan (征信业管理条例 art. 29). */
  readonly outcomes: boolean;
}

/** A consent as it was given. A newer one for the same desk and purpose stands in its place. */
export interface GivenConsent extends Consent {
  /** Version of the case that the giving made: names the consent. */
  readonly version: number;
  readonly from: LocalDate;
  /** SHA-256, hex, of the text that the firm signed. */
  readonly textSha256: string;
  readonly withdrawnOn: LocalDate | null;
}

/** What a desk may see now (可见范围). */
export interface Visible {
  readonly desk: JointDesk;
  readonly purpose: JointPurpose;
  readonly fields: readonly FieldGroup[];
  readonly until: LocalDate;
  readonly consentVersion: number;
}

/** No contract of these programmes runs longer. */
const LONGEST_DAYS = 3_660;
const MOST_CONSENTS = 50;
/** In these the purpose is over, whatever day a consent names. */
const ENDED: readonly JointState[] = ['FULFILLED', 'TERMINATED', 'FAILED', 'WITHDRAWN'];

const sameSeat = (a: Consent, b: Consent): boolean =>
  a.institutionId === b.institutionId && a.desk === b.desk && a.purpose === b.purpose;

/**
 * What this institution may see of the firm on this day, by purpose (可见范围). Pure. Nothing once the case is over, after
 * the last day, and from the moment at which the firm takes its consent back.
 */
export function visibleTo(
  { state, body }: { readonly state: JointState; readonly body: { readonly consents: readonly GivenConsent[] } },
  institutionId: string,
  today: LocalDate,
): readonly Visible[] {
  if (ENDED.includes(state)) return [];
  return standing(body.consents, institutionId, today).map(({ desk, purpose, fields, until, version }) => ({
    desk,
    purpose,
    fields,
    until,
    consentVersion: version,
  }));
}

const standing = (
  consents: readonly GivenConsent[],
  institutionId: string,
  today: LocalDate,
): readonly GivenConsent[] =>
  consents
    .filter((given, i) => !consents.slice(i + 1).some((later) => sameSeat(given, later)))
    .filter((given) => given.institutionId === institutionId)
    .filter(({ withdrawnOn, from, until }) => withdrawnOn === null && from <= today && today <= until);

/** Whether the firm consents to this institution at all on this day, whatever for. Pure. */
export const hasConsent = (consents: readonly GivenConsent[], institutionId: string, today: LocalDate): boolean =>
  standing(consents, institutionId, today).length > 0;

/** Whether this institution may report today what became of its loan (贷后信息报送). Pure. */
export const mayReport = (consents: readonly GivenConsent[], institutionId: string, today: LocalDate): boolean =>
  standing(consents, institutionId, today).some(({ outcomes }) => outcomes);

/** Throws ProblemError joint-consent-invalid 422 with every fault by its pointer. */
export function shared(
  { consents, textSha256 }: { readonly consents: readonly Consent[]; readonly textSha256: string },
  { needs }: Pick<JointTerms, 'needs'>,
  before: readonly GivenConsent[],
  { version, today }: { readonly version: number; readonly today: LocalDate },
): readonly GivenConsent[] {
  const faults: Faults = [];
  const code = 'joint-consent-invalid';
  const desks = needs.map(({ part }) => PARTS_OF_CASE[part].desk);
  if (consents.length === 0 || before.length + consents.length > MOST_CONSENTS)
    fault(faults, '/consents', code, `应有 1 至 ${MOST_CONSENTS} 项`, `1 to ${MOST_CONSENTS} of them in a case`);
  if (!/^[0-9a-f]{64}$/.test(textSha256))
    fault(faults, '/textSha256', code, '应为SHA-256十六进制', 'a SHA-256 in hex is expected');
  consents.forEach((consent, i) => {
    const at = `/consents/${i}`;
    const { desk, purpose, fields, until } = consent;
    if (!desks.includes(desk)) fault(faults, `${at}/desk`, code, '案件没有该席位的需求', 'the case asks nothing of it');
    const purposeDesks: readonly JointDesk[] = Object.hasOwn(JOINT_PURPOSES, purpose)
      ? JOINT_PURPOSES[purpose].desks
      : [];
    if (!purposeDesks.includes(desk))
      fault(faults, `${at}/purpose`, code, '该席位不能有此目的', 'no purpose of this desk');
    if (fields.length === 0) fault(faults, `${at}/fields`, code, '至少一个字段组', 'at least one group of fields');
    if (!fields.every((field) => Object.hasOwn(FIELD_GROUPS, field)))
      fault(faults, `${at}/fields`, code, '没有该字段组', 'there is no such group of fields');
    if (new Set(fields).size < fields.length) fault(faults, `${at}/fields`, code, '有重复', 'names one twice');
    if (until < today) fault(faults, `${at}/until`, code, '已经过去', 'has passed already');
    if (until > addDays(today, LONGEST_DAYS))
      fault(faults, `${at}/until`, code, `最长${LONGEST_DAYS}天`, `at most ${LONGEST_DAYS} days from now`);
    if (consents.findIndex((other) => sameSeat(other, consent)) < i)
      fault(faults, at, code, '同一席位、同一目的重复', 'the same desk and purpose twice');
  });
  refuse(faults, code, { zh: '授权同意有误', en: 'the consent is not valid' });
  return [
    ...before,
    ...consents.map(({ institutionId, desk, purpose, fields, until, outcomes }) => ({
      institutionId,
      desk,
      purpose,
      fields,
      until,
      outcomes,
      version,
      from: today,
      textSha256,
      withdrawnOn: null,
    })),
  ];
}

/**
 * Takes back what this institution was shown: for one purpose, or (null) all of it. At once: what is withdrawn today is
 * not seen today. Throws ProblemError joint-consent-missing 409 where nothing stands.
 */
export function withdrawn(
  { institutionId, purpose }: { readonly institutionId: string; readonly purpose: JointPurpose | null },
  before: readonly GivenConsent[],
  today: LocalDate,
): readonly GivenConsent[] {
  const meant = (given: GivenConsent): boolean =>
    given.institutionId === institutionId &&
    (purpose === null || given.purpose === purpose) &&
    given.withdrawnOn === null;
  if (!before.some(meant))
    throw refusal('joint-consent-missing', '没有可撤回的同意', 'there is no consent to take back', {
      errors: [{ pointer: '/institutionId', code: 'joint-consent-missing', zh: '无此同意', en: 'no such consent' }],
    });
  return before.map((given) => (meant(given) ? { ...given, withdrawnOn: today } : given));
}

/** Desks that a consent gives to institutions which do not sit at them yet, in the order in which parties are kept. */
export function joiningBy(consents: readonly Consent[], parties: readonly Party[]): readonly Party[] {
  const seats = [...parties];
  for (const { institutionId, desk } of consents)
    if (!seats.some((one) => one.institutionId === institutionId && one.desk === desk))
      seats.push({ institutionId, desk });
  const key = ({ desk, institutionId }: Party): string => `${desk}/${institutionId}`;
  return seats.slice(parties.length).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
