import { ProblemError } from '#lib/kernel';

/** Where something stands in a PMML document. */
export interface Place {
  /** 1-based line of the element's start. */
  readonly line: number;
  /** `/PMML/Scorecard/Characteristics/Characteristic[2]`; sibling numbers are left out where 1. */
  readonly path: string;
}

/** invalid: not PMML as the standard has it. unsupported: PMML, but a part that is not read here. */
export type RefusalCode = 'pmml-invalid' | 'pmml-unsupported' | 'pmml-too-large';

/** A refusal that names the element and its line. */
export function refusal(code: RefusalCode, place: Place, zh: string, en: string): ProblemError {
  const element = place.path.slice(place.path.lastIndexOf('/') + 1).slice(0, 200);
  const texts = {
    zh: `第${place.line}行${element && ` ${element}`}：${zh}`,
    en: `line ${place.line}${element && `, ${element}`}: ${en}`,
  };
  return new ProblemError({
    code,
    status: code === 'pmml-too-large' ? 413 : 422,
    ...texts,
    errors: [{ code, ...texts, pointer: place.path }],
    extra: { line: place.line },
  });
}

export const invalid = (place: Place, zh: string, en: string): ProblemError => refusal('pmml-invalid', place, zh, en);

/** `what` names the part that is not read. */
export const unsupported = (place: Place, what: string): ProblemError =>
  refusal('pmml-unsupported', place, `不支持 ${shown(what)}`, `${shown(what)} is not supported`);

/** Text of a document as it may stand in a message: short, on one line. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
