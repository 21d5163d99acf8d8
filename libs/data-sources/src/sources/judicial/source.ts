import type { Layout, SourceDefinition } from '../../source.ts';
import { API_COLUMNS, CSV_COLUMNS, mapCase, type CaseColumns } from './map.ts';
import type { JudicialCase } from './payload.ts';
import { withoutPersons } from './redact.ts';

const columnsOf = (c: CaseColumns): Pick<Layout, 'required' | 'optional'> => {
  const required = [c.caseNo, c.usc, c.role];
  return {
    required,
    optional: Object.values(c as unknown as Record<string, string>).filter((name) => !required.includes(name)),
  };
};

const COMMON = {
  feed: 'JUD',
  coverage: { territory: ['CN'], population: 'listed' },
  unknownSubject: 'quarantine',
} as const;

/** 司法案件 (domain §1.4 row 10): suits, enforcement, dishonest debtors and limits on consumption. */
export const judicial: SourceDefinition<JudicialCase> = {
  name: 'judicial',
  code: 'JUD',
  zh: '司法案件',
  en: 'court cases',
  publisher: '人民法院',
  legalBasis: {
    kind: 'public',
    zh: '裁判文书、被执行人与失信被执行人名单依法公开；征信机构应当记录失信信息（法释〔2013〕17号第六条）',
    en: 'published judgments and lists; a bureau records dishonest debtors (judicial interpretation 2013, art. 6)',
  },
  createsCompanies: false,
  freshnessDays: 7,
  graceDays: 15,
  layouts: [
    {
      name: 'cases',
      zh: '案件清单',
      en: 'list of cases',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      ...columnsOf(CSV_COLUMNS),
      personal: [{ column: CSV_COLUMNS.representative, treatment: 'hash' }],
      ...COMMON,
      map: mapCase(CSV_COLUMNS),
    },
    {
      name: 'api',
      zh: '案件接口',
      en: 'cases by interface',
      form: 'jsonl',
      encodings: ['utf-8'],
      ...columnsOf(API_COLUMNS),
      personal: [{ column: API_COLUMNS.representative, treatment: 'hash' }],
      ...COMMON,
      redact: withoutPersons,
      map: mapCase(API_COLUMNS),
    },
  ],
  amounts: ['claim', 'enforced', 'unpaid'],
  fields: {
    caseNo: '案号, half-width brackets, no blanks; with the role the key',
    originCaseNo: '原审案号 or 执行依据案号: the stage that this one continues',
    court: '审理法院',
    role: '诉讼地位: plaintiff, defendant, thirdParty, appellant, appellee, enforcementApplicant, judgmentDebtor',
    cause: '案由',
    causeClass: 'debt, labour or other, by the words of the 案由',
    claim: '标的额, 分',
    filedOn: '立案日期, YYYY-MM-DD; the event date',
    judgedOn: '裁判日期, YYYY-MM-DD',
    outcome: '裁判结果 as seen from the firm: won, partly, lost, mediated, withdrawn, dismissed, upheld',
    closedOn: '结案日期, YYYY-MM-DD',
    enforcementEnd: '结案方式: performed, settled, roundEnded (终结本次执行, the debt stays), terminated',
    enforced: '执行标的, 分',
    unpaid: '未履行金额, 分',
    dishonest: '失信被执行人',
    dishonestFrom: '失信发布日期, YYYY-MM-DD',
    dishonestUntil: '失信移出日期, YYYY-MM-DD',
    limited: '限制消费',
    limitedFrom: '限消发布日期, YYYY-MM-DD',
    limitedUntil: '限消解除日期, YYYY-MM-DD',
    endUnreadable: 'true: a 结案, 移出 or 解除日期 was delivered and could not be read',
  },
};
