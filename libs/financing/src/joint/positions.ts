import type { Fen } from '#lib/kernel';
import { effective } from '../composition/effective.ts';
import type { JointCase } from '../composition/joint-case.ts';
import { cutToRatio } from '../composition/strict.ts';
import { answerOf, commitmentsOf, isRequired, linesOf, newestOf } from './commitments.ts';
import type { MoneyEntry, JointBody, ProposalLine, MoneyEvent, JointPosition } from './joint-body.ts';
import type { JointPart, JointTerms } from './joint-terms.ts';

/** Entries with the amounts that corrections left them; corrections themselves are gone into those. */
export function inForce(entries: readonly MoneyEntry[]): readonly MoneyEntry[] {
  const right = new Map(entries.filter(({ corrects }) => corrects !== null).map((one) => [one.corrects, one]));
  return entries
    .filter(({ corrects }) => corrects === null)
    .map((entry) => {
      const { amount, interest } = right.get(entry.version) ?? entry;
      return { ...entry, amount, ...(interest === undefined ? {} : { interest }) };
    });
}

type Place = Pick<ProposalLine, 'part' | 'institutionId'>;

/** Fen of one kind of movement of one partner's part, the interest of claims by itself; `who`: what this institution recorded of it. */
export type Tally = (event: MoneyEvent | 'interest', place: Place, who?: string) => number;

export function tallyOf(entries: readonly MoneyEntry[]): Tally {
  const sums = new Map<string, number>();
  const add = (key: string, amount: number): void => void sums.set(key, (sums.get(key) ?? 0) + amount);
  for (const { event, part, partner, who, amount, interest = 0 } of inForce(entries))
    for (const place of [`${part}/${partner}`, `${part}/${partner}/${who}`]) {
      add(`${event}/${place}`, amount);
      if (interest > 0) add(`interest/${place}`, interest);
    }
  return (event, { part, institutionId }, who) =>
    sums.get(`${event}/${part}/${institutionId}${who === undefined ? '' : `/${who}`}`) ?? 0;
}

export const paidOf = (tally: Tally, place: Place): number => tally('pay', place) - tally('back', place);

/** The case as the composition reads it (domain §5.2): what decides what is effective, and what may be drawn. */
export function compositionOf(terms: JointTerms, body: JointBody, frozen: boolean): JointCase {
  const lines = linesOf(body);
  const tally = tallyOf(body.entries);
  const made = commitmentsOf(body).map(({ part, institutionId }) => `${part}/${institutionId}`);
  const order = ({ part, institutionId }: ProposalLine): number => {
    const at = made.indexOf(`${part}/${institutionId}`);
    return at < 0 ? made.length : at;
  };
  const of = (part: JointPart) =>
    lines
      .filter((line) => line.part === part)
      .sort((a, b) => order(a) - order(b))
      .map((line) => ({
        line,
        partner: line.institutionId,
        requested: line.amount,
        committed: (answerOf(body, line)?.amount ?? 0) as Fen,
      }));
  const debt = (part: 'loan' | 'guaranteed') =>
    of(part).map(({ line, ...rest }) => ({ ...rest, drawn: tally('draw', line) as Fen }));
  const joint: JointCase = {
    unit: terms.unit,
    equity: of('equity').map(({ line, ...rest }) => ({
      ...rest,
      recognised: rest.committed,
      paid: paidOf(tally, line) as Fen,
    })),
    loan: debt('loan'),
    guaranteed: debt('guaranteed'),
    moved: newestOf(body)?.moved ?? 0,
    frozen,
  };
  return terms.reading === 'strict' ? cutToRatio(joint) : joint;
}

/** What of each commitment is effective (生效额), by `part/institution`. */
export function effectiveAmounts(terms: JointTerms, body: JointBody): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const { part, institutionId, amount } of commitmentsOf(body)) {
    // An optional partner joins the contract with its own signature.
    const joined = body.signedOn === null || isRequired(terms, part) || signed(body, institutionId);
    amounts.set(`${part}/${institutionId}`, joined ? amount : 0);
  }
  if (terms.reading !== 'sum') {
    const { parts, investors } = effective(compositionOf(terms, body, false));
    for (const one of investors) amounts.set(`equity/${one.partner}`, one.effective);
    for (const part of ['loan', 'guaranteed'] as const)
      for (const one of parts[part].partners) amounts.set(`${part}/${one.partner}`, one.effective);
  }
  return amounts;
}

const signed = ({ signatures }: Pick<JointBody, 'signatures'>, institutionId: string): boolean =>
  signatures.some(({ who }) => who === institutionId);

/** Every partner's amounts, in the order of the proposal's lines. Pure. */
export function positionsOf(terms: JointTerms, body: JointBody): readonly JointPosition[] {
  const amounts = effectiveAmounts(terms, body);
  const tally = tallyOf(body.entries);
  return linesOf(body).map((line) => {
    const { part, institutionId, lender } = line;
    const of = (event: Parameters<Tally>[0]): number => tally(event, line);
    const [drawn, repaid, claimed, lost] = [of('draw'), of('repay'), of('claim'), of('loss')];
    const [recovered, writtenOff] = [of('recover'), of('write-off')];
    return {
      part,
      institutionId,
      lender,
      requested: line.amount,
      committed: answerOf(body, line)?.amount ?? 0,
      effective: amounts.get(`${part}/${institutionId}`) ?? 0,
      paid: paidOf(tally, line),
      drawn,
      repaid,
      claimed,
      lost,
      outstanding: drawn - repaid - claimed - lost,
      recovered,
      writtenOff,
      toRecover: claimed + of('interest') + lost - recovered - writtenOff,
    };
  });
}

export const outstandingOf = (positions: readonly JointPosition[]): number =>
  positions.reduce((sum, one) => sum + one.outstanding, 0);
export const toRecoverOf = (positions: readonly JointPosition[]): number =>
  positions.reduce((sum, one) => sum + one.toRecover, 0);
