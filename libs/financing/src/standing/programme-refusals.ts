import { ProblemError, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { ProgrammeMatch } from '../programmes/match.ts';
import type { HashedProgramme, Programme } from '../programmes/programme.ts';
import { isInForce } from '../programmes/programme.ts';
import { shippedProgrammes } from '../programmes/shipped-programmes.ts';

/** Throws ProblemError programme-unknown 404. */
export const programmeUnknown = (code: string, place: Pick<ProblemDetail, 'pointer' | 'field'>): ProblemError => {
  const words = { zh: `没有产品「${code}」`, en: `there is no programme ${code}` };
  const errors = [{ ...place, code: 'programme-unknown', ...words }];
  return new ProblemError({ code: 'programme-unknown', status: 404, ...words, errors });
};

/**
 * The version of a programme that is in force on the day; where none is, the newest, whose validity then fails. Throws
 * ProblemError programme-unknown 404 for a code that there never was.
 */
export function programmeOn(
  code: string,
  date: LocalDate,
  place: Pick<ProblemDetail, 'pointer' | 'field'>,
  all: readonly HashedProgramme[] = shippedProgrammes(),
): HashedProgramme {
  const versions = all.filter(({ programme }) => programme.code === code);
  const found = versions.findLast(({ programme }) => isInForce(programme, date)) ?? versions.at(-1);
  if (found === undefined) throw programmeUnknown(code, place);
  return found;
}

/** Throws ProblemError programme-without-line 422: nobody borrows under it. */
export function programmeWithoutLine({ code, zh, en }: Programme): ProblemError {
  const words = { zh: `「${zh}」不测算额度`, en: `no line is suggested for ${code}, ${en}` };
  const errors = [{ field: 'programme', code: 'programme-without-line', ...words }];
  return new ProblemError({ code: 'programme-without-line', status: 422, ...words, errors });
}

/** Throws ProblemError programme-cap-unknown 409: the cap is a share of a value, and nobody stated it. */
export function programmeCapUnknown({ code, zh, en, amount }: Programme): ProblemError {
  const asked =
    amount.rule === 'appraisal' ? { zh: '评估价值', en: 'the appraised value' } : { zh: '设备价格', en: 'the price' };
  const words = {
    zh: `「${zh}」按${asked.zh}核定上限，${asked.zh}尚未说明`,
    en: `the cap of ${code}, ${en}, is a share of ${asked.en}, which nobody stated`,
  };
  const errors = [{ pointer: '/amount', code: 'programme-cap-unknown', ...words }];
  return new ProblemError({ code: 'programme-cap-unknown', status: 409, ...words, errors });
}

/** Every reason why the programme does not take the firm: what fails, and what nobody knows with what would make it known. */
export function programmeRefused({ code, zh, en, whyNot, conditions, missing }: ProgrammeMatch): ProblemError {
  const words = new Map(conditions.map((condition) => [condition.id, condition]));
  const failed = whyNot.map((why): ProblemDetail => {
    const condition = words.get(why.id);
    return {
      pointer: '/programme',
      code: 'condition-failed',
      zh: condition === undefined ? why.zh : `${condition.zh}：${why.zh}`,
      en: condition === undefined ? why.en : `${condition.en}: ${why.en}`,
    };
  });
  const unknown = missing.map(({ zh: asked, en: askedEn, why, provider }): ProblemDetail => ({
    pointer: '/programme',
    code: 'condition-unknown',
    zh: `${asked}：${why.zh}；需${provider.zh}`,
    en: `${askedEn}: ${why.en}; it takes that ${provider.en}`,
  }));
  return new ProblemError({
    code: 'programme-refused',
    status: 409,
    zh: `不符合「${zh}」的条件：${failed.length}项不满足，${unknown.length}项未知`,
    en: `${code}, ${en}, does not take the firm: ${failed.length} conditions fail, ${unknown.length} are unknown`,
    errors: [...failed, ...unknown],
    extra: { programme: code, failed: whyNot.map(({ id }) => id), unknown: missing.map(({ id }) => id) },
  });
}
