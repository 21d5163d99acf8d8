import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '#lib/platform';
import { ProblemError, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

export const CRITERIA = ['technologyThreshold', 'marketProspects', 'productCompetitiveness'] as const;
/** 技术门槛, 市场前景, 产品竞争力. */
export type Criterion = (typeof CRITERIA)[number];

export interface Anchor extends Text {
  readonly mark: number;
}

/** 专家评价表 (domain §4.1): what each mark of a criterion means. Dated data of models/reviews. */
export interface ExpertForm {
  readonly version: string;
  readonly criteria: readonly (Text & {
    readonly code: Criterion;
    /** Percent; the three are 100. */
    readonly weight: number;
    /** Five, from 1 to 5. */
    readonly anchors: readonly Anchor[];
  })[];
}

/** What an expert says of one criterion. */
export interface Mark {
  /** 1 to 5. */
  readonly mark: number;
  readonly text: string;
}
export type Marks = Readonly<Record<Criterion, Mark>>;

/** Throws TypeError for a table whose weights are not 100 or whose anchors are not 1 to 5: it came with the program. */
export function expertForm(document: unknown): ExpertForm {
  const form = document as ExpertForm;
  const codes = form.criteria.map(({ code }) => code);
  const sum = form.criteria.reduce((total, { weight }) => total + weight, 0);
  const anchored = form.criteria.every(({ anchors }) => anchors.map(({ mark }) => mark).join() === '1,2,3,4,5');
  if (codes.join() !== CRITERIA.join() || sum !== 100 || !anchored) throw new TypeError('the expert form is not whole');
  return form;
}

let shipped: ExpertForm | undefined;
/** The form that comes with the program. */
export function shippedForm(): ExpertForm {
  const file = path.join(packageRoot(), 'models/reviews/expert-form.v1.json');
  shipped ??= expertForm(JSON.parse(readFileSync(file, 'utf8')));
  return shipped;
}

/** 专家评分 in hundredths, 100 to 500: the weighted mean, exact. It stands beside the score and never enters it. */
export const expertHundredths = (marks: Marks, { criteria }: ExpertForm = shippedForm()): number =>
  criteria.reduce((sum, { code, weight }) => sum + weight * marks[code].mark, 0);

const LEAST_TEXT = 5;

/** Throws ProblemError form-invalid 422 naming each mark that is no whole number of 1 to 5, and each text that is missing. */
export function checkedMarks(given: Readonly<Record<string, unknown>>): Marks {
  const errors: ProblemDetail[] = [];
  for (const code of CRITERIA) {
    const { mark, text } = (given[code] ?? {}) as Partial<Mark>;
    if (!Number.isInteger(mark) || mark! < 1 || mark! > 5)
      errors.push({
        pointer: `/form/${code}/mark`,
        code: 'form-invalid',
        zh: '应为1至5的整数',
        en: 'a whole number of 1 to 5 is expected',
      });
    if (typeof text !== 'string' || text.trim().length < LEAST_TEXT || text.length > 2000)
      errors.push({
        pointer: `/form/${code}/text`,
        code: 'form-invalid',
        zh: `应为${LEAST_TEXT}至2000字的理由`,
        en: `a reason of ${LEAST_TEXT} to 2,000 characters is expected`,
      });
  }
  for (const field of Object.keys(given))
    if (!(CRITERIA as readonly string[]).includes(field))
      errors.push({
        pointer: `/form/${field}`,
        code: 'form-invalid',
        zh: '未知指标',
        en: 'there is no such criterion',
      });
  if (errors.length === 0)
    return Object.fromEntries(
      CRITERIA.map((code) => {
        const { mark, text } = given[code] as Mark;
        return [code, { mark, text: text.trim() }];
      }),
    ) as unknown as Marks;
  throw new ProblemError({
    code: 'form-invalid',
    status: 422,
    zh: '专家评价表填写有误',
    en: 'the expert form is not filled in as it should be',
    errors,
  });
}
