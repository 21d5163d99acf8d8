import { field, type EventCatalogue } from '../deals/event-words.ts';
import type { ReferralEvent } from './referral-table.ts';
import { DECLINE_CODES, LOAN_CLASSES, LOAN_FORMS } from './referral-terms.ts';

const amount = field('fen', '金额', 'amount');
const on = field('day', '发生日期', 'day on which it happened');
const text = field('text', '说明', 'in words', { optional: true });
const rateBp = field('bp', '年利率', 'interest a year');
const contract = {
  contractNo: field('text', '借款合同号', 'number of the loan contract'),
  signedOn: field('day', '签约日', 'day of signing'),
  drawUntil: field('day', '提款期截止日', 'last day on which it may be drawn'),
  maturity: field('day', '到期日', 'maturity'),
};
const NOTHING = {};

/** 事件目录: every event of a referral in words, with its fields. */
export const REFERRAL_WORDS: EventCatalogue<ReferralEvent> = {
  consent: {
    zh: '企业同意',
    en: 'the firm consents',
    fields: {
      outcomes: field(
        'flag',
        '同意银行回传贷款信息（征信业管理条例第29条）',
        'the bank may report what becomes of the loan',
      ),
      until: field('day', '同意截止日', 'last day of the consent'),
    },
  },
  'decline-offer': { zh: '企业谢绝', en: 'the firm declines', fields: { text } },
  lapse: { zh: '期限届满', en: 'the time is over', fields: NOTHING },
  'carry-over': { zh: '无还本续贷接续', en: 'it takes over a renewed loan', fields: NOTHING },
  send: { zh: '转介银行', en: 'sent to the bank', fields: { text } },
  withdraw: { zh: '企业撤回', en: 'the firm withdraws', fields: { text } },
  accept: {
    zh: '银行受理',
    en: 'the bank accepts',
    fields: { externalId: field('text', '银行业务编号', 'number of it with the bank') },
  },
  decline: {
    zh: '银行谢绝',
    en: 'the bank declines',
    fields: { code: field('choice', '拒绝原因', 'reason', { choices: DECLINE_CODES }), text },
  },
  'no-response': { zh: '银行未回应', en: 'the bank did not answer', fields: NOTHING },
  approve: {
    zh: '银行批准',
    en: 'the bank approves',
    fields: {
      amount,
      rateBp,
      termMonths: field('whole', '期限（月）', 'term in months'),
      form: field('choice', '担保方式', 'form', { choices: LOAN_FORMS }),
      overLineReason: field('text', '超建议额度的理由', 'why it is above the suggested line', { optional: true }),
    },
  },
  contract: { zh: '签约', en: 'the contract is signed', fields: contract },
  draw: {
    zh: '提款',
    en: 'drawn',
    fields: { amount, on, firstLoan: field('flag', '是否首贷', 'it is a first loan', { optional: true }) },
  },
  'end-draws': { zh: '提款期结束', en: 'no more draws', fields: NOTHING },
  pay: { zh: '还款', en: 'paid', fields: { amount, on } },
  'report-month': {
    zh: '贷后月报',
    en: 'monthly report',
    fields: {
      month: field('month', '所属月份', 'month'),
      balance: field('fen', '余额', 'balance'),
      daysPastDue: field('whole', '逾期天数', 'days past due'),
      loanClass: field('choice', '五级分类', 'loan class', { choices: LOAN_CLASSES }),
    },
  },
  overdue: {
    zh: '逾期',
    en: 'overdue',
    fields: { daysPastDue: field('whole', '逾期天数', 'days past due'), on },
  },
  cure: { zh: '逾期已消除', en: 'cured', fields: { on } },
  default: {
    zh: '认定违约',
    en: 'in default',
    fields: { cause: field('choice', '原因', 'cause', { choices: ['overdue', 'claim', 'loss'] }), on },
  },
  renew: {
    zh: '无还本续贷',
    en: 'renewed without repayment',
    fields: { on, rateBp, ...contract },
  },
  restructure: {
    zh: '重组',
    en: 'restructured',
    fields: {
      on,
      withLoss: field('flag', '是否有损失', 'with a loss'),
      maturity: field('day', '新的到期日', 'new maturity'),
    },
  },
  perform: { zh: '重组后恢复正常', en: 'performs again', fields: NOTHING },
  repaid: { zh: '全部还清', en: 'fully repaid', fields: { on } },
  recover: { zh: '清收回款', en: 'recovered', fields: { amount, on } },
  'write-off': { zh: '核销', en: 'written off', fields: { on } },
  close: { zh: '结清', en: 'closed', fields: NOTHING },
  correct: {
    zh: '更正',
    en: 'corrected',
    fields: { corrects: field('whole', '被更正的版本', 'version that it corrects'), amount },
  },
};

/** Members of a referral that are money: `{fen, currency}` outside. */
export const REFERRAL_MONEY: readonly string[] = [
  'amount',
  'suggestedLine',
  'programmeCap',
  'balance',
  'differsBy',
  'cap',
  'used',
];
