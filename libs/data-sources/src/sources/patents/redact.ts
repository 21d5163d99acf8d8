import { isIdNumber } from '../../personal.ts';
import { cleanText } from '../../normalise/text.ts';

/**
 * An application without the names of its applicants (申请人), who may be persons: of each remain the code, where it
 * can be one, and whether it applied at first. Their number remains, since a firm's share is 1 ÷ applicants.
 */
export function withoutApplicantNames(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!('applicants' in object)) return object;
  const { applicants } = object;
  return { ...object, applicants: Array.isArray(applicants) ? applicants.map(withoutName) : null };
}

function withoutName(applicant: unknown): object {
  if (typeof applicant !== 'object' || applicant === null) return {};
  const { usc, original } = applicant as Record<string, unknown>;
  return {
    ...(typeof usc === 'string' && isCodeLike(usc) ? { usc } : {}),
    ...(typeof original === 'boolean' ? { original } : {}),
  };
}

/**
 * Letters and digits that are no identity number (公民身份号码), which has the length of a USCC. Malformed codes may be mended,
 * and what a spreadsheet made of one (9.13501E+17) is refused, not overlooked.
 */
function isCodeLike(usc: string): boolean {
  const code = cleanText(usc).replaceAll(' ', '');
  return /^(?=.*\d)[0-9A-Za-z]{1,30}$|^\d(?:\.\d+)?E\+?\d{1,2}$/i.test(code) && !isIdNumber(code);
}
