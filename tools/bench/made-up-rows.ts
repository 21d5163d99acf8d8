import iconv from 'iconv-lite';
import { addDays, fromMonthIndex, lastDay, localDate, monthIndex, type LocalMonth } from '#lib/kernel';
import { applicationNumber, demoUscc } from '../simulate/code.ts';

/** Rows for measuring: clean, alike in size to what bureaus deliver, the same for the same arguments. */
export const SEED = 7;
const REGION = '440305';
const PIECE_CHARACTERS = 256 * 1024;

export type Encoding = 'utf-8' | 'gb18030';

/** Lines as encoded pieces of about 256 kB. */
export function* encoded(lines: Iterable<string>, encoding: Encoding): Generator<Buffer> {
  const encode = (text: string): Buffer =>
    encoding === 'utf-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, encoding);
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield encode(piece);
    piece = '';
  }
  if (piece !== '') yield encode(piece);
}

export const benchUscc = (firm: number): string => demoUscc(SEED, firm, REGION);

/** A number 0 … `below` − 1 that looks arbitrary and depends only on its arguments. */
function scattered(below: number, a: number, b: number, c = 0): number {
  let h = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) % below;
}

/** Layout business-registration/bureau. */
export function* registrationRows(firms: number): Generator<string> {
  yield '统一社会信用代码,企业名称,企业类型,成立日期,注册资本(万元),币种,实收资本(万元),行业代码,登记状态,住所,区划,登记机关,更新时间';
  for (let firm = 0; firm < firms; firm++) {
    const on = addDays(localDate('2019-01-01'), scattered(1500, firm, 1));
    yield `${benchUscc(firm)},演示第${firm}号科技有限公司,有限责任公司,${on},${100 + scattered(900, firm, 2)},人民币,${scattered(100, firm, 3)},I6513,存续,云杉路${firm}号,${REGION},示例登记机关,2026-06-30`;
  }
}

/** Layout social-security/monthly: `months` months up to `newest`, month by month. */
export function* socialSecurityRows(firms: number, months: number, newest: LocalMonth): Generator<string> {
  yield '单位编号,统一社会信用代码,费款所属期,参保总人数,养老人数,医疗人数,失业人数,工伤人数,缴费基数合计(元),到账标志,到账日期';
  for (let back = months - 1; back >= 0; back--) {
    const month = fromMonthIndex(monthIndex(newest) - back);
    const compact = month.replace('-', '');
    const end = lastDay(month);
    for (let firm = 0; firm < firms; firm++) {
      const heads = 3 + scattered(40, firm, 4) + scattered(4, firm, 5, back);
      const paidOn = addDays(end, scattered(20, firm, 6, back) - 20);
      yield `${100000 + firm},${benchUscc(firm)},${compact},${heads},${heads},${heads},${heads - 1},${heads},${heads * 8000 + scattered(8000, firm, 7, back)}.${10 + scattered(90, firm, 8, back)},是,${paidOn}`;
    }
  }
}

/** Layout social-security/arrears: `each` a firm, all cleared. */
export function* arrearsRows(firms: number, each: number): Generator<string> {
  yield '统一社会信用代码,险种,欠费金额(元),欠费起月,欠费止月,清缴日期';
  for (let firm = 0; firm < firms; firm++)
    for (let n = 0; n < each; n++) {
      const month = fromMonthIndex(monthIndex(localDate('2023-07-01')) + 3 * n);
      const cleared = addDays(lastDay(month), 20 + scattered(60, firm, 9, n));
      yield `${benchUscc(firm)},养老,${1000 + scattered(90000, firm, 10, n)}.00,${month},${month},${cleared}`;
    }
}

const LEVELS = ['市', '省', '区', '国家'];

/** Layout subsidies/csv. */
export function* subsidyRows(firms: number, each: number): Generator<string> {
  yield '项目编号,项目名称,计划类别,级别,主管部门,承担单位,统一社会信用代码,竞争性(是/否),状态,批复金额(万元),拨付金额(万元),批复日期,拨付日期';
  for (let firm = 0; firm < firms; firm++)
    for (let n = 0; n < each; n++) {
      const on = addDays(localDate('2022-01-01'), scattered(1500, firm, 11, n));
      yield `P${firm}-${n},示例项目,技术攻关,${LEVELS[scattered(4, firm, 12, n)]},示例科技创新局,演示第${firm}号科技有限公司,${benchUscc(firm)},${scattered(2, firm, 13, n) ? '是' : '否'},已拨付,100,${20 + scattered(80, firm, 14, n)},${on},${addDays(on, 60)}`;
    }
}

/** Layout patents/jsonl. */
export function* patentRows(firms: number, each: number): Generator<string> {
  for (let firm = 0; firm < firms; firm++)
    for (let n = 0; n < each; n++) {
      const filed = addDays(localDate('2021-01-01'), scattered(1600, firm, 15, n));
      const granted = n % 3 === 0 ? addDays(filed, 200) : null;
      yield JSON.stringify({
        appNo: `CN${applicationNumber(Number(filed.slice(0, 4)), n % 2 ? 1 : 2, firm * each + n)}`,
        type: n % 2 ? '发明' : '实用新型',
        title: '一种示例装置及其控制方法',
        ipcMain: 'G06N3/08',
        ipcs: ['G06N3/08', 'G06F18/24'],
        appDate: filed,
        grantDate: granted,
        legal: granted === null ? '实质审查' : '授权',
        legalDate: granted ?? addDays(filed, 90),
        applicants: [{ name: '示例企业', usc: benchUscc(firm), original: true }],
        inventorsCount: 1 + scattered(5, firm, 16, n),
      });
    }
}
