/** Data-quality codes of domain §1.6, with the words people see. */
export const DQ = {
  DQ01: { zh: '统一社会信用代码格式有误', en: 'USCC is malformed' },
  DQ02: { zh: '统一社会信用代码校验位不符', en: 'USCC check digit does not agree' },
  DQ03: { zh: '主体未登记', en: 'no such firm is registered' },
  DQ04: { zh: '使用旧注册号', en: 'old registration number used' },
  DQ05: { zh: '日期无法识别', en: 'date cannot be read' },
  DQ06: { zh: '日期超出允许范围', en: 'date out of range' },
  DQ07: { zh: 'Excel序列日期，已转换', en: 'Excel serial date, converted' },
  DQ08: { zh: '金额单位可疑', en: 'unit of amount is suspect' },
  DQ09: { zh: '金额或币种无法识别', en: 'amount or currency cannot be read' },
  DQ10: { zh: '重复记录（内容相同）', en: 'same key twice, same content' },
  DQ11: { zh: '重复主键（内容不同）', en: 'same key twice, different content' },
  DQ12: { zh: '枚举值未知', en: 'unknown enumeration value' },
  DQ13: { zh: '数值异常', en: 'outlier' },
  DQ14: { zh: '缺少必填字段', en: 'a required field is missing' },
  DQ15: { zh: '数值无法识别', en: 'number cannot be read' },
  DQ19: { zh: '名称不符', en: 'name does not agree' },
  DQ20: { zh: '含有不允许的个人信息，已遮蔽', en: 'personal data that is not allowed, masked' },
  CCY_ASSUMED: { zh: '未注明币种，按人民币计', en: 'no currency stated, taken as CNY' },
  UNIT_MISSING: { zh: '未注明单位', en: 'no unit stated' },
  REGION_UNKNOWN: { zh: '行政区划代码未知', en: 'unknown region code' },
  REGION_DATE: { zh: '行政区划代码在该日期无效', en: 'no region code at that time' },
  INDUSTRY_UNKNOWN: { zh: '行业代码未知', en: 'unknown industry code' },
  APPNO_FORM: { zh: '专利申请号格式有误', en: 'patent application number is malformed' },
  APPNO_CHECK: { zh: '专利申请号校验位不符', en: 'check digit of the patent application number does not agree' },
  APPNO_RESTORED: { zh: '专利申请号缺校验位，已补', en: 'lost check digit of the patent application number, restored' },
  REGNO_FORM: { zh: '登记编号格式有误', en: 'registration number is malformed' },
  COLUMN_UNKNOWN: { zh: '未声明的列', en: 'undeclared column' },
  ROW_SHAPE: { zh: '行结构有误', en: 'row has the wrong shape' },
} as const;

export type IssueCode = keyof typeof DQ;

/** One finding in one row. `column` is the provider's header; `raw` its text as delivered (never a personal value). */
export interface Issue {
  readonly code: IssueCode;
  readonly column?: string;
  readonly raw?: string;
  readonly suggestion?: string;
}
