import type { Text } from '#lib/scoring';

/** A code of a list with its words. */
export interface Coded extends Text {
  readonly code: string;
}

type Words = Readonly<Record<string, readonly [zh: string, en: string]>>;

/** The code with its words; a code that the list does not have stands for itself. */
export function coded(words: Words, code: string): Coded {
  const [zh, en] = words[code] ?? [code, code];
  return { code, zh, en };
}

export const REGISTRATION_STATUS: Words = {
  active: ['存续', 'in business'],
  dormant: ['歇业', 'dormant'],
  relocated: ['迁出', 'moved away'],
  revoked: ['吊销', 'licence revoked'],
  cancelled: ['注销', 'deregistered'],
  annulled: ['撤销登记', 'registration annulled'],
  'ordered-closed': ['责令关闭', 'ordered to close'],
  liquidating: ['清算', 'in liquidation'],
  bankrupt: ['破产', 'bankrupt'],
  suspended: ['停业', 'suspended'],
  'separate-register': ['另册管理', 'on the separate register'],
};

export const ENTERPRISE_TYPE: Words = {
  limitedCompany: ['有限责任公司', 'limited company'],
  jointStock: ['股份有限公司', 'company limited by shares'],
  branch: ['分支机构', 'branch'],
  representativeOffice: ['代表处', 'representative office'],
  individual: ['个体工商户', 'sole trader'],
  cooperative: ['农民专业合作社', 'farmers’ cooperative'],
  stockCooperative: ['股份合作制', 'stock cooperative'],
  partnership: ['合伙企业', 'partnership'],
  soleProprietorship: ['个人独资企业', 'sole proprietorship'],
  collective: ['集体所有制', 'collective'],
  stateOwned: ['国有', 'state-owned'],
  foreignInvested: ['外商投资', 'foreign-invested'],
  private: ['私营企业', 'private'],
  contractProcessing: ['来料加工', 'contract processing'],
  nonProfit: ['非营利组织', 'non-profit'],
  other: ['其他', 'other'],
};

export const CHANGE_ITEM: Words = {
  name: ['名称', 'name'],
  address: ['住所', 'address'],
  legalRep: ['法定代表人', 'legal representative'],
  controller: ['实际控制人', 'controller'],
  capital: ['注册资本', 'registered capital'],
  paidCapital: ['实收资本', 'paid-in capital'],
  capitalReductionNotice: ['减资公告', 'notice of capital reduction'],
  shareholder: ['股东', 'holders'],
  scope: ['经营范围', 'scope of business'],
  type: ['企业类型', 'type'],
  term: ['营业期限', 'term'],
  officers: ['董事、监事、高管', 'officers'],
};

export const HOLDER_TYPE: Words = {
  enterprise: ['企业', 'enterprise'],
  fund: ['基金', 'fund'],
  government: ['国资、政府引导基金', 'state or guidance fund'],
  foreign: ['外国投资者', 'foreign investor'],
  platform: ['持股平台', 'holding vehicle of staff or founders'],
  other: ['其他', 'other'],
};

export const PATENT_TYPE: Words = {
  invention: ['发明', 'invention'],
  utilityModel: ['实用新型', 'utility model'],
  design: ['外观设计', 'design'],
  pctInvention: ['PCT发明', 'PCT invention'],
  pctUtilityModel: ['PCT实用新型', 'PCT utility model'],
};

export const PATENT_STATE: Words = {
  granted: ['授权有效', 'granted'],
  examination: ['实质审查', 'under examination'],
  published: ['公开', 'published'],
  ended: ['终止', 'ended'],
  unknown: ['状态不明', 'not stated'],
};

export const QUALIFICATION: Words = {
  techSme: ['科技型中小企业', 'technology SME'],
  innovSme: ['创新型中小企业', 'innovative SME'],
  hnte: ['高新技术企业', 'high and new technology enterprise'],
  srdi: ['专精特新中小企业', 'specialised and sophisticated SME'],
  littleGiant: ['专精特新“小巨人”', 'little giant'],
  hnteNurture: ['高企培育库', 'high-tech nurture list'],
  srdiNurture: ['专精特新培育库', 'SRDI nurture list'],
  singleChampion: ['制造业单项冠军', 'single champion'],
  unicorn: ['独角兽', 'unicorn'],
  potentialUnicorn: ['潜在独角兽', 'potential unicorn'],
  gazelle: ['瞪羚', 'gazelle'],
  pendingListing: ['拟上市、上市后备', 'to be listed'],
  futureStar: ['未来之星', 'future star'],
};

export const LEVEL: Words = {
  state: ['国家级', 'state'],
  province: ['省级', 'province'],
  city: ['市级', 'city'],
  district: ['区级', 'district'],
};

export const INSTITUTION_KIND: Words = {
  operator: ['运营方', 'operator'],
  bank: ['银行', 'bank'],
  guarantor: ['担保机构', 'guarantor'],
  investor: ['投资机构', 'investor'],
  insurer: ['保险机构', 'insurer'],
  lessor: ['租赁机构', 'lessor'],
  regulator: ['监管部门', 'regulator'],
  firm: ['企业本人', 'the firm itself'],
};

export const CASE_ROLE: Words = {
  plaintiff: ['原告', 'plaintiff'],
  defendant: ['被告', 'defendant'],
  thirdParty: ['第三人', 'third party'],
  appellant: ['上诉人', 'appellant'],
  appellee: ['被上诉人', 'appellee'],
  enforcementApplicant: ['申请执行人', 'applicant for enforcement'],
  judgmentDebtor: ['被执行人', 'judgment debtor'],
};
