import {
  choice,
  day,
  flag,
  hex,
  id,
  instant,
  int,
  list,
  map,
  nullable,
  num,
  object,
  page,
  str,
  text,
} from './schema.ts';

const STATES = ['RECEIVED', 'VERIFIED', 'PARSED', 'MATCHED', 'APPLIED', 'RECONCILED', 'HOLD', 'REJECTED'];
const count = (description: string, example: number): ReturnType<typeof nullable> =>
  nullable(int(`${description} null until known.`, example));

/** The refusal of a delivery as it is kept: what an answer of its own would have been. */
const storedProblem = object(
  {
    code: str('Stable code.', 'column-missing'),
    status: int('HTTP status it would have.', 422),
    ...text('缺少必需的列', 'a required column is missing'),
    errors: list(
      object(
        {
          code: str('What is wrong there.', 'column-missing'),
          ...text('缺少列「成立日期」', 'the column 成立日期 is missing'),
          pointer: str('JSON pointer.', '/coverage'),
          row: int('1-based row.', 3),
          header: str('Column.', '成立日期'),
          field: str('Field.', 'sha256'),
        },
        ['pointer', 'row', 'header', 'field'],
      ),
    ),
    extra: map({}, 'Further machine-readable members.', {}),
  },
  ['errors', 'extra'],
  'Why it was refused or is held.',
);

const delivery = object({
  deliveryId: id('The delivery.'),
  source: str('Source, by name.', 'business-registration'),
  layout: str('Layout of the file.', 'open-register'),
  fileName: str('As sent.', 'register-2026-06.csv.gz'),
  sha256: hex('SHA-256 of the file as received, hex.'),
  bytes: int('Bytes as received.', 1048576),
  sequence: int('Orders the versions of one key when deliveries arrive out of order.', 6),
  state: choice(
    'RECONCILED: applied, every row accounted for. HOLD: a gate holds it. REJECTED: refused.',
    STATES,
    'RECONCILED',
  ),
  clock: choice('simulated: loaded under a set clock.', ['system', 'simulated'], 'system'),
  receivedAt: instant('When its last byte was in.'),
  receivedBy: id('The person.'),
  appliedAt: nullable(instant('The apply tick: when its records became known.', '2026-07-06T09:00:03.120+08:00')),
  rows: count('rows = applied + unchanged + quarantined + ignored.', 1000),
  applied: count('Rows that changed the ledger.', 960),
  unchanged: count('Rows that said what is known.', 20),
  quarantined: count('Rows that could not be taken.', 15),
  ignored: count('Rows that are none of ours.', 5),
  held: nullable(str('Code of the gate that holds it; then all four counts are 0.', 'match-low'), null),
  counts: map(int('Rows.', 1), 'Findings by data-quality code, ignored rows by reason.', { DQ05: 12, DQ03: 3 }),
  coverage: object(
    {
      territory: list(str('GB/T 2260 prefix, or CN.', '4403')),
      population: choice('all: absence means zero. listed: absence means nothing.', ['all', 'listed']),
      from: nullable(day('First day it speaks for; null: from the beginning.'), null),
      through: nullable(day('data_through: the last day it speaks for.')),
    },
    [],
    'For whom and when the delivery is complete.',
  ),
  problem: nullable(storedProblem, null),
  progress: nullable(
    object({
      phase: str('What is being done.', 'parse'),
      rows: int('Rows so far.', 500),
      bytes: int('Bytes so far.', 524288),
      totalBytes: int('Bytes in all.', 1048576),
    }),
    null,
  ),
  undone: nullable(
    object({
      at: instant('From this tick on it no longer counts.'),
      by: id('The person.'),
      reason: str('Why.', '来源撤回'),
    }),
    null,
  ),
  seconds: nullable(num('Working time.', 3.1)),
});

const quarantined = object({
  deliveryId: id('The delivery.'),
  rowNo: int('1-based; the header is not a row.', 17),
  code: str('The first finding.', 'DQ05'),
  issues: list(
    object(
      {
        code: str('Data-quality code.', 'DQ05'),
        column: str('Header as delivered.', '成立日期'),
        raw: str('Text as delivered; never a personal value.', '2015-02-30'),
        suggestion: str('What it may have meant.', '2015-02-28'),
        ...text('日期无法识别', 'date cannot be read'),
      },
      ['column', 'raw', 'suggestion'],
    ),
  ),
  raw: str(
    'The row as delivered, personal columns blanked or hashed.',
    '["91440300DMAB12340K","某某科技有限公司","2015-02-30"]',
  ),
  state: choice(
    'RELEASED: taken after all, by itself, when its firm was registered. CORRECTED: a later delivery mended it.',
    ['WAITING', 'RELEASED', 'CORRECTED'],
  ),
  releasedAt: nullable(instant('The apply tick of the release.'), null),
  mendedBy: nullable(id('The delivery that mended it.'), null),
});

const layout = object({
  name: str('Layout.', 'open-register'),
  ...text('公开登记', 'Open register'),
  form: choice('Form of the file. Text is plain or gzip; a workbook is .xlsx.', ['csv', 'jsonl', 'xlsx', 'xml']),
  encodings: list(choice('Declared encodings, the usual one first.', ['utf-8', 'gb18030'])),
  required: list(str('Header that must be there.', '统一社会信用代码')),
  optional: list(str('Header that may be there.', '经营范围')),
  personal: list(
    object({
      column: str('Personal column.', '法定代表人'),
      treatment: choice('What becomes of it at the door.', ['blank', 'hash']),
    }),
  ),
  feed: str('The feed that it proves.', 'REG'),
  coverage: object({
    territory: list(str('GB/T 2260 prefix, or CN.', '4403')),
    population: choice('all: absence means zero.', ['all', 'listed'], 'listed'),
  }),
  unknownSubject: choice('What becomes of a row whose firm nobody registered.', ['quarantine', 'ignore']),
});

const source = object({
  name: str('Source, by name: the source parameter of an upload.', 'business-registration'),
  code: str('Code of the source.', 'REG'),
  ...text('工商登记', 'Business registration'),
  publisher: str('Who delivers it.', '市场监督管理局'),
  legalBasis: object({
    kind: choice('On what ground we have it.', ['public', 'authorised', 'contract']),
    ...text('企业信息公示暂行条例', 'Regulation on the publicity of enterprise information'),
  }),
  createsCompanies: flag('Only business-registration does.', true),
  freshnessDays: int('Days after which it counts less.', 7),
  graceDays: int('A record known later than its date plus this is late.', 30),
  fields: map(str('Unit and meaning.', ''), 'Units and conventions of what is kept, a line a field.', {
    establishedOn: '成立日期, YYYY-MM-DD',
  }),
  layouts: list(layout),
});

export const deliverySchemas = {
  Delivery: delivery,
  DeliveryPage: page(delivery),
  DeliveryReceived: object({
    deliveryId: id('The delivery; of a file that was sent before, the first one.'),
    noop: flag('The same file was worked off before: nothing will change.', false),
  }),
  QuarantinePage: page(quarantined),
  SourceList: object({ items: list(source) }),
};
