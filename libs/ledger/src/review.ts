import { dateOf, type LocalDate } from '#lib/kernel';
import { normaliseName, valueOf } from '#lib/data-sources';

/** Headers under which bureaus name the firm, its region and its first day. */
const NAME = ['企业名称', '单位名称', '行政相对人名称', '承担单位', '当事人名称', '申请人名称', '纳税人名称', '名称'];
const REGION = ['区划', '行政区划', '区划代码', '所在区划', '注册地区划'];
const DATE = ['成立日期', '注册日期', '登记日期'];

/** What a row without a code says of its firm. */
export interface Described {
  /** Normalised. */
  readonly name: string;
  /** GB/T 2260, six digits. */
  readonly region: string;
  readonly establishedOn: LocalDate;
}

/** A registered firm of the very same name. */
export interface Namesake extends Described {
  readonly uscc: string;
}

/** 逐项比对: how the row and the firm agree in one field. The name is the same, or there is no candidate. */
export interface Grades {
  readonly name: 'same';
  readonly region: 'same' | 'city' | 'province' | 'differs';
  readonly establishedOn: 'same' | 'month' | 'differs';
}

export interface Candidate extends Namesake {
  readonly grades: Grades;
  /** 置信度, basis points: for a person to judge by; nothing is ever decided by it. */
  readonly confidenceBp: number;
}

const WEIGHTS = {
  name: { same: 4_000 },
  region: { same: 3_000, city: 2_000, province: 500, differs: 0 },
  establishedOn: { same: 3_000, month: 1_000, differs: 0 },
} as const;

/** Name, region and first day of a row; undefined when it lacks one of them: then it is nobody's to decide. */
export function describedBy(cells: ReadonlyMap<string, unknown>): Described | undefined {
  const text = (columns: readonly string[]): string | undefined => {
    for (const column of columns) {
      const cell = cells.get(column);
      const value = typeof cell === 'string' ? valueOf(cell) : undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const name = text(NAME);
  const region = /^\d{6}$/.exec(text(REGION) ?? '')?.[0];
  const [, year, month, day] = /^(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?$/.exec(text(DATE) ?? '') ?? [];
  const establishedOn = dateOf(Number(year), Number(month), Number(day));
  if (name === undefined || region === undefined || establishedOn === undefined) return undefined;
  return { name: normaliseName(name), region, establishedOn };
}

/**
 * The namesakes that are more than that: region or first day agree too. A namesake is never a candidate by its name
 * alone (domain §1.2). Most likely first.
 */
export function candidatesOf(row: Described, namesakes: readonly Namesake[]): Candidate[] {
  return namesakes
    .filter((firm) => firm.name === row.name)
    .map((firm): Candidate => {
      const grades: Grades = {
        name: 'same',
        region: regionGrade(row.region, firm.region),
        establishedOn: dateGrade(row.establishedOn, firm.establishedOn),
      };
      const confidenceBp =
        WEIGHTS.name[grades.name] + WEIGHTS.region[grades.region] + WEIGHTS.establishedOn[grades.establishedOn];
      return { ...firm, grades, confidenceBp };
    })
    .filter(({ grades }) => ['same', 'city'].includes(grades.region) || grades.establishedOn === 'same')
    .sort((a, b) => b.confidenceBp - a.confidenceBp || (a.uscc < b.uscc ? -1 : 1));
}

const regionGrade = (a: string, b: string): Grades['region'] =>
  a === b
    ? 'same'
    : a.slice(0, 4) === b.slice(0, 4)
      ? 'city'
      : a.slice(0, 2) === b.slice(0, 2)
        ? 'province'
        : 'differs';

const dateGrade = (a: LocalDate, b: LocalDate): Grades['establishedOn'] =>
  a === b ? 'same' : a.slice(0, 7) === b.slice(0, 7) ? 'month' : 'differs';
