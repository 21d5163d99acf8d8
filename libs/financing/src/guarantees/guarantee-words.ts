import { field, type EventWords, type Fields, type FieldWords } from '../deals/event-words.ts';
import type { Change, GuaranteeChange } from './guarantee.ts';
import { DECISIONS } from './guarantee.ts';

/** What of a change comes from outside: caps, scheme, room and the loan that is followed are written by the service alone. */
type Said<E extends GuaranteeChange['event']> = Exclude<keyof Change<E>, 'event' | 'caps' | 'scheme' | 'loan' | 'room'>;

const NOTHING = {};
const REASON = { reason: field('text', '理由', 'reason') };
const amount = field('fen', '金额', 'amount');
const on = field('day', '发生日期', 'day on which it happened');
const fuseReason = field(
  'text',
  '代偿率无从计算时继续办理的理由',
  'why business goes on although the claim rate cannot be measured',
  { optional: true },
);
const document = field('hash', '材料（SHA-256）', 'document by its SHA-256');
const TEXT: Fields = { zh: field('text', '中文', 'in Chinese'), en: field('text', '英文', 'in English') };
const LETTER = {
  letterNo: field('text', '保函编号', 'number of the letter'),
  drawUntil: field('day', '提款期截止日', 'last day on which it may be drawn'),
  maturity: field('day', '贷款到期日', 'maturity of the loan'),
  guaranteeUntil: field('day', '保证期间届满日', 'last day on which may be claimed'),
};

/** 事件目录: every event of a guarantee in words, with its fields; one that misses or invents a field does not compile. */
export const GUARANTEE_WORDS = {
  submit: { zh: '提交申请', en: 'submitted', fields: NOTHING },
  withdraw: { zh: '撤回申请', en: 'withdrawn', fields: REASON },
  'accept-batch': {
    zh: '批量承保',
    en: 'taken over with a batch',
    fields: { batchNo: field('text', '批次号', 'number of the batch'), ...LETTER },
  },
  'ask-missing': {
    zh: '一次性告知补件',
    en: 'what is missing is asked for, once',
    fields: { missing: field('objects', '缺少的材料', 'what is missing', { fields: TEXT }) },
  },
  supply: {
    zh: '补件',
    en: 'what was missing is supplied',
    fields: { documents: field('texts', '逐项材料（SHA-256）', 'one document for each item, by SHA-256') },
  },
  accept: { zh: '受理', en: 'accepted', fields: NOTHING },
  reject: { zh: '不予受理', en: 'rejected', fields: REASON },
  start: { zh: '开始尽调', en: 'due diligence begins', fields: NOTHING },
  report: {
    zh: '尽调报告（A、B角）',
    en: 'report of due diligence, by A and B',
    fields: {
      recommended: field('fen', '建议担保的贷款金额', 'loan that is recommended'),
      document,
      summary: field('text', '结论', 'findings'),
    },
  },
  decide: {
    zh: '评审会决议',
    en: 'the committee decides',
    fields: {
      decision: field('choice', '结论', 'decision', { choices: DECISIONS }),
      amount: field('fen', '批准的贷款金额；未通过为0', 'loan that is approved; 0 where declined'),
      ...REASON,
      reasonCode: field('text', '超过建议额度的理由代码', 'code of the reason above the suggested line', {
        optional: true,
      }),
      conditions: field('objects', '放款前条件', 'conditions of a conditional decision', {
        optional: true,
        fields: TEXT,
      }),
      fuseReason,
    },
  },
  'meet-conditions': {
    zh: '条件已落实',
    en: 'the conditions are met',
    fields: {
      documents: field('texts', '逐项材料（SHA-256）', 'one document for each condition, by SHA-256'),
      fuseReason,
    },
  },
  contract: {
    zh: '签订委托担保合同',
    en: 'the contract is signed',
    fields: {
      contractNo: field('text', '合同号', 'number of the contract'),
      signedOn: field('day', '签约日', 'day of signing'),
      bankId: field('id', '贷款银行；已确定的不填', 'the lending bank, where none is settled', { optional: true }),
    },
  },
  lapse: { zh: '逾期失效', en: 'the time is over', fields: NOTHING },
  cancel: { zh: '取消', en: 'cancelled', fields: REASON },
  issue: { zh: '出具保函', en: 'the letter is issued', fields: { ...LETTER, fuseReason } },
  draw: { zh: '提款', en: 'drawn', fields: { amount, on } },
  'end-draws': { zh: '提款期结束', en: 'no more draws', fields: NOTHING },
  extend: {
    zh: '展期',
    en: 'extended',
    fields: { maturity: LETTER.maturity, guaranteeUntil: LETTER.guaranteeUntil },
  },
  reduce: { zh: '还款', en: 'repaid in part', fields: { amount, on } },
  repaid: { zh: '全部还清', en: 'fully repaid', fields: { on } },
  expire: { zh: '保证期间届满', en: 'the guarantee has ended', fields: NOTHING },
  overdue: { zh: '逾期通知', en: 'overdue', fields: { dueOn: field('day', '应还日', 'day on which it was due') } },
  cure: { zh: '逾期已消除', en: 'cured', fields: { on } },
  claim: {
    zh: '申请代偿',
    en: 'claimed',
    fields: { interest: field('fen', '正常利息', 'normal interest'), document },
  },
  review: { zh: '代偿审核', en: 'the claim is reviewed', fields: NOTHING },
  pay: { zh: '代偿', en: 'the claim is paid', fields: { amount, on } },
  dispute: { zh: '提出争议', en: 'the claim is disputed', fields: REASON },
  'reject-claim': { zh: '拒绝代偿', en: 'the claim is rejected', fields: REASON },
  settle: { zh: '争议和解', en: 'the dispute is settled', fields: REASON },
  court: {
    zh: '裁判',
    en: 'a court decided',
    fields: {
      outcome: field('choice', '结果', 'outcome', { choices: ['pay', 'reject'] }),
      amount: field('fen', '应代偿金额；驳回为0', 'amount to be paid; 0 where rejected'),
      on,
      document,
    },
  },
  'accept-rejection': { zh: '接受拒赔', en: 'the rejection is accepted', fields: NOTHING },
  contest: { zh: '对拒赔提出异议', en: 'the rejection is contested', fields: REASON },
  recover: {
    zh: '追偿回款',
    en: 'recovered',
    fields: { amount: field('fen', '回款总额', 'gross amount'), costs: field('fen', '追偿费用', 'its costs'), on },
  },
  cost: { zh: '追偿费用', en: 'costs of recovery', fields: { amount, on } },
  'write-off': { zh: '核销', en: 'written off', fields: REASON },
  correct: {
    zh: '更正',
    en: 'corrected',
    fields: {
      version: field('whole', '被更正的版本', 'version that it corrects'),
      amount: field('fen', '正确的金额', 'the right amount'),
      costs: field('fen', '正确的追偿费用', 'the right costs of a recovery', { optional: true }),
      ...REASON,
    },
  },
} satisfies { readonly [E in GuaranteeChange['event']]: EventWords & { fields: Record<Said<E>, FieldWords> } };

/** Members of a guarantee that are money: `{fen, currency}` outside. */
export const GUARANTEE_MONEY: readonly string[] = [
  'principal programmeMost suggestedLine recommended amount interest approved drawn repaid outstanding fee costs',
  'claimed grossRecovered carriedCosts netRecovered surplusToDebtor borne paid recovered stillToRecover writtenOff',
  'limit before after room claimsPaid annualisedReleased',
].flatMap((names) => names.split(' '));
