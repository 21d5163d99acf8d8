import { parseLocalDate, ProblemError, type ProblemDetail } from '#lib/kernel';

/** The members of what should be an object; of anything else none, so that every expected member is then missed by name. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Gathers every fault of a document by its JSON pointer, so that one refusal names them all. */
export class DocumentCheck {
  readonly errors: ProblemDetail[] = [];

  constructor(private readonly code: string) {}

  fault(pointer: string, zh: string, en: string): void {
    this.errors.push({ pointer, code: this.code, zh, en });
  }

  /** Whether a whole number from `from` to `to` stands there. */
  whole(pointer: string, value: unknown, from: number, to: number): value is number {
    if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return true;
    this.fault(pointer, `应为${from}至${to}的整数`, `a whole number from ${from} to ${to} is expected`);
    return false;
  }

  text(pointer: string, value: unknown, pattern: RegExp): value is string {
    if (typeof value === 'string' && pattern.test(value)) return true;
    this.fault(pointer, `应符合 ${pattern.source}`, `text like ${pattern.source} is expected`);
    return false;
  }

  /** Names for people, Chinese and English beside each other. */
  names(pointer: string, { zh, en }: Readonly<Record<string, unknown>>): void {
    this.text(`${pointer}/zh`, zh, /^.{2,120}$/u);
    this.text(`${pointer}/en`, en, /^.{2,240}$/u);
  }

  date(pointer: string, value: unknown): void {
    if (typeof value !== 'string' || parseLocalDate(value) === undefined)
      this.fault(pointer, '应为日期 YYYY-MM-DD', 'a day YYYY-MM-DD is expected');
  }

  oneOf(pointer: string, value: unknown, choices: readonly unknown[]): void {
    if (!choices.includes(value))
      this.fault(pointer, `应为 ${choices.join('、')} 之一`, `one of ${choices.join(', ')} is expected`);
  }

  list(pointer: string, value: unknown, least: number, most: number): readonly unknown[] {
    if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
    this.fault(pointer, `应为${least}至${most}项的列表`, `a list of ${least} to ${most} is expected`);
    return [];
  }

  /** A misspelt member would otherwise be a limit that silently does not hold. */
  onlyFields(pointer: string, given: object, known: readonly string[]): void {
    for (const field of Object.keys(given))
      if (!known.includes(field)) this.fault(`${pointer}/${field}`, '未知字段', 'there is no such field');
  }

  /** Throws ProblemError 422 naming every fault. */
  end(zh: string, en: string): void {
    if (this.errors.length === 0) return;
    const where = this.errors.map(({ pointer }) => pointer).join(', ');
    const words = { zh: `${zh}：${where}`, en: `${en}: ${where}` };
    throw new ProblemError({ code: this.code, status: 422, ...words, errors: this.errors });
  }
}
