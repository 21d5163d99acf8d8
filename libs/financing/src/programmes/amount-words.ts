import { fen, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { Profile } from './fact-types.ts';
import { factOf } from './profile.ts';
import { parameterOn, type AmountRule, type Parameter, type ParameterRow, type Programme } from './programme.ts';
import { percentOfBp, withMark, yuanWords, type Authority } from './words.ts';

/** 额度说明. Reference only, no promise of credit (参考额度, 不构成授信承诺). */
export interface Amount extends Text {
  readonly rule: AmountRule['rule'];
  readonly status: Authority;
  /** The most that the rule allows this firm; null where it says no sum or the sum it starts from is not known. */
  readonly atMostFen: Fen | null;
}

/** What a rule of amounts means for the firm, in words. */
export function amountOf({ amount }: Programme, profile: Profile): Amount {
  const { rule, status } = amount;
  const atMostFen = mostOf(amount, profile);
  const words = wordsOf(amount);
  const most = atMostFen === null || 'capFen' in amount ? { zh: '', en: '' } : mostWords(atMostFen);
  return { rule, status, atMostFen, ...withMark({ zh: words.zh + most.zh, en: words.en + most.en }, status) };
}

const mostWords = (sum: Fen): Text => {
  const { zh, en } = yuanWords(sum);
  return { zh: `，即不超过${zh}`, en: `, here at most ${en}` };
};

function mostOf(amount: AmountRule, profile: Profile): Fen | null {
  if ('capFen' in amount) return fen(amount.capFen);
  if (amount.rule === 'price') return shareOf(profile, 'equipmentPrice', amount.toBp);
  if (amount.rule === 'appraisal') return shareOf(profile, 'appraisedValue', amount.toBp);
  return null;
}

/** Rounded down to the fen: a ceiling is never passed. */
function shareOf(profile: Profile, name: string, bp: number): Fen | null {
  const fact = factOf(profile, name);
  return fact.known ? mulDiv(fen(fact.value as number), bp, 10_000, 'floor') : null;
}

function wordsOf(amount: AmountRule): Text {
  switch (amount.rule) {
    case 'cap': {
      const { zh, en } = yuanWords(amount.capFen);
      return { zh: `每户不超过${zh}`, en: `at most ${en} a firm` };
    }
    case 'line':
      return {
        zh: '按建议额度，参考额度，不构成授信承诺',
        en: 'the suggested line: for reference, no promise of credit',
      };
    case 'composition':
      return {
        zh: `股权、信用贷款、批量担保按2:1:1核定（读法${amount.reading}）`,
        en: `equity, loan and batch guarantee as 2:1:1 (reading ${amount.reading})`,
      };
    case 'appraisal': {
      const range = `${percentOfBp(amount.fromBp)}–${percentOfBp(amount.toBp)}`;
      return { zh: `评估价值的${range}`, en: `${range} of the appraised value` };
    }
    case 'price':
      return {
        zh: `不超过设备价格的${percentOfBp(amount.toBp)}`,
        en: `at most ${percentOfBp(amount.toBp)} of the price`,
      };
    case 'tax':
      return {
        zh: `近两年平均纳税额的${amount.from}至${amount.to}倍`,
        en: `${amount.from} to ${amount.to} times the mean tax of two years`,
      };
    case 'subsidy': {
      const { zh, en } = yuanWords(amount.capFen);
      const rate = percentOfBp(amount.rateBp);
      return {
        zh: `按年利率${rate}贴息，每户不超过${zh}`,
        en: `interest of ${rate} a year is paid, at most ${en} a firm`,
      };
    }
    case 'same-line':
      return { zh: '原贷款额度内', en: 'within the line of the old loan' };
    case 'desks':
      return { zh: '各机构额度合计', en: 'the sum of what the desks offer' };
    case 'lender':
      return { zh: '由银行独立审定', en: 'the bank decides alone' };
    case 'quote':
      return { zh: '由保险机构报价', en: 'the insurer quotes it' };
    case 'none':
      return { zh: '不涉及额度', en: 'no amount follows from it' };
  }
}

/** A parameter on a day; row null: no source says what held then. */
export interface ParameterOn extends Text {
  readonly code: string;
  readonly unit: Parameter['unit'];
  readonly row: ParameterRow | null;
}

export const parametersOn = (programme: Programme, date: LocalDate): readonly ParameterOn[] =>
  programme.parameters.map(({ code, unit, zh, en }) => {
    const row = parameterOn(programme, code, date) ?? null;
    const value = row === null ? { zh: '不详', en: 'not known' } : valueIn(unit, row.value);
    const words = { zh: `${zh}：${value.zh}`, en: `${en}: ${value.en}` };
    return { code, unit, row, ...(row === null ? words : withMark(words, row.status)) };
  });

function valueIn(unit: Parameter['unit'], value: number): Text {
  switch (unit) {
    case 'fen':
      return yuanWords(value);
    case 'bp':
      return { zh: percentOfBp(value), en: percentOfBp(value) };
    case 'months':
      return { zh: `${value}个月`, en: `${value} months` };
    case 'count':
      return { zh: String(value), en: String(value) };
  }
}

export function termWords({ term }: Programme): Text | null {
  if (term === undefined) return null;
  const { fromMonths, toMonths, status } = term;
  return withMark({ zh: `${fromMonths}至${toMonths}个月`, en: `${fromMonths} to ${toMonths} months` }, status);
}
