import { organisationCodeCheckDigit, usccCheckDigit, type Uscc } from '#lib/kernel';

/** The USCC of made-up firm `n` (0…999,999) in `region`, all check characters valid. */
export function demoUscc(n: number, region = '440305'): Uscc {
  const body = `DM${String(n).padStart(6, '0')}`;
  const code = `91${region}${body}${organisationCodeCheckDigit(body)}`;
  return `${code}${usccCheckDigit(code)}` as Uscc;
}

/** As demoUscc, without the mark of a made-up firm: for the refusal of mixed books only, it names nobody. */
export function unmarkedUscc(n: number, region = '440305'): Uscc {
  const body = `00${String(n).padStart(6, '0')}`;
  const code = `91${region}${body}${organisationCodeCheckDigit(body)}`;
  return `${code}${usccCheckDigit(code)}` as Uscc;
}

type Cells = Readonly<Record<string, string | number | undefined>>;

const quoted = (cell: string | number | undefined): string => {
  const text = String(cell ?? '');
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A CSV file with the columns of the first row. */
export function csv(rows: readonly Cells[], columns: readonly string[] = Object.keys(rows[0] ?? {})): string {
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('');
}

/** The name of made-up firm `n`. */
export const nameOf = (n: number): string => `样例${n}科技有限公司`;

/** One row of the public register (business-registration, layout `open-register`). */
export const registerRow = (n: number, more: Cells = {}): Cells => ({
  企业名称: nameOf(n),
  统一社会信用代码: demoUscc(n),
  注册日期: '2020-03-15',
  企业类型: '有限责任公司',
  注册资金: '100万人民币',
  ...more,
});

/** Registers firms `numbers` (layout `open-register`). */
export const register = (
  numbers: readonly number[],
  more: Cells = {},
): { source: string; layout: string; body: string } => ({
  source: 'business-registration',
  layout: 'open-register',
  body: csv(numbers.map((n) => registerRow(n, more))),
});

/** One row of social-security, layout `monthly`; month as 202601. */
export const monthRow = (n: number, month: string, heads: number, more: Cells = {}): Cells => ({
  统一社会信用代码: demoUscc(n),
  费款所属期: month,
  参保总人数: heads,
  ...more,
});

export const monthly = (rows: readonly Cells[]): { source: string; layout: string; body: string } => ({
  source: 'social-security',
  layout: 'monthly',
  body: csv(rows),
});

/** One award of subsidies. */
export const awardRow = (n: number, projectNo: string, more: Cells = {}): Cells => ({
  项目编号: projectNo,
  统一社会信用代码: demoUscc(n),
  '批复金额(万元)': 30,
  批复日期: '2025-06-01',
  ...more,
});

export const awards = (rows: readonly Cells[]): { source: string; body: string } => ({
  source: 'subsidies',
  body: csv(rows),
});

const APPLICATION_WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** 申请号 of the `serial`-th invention of 2023, with its check digit. */
export function applicationNo(serial: number): string {
  const digits = `20231${String(serial).padStart(7, '0')}`;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * APPLICATION_WEIGHTS[i]!, 0);
  return `${digits}.${'0123456789X'[sum % 11]!}`;
}

export const patentFile = (applications: readonly object[]): { source: string; body: string } => ({
  source: 'patents',
  body: applications.map((application) => `${JSON.stringify(application)}\n`).join(''),
});
