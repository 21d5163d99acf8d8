import { entry, type ProblemEntry } from './problem-entry.ts';

/** Problem codes of deals, referrals and callbacks. */
export const DEAL_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  // Deals
  'deal-unknown': entry(404, '没有该业务', 'There is no such deal, or it is not yours to see'),
  'event-unknown': entry(
    422,
    '没有该事件',
    'The kind of deal knows no such event: GET /partner/v1/deal-kinds lists them',
  ),
  'event-invalid': entry(422, '事件的字段有误', 'Fields of the event are unknown, missing or no money'),
  'two-persons-needed': entry(409, '须由另一人复核', 'It takes a second person who says the same'),
  'amount-invalid': entry(422, '金额有误', 'An amount is a whole, positive number of fen, 10 million million at most'),

  // Referrals and callbacks
  'offer-over': entry(
    422,
    '要约金额超过产品或平台对单户的上限',
    'An offer above what the programme, or the platform, lends one firm at most',
  ),
  'programme-cap-unknown': entry(
    409,
    '产品上限取决于尚未说明的评估价值或价格',
    'The cap of the programme is a share of a value or price that nobody stated',
  ),
  'bank-unknown': entry(422, '不是有效的合作银行', 'A bank that is none of ours, not active, or named twice'),
  'date-invalid': entry(422, '日期有误', 'A day that does not exist or lies outside its bounds'),
  'signature-missing': entry(403, '回传须签名', 'A callback carries four X-Firstmile headers'),
  'timestamp-outside': entry(403, '时间戳偏差超过300秒', 'The timestamp is over 300 seconds off'),
  'signature-invalid': entry(403, '签名不符', 'The signature does not fit the body and a live key'),
  'nonce-replayed': entry(409, '该 Nonce 已用过', 'The nonce was used before'),
  'callback-conflict': entry(
    422,
    '该号已用于另一内容',
    'The number was used for another body: a correction has its own',
  ),
  'callback-keys-full': entry(409, '已有两把有效的回传密钥', 'Two callback keys are live already'),
  'callback-key-unknown': entry(404, '没有该回传密钥', 'There is no such live callback key'),
  'choice-invalid': entry(422, '取值不在范围内', 'A value that is none of the choices'),
  'number-invalid': entry(422, '数值有误', 'A number outside its bounds'),
  'text-missing': entry(422, '须写明内容', 'Words are expected'),
  'month-invalid': entry(422, '月份有误', 'A month that does not exist or still runs'),
  'hash-invalid': entry(422, '应为 SHA-256 摘要', 'A SHA-256 in hex is expected'),
  'external-id-invalid': entry(422, '业务编号有误', 'Not a number of an affair: 1 to 64 letters, digits and joints'),
  'programme-cap': entry(409, '超过产品上限', 'Over the cap of the programme'),
  'over-line-reason-missing': entry(422, '超过建议额度须写明理由', 'Above the suggested line a reason is needed'),
  'first-loan-missing': entry(422, '首次提款须确认是否首贷', 'The first draw says whether it is a first loan'),
  'amount-over': entry(409, '金额超出', 'More than was approved, or than is outstanding'),
  'month-reported': entry(409, '该月已报送', 'The month was reported already'),
  'not-ninety-days': entry(409, '逾期未满90天', 'Not yet 90 days past due'),
  'nothing-outstanding': entry(409, '没有余额', 'Nothing is outstanding'),
  'still-outstanding': entry(409, '尚有余额', 'Something is still outstanding'),
  'renewal-late': entry(409, '续贷须在到期日前办理', 'A renewal is made before maturity'),
  'correction-unknown': entry(422, '没有可更正的流水', 'The version that it corrects moved no money'),
  'consent-ended': entry(409, '企业的同意已到期', 'The consent of the firm has ended'),
  'referrals-full': entry(409, '同时转介的银行已达上限', 'Three banks at once are the most'),
};
