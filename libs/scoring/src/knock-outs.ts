import { lastDay, fromMonthIndex, wholeMonthsBetween } from '#lib/kernel';
import { businessRegistration, type DossierRecord, type RegistrationStatus } from '#lib/data-sources';
import type { CoverageEntry, Feed, RecordRef } from '#lib/data-sources';
import { arrearsOf } from './characteristics/arrears.ts';
import { NO_CITE } from './characteristics/characteristic.ts';
import type { FirmAt } from './characteristics/firm-at.ts';
import { headcountFell } from './characteristics/social-security.ts';
import type { KnockOut, KnockOutState, Text, Warning } from './score.ts';

interface KnockOutRule extends Text {
  readonly code: string;
  readonly cure: Text;
  /** The feed it needs. */
  readonly feed?: Feed;
}

const rule = (
  code: string,
  feed: Feed | undefined,
  zh: string,
  en: string,
  cureZh: string,
  cureEn: string,
): KnockOutRule => ({
  code,
  zh,
  en,
  cure: { zh: cureZh, en: cureEn },
  ...(feed === undefined ? {} : { feed }),
});

/** Knock-out rules (否决规则, domain §3.5): only «yes» excludes, «unknown» is listed. */
export const KNOCK_OUT_RULES: readonly KnockOutRule[] = [
  rule(
    'K01',
    'REG',
    '已吊销、注销、撤销、责令关闭、清算、破产或另册管理',
    'revoked, cancelled, annulled, ordered to close, in liquidation or bankrupt',
    '登记状态恢复',
    'status restored',
  ),
  rule(
    'K02',
    'JUD',
    '企业为失信被执行人',
    'the firm is a dishonest judgment debtor',
    '移出失信名单',
    'removed from the list',
  ),
  rule('K03', 'SER', '列入严重违法失信名单', 'on the serious-violation list', '移出名单', 'removed from the list'),
  rule('K04', 'ABN', '现列入经营异常名录', 'on the abnormal-operation list now', '移出名录', 'removed from the list'),
  rule(
    'K05',
    'SOC.arrears',
    '社保欠缴满3个月未清',
    'social-insurance arrears open for 3 months',
    '清缴并正常缴费1个月',
    'paid, and one clean month',
  ),
  rule(
    'K06',
    'TAX',
    '纳税信用D级、非正常户或欠税公告',
    'tax grade D, abnormal household or public arrears',
    '下一年度评级或清缴',
    'next grade, or cleared',
  ),
  rule(
    'K07',
    'JUD',
    '大额或逾6个月的未结被执行',
    'open enforcement, large or older than 6 months',
    '执行完毕或和解履行',
    'closed, or settlement performed',
  ),
  rule('K08', 'JUD', '被限制高消费', 'limited-consumption order in force', '解除限制', 'lifted'),
  rule(
    'K09',
    'CRD',
    '贷款逾期90天以上或代偿未还',
    'loan 90 days past due, or a guarantor’s claim unpaid',
    '全部清偿满12个月',
    'fully recovered and 12 months',
  ),
  rule(
    'K10',
    'SUB',
    '伪造材料或骗取补助被追回（36个月）',
    'forged material or clawback for fraud, 36 months',
    '期满',
    'expiry',
  ),
  rule(
    'K11',
    undefined,
    '属禁止或限制类行业',
    'industry on the forbidden or restricted list',
    '行业变更',
    'change of industry',
  ),
  rule('K12', undefined, '注册地在项目区域外', 'registered outside the programme’s territory', '迁回', 'move back'),
];

const CLOSED: ReadonlySet<RegistrationStatus> = new Set<RegistrationStatus>([
  'revoked',
  'cancelled',
  'annulled',
  'ordered-closed',
  'liquidating',
  'bankrupt',
  'separate-register',
]);

interface Finding {
  readonly state: KnockOutState;
  readonly records: readonly DossierRecord[];
  readonly coverage: readonly CoverageEntry[];
}

const UNKNOWN: Finding = { state: 'unknown', records: [], coverage: [] };

/** K01: the status as the registration authority states it; a stale «active» proves nothing, a closed status does. */
function closedDown(firm: FirmAt): Finding {
  const status = firm.known?.registration.status;
  if (status === undefined) return UNKNOWN;
  const { records } = firm.known!;
  if (CLOSED.has(status)) return { state: 'yes', records, coverage: [] };
  if (firm.feed('REG', businessRegistration).cause !== undefined) return UNKNOWN;
  return { state: 'no', records, coverage: [] };
}

/** K05: a stretch of arrears that has been open for three whole months since the end of its first month. */
function arrearsOpen(firm: FirmAt): Finding {
  const { view, stretches, unreadable } = arrearsOf(firm);
  if (view.cause !== undefined) return UNKNOWN;
  const records = stretches
    .filter(({ clearedOn, from }) => {
      const ended = lastDay(fromMonthIndex(from));
      return clearedOn === undefined && ended <= firm.day.date && wholeMonthsBetween(ended, firm.day.date) >= 3;
    })
    .map((stretch) => stretch.record);
  if (records.length > 0) return { state: 'yes', records, coverage: [] };
  if (unreadable || view.coverage === undefined) return UNKNOWN;
  return { state: 'no', records: [], coverage: view.coverage.entries };
}

const EVALUATED: Readonly<Record<string, (firm: FirmAt) => Finding>> = {
  K01: closedDown,
  K05: arrearsOpen,
  // No programme names a territory here, so nobody stands outside one.
  K12: () => ({ state: 'no', records: [], coverage: [] }),
};

const refsOf = (records: readonly DossierRecord[]): RecordRef[] => records.flatMap(({ ref }) => (ref ? [ref] : []));

/** All twelve, with their evidence. */
export function knockOutsOf(firm: FirmAt): KnockOut[] {
  return KNOCK_OUT_RULES.map(({ code, zh, en, cure, feed }) => {
    const found = EVALUATED[code]?.(firm) ?? UNKNOWN;
    const missing = found.state === 'unknown' && feed !== undefined ? { feed } : {};
    return {
      code,
      zh,
      en,
      state: found.state,
      cure,
      ...missing,
      evidence: refsOf(found.records),
      coverage: found.coverage,
    };
  });
}

const NONE: readonly { readonly code: string; readonly state: KnockOutState }[] = [];

/** Slim: only what excludes. */
export function excludingKnockOuts(firm: FirmAt): readonly { readonly code: string; readonly state: KnockOutState }[] {
  const k01 = closedDown(firm).state === 'yes';
  const k05 = arrearsOpen(firm).state === 'yes';
  if (!k01 && !k05) return NONE;
  return [
    ...(k01 ? [{ code: 'K01', state: 'yes' as const }] : []),
    ...(k05 ? [{ code: 'K05', state: 'yes' as const }] : []),
  ];
}

const W01: Text = { zh: '歇业或停业', en: 'dormant or suspended' };
const W03: Text = { zh: '3个月内参保人数下降30%以上', en: 'insured headcount fell by 30 % or more in 3 months' };

const isDormant = (firm: FirmAt): boolean => {
  const status = firm.known?.registration.status;
  return status === 'dormant' || status === 'suspended';
};

const NO_CODES: readonly string[] = [];

/** Slim: the codes of the warnings that are on. Warnings give no points. */
export function warningCodes(firm: FirmAt): readonly string[] {
  const dormant = isDormant(firm);
  const fell = headcountFell(firm, NO_CITE);
  if (!dormant && !fell) return NO_CODES;
  return [...(dormant ? ['W01'] : []), ...(fell ? ['W03'] : [])];
}

export function warningsOf(firm: FirmAt): Warning[] {
  const warnings: Warning[] = [];
  if (isDormant(firm)) warnings.push({ code: 'W01', ...W01, evidence: refsOf(firm.known!.records) });
  const records: DossierRecord[] = [];
  if (headcountFell(firm, { ...NO_CITE, record: (record) => void records.push(record) }))
    warnings.push({ code: 'W03', ...W03, evidence: refsOf(records) });
  return warnings;
}
