import { DEAL_PROBLEMS } from './deal-problems.ts';
import { CAP_PLACES, GUARANTEE_PROBLEMS } from './guarantee-problems.ts';
import { COMPOSITION_PLACES, JOINT_PROBLEMS } from './joint-problems.ts';
import { entry, type ProblemEntry } from './problem-entry.ts';

/** Every problem code that the API may answer with (问题代码): the page at /problems/CODE, the documentation and the tests read this table. */
export const PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  // Keys and permissions
  'key-missing': entry(
    401,
    '缺少密钥：请发送 Authorization: Bearer KEY',
    'No key was sent: send Authorization: Bearer KEY',
  ),
  'key-unknown': entry(401, '密钥无效', 'The key is not known'),
  'key-expired': entry(401, '密钥已过期', 'The key has expired'),
  'key-revoked': entry(401, '密钥已被吊销', 'The key was revoked'),
  'scope-missing': entry(403, '密钥没有所需权限', 'The key lacks the scope that this route needs'),
  'institution-code-taken': entry(409, '机构代码已被使用', 'The institution code is taken'),
  'handle-taken': entry(409, '用户名已被使用', 'The handle is taken'),
  'scope-not-of-kind': entry(409, '该机构类别不可持有此权限', 'The kind of institution may not hold this scope'),
  'person-unknown': entry(404, '没有该用户', 'There is no such person'),

  // The request itself
  'request-invalid': entry(400, '请求有误', 'The request is not valid: errors names each field'),
  'field-unknown': entry(400, '未知字段', 'The field is not known; nothing is ignored silently'),
  'field-missing': entry(422, '缺少字段', 'A field that is needed was left out'),
  'field-invalid': entry(400, '字段值有误', 'The value of a field is not valid'),
  'json-broken': entry(400, 'JSON 无法解析', 'The body is not JSON'),
  'body-too-large': entry(413, '请求体过大', 'The body is too large: 1 MiB for JSON, 2 GiB for a delivery'),
  'media-type-unsupported': entry(415, '不支持的内容类型', 'The content type is not supported: send application/json'),
  'upload-aborted': entry(400, '上传中断', 'The upload broke off before its end; nothing was received'),
  'route-unknown': entry(404, '没有该接口', 'There is no such route'),
  'method-not-allowed': entry(405, '该接口不支持此方法', 'The route does not take this method'),
  'address-too-long': entry(414, '地址过长', 'A part of the address is too long'),
  'request-refused': entry(400, '请求被拒绝', 'The request could not be read'),
  'cursor-invalid': entry(400, '游标无效', 'The cursor is not one of this list'),
  'idempotency-key-invalid': entry(
    400,
    'Idempotency-Key 有误',
    'Idempotency-Key must be 1 to 200 visible ASCII characters',
  ),
  'idempotency-conflict': entry(
    422,
    '相同 Idempotency-Key 的请求内容不同',
    'The same Idempotency-Key was sent with another request',
  ),
  'idempotency-in-progress': entry(
    409,
    '相同 Idempotency-Key 的请求正在处理',
    'A request with this Idempotency-Key is under way',
  ),
  internal: entry(500, '内部错误', 'An internal error; the id finds it in our log'),
  'not-ready': entry(503, '服务未就绪', 'The service is not ready'),
  'problem-unknown': entry(404, '没有该问题代码', 'There is no such problem code'),

  // Workflows
  'transition-refused': entry(409, '当前状态不允许该操作', 'The state does not know this event'),
  'role-refused': entry(403, '该角色不能执行此操作', 'The role may not raise this event'),

  // Scorecards
  'model-unknown': entry(404, '没有该模型', 'There is no such model'),
  'model-invalid': entry(422, '评分模型有误', 'The scorecard has faults: errors names each place'),
  'model-version-taken': entry(
    409,
    '该版本号已用于另一份模型',
    'Another model has this id and version; a model never changes',
  ),
  'model-four-eyes': entry(
    409,
    '须由提交人之外的两个不同的人批准',
    'A model is approved by two persons, neither of whom submitted it',
  ),
  'model-preview-missing': entry(
    409,
    '验证前须先预演该模型',
    'A model is validated after a preview on the book of a published run',
  ),
  'model-shadow-missing': entry(
    409,
    '挑战者须先随一个月末批次影子运行',
    'A challenger is promoted after a shadow run beside the published run of a month end',
  ),
  'model-challenger-taken': entry(409, '已有一个挑战者模型', 'There is a challenger already'),

  // Deliveries
  'unknown-source': entry(404, '没有该数据源', 'There is no such source'),
  'unknown-layout': entry(404, '没有该格式', 'The source has no such layout'),
  'delivery-unknown': entry(404, '没有该交付批次', 'There is no such delivery'),
  'delivery-not-held': entry(409, '交付批次不在暂扣状态', 'The delivery is not on hold'),
  'delivery-not-applied': entry(409, '交付批次未入账', 'The delivery is not applied, so there is nothing to undo'),
  'delivery-undone': entry(409, '交付批次已撤销入账', 'The delivery has been undone already'),
  'rejected-by-person': entry(409, '人工拒收', 'The delivery was rejected by a person'),
  'manifest-invalid': entry(422, '交付清单有误', 'The manifest is not valid'),
  'manifest-mismatch': entry(422, '文件与交付清单不符', 'The file does not agree with its manifest'),
  'file-empty': entry(422, '文件为空', 'The file is empty'),
  'file-too-large': entry(413, '文件过大', 'The file is larger than 2 GiB'),

  // Who a row is about
  'review-unknown': entry(404, '没有该复核事项', 'There is no such review'),
  'review-decided': entry(409, '该事项已处理', 'The review has been decided, or its row no longer waits'),
  'review-not-candidate': entry(422, '该企业不在候选之列', 'The firm is not one of the candidates'),
  'review-needs-file': entry(
    422,
    '该行含脱敏字段，请通过错误文件更正',
    'The row has hashed columns: mend it by the error file',
  ),
  'review-row-faulty': entry(422, '该行另有错误', 'The row has other faults too'),
  'alias-malformed': entry(
    422,
    '应为注册号、组织机构代码或原统一社会信用代码',
    'A registration number, an organisation code or a former USCC is expected',
  ),
  'alias-taken': entry(409, '该名称已指向另一企业', 'Another firm has this name already'),

  // What a firm decides of its own data
  'source-not-closable': entry(
    422,
    '该数据源不可按企业意愿停用',
    "The source does not rest on the firm's will: it is public, or delivered under contract",
  ),
  'source-closed': entry(409, '该企业已停用此数据源', 'The source is closed for this firm already'),
  'source-not-closed': entry(409, '该企业未停用此数据源', 'The source is not closed for this firm'),
  'stated-on-ahead': entry(422, '声明日期晚于今日', 'The day on which the firm said so lies after today'),

  // What a delivery's own `problem` may say
  'front-end-undeclared': entry(422, '该数据源不经前置库交付', 'The source declares no front-end table'),
  'front-end-unreachable': entry(502, '无法连接前置库', 'The front-end database cannot be reached'),
  'front-end-failed': entry(502, '读取前置库失败', 'Reading the front-end table failed'),
  'front-end-table': entry(422, '前置库没有该表', 'The front-end database has no such table'),
  'front-end-column': entry(422, '前置库表的列有误', 'A column of the front-end table is missing or of another type'),
  'poll-busy': entry(409, '正在轮询中', 'Another process is polling the source'),
  'archive-bomb': entry(422, '解压后过大', 'The file unpacks past 20 GiB or 200 : 1'),
  'book-kind': entry(409, '演示数据与真实数据不可混用', 'The database holds the other kind of book, demo or real'),
  'columns-doubled': entry(422, '列重复', 'A column appears twice'),
  'columns-missing': entry(422, '缺少必需的列', 'Required columns are missing'),
  'columns-too-many': entry(422, '列过多', 'The file has too many columns'),
  'csv-broken': entry(422, 'CSV 结构有误', 'The file is not well-formed CSV'),
  encoding: entry(422, '编码有误', 'The file is not in its declared encoding'),
  'intake-failed': entry(500, '处理反复失败', 'Processing failed again and again; the delivery waits for a person'),
  'file-lost': entry(422, '暂存文件已丢失', 'The spooled file is gone; deliver it again'),
  'gzip-broken': entry(422, 'gzip 文件已损坏', 'The gzip file is damaged'),
  'gzip-truncated': entry(422, 'gzip 文件不完整', 'The gzip file is truncated'),
  'line-too-long': entry(422, '行过长', 'A line or record is longer than 1 MiB'),
  'not-json-lines': entry(422, '不是 JSON Lines', 'The file is not JSON lines'),
  'not-xlsx': entry(422, '不是 .xlsx 工作簿', 'The file is not an .xlsx workbook'),
  'zip-broken': entry(422, '工作簿文件已损坏', "The workbook's archive is damaged"),
  'zip-truncated': entry(422, '工作簿不完整', 'The workbook is truncated'),
  'xlsx-broken': entry(422, '工作簿内容有误', 'The content of the workbook is damaged'),
  'xlsx-date-system': entry(422, '工作簿使用 1904 日期系统', 'The workbook counts its days from 1904'),
  'xlsx-strings': entry(422, '工作簿文字过多', "The workbook's texts take too much memory; deliver it in parts"),
  'sheet-missing': entry(422, '缺少工作表', 'The workbook has no sheet of the name that the layout says'),
  'sheets-several': entry(
    422,
    '几个工作表都有数据',
    'Several sheets have the header of the data; deliver each by itself',
  ),
  'not-xml': entry(422, '不是 XML', 'The file is not XML'),
  'xml-broken': entry(422, 'XML 格式有误', 'The XML is not well-formed'),
  'xml-doctype': entry(422, '不接受 DOCTYPE', 'XML with a document type (DOCTYPE) is not taken'),
  'xml-root': entry(422, '根元素不符', 'The root element is not that of the layout'),
  'tick-not-newer': entry(409, '入账时刻未晚于最新入账时刻', 'The apply tick does not lie after the newest one'),

  // What a run's own `problem` may say
  'catalogue-differs': entry(409, '该批次由另一版本算出', 'The run was computed by another version of the code'),
  'firms-lost': entry(409, '企业数减少', 'Firms of the published run are missing in this one'),
  'run-failed': entry(500, '分片多次失败', 'A part of the run failed again and again'),
  'run-incomplete': entry(500, '结果不完整', 'The result does not hold what the parts scored'),

  // Companies, runs and scores
  'uscc-malformed': entry(422, '统一社会信用代码格式有误', 'The USCC is malformed'),
  'company-unknown': entry(404, '没有该企业', 'There is no such company'),
  'run-unknown': entry(404, '没有该评分批次', 'There is no such run'),
  'not-in-run': entry(404, '企业不在该评分批次中', 'The company is not in this run'),
  'run-not-published': entry(409, '该评分批次未发布', 'The run is not published'),
  'run-not-finished': entry(409, '该评分批次未完成', 'The run is not finished'),
  'ledger-empty': entry(
    409,
    '台账为空，尚无可评分的数据',
    'Nothing has been applied yet, so there is nothing to score',
  ),
  'known-at-too-late': entry(422, 'knownAt 晚于最新入账时刻', 'knownAt lies after the newest apply tick'),
  'run-not-shadow': entry(409, '该批次不是已完成的影子运行', 'The run is no finished shadow run'),
  'no-published-run': entry(409, '尚无已发布的评分', 'No run has been published yet'),
  'difference-needs-values': entry(
    422,
    '比较两个模型时缺少特征值',
    'Two models are compared, and a value that only one of them asks for was not given',
  ),
  'replay-mismatch': entry(409, '重算结果与存档不一致', 'Scoring again at the pins does not give what was stored'),

  // Model files and what is scored by them
  'pmml-invalid': entry(422, 'PMML 有误', 'The file is no PMML scorecard: errors names element and line'),
  'pmml-unsupported': entry(422, '不支持的 PMML 内容', 'A part of the PMML file is not read here; it is named'),
  'pmml-too-large': entry(413, 'PMML 文件过大', 'The PMML file is too large: 4 MiB, 100,000 elements, 100 levels'),
  'values-do-not-fit': entry(
    422,
    '特征值与模型不符',
    'The values are not those of the model: a name is unknown or missing',
  ),
  'value-outside-model': entry(422, '特征值不在模型范围内', 'No bin of the model holds a value'),

  // Purposes, authorisations and the query log
  'purpose-missing': entry(400, '须写明查询目的', 'A read of a firm names its purpose'),
  'purpose-not-allowed': entry(403, '该机构不能以此目的查询', 'This kind of institution cannot have that purpose'),
  'authorisation-missing': entry(
    403,
    '没有该企业在此刻对此目的有效的授权',
    'No authorisation of this firm for this purpose holds now',
  ),
  'authorisation-invalid': entry(422, '授权内容有误', 'The authorisation is not valid: errors names each fault'),
  'authorisation-unknown': entry(404, '没有该授权', 'There is no such authorisation'),
  'institution-unknown': entry(404, '没有该机构', 'There is no such institution'),

  // Lists
  'list-unknown': entry(404, '没有该名单', 'There is no such list'),
  'list-version-unknown': entry(404, '没有该名单版本', 'There is no such version of the list'),
  'list-version-order': entry(409, '名单已有更新的版本', 'The list has a newer version already'),
  'list-run-not-monthly': entry(409, '名单只由月末批次生成', 'A list is made from the run of a month end'),
  'list-provisional': entry(409, '暂定名单不对外提供', 'A provisional list is not given out'),
  'list-rules-invalid': entry(422, '名单规则有误', 'The rules of the list are not valid: errors names each place'),
  'list-rules-unknown': entry(404, '该名单没有此规则', 'The list has no such rules'),
  'list-rules-version-taken': entry(409, '该版本号已用于另一份规则', 'Other rules of the list have this version'),
  'list-rules-four-eyes': entry(
    409,
    '须由提交人之外的两个不同的人批准',
    'Rules are approved by two persons, neither of whom submitted them',
  ),
  'list-rules-simulation-stale': entry(
    409,
    '试算已过期，请重新试算',
    'The simulation is older than the newest month end or the rules in force',
  ),
  'list-rules-waiting': entry(409, '已有待生效的规则', 'Other rules of the list wait for the next month end already'),
  'membership-unknown': entry(404, '该企业与名单没有关系', 'The firm never had to do with the list'),
  'version-stale': entry(409, '版本已过期，请重新查看', 'It has changed since it was read'),

  // Disputes
  'dispute-unknown': entry(404, '没有该异议', 'There is no such dispute'),
  'dispute-open': entry(409, '对此已有未办结的异议', 'There is an open dispute about this already'),
  'dispute-two-persons': entry(409, '核查与驳回须为两人', 'Who took it to the source may not reject it'),
  'record-unknown': entry(404, '该企业没有此记录', 'The firm has no such record'),
  'correction-missing': entry(409, '更正须先经数据交付入账', 'A correction comes through the ledger first'),
  'not-rescored': entry(409, '已发布的评分尚未包含此更正', 'The published run does not know the correction yet'),

  // Programmes, lines and statements
  'programme-unknown': entry(404, '没有该产品', 'There is no such programme'),
  'programme-refused': entry(
    409,
    '不符合产品条件',
    'The programme does not take the firm: errors names every condition that fails or is unknown',
  ),
  'condition-failed': entry(409, '条件不满足', 'A condition of a programme does not hold for the firm'),
  'condition-withheld': entry(
    409,
    '信贷记录相关条件不予说明',
    'A condition on loans that is not met or not known: neither is told without an authorisation',
  ),
  'condition-unknown': entry(
    409,
    '条件未知',
    'Whether a condition of a programme holds is not known; the text says what would make it known',
  ),
  'programme-without-line': entry(422, '该产品不测算额度', 'Nobody borrows under the programme: it has no line'),
  'line-parameters-absent': entry(422, '当日没有有效的额度参数', 'No parameters of the line are valid on the day'),
  'statement-invalid': entry(
    422,
    '说明有误',
    'What is stated cannot be taken: no such fact, not for this kind of institution, or no value of it',
  ),
  'stated-input-invalid': entry(
    422,
    '申报数据有误',
    'Figures that cannot be taken: errors names each member, its unit and its bounds',
  ),
  'stated-input-unknown': entry(404, '没有该申报数据', 'There is no such statement, or it is not yours to see'),
  'stated-input-over': entry(
    409,
    '申报数据已撤回或被取代',
    'The statement was withdrawn, or a newer one took its place',
  ),

  // Notices and webhooks
  'notice-unknown': entry(404, '没有该序号的通知', 'There is no notice of this number'),
  'replay-ahead': entry(422, '尚未发布到该序号', 'No notice has been given that number yet'),
  'webhook-unknown': entry(404, '尚未设置推送地址', 'No webhook address has been set'),
  'webhook-address-refused': entry(
    422,
    '推送地址被拒绝',
    'The webhook address is refused: https, port 443 or 1024 and above, and a public address are needed',
  ),
  'webhook-rotation-open': entry(
    409,
    '上一次密钥轮换尚未结束',
    'Two webhook secrets are live: wait for the end of the older one, or end it at once',
  ),

  // Reports
  'report-purpose-refused': entry(
    403,
    '本类机构不能以此目的查询',
    'An institution of this kind does not ask for this purpose',
  ),
  'report-request-unknown': entry(404, '没有该报告查询申请', 'There is no such report request'),
  'report-run-missing': entry(404, '没有该评价日的已发布批次', 'No published run is as of this day'),
  'report-not-ready': entry(409, '报告尚未生成', 'The report is not made yet: the state says what it waits for'),
  'report-over': entry(
    410,
    '报告不再提供',
    'The report is not given any more: it was refused or withdrawn, or its time is over',
  ),
  // Reviews of lists
  'not-a-reviewer': entry(403, '本机构不复核该名单', 'The institution does not review the list'),
  'reviewer-kind': entry(409, '名单只由担保机构复核', 'Lists are reviewed by guarantors'),
  'review-two-persons': entry(409, '须由另一名复核员作出', 'Nobody decides on what they proposed or decided before'),
  'review-two-organisations': entry(
    409,
    '须由另一机构的复核员作出',
    'The list asks for a person of another institution',
  ),
  'proposal-open': entry(409, '已有未决意见', 'A proposal waits for its second person already'),
  'proposal-missing': entry(409, '没有待决定的意见', 'Nothing waits for this decision'),
  'proposal-not-of-state': entry(409, '当前状态不能提出该意见', 'The proposal does not fit the state of the firm'),
  'reason-not-of-proposal': entry(422, '理由代码与意见不符', 'The reason is none for this proposal'),
  'form-missing': entry(422, '建议入库须填写专家评价表', 'A proposal to include comes with the expert form'),
  'form-invalid': entry(422, '专家评价表填写有误', 'The expert form is not filled in as it should be'),
  'vote-given': entry(409, '已投票', 'The person has voted'),
  'knock-out-stands': entry(409, '否决事项未解除，不得入库', 'A knock-out stands: nobody may include the firm'),
  'firm-opted-out': entry(409, '企业已申请退出名单', 'The firm asked not to be listed'),
  'firm-not-in-version': entry(
    409,
    '最新一版名单没有该企业的判定',
    'The newest version of the list says nothing of the firm',
  ),
  'not-a-near-miss': entry(409, '该企业不在临界名单中', 'The firm is no near miss of the newest version'),
  'cooling-down': entry(409, '仍在冷静期内', 'The cooling time is not over'),
  'coverage-period': entry(422, '截止日须晚于评价日', 'The last day must lie after the day of the score'),
  'batch-refused': entry(409, '整批未生效', 'Nothing of the batch was done: some rows cannot be'),
  // Keys, roles and institutions
  'address-refused': entry(403, '密钥不可从该网络地址使用', 'The key does not work from this address'),
  'address-invalid': entry(422, '网络地址段有误', 'No address, and no range in CIDR notation whose host bits are zero'),
  'institution-suspended': entry(403, '机构已被停用', 'The institution is suspended'),
  'institution-not-suspendable': entry(
    409,
    '运营方与信息主体不可停用',
    'Neither the house nor a firm is suspended: a firm may always read what is said of it',
  ),
  'key-id-unknown': entry(404, '没有该密钥', 'There is no key with this id'),
  'key-ended': entry(409, '密钥已失效', 'The key has ended; issue a new one'),
  'key-replaced': entry(409, '密钥已轮换过', 'The key has a successor already'),
  'key-already-issued': entry(
    409,
    '密钥已签发，不再显示',
    'The same request has made a key already; it was shown once and is not kept. Rotate or revoke it by its id',
  ),
  'role-not-of-kind': entry(409, '该类机构没有此岗位', 'The kind of institution has no such role'),
  'duties-conflict': entry(409, '岗位不相容', 'One person may not hold both roles'),
  'house-role-taken': entry(
    409,
    '岗位 house 只由本机命令行授予一人',
    'The role house is given to one person, on the machine itself',
  ),
  'own-roles': entry(409, '不得变更本人的岗位', 'Nobody changes their own roles'),
  'scope-not-of-role': entry(409, '密钥权限超出岗位', 'A scope of the key lies outside the roles of its person'),
  'rate-limited': entry(429, '请求过于频繁', 'Too many requests: Retry-After says in how many seconds there is room'),

  ...DEAL_PROBLEMS,
  ...GUARANTEE_PROBLEMS,
  ...CAP_PLACES,
  ...JOINT_PROBLEMS,
  ...COMPOSITION_PLACES,
};
