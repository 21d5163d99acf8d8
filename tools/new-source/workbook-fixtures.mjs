// Writes the fixtures that are workbooks, with a writer that knows nothing of our reader:
// node tools/new-source/workbook-fixtures.mjs. What intake reads of them stands beside them in .rows.json
// (UPDATE_GOLDEN=1 npx jest test/ledger/forms.spec.ts).
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import writeExcelFile from 'write-excel-file/node';

const sources = join(dirname(fileURLToPath(import.meta.url)), '../../libs/data-sources/src/sources');
const day = (text) => ({ value: new Date(`${text}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' });
const merged = (value, rowSpan) => ({ value, rowSpan });
const header =
  '项目编号,项目名称,计划类别,级别,主管部门,承担单位,统一社会信用代码,竞争性(是/否),状态,批复金额\n（万元）,拨付金额\n（万元）,批复日期,拨付日期'.split(
    ',',
  );
const firm = ['深圳市样例微光科技有限公司', '91440305DM00000055'];
const project = (no, name, ...rest) => [no, name, '技术攻关', '市', '市科技创新局', ...rest];
const awards = [
  [{ value: '2024年度科技项目立项与拨付清单', columnSpan: 13, fontWeight: 'bold' }],
  ['填报单位：样例科技创新局', null, null, null, null, null, null, null, null, null, '单位：万元'],
  header,
  [
    ...project('DM2024001', '样例传感器研发', ...firm, '是').map((value) => merged(value, 3)),
    '立项',
    merged(100, 3),
    null,
    { ...day('2024-03-01'), rowSpan: 3 },
    null,
  ],
  [null, null, null, null, null, null, null, null, '拨付', null, 60.25, null, '2024/4/15'],
  [null, null, null, null, null, null, null, null, '拨付', null, 0.1 + 0.2, null, day('2025-04-15')],
  [],
  [
    ...project('DM2024002', '样例联合项目', '样例(前海)智造股份有限公司', '91440305DM00000130', true),
    '已立项',
    '1,200万元',
    null,
    '2024年5月',
    null,
  ],
  // Of the next two only the first has a number: nothing is merged, so nothing is filled.
  [
    ...project('DM2024003', '样例旧项目', ...firm, '否'),
    '立项',
    1234.5678,
    null,
    { value: 45352.75, type: Number },
    null,
  ],
  [null, '样例无编号', '技术攻关', '市', null, ...firm, '否', '立项', 30, null, null, null],
  [...project('DM2024004', '样例坏代码', '样例丁公司', 913501000000000000, '否'), '立项', 30, null, null, null],
  [{ value: '合计', columnSpan: 9 }, null, null, null, null, null, null, null, null, 2564.5678, 60.55, null, null],
];
await writeFile(
  join(sources, 'subsidies/fixtures/xlsx.faults.utf-8.xlsx'),
  await writeExcelFile([
    { data: awards, sheet: '清单' },
    { data: [['级别'], ['国家'], ['市']], sheet: '字典' },
  ]).toBuffer(),
);
