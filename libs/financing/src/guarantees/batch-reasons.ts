import type { ProblemError } from '#lib/kernel';
import { CAP_WORDS, capCode } from '../capacity/refusals.ts';
import type { CapCheck } from '../capacity/caps.ts';
import { ProgrammeRefused, TELL_WORDS } from '../standing/programme-refused.ts';
import type { BatchReason } from './batch.ts';
import { FUSE_WORDS } from './scheme-rules.ts';

/** Where what was refused stands in a row; what is of the agreement stands for the whole of it. */
const FIELDS: Readonly<Record<string, string>> = {
  '/programme': 'uscc',
  '/uscc': 'uscc',
  '/principal': 'principal',
  '/amount': 'principal',
  '/loanDealId': 'loanDealId',
};

/** What a refusal is to the row of a batch: every part of it, and of the guarantor's book only that it stands against the loan. Pure. */
export function reasonsOf(refused: ProblemError): BatchReason[] {
  // A row is kept and shown again: it says which conditions, and no values of the firm.
  const { problem } = refused instanceof ProgrammeRefused ? refused.told(TELL_WORDS) : refused;
  const caps = (problem.extra?.['caps'] ?? []) as readonly CapCheck[];
  if (caps.length > 0)
    return caps.map(({ cap }) => {
      const [zh, en] = CAP_WORDS[cap];
      return { code: capCode(cap), field: 'principal', zh, en };
    });
  const { code, zh, en, errors = [] } = problem;
  const fuse = FUSE_WORDS[code];
  if (fuse !== undefined) return [{ code, field: 'row', zh: fuse[0], en: fuse[1] }];
  const parts = PARTED.includes(code) && errors.length > 0 ? errors : [{ code, zh, en, pointer: errors[0]?.pointer }];
  return parts.map((part) => ({
    code: part.code,
    field: FIELDS[part.pointer ?? ''] ?? 'row',
    zh: part.zh,
    en: part.en,
  }));
}

/** Refusals whose parts say more than they do. */
const PARTED = ['programme-refused', 'sharing-case-refused'];
