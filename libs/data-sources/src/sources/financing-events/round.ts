import { cleanText } from '../../normalise/text.ts';
import type { FinancingRound } from './payload.ts';

const WORDS: ReadonlyMap<string, FinancingRound> = new Map([
  ['种子', 'seed'],
  ['SEED', 'seed'],
  ['天使', 'angel'],
  ['ANGEL', 'angel'],
  ['战略', 'strategic'],
  ['战略投资', 'strategic'],
  ['战略融资', 'strategic'],
  ['STRATEGIC', 'strategic'],
  ['STRATEGICINVESTMENT', 'strategic'],
  ['上市前', 'pre-ipo'],
  ['PREIPO', 'pre-ipo'],
  ['IPO', 'ipo'],
  ['IPO上市', 'ipo'],
  ['上市', 'ipo'],
  ['IPO上市后', 'post-ipo'],
  ['POSTIPO', 'post-ipo'],
  ['定增', 'post-ipo'],
  ['定向增发', 'post-ipo'],
  ['新三板', 'neeq'],
  ['新三板挂牌', 'neeq'],
  ['NEEQ', 'neeq'],
  ['新三板定增', 'neeq-placement'],
  ['并购', 'acquisition'],
  ['收购', 'acquisition'],
  ['M&A', 'acquisition'],
  ['ACQUISITION', 'acquisition'],
  ['股权众筹', 'crowdfunding'],
  ['众筹', 'crowdfunding'],
  ['债权', 'debt'],
  ['债权融资', 'debt'],
  ['DEBT', 'debt'],
]);

/**
 * One round from its words in Chinese, English or both: «A轮», «A», «Series A», «A 轮融资», «天使轮», «Angel Round», «Pre-A»,
 * «A+», «A++», «A1轮» (a+), «F轮-上市前» (pre-ipo). Undefined: no round.
 */
export function roundOf(raw: string): FinancingRound | undefined {
  const text = cleanText(raw).toUpperCase();
  const known = WORDS.get(text.replace(/[\s-]/g, ''));
  if (known !== undefined) return known;
  const bare = text.replace(/融资|投资|SERIES|ROUND|FINANCING|轮次|轮|[\s()_-]/g, '');
  const word = WORDS.get(bare);
  if (word !== undefined) return word;
  if (bare.endsWith('上市前')) return 'pre-ipo';
  const m = /^(PRE)?([A-H])(\+{1,3}|[1-9])?$/.exec(bare);
  if (!m) return undefined;
  const letter = m[2]!.toLowerCase() as 'a';
  // Pre-A+ is still before the A round.
  if (m[1] !== undefined) return `pre-${letter}`;
  return m[3] === undefined ? letter : `${letter}+`;
}
