import { decideAlias, type Review } from '#lib/ledger';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

/** Reviews read at once. */
const PAGE = 200;

/** `firstmile reviews`: rows without a usable code, and the firms that they may mean (身份复核). */
export async function reviews(options: { json: boolean }): Promise<number> {
  return withProduct('reviews', async (product) => {
    const items: Review[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await product.reviews.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      items.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    answer(options.json, { items }, [
      `${items.length} reviews`,
      ...tableOf(
        ['review 复核', 'source', 'name 名称', 'region 区划', 'first day 成立日期', 'candidates 候选'],
        items.map((item) => [
          item.id,
          item.source,
          item.row.name,
          item.row.region,
          item.row.establishedOn,
          item.candidates.map(({ uscc, confidenceBp }) => `${uscc} ${confidenceBp / 100} %`).join(', '),
        ]),
      ),
    ]);
    return EXIT.done;
  });
}

export interface DecideOptions {
  readonly firm?: string;
  readonly none: boolean;
  readonly reason: string;
  readonly person: string;
  readonly json: boolean;
}

/** `firstmile review decide ID`: a person names the firm of a row, or says that it is none of the candidates. */
export async function decideReview(id: string, options: DecideOptions): Promise<number> {
  if ((options.firm === undefined) !== options.none)
    throw usage('--firm', '应给出 --firm 或 --none 之一', 'either --firm or --none must be given');
  const reason = reasonOf(options.reason);
  const uscc = options.firm ?? null;
  return withProduct('review', async ({ access, reviews: queue, clock }) => {
    const person = await access.personByHandle(options.person);
    await queue.decide(id, { uscc, person: person.personId, reason, clock });
    answer(options.json, { id, uscc }, [uscc === null ? `${id} is none of the candidates` : `${id} is of ${uscc}`]);
    return EXIT.done;
  });
}

/** `firstmile alias add NAME`: says by which other name bureaus call a firm. */
export async function addAlias(
  alias: string,
  options: { firm: string; reason: string; person: string; json: boolean },
): Promise<number> {
  const reason = reasonOf(options.reason);
  return withProduct('alias', async ({ access, db, clock }) => {
    const person = await access.personByHandle(options.person);
    const made = await decideAlias(db, { alias, uscc: options.firm, person: person.personId, reason, clock });
    answer(options.json, { ...made }, [`${made.alias} (${made.kind}) is ${made.uscc}`]);
    return EXIT.done;
  });
}

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason.length < 2 || reason.length > 1000)
    throw usage('--reason', '应为2至1000个字', 'must be of 2 to 1000 characters');
  return reason;
}
