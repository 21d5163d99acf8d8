import type { Book } from './book.ts';
import { dayText } from './calendar.ts';
import { closedRounds } from './capital.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { daysOfLife, profileOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Fact } from './register.ts';

const capitalText = (wan: number): string => `${wan}万人民币`;

/** 登记变更: what the register changed, item by item; rounds show as increases of capital. */
export const changesFeed = factFeed(
  {
    source: 'registration-changes',
    layout: 'changes',
    columns: ['统一社会信用代码', '变更事项', '变更日期', '变更前内容', '变更后内容', '变更前区划', '变更后区划'],
    encoding: 'gb18030',
    receivedOnDay: 2,
    dirt: { code: '统一社会信用代码', dates: ['变更日期'], nullable: ['变更前区划'], strangers: true },
  },
  (book, firm) => {
    const facts: Fact[] = [];
    const add = (day: number, item: string, before: string, after: string, region = ''): void => {
      const cells = {
        统一社会信用代码: firm.uscc,
        变更事项: item,
        变更日期: dayText(day),
        变更前内容: before,
        变更后内容: after,
        变更前区划: region,
        变更后区划: region,
      };
      facts.push([{ day, cells }]);
    };
    registered(book, firm, add);
    const random = new Random(book.seed, firm.index, PURPOSE.changes);
    const restless = profileOf(firm) === 'rich' ? 0 : 0.03 * sigmoid(-1 - firm.quality);
    let nth = 0;
    for (const day of daysOfLife(book, firm, random, restless))
      add(day, '法定代表人变更', `样例代表${nth}`, `样例代表${(nth += 1)}`);
    for (const day of daysOfLife(book, firm, random, 0.006))
      add(day, '经营范围变更', `${firm.industry.titles[0]}`, `${firm.industry.titles[0]}；技术服务${(nth += 1)}`);
    return facts;
  },
);

/** What the registration file and the holders show as well. */
function registered(
  book: Book,
  firm: Firm,
  add: (day: number, item: string, before: string, after: string, region?: string) => void,
): void {
  const rounds = closedRounds(book, firm, book.end - 1);
  let capital = firm.registeredCapital - rounds.reduce((sum, round) => sum + round.registered, 0);
  for (const { paidOn, registered: part } of rounds) {
    add(paidOn, '注册资本变更', capitalText(capital), capitalText(capital + part));
    capital += part;
  }
  let { address, paidCapital } = firm;
  for (const change of firm.changes)
    if (change.kind === 'address') {
      add(change.day, '住所变更', address, change.address, firm.district.code);
      ({ address } = change);
    } else if (change.kind === 'paid') {
      if (change.amount !== paidCapital)
        add(change.day, '实收资本变更', capitalText(paidCapital), capitalText(change.amount));
      paidCapital = change.amount;
    }
}
