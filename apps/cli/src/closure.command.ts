import { parseLocalDate } from '#lib/kernel';
import { closeSource, endClosure, sourceClosures, type SourceClosure } from '#lib/ledger';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

export interface ClosureOptions {
  readonly reason: string;
  readonly statedOn?: string;
  readonly as: string;
  readonly json: boolean;
}

/** `firstmile closure add USCC SOURCE`: the source no longer counts for the firm, from the next run on. */
export async function addClosure(uscc: string, source: string, options: ClosureOptions): Promise<number> {
  const statedOn = options.statedOn === undefined ? undefined : parseLocalDate(options.statedOn);
  if (options.statedOn !== undefined && statedOn === undefined)
    throw usage('--stated-on', '应为存在的日期 YYYY-MM-DD', 'must be a day that exists, as YYYY-MM-DD');
  return decide(options, (input) =>
    closeSource(input.db, { ...input, uscc, source, ...(statedOn ? { statedOn } : {}) }),
  );
}

/** `firstmile closure end USCC SOURCE`: it counts again, from the next run on. */
export const removeClosure = (uscc: string, source: string, options: ClosureOptions): Promise<number> =>
  decide(options, (input) => endClosure(input.db, { ...input, uscc, source }));

type Deciding = Pick<Parameters<typeof closeSource>[1], 'reason' | 'person' | 'clock'> & {
  readonly db: Parameters<typeof closeSource>[0];
};

function decide(options: ClosureOptions, act: (input: Deciding) => Promise<SourceClosure>): Promise<number> {
  if (options.reason.trim().length < 2) throw usage('--reason', '应为2个字以上', 'must say why');
  return withProduct('closure', async ({ db, access, clock }) => {
    const { personId: person } = await access.personByHandle(options.as);
    const closure = await act({ db, person, clock, reason: options.reason });
    answer(options.json, { ...closure }, [sentence(closure)]);
    return EXIT.done;
  });
}

/** `firstmile closure list USCC`. */
export async function listClosures(uscc: string, options: { readonly json: boolean }): Promise<number> {
  return withProduct('closure', async ({ db }) => {
    const items = await sourceClosures(db, uscc);
    answer(
      options.json,
      { items },
      tableOf(
        ['source 数据源', 'kind 种类', 'stated 声明', 'from 起', 'to 止', 'reason 理由'],
        items.map((c) => [
          c.source,
          c.kind,
          c.statedOn,
          c.knownFrom.toISOString(),
          c.knownTo?.toISOString() ?? '–',
          c.reason,
        ]),
      ),
    );
    return EXIT.done;
  });
}

const sentence = ({ uscc, source, kind, knownFrom, knownTo }: SourceClosure): string =>
  knownTo === null
    ? `${source} is closed for ${uscc} (${kind}) since ${knownFrom.toISOString()}; the next run follows`
    : `${source} counts again for ${uscc} since ${knownTo.toISOString()}; the next run follows`;
