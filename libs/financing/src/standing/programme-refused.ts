import { ProblemError, type Problem, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { factDefinition } from '../programmes/facts.ts';
import type { Missing, ProgrammeMatch } from '../programmes/match.ts';
import { isAlternative, type Programme, type SingleCondition } from '../programmes/programme.ts';

/** What may be said of a firm to whoever asked whether a programme takes it. */
export interface Telling {
  /** Values of its score, register and statements. */
  readonly values: boolean;
  /** 信贷记录, which are told by themselves (征信业管理条例 art. 29). */
  readonly loans: boolean;
}
export const TELL_ALL: Telling = { values: true, loans: true };
/** 未获授权: conditions are named in the words of the programme, and nothing is told of loans. */
export const TELL_WORDS: Telling = { values: false, loans: false };

/**
 * 准入拒绝: every reason why the programme does not take the firm, what fails, and what nobody knows with what would make it
 * known. As thrown it says everything; `told` is what may be passed on.
 */
export class ProgrammeRefused extends ProblemError {
  constructor(
    private readonly match: ProgrammeMatch,
    private readonly programme: Programme,
  ) {
    super(problemOf(match, programme, TELL_ALL));
  }

  told(telling: Telling): ProblemError {
    return new ProblemError(problemOf(this.match, this.programme, telling));
  }
}

function problemOf(match: ProgrammeMatch, programme: Programme, { values, loans }: Telling): Problem {
  const { code, zh, en, whyNot, conditions, missing } = match;
  const onLoans = loanConditions(programme);
  const open = ({ id }: { readonly id: string }): boolean => loans || !onLoans.has(id);
  const failed = whyNot.filter(open);
  const unknown = missing.filter((one) => open(one) && (loans || !isOfLoans(one.fact)));
  // One word for what fails and for what nobody knows: neither is told.
  const withheld = conditions.filter((one) => !open(one) && one.state !== 'pass');
  const words = new Map(conditions.map((condition) => [condition.id, condition]));
  const counts = {
    zh: [
      `${failed.length}项不满足`,
      `${unknown.length}项未知`,
      ...(withheld.length > 0 ? [`${withheld.length}项不予说明`] : []),
    ],
    en: [
      `${failed.length} conditions fail`,
      `${unknown.length} are unknown`,
      ...(withheld.length > 0 ? [`${withheld.length} are not told`] : []),
    ],
  };
  return {
    code: 'programme-refused',
    status: 409,
    zh: `不符合「${zh}」的条件：${counts.zh.join('，')}`,
    en: `${code}, ${en}, does not take the firm: ${counts.en.join(', ')}`,
    errors: [
      ...failed.map((why) => failedDetail(why, words.get(why.id), values)),
      ...unknown.map((one) => unknownDetail(one, values)),
      ...withheld.map(withheldDetail),
    ],
    extra: {
      programme: code,
      failed: failed.map(({ id }) => id),
      unknown: unknown.map(({ id }) => id),
      ...(loans ? {} : { withheld: withheld.map(({ id }) => id) }),
    },
  };
}

function failedDetail(why: Text, condition: Text | undefined, values: boolean): ProblemDetail {
  // Why a programme takes nobody is no condition, and nothing of the firm.
  const { zh, en } = condition === undefined || !values ? (condition ?? why) : joined(condition, why);
  return { pointer: '/programme', code: 'condition-failed', zh, en };
}

const joined = (condition: Text, why: Text): Text => ({
  zh: `${condition.zh}：${why.zh}`,
  en: `${condition.en}: ${why.en}`,
});

function unknownDetail({ zh, en, why, provider }: Missing, values: boolean): ProblemDetail {
  // Where nobody said anything, why says already who could.
  const isSaid = values && why.zh.endsWith(provider.zh);
  const told = values ? why : NOT_KNOWN;
  return {
    pointer: '/programme',
    code: 'condition-unknown',
    zh: `${zh}：${told.zh}${isSaid ? '' : `；需${provider.zh}`}`,
    en: `${en}: ${told.en}${isSaid ? '' : `; it takes that ${provider.en}`}`,
  };
}

const NOT_KNOWN: Text = { zh: '尚不能判定', en: 'it is not known' };

const withheldDetail = ({ zh, en }: Text): ProblemDetail => ({
  pointer: '/programme',
  code: 'condition-withheld',
  zh: `${zh}：不满足或尚不能判定，未获企业信贷记录授权不予说明`,
  en: `${en}: not met or not known, and not told without the firm's authorisation for its credit history`,
});

/** Conditions that ask of loans, in any of their ways. */
const loanConditions = ({ conditions }: Programme): ReadonlySet<string> =>
  new Set(
    conditions
      .filter((condition) =>
        isAlternative(condition) ? condition.anyOf.some(({ all }) => all.some(asksOfLoans)) : asksOfLoans(condition),
      )
      .map(({ id }) => id),
  );
const asksOfLoans = ({ fact }: SingleCondition): boolean => isOfLoans(fact);
const isOfLoans = (fact: string): boolean => factDefinition(fact)?.from === 'CRD';
