import { ProblemError, type Fen, type LocalDate } from '#lib/kernel';
import type { Admission } from '../deals/ports.ts';
import { parameterOn, type Programme } from '../programmes/programme.ts';
import { refusal } from './joint-refusals.ts';
import { requiredDesks, type CaseReading, type JointDesk, type JointNeed, type JointTerms } from './joint-terms.ts';

/**
 * The terms of a case as its programme sets them on the day (产品参数); of a 2:1:1 case another reading may be asked for. Pure. Throws ProblemError programme-unknown 404 for a
 * programme that is none of several desks.
 */
export function termsByProgramme(
  code: string,
  programme: Programme | undefined,
  { needs, reading }: { readonly needs: readonly JointNeed[]; readonly reading?: CaseReading },
  on: LocalDate,
): JointTerms {
  if (programme?.kind !== 'case') throw programmeUnknown(code);
  const { amount, desks } = programme;
  const variant = amount.rule === 'composition' ? 'tdd' : 'service';
  const of = (parameter: string): number | undefined => parameterOn(programme, parameter, on)?.value;
  return {
    variant,
    reading: reading ?? (amount.rule !== 'composition' ? 'sum' : amount.reading === 'strict' ? 'strict' : 'A'),
    unit: (of('ROUNDING_UNIT') ?? 1) as Fen,
    needs,
    required: desks.length > 0 ? (desks as readonly JointDesk[]) : requiredDesks(variant, needs),
    minEquity: (of('MIN_EQUITY') ?? 0) as Fen,
    cap: amount.rule === 'cap' ? (amount.capFen as Fen) : null,
    guaranteeTailMonths: of('GUARANTEE_BEYOND_MONTHS') ?? 0,
  };
}

/**
 * The cap under which a case is opened: the lesser of the programme's for any case and for this firm, net of what the firm
 * has in use under it; null: neither has one. Pure. Throws ProblemError programme-cap-exceeded 422 where nothing is left.
 */
export function capLeft(cap: Fen | null, { programmeCap, programmeUsed }: Admission): Fen | null {
  const caps = [cap, programmeCap].filter((one) => one !== null);
  if (caps.length === 0) return null;
  const left = Math.min(...caps) - programmeUsed;
  if (left > 0) return left as Fen;
  const zh = `产品上限已用尽：已用 ${programmeUsed} 分`;
  const en = `the cap of the programme is used up: ${programmeUsed} fen are in use`;
  const errors = [{ pointer: '/programme', code: 'programme-cap-exceeded', zh, en }];
  throw refusal('programme-cap-exceeded', zh, en, { status: 422, errors });
}

function programmeUnknown(code: string): ProblemError {
  const zh = `没有联合授信产品「${code}」`;
  const en = `there is no programme of several desks called ${code}`;
  const errors = [{ pointer: '/programme', code: 'programme-unknown', zh, en }];
  return new ProblemError({ code: 'programme-unknown', status: 404, zh, en, errors });
}
