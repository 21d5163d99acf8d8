import type { InstitutionKind } from '#lib/access';
import type { Text } from '#lib/scoring';
import { MEMBER_STATES, MEMBERSHIP } from '#lib/whitelist';
import type { Domain, FactDefinition, Unit, Words } from './fact-types.ts';

const text = (zh: string, en: string): Text => ({ zh, en });
const choice = (values: Words): Domain => ({ type: 'choice', values });
const order = (values: Words): Domain => ({ type: 'order', values });
const set = (values: Words): Domain => ({ type: 'set', values });
const number = (unit: Unit, from: number, to: number): Domain => ({ type: 'number', unit, from, to });
const FLAG: Domain = { type: 'flag' };
const MONEY = number('fen', 0, Number.MAX_SAFE_INTEGER);
/** Words that need no translation. */
const asTheyAre = (...codes: readonly string[]): Words =>
  Object.fromEntries(codes.map((code) => [code, text(code, code)]));

const feed = (from: string, zh: string, en: string): Pick<FactDefinition, 'from' | 'provider'> => ({
  from,
  provider: text(`接入或授权${zh}`, `connect or authorise ${en}`),
});
const register = (from: string, zh: string, en: string) => ({ from, provider: text(zh, en) });
const stated = (zh: string, en: string, ...statedBy: readonly InstitutionKind[]) => ({
  from: 'statement',
  provider: text(zh, en),
  statedBy,
});
const byFirm = stated('企业申报', 'the firm states it', 'firm');
const byBank = stated('贷款银行说明', 'the lending bank states it', 'bank');
const byReviewer = stated('担保机构或专家说明', 'the guarantor or an expert states it', 'guarantor', 'operator');
const expertForm = register('expert form', '担保机构填写专家评价表', 'the guarantor fills in the expert form');
const score = register('score', '评分覆盖度提高', 'more of the score is covered by data');

const NEEDS: Words = {
  equity: text('股权', 'equity'),
  loan: text('贷款', 'loan'),
  guarantee: text('担保', 'guarantee'),
  insurance: text('保险', 'insurance'),
  lease: text('租赁', 'lease'),
};
const DESKS: Words = {
  INVEST: text('投资机构', 'investor'),
  BANK: text('银行', 'bank'),
  GUAR: text('担保机构', 'guarantor'),
  REGUAR: text('再担保机构', 're-guarantor'),
  INSUR: text('保险机构', 'insurer'),
  LEASE: text('租赁机构', 'lessor'),
};
const TIERS: Words = {
  none: text('无', 'none'),
  techSme: text('科技型中小企业', 'technology SME'),
  innovSme: text('创新型中小企业', 'innovative SME'),
  hnte: text('高新技术企业', 'high and new technology enterprise'),
  srdi: text('专精特新中小企业', 'SRDI enterprise'),
  littleGiant: text('专精特新“小巨人”企业', 'little giant'),
};
const STANDING: FactDefinition = {
  ...text('名单状态', 'Standing on the list'),
  domain: choice({
    NONE: text('不在名单', 'not on the list'),
    ...Object.fromEntries(
      MEMBER_STATES.map((state) => [state, text(MEMBERSHIP.states[state].zh, MEMBERSHIP.states[state].en)]),
    ),
  }),
  ...register('list', '名单发布并收录该企业', 'the list is published with the firm on it'),
};

const define = <K extends string>(facts: Readonly<Record<K, FactDefinition>>): Readonly<Record<K, FactDefinition>> =>
  facts;

/** Every fact by its name; `standing:CODE` besides, for each list. */
export const FACTS = define({
  // Score (评分).
  decision: {
    ...text('评分结论', 'Decision of the score'),
    domain: choice({
      SCORED: text('已评分', 'scored'),
      EXCLUDED: text('存在否决事项', 'knocked out'),
      ON_HOLD: text('异议暂缓', 'on hold for a dispute'),
      NOT_SCORED: text('不在评分范围', 'outside the scope of scoring'),
    }),
    ...register('score', '企业进入评分批次', 'the firm is in a scoring run'),
  },
  grade: {
    ...text('等级', 'Grade'),
    domain: order(asTheyAre('C', 'CC', 'CCC', 'B', 'BB', 'BBB', 'A', 'AA', 'AAA')),
    ...score,
  },
  confidence: {
    ...text('可信度', 'Confidence'),
    domain: order({ L: text('低', 'low'), M: text('中', 'medium'), H: text('高', 'high') }),
    ...score,
  },
  coverage: { ...text('数据覆盖度', 'Coverage'), domain: number('bp', 0, 10_000), ...score },

  // Registration (登记).
  institution: {
    ...text('主体类型', 'Kind of institution'),
    domain: choice({
      company: text('企业法人', 'enterprise with legal personality'),
      branch: text('分支机构', 'branch or office'),
      'sole-trader': text('个体工商户或合作社', 'sole trader or cooperative'),
      'non-enterprise': text('非企业单位', 'organisation that is no enterprise'),
      'foreign-research': text('外资非企业研究机构', 'foreign-funded research institution that is no enterprise'),
    }),
    ...feed('REG', '企业登记数据', 'the business registration'),
  },
  region: {
    ...text('所在区划', 'Region'),
    domain: { type: 'region' },
    ...feed('REG', '企业登记数据', 'the business registration'),
  },
  ageMonths: {
    ...text('企业年龄', 'Age'),
    domain: number('months', 0, 1200),
    ...feed('REG', '企业登记数据', 'the business registration'),
  },

  // Consent (授权).
  consent: {
    ...text('企业授权', 'Consent of the firm'),
    domain: choice({
      valid: text('有效', 'valid'),
      none: text('无有效授权', 'no valid authorisation'),
      'opted-out': text('企业已退出', 'the firm has opted out'),
    }),
    ...register('authorisations', '企业签署授权', 'the firm signs an authorisation'),
  },
  taxConsent: { ...text('经税务渠道授权', 'Consent through the tax channel'), domain: FLAG, ...byFirm },

  // Credit (信贷).
  noLoanRecord: {
    ...text('无贷户', 'No loan record'),
    domain: FLAG,
    ...feed('CRD', '征信查询', 'a query of its credit history'),
  },

  // Capital, revenue (资本与收入).
  equityPaid: {
    ...text('经核实的外部股权实缴', 'Verified external equity paid in'),
    domain: MONEY,
    ...feed('SHR+CHG', '股东出资与变更记录', 'shareholders and registered changes'),
  },
  equityCommitted: {
    ...text('合同承诺的股权投资', 'Equity committed by contract'),
    domain: MONEY,
    ...stated('投资机构承诺', 'the investor commits it', 'investor'),
    addsUp: true,
  },
  equityTotal: {
    ...text('实缴与承诺股权合计', 'Equity paid in and committed'),
    domain: MONEY,
    ...register(
      'equityPaid+equityCommitted',
      '核实实缴并由投资机构承诺',
      'payments are verified and the investor commits the rest',
    ),
  },
  valuationEventMonths: {
    ...text('距最近一次经核实增资的月数', 'Months since the last verified round'),
    domain: number('months', 0, 1200),
    ...feed('SHR+CHG', '股东出资与变更记录', 'shareholders and registered changes'),
  },
  revenue: {
    ...text('营业收入', 'Revenue'),
    domain: MONEY,
    ...feed('ANR', '年报财务数据', 'the figures of its annual report'),
  },
  stage: {
    ...text('发展阶段', 'Stage'),
    domain: choice({
      seed: text('种子期', 'seed'),
      startup: text('初创期', 'start-up'),
      growth: text('成长期', 'growth'),
    }),
    ...stated('银行或平台认定', 'a bank or the operator states it', 'bank', 'operator'),
  },
  sizeClass: {
    ...text('企业规模', 'Size class'),
    domain: order({
      micro: text('微型', 'micro'),
      small: text('小型', 'small'),
      medium: text('中型', 'medium'),
      large: text('大型', 'large'),
    }),
    ...stated('银行按划型标准认定', 'the bank states it by the official classes', 'bank', 'operator'),
  },
  ownership: {
    ...text('所有制', 'Ownership'),
    domain: choice({
      private: text('民营', 'private'),
      state: text('国有', 'state'),
      foreign: text('外资', 'foreign'),
    }),
    ...stated('银行认定', 'the bank states it', 'bank', 'operator'),
  },
  stableCashFlow: {
    ...text('稳定现金流', 'Stable cash flow'),
    domain: FLAG,
    ...stated('银行或担保机构说明', 'the bank or the guarantor states it', 'bank', 'guarantor'),
  },

  // Technology, qualifications (技术与资质).
  qualificationTier: {
    ...text('最高科技资质', 'Highest qualification'),
    domain: order(TIERS),
    ...feed('QUA', '资质数据', 'qualifications'),
  },
  techSme: {
    ...text('有效科技型中小企业', 'Technology SME in force'),
    domain: FLAG,
    ...feed('QUA', '资质数据', 'qualifications'),
  },
  researchIntensity: {
    ...text('研发强度', 'R&D intensity'),
    domain: number('percent', 0, 100_000),
    ...feed('RND', '研发数据', 'research and development'),
  },
  highResearch: { ...text('研发投入水平较高', 'High R&D by the central bank’s measure'), domain: FLAG, ...byBank },
  listedProject: { ...text('纳入项目清单', 'Project on the official list'), domain: FLAG, ...byBank },
  pledgeableRights: {
    ...text('可质押有效专利', 'Patents in force that can be pledged'),
    domain: number('count', 0, 100_000),
    ...feed('PAT', '专利数据', 'patents'),
  },
  relatedRights: {
    ...text('专利与主业相关比例', 'Share of patents related to the main business'),
    domain: number('percent', 0, 100),
    ...feed('PAT', '专利数据', 'patents'),
  },
  rightsDisputed: {
    ...text('权属存在争议', 'Ownership of the right is disputed'),
    domain: FLAG,
    ...stated('银行或担保机构核查权属', 'the bank or the guarantor checks ownership', 'bank', 'guarantor'),
  },
  appraisedValue: { ...text('评估价值', 'Appraised value'), domain: MONEY, ...byBank },

  // Experts and guarantor (专家与担保机构).
  expertMean: {
    ...text('专家评分均值', 'Mean mark of experts'),
    domain: number('hundredths', 100, 500),
    ...expertForm,
  },
  expertMin: { ...text('专家最低评分', 'Lowest mark of experts'), domain: number('mark', 1, 5), ...expertForm },
  technologyMark: {
    ...text('技术门槛评分', 'Mark for the technology threshold'),
    domain: number('mark', 1, 5),
    ...expertForm,
  },
  expertTeam: { ...text('专家团队', 'Expert team'), domain: FLAG, ...byReviewer },
  guarantorAcceptance: {
    ...text('担保机构受理结果', 'Acceptance by the guarantor'),
    domain: choice({ accepted: text('同意', 'accepted'), declined: text('不同意', 'declined') }),
    ...stated('担保机构决定', 'the guarantor decides', 'guarantor'),
    // As long as what a guarantor reserves with its approval (domain §7, R26).
    validDays: 60,
  },
  guarantorTie: {
    ...text('与担保机构关联关系', 'Tie to the guarantor'),
    domain: choice({
      none: text('无', 'none'),
      related: text('关联方', 'related party'),
      controlling: text('控股股东或实际控制人', 'controlling shareholder or actual controller'),
    }),
    ...stated('担保机构核查', 'the guarantor checks it', 'guarantor'),
  },

  // Case (联合服务).
  needs: { ...text('服务需求', 'Needs'), domain: set(NEEDS), ...byFirm },
  desks: {
    ...text('参与机构', 'Desks that take part'),
    domain: set(DESKS),
    ...stated('平台登记参与机构', 'the operator records who takes part', 'operator'),
  },
  relendingBank: { ...text('贷款银行属于21家金融机构', 'The lender is one of the 21 banks'), domain: FLAG, ...byBank },

  // Tax (税务).
  taxGrade: {
    ...text('纳税信用级别', 'Tax-credit grade'),
    domain: choice(asTheyAre('A', 'B', 'M', 'C', 'D')),
    ...feed('TAX', '纳税信用数据', 'the tax-credit grade'),
  },
  taxReturnMonths: {
    ...text('连续纳税申报月数', 'Months of tax returns'),
    domain: number('months', 0, 1200),
    ...stated('税务渠道提供', 'the tax channel delivers it', 'operator', 'bank'),
  },

  // Renewal of a loan (续贷).
  realNeed: { ...text('融资需求真实', 'The need is real'), domain: FLAG, ...byBank },
  temporarilyShort: { ...text('资金暂时紧张', 'Temporarily short of funds'), domain: FLAG, ...byBank },
  daysBeforeMaturity: {
    ...text('申请距到期天数', 'Days from application to maturity'),
    domain: number('days', -3660, 3660),
    ...byBank,
    countsDown: true,
  },
  lawfulOperation: { ...text('依法合规经营', 'Operates lawfully'), domain: FLAG, ...byBank },
  continuingOperation: { ...text('持续经营', 'A continuing concern'), domain: FLAG, ...byBank },
  goodCredit: { ...text('信用良好', 'Good credit'), domain: FLAG, ...byBank },
  loanMisuse: { ...text('挪用贷款', 'Loan was misused'), domain: FLAG, ...byBank },
  unpaidInterest: { ...text('欠贷欠息', 'Interest is unpaid'), domain: FLAG, ...byBank },
  debtEvasion: { ...text('逃废债', 'Evaded a debt'), domain: FLAG, ...byBank },
  loanClass: {
    ...text('原贷款五级分类', 'Class of the original loan'),
    domain: choice({
      normal: text('正常', 'normal'),
      'special-mention': text('关注', 'special mention'),
      substandard: text('次级', 'substandard'),
      doubtful: text('可疑', 'doubtful'),
      loss: text('损失', 'loss'),
    }),
    ...byBank,
  },
  meetsLoanConditions: { ...text('符合新发放贷款条件', 'Meets the conditions of a new loan'), domain: FLAG, ...byBank },

  // Insurance, lease (保险与租赁).
  insuredRisks: {
    ...text('拟投保风险', 'Risks to be insured'),
    domain: set({
      'research-loss': text('研发费用损失', 'loss of R&D cost'),
      pilot: text('中试', 'pilot production'),
      'patent-infringement': text('专利被侵权', 'infringement of a patent'),
      'patent-execution': text('专利执行', 'enforcement of a patent'),
      'first-set': text('首台（套）', 'first set of equipment'),
      'key-person': text('关键研发人员', 'key person'),
      'battery-capacity': text('电池容量', 'battery capacity'),
      'storage-performance': text('储能性能', 'performance of energy storage'),
    }),
    ...byFirm,
  },
  equipmentNeed: { ...text('设备需求', 'Need of equipment'), domain: FLAG, ...byFirm },
  leaseForm: {
    ...text('租赁方式', 'Form of the lease'),
    domain: choice({
      invoice: text('凭发票直租', 'on the invoice of a purchase'),
      'sale-leaseback': text('售后回租', 'sale and leaseback'),
      other: text('其他', 'another'),
    }),
    ...byFirm,
  },
  clearTitle: {
    ...text('设备权属清晰', 'Title is clear'),
    domain: FLAG,
    ...stated('租赁机构核查权属', 'the lessor checks the title', 'lessor'),
  },
  equipmentPrice: { ...text('设备价格', 'Price of the equipment'), domain: MONEY, ...byFirm },
});
export type FactName = keyof typeof FACTS;

const STANDING_OF = /^standing:([A-Z]{3,6})$/;

/** The definition of a fact; undefined for a name that is none. */
export function factDefinition(name: string): FactDefinition | undefined {
  const list = STANDING_OF.exec(name)?.[1];
  if (list !== undefined) return { ...STANDING, zh: `名单${list}的状态`, en: `Standing on list ${list}` };
  return Object.hasOwn(FACTS, name) ? FACTS[name as FactName] : undefined;
}
