import type { Text } from '#lib/scoring';
import type { PlaceInPart } from '../composition/substitution.ts';
import { field, type EventCatalogue, type FieldWords } from '../deals/event-words.ts';
import { FIELD_GROUPS, JOINT_PURPOSES, type Consent } from './consents.ts';
import {
  FREEZE_REASONS,
  JOINT_DECLINE_CODES,
  OPINIONS,
  type JointChange,
  type ProposalLine,
  type SubstitutionAsked,
} from './joint-body.ts';
import type { JointEvent } from './joint-table.ts';
import { JOINT_PARTS, PARTS_OF_CASE, type DrawnPart } from './joint-terms.ts';

/** Members of the change that an event carries. */
type MembersOf<E, C = JointChange> = C extends { readonly event: infer X }
  ? E extends X
    ? Exclude<keyof C, 'event'>
    : never
  : never;
type FieldsOf<Member extends PropertyKey> = Readonly<Record<Member, FieldWords>>;
/** A member without words, or words without a member, does not compile. */
type JointWords = { readonly [E in JointEvent]: Text & { readonly fields: FieldsOf<MembersOf<E>> } };

const DRAWN_PARTS: readonly DrawnPart[] = ['loan', 'guaranteed', 'lease'];
const DESKS_OF_CASE = Object.values(PARTS_OF_CASE).map(({ desk }) => desk);

const amount = field('fen', '金额', 'amount');
const reason = field('text', '理由', 'reason');
const text = field('text', '说明', 'in words');
const textSha256 = field('hash', '文本的SHA-256', 'SHA-256 of the text');
const part = field('choice', '部分', 'part', { choices: JOINT_PARTS });
const proposalVersion = field('whole', '方案版本', 'version of the proposal');
const NOTHING = {};

const consentFields: FieldsOf<keyof Consent> = {
  institutionId: field('id', '机构', 'institution'),
  desk: field('choice', '席位', 'desk', { choices: DESKS_OF_CASE }),
  purpose: field('choice', '使用目的', 'purpose', { choices: Object.keys(JOINT_PURPOSES) }),
  fields: field('texts', '字段组', 'groups of fields', { choices: Object.keys(FIELD_GROUPS) }),
  until: field('day', '同意截止日', 'last day of the consent'),
  outcomes: field('flag', '同意回传贷款信息（征信业管理条例第29条）', 'it may report what becomes of its loan'),
};

const onlyGuaranteed = { optional: true } as const;
const lineFields: FieldsOf<keyof ProposalLine> = {
  part,
  institutionId: field('id', '合作方', 'partner'),
  amount: field('fen', '申请额', 'what it is asked for'),
  lender: field('id', '担保贷款的贷款银行', 'of a guaranteed part: the bank that lends it', onlyGuaranteed),
  guarantorShareBp: field('bp', '担保责任比例', "of a guaranteed part: the guarantor's share", onlyGuaranteed),
  loanMaturity: field('day', '贷款到期日', 'of a guaranteed part: last day of its loan', onlyGuaranteed),
  guaranteeUntil: field('day', '保证期间截止日', 'of a guaranteed part: last day of the guarantee', onlyGuaranteed),
};

const placeFields: FieldsOf<keyof PlaceInPart> = {
  part: field('choice', '部分', 'part', { choices: ['loan', 'guaranteed'] }),
  partner: field('id', '合作方', 'partner'),
};
const substitutionFields: FieldsOf<keyof SubstitutionAsked> = {
  from: field('object', '转出方', 'whose part is taken over', { fields: placeFields }),
  to: field('object', '转入方', 'who takes it over', { fields: placeFields }),
  amount: field('fen', '替代额', 'how much, in whole units'),
};

const proposal = {
  lines: field('objects', '方案明细', "each partner's part", { fields: lineFields }),
  availableUntil: field('day', '提款期截止日', 'last day on which it may be drawn'),
  note: field('text', '备注，可为空', 'note, may be empty'),
};
const money = {
  part: field('choice', '部分', 'part', { choices: DRAWN_PARTS }),
  partner: field('id', '该部分的合作方', 'whose part it is'),
  amount,
};

/** 事件目录: every event of a joint case in words, with its fields. */
export const JOINT_WORDS: JointWords & EventCatalogue<JointEvent> = {
  share: {
    zh: '企业授权',
    en: 'the firm consents',
    fields: { consents: field('objects', '授权同意', 'consents', { fields: consentFields }), textSha256 },
  },
  unshare: {
    zh: '企业撤回授权',
    en: 'the firm takes its consent back',
    fields: {
      institutionId: field('id', '机构', 'institution'),
      purpose: field('choice', '使用目的；不填为全部', 'purpose; left out: all of them', {
        choices: Object.keys(JOINT_PURPOSES),
        optional: true,
      }),
    },
  },
  withdraw: { zh: '撤回需求', en: 'the need is withdrawn', fields: { reason } },
  say: {
    zh: '会商发言',
    en: 'said in consultation',
    fields: {
      round: field('choice', '内部或外部会商', 'round', { choices: ['internal', 'external'] }),
      opinion: field('choice', '意见', 'opinion', { choices: OPINIONS }),
      need: field('text', '所需材料', 'what is needed to go on', { optional: true }),
      text,
    },
  },
  propose: { zh: '提出方案', en: 'a proposal is made', fields: proposal },
  counter: {
    zh: '反提方案',
    en: 'a counter-proposal is made',
    fields: {
      ...proposal,
      lines: field('objects', '方案明细；替代时不填', "each partner's part; left out for a substitution", {
        fields: lineFields,
        optional: true,
      }),
      substitution: field('object', '替代', 'substitution', { fields: substitutionFields, optional: true }),
    },
  },
  open: { zh: '开始承诺', en: 'commitments are asked for', fields: NOTHING },
  commit: {
    zh: '承诺',
    en: 'a partner commits',
    fields: {
      proposalVersion,
      part,
      amount: field('fen', '承诺额', 'what it commits'),
      expiresOn: field('day', '承诺有效期截止日', 'last day of the commitment'),
      conditions: field('texts', '生效条件', 'conditions'),
    },
  },
  decline: {
    zh: '不参与',
    en: 'a partner declines',
    fields: {
      proposalVersion,
      part,
      code: field('choice', '不参与原因', 'reason', { choices: Object.keys(JOINT_DECLINE_CODES) }),
      text,
    },
  },
  sign: { zh: '签署', en: 'signed', fields: { proposalVersion, textSha256 } },
  meet: {
    zh: '条件已满足',
    en: 'a condition is met',
    fields: { part, condition: field('whole', '条件序号，从0起', 'its place in the commitment, from 0') },
  },
  activate: { zh: '生效', en: 'it becomes active', fields: NOTHING },
  pay: { zh: '股权到账', en: 'equity is paid in', fields: { amount } },
  back: { zh: '股权退回', en: 'equity is taken back', fields: { amount, reason } },
  draw: { zh: '提款', en: 'drawn', fields: money },
  repay: { zh: '还款', en: 'repaid', fields: money },
  claim: {
    zh: '代偿',
    en: 'the guarantor pays a claim',
    fields: {
      amount: field('fen', '代偿本金', 'principal that is paid'),
      interest: field('fen', '正常利息的担保部分，可不填', 'guaranteed part of the normal interest, may be left out', {
        optional: true,
      }),
    },
  },
  loss: { zh: '贷款损失', en: 'the lender bears a loss', fields: money },
  recover: { zh: '追偿回款', en: 'recovered', fields: money },
  'write-off': { zh: '核销', en: 'written off', fields: { ...money, reason } },
  correct: {
    zh: '更正',
    en: 'corrected',
    fields: {
      corrects: field('whole', '被更正的版本', 'version that it corrects'),
      amount: field('fen', '正确金额，可为零', 'what is right, may be nothing'),
      interest: field('fen', '代偿的正确利息；不填为不变', 'of a claim: what is right; left out: as it was', {
        optional: true,
      }),
      reason,
    },
  },
  freeze: {
    zh: '冻结',
    en: 'frozen',
    fields: { reason: field('choice', '冻结原因', 'reason', { choices: FREEZE_REASONS }), text },
  },
  unfreeze: { zh: '解冻', en: 'unfrozen', fields: { cure: field('text', '整改情况', 'what was put right') } },
  confirm: { zh: '复核通过', en: 'the review is confirmed', fields: { text } },
  issue: { zh: '复核发现问题', en: 'the review finds an issue', fields: { text } },
  close: { zh: '结案', en: 'closed', fields: NOTHING },
  lapse: { zh: '期限届满', en: 'the time is over', fields: NOTHING },
  expire: { zh: '承诺到期', en: 'a commitment runs out', fields: NOTHING },
  review: { zh: '复核到期', en: 'a review is due', fields: NOTHING },
  'end-availability': { zh: '提款期结束', en: 'no more draws', fields: NOTHING },
};

/** Members of a case as it is read that are money: `{fen, currency}` outside. */
export const JOINT_MONEY: readonly string[] = (
  'amount unit minEquity cap moved room package overdrawn drawable requested committed effective paid drawn repaid ' +
  'claimed lost outstanding recovered writtenOff toRecover borne equity loan guaranteed debt residue equityPaid ' +
  'debtCeiling ceiling ceilingNow usable unused k interest'
).split(' ');
