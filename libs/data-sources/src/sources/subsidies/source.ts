import type { Layout, SourceDefinition } from '../../source.ts';
import { mapSubsidy } from './map.ts';
import type { Subsidy } from './payload.ts';

/** What both forms of the list hold. */
const AWARDS = {
  required: ['项目编号', '统一社会信用代码'],
  optional: [
    '项目名称',
    '计划类别',
    '级别',
    '主管部门',
    '承担单位',
    '竞争性(是/否)',
    '状态',
    '批复金额(万元)',
    '拨付金额(万元)',
    '批复日期',
    '拨付日期',
    '追回日期',
    '追回原因',
    '操作标志',
  ],
  personal: [],
  feed: 'SUB',
  coverage: { territory: ['CN'], population: 'listed' },
  nameColumn: '承担单位',
  unknownSubject: 'quarantine',
  minMatchBp: 9500,
  map: mapSubsidy,
} satisfies Omit<Layout<Subsidy>, 'name' | 'zh' | 'en' | 'form' | 'encodings'>;

/** 资助补贴 (domain §1.4 row 3): awards of public programmes and their payments. */
export const subsidies: SourceDefinition<Subsidy> = {
  name: 'subsidies',
  code: 'SUB',
  zh: '资助补贴',
  en: 'subsidies and grants',
  publisher: '科技创新局',
  legalBasis: {
    kind: 'public',
    zh: '《政府信息公开条例》第二十条',
    en: 'Regulations on Open Government Information, art. 20',
  },
  createsCompanies: false,
  freshnessDays: 120,
  graceDays: 60,
  unscored: ['projectName', 'programme', 'department'],
  layouts: [
    {
      name: 'csv',
      zh: '科技项目立项与拨付清单',
      en: 'awards and payments',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      ...AWARDS,
    },
    {
      name: 'xlsx',
      zh: '科技项目立项与拨付清单（工作簿）',
      en: 'awards and payments, as a workbook',
      form: 'xlsx',
      encodings: ['utf-8'],
      // A project with several payments is one merged cell beside them. Not the payments: merged, they are one sum.
      fillDown: AWARDS.required.concat(AWARDS.optional).filter((column) => !column.startsWith('拨付')),
      ...AWARDS,
    },
  ],
  amounts: ['approvedAmount', 'paidAmount'],
  fields: {
    projectNo: '项目编号; awards are counted distinct by it',
    projectName: '项目名称',
    programme: '计划类别',
    level: '级别: state, province, city, district',
    department: '主管部门',
    competitive: '竞争性',
    status: '状态; withdrawn or clawedBack in any record of a project withdraws the award',
    approvedAmount: '批复金额, 分; repeated in each payment row, never add it up',
    paidAmount: '拨付金额 of the row, 分',
    approvedOn: '批复日期, YYYY-MM-DD; the event date',
    approvedMonth: '批复日期 where only the month is stated, YYYY-MM; the event is its last day',
    paidOn: '拨付日期, YYYY-MM-DD; part of the key',
    clawedBackOn: '追回日期, YYYY-MM-DD',
    clawbackReason: '追回原因: fraud 骗取、弄虚作假, other; absent: not stated',
  },
};
