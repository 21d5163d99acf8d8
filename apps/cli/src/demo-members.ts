import { FixedClock, type Uscc } from '#lib/kernel';
import type { Product } from '#lib/product';
import type { ScheduledRun, SimulatedDelivery, Simulation } from '#tools/simulate';

/** The list that the demo book keeps. */
export const DEMO_LIST = 'CKT';

const LISTED_ON = '2026-06-24';
const AUTHORITY = '深圳市市场监督管理局';
const HOUR_MS = 3_600_000;

/** What the demo book adds before its last run: one file more than the simulator delivers. */
export type DemoDelivery = Pick<
  SimulatedDelivery,
  'source' | 'layout' | 'fileName' | 'sequence' | 'sourceTime' | 'coverage' | 'receivedAt' | 'bytes'
> & { readonly expected: () => { readonly rows: number } };

interface Named {
  readonly uscc: Uscc;
  readonly name: string;
}

/** Members of the list of the month before: one is struck off, one disputes that it was, one asks to leave. */
export interface DemoMembers {
  readonly revoked: Named;
  readonly suspended: Named;
  readonly left: Named;
}

/** The same for the same book: the first three members of the newest version that the screen does not show. */
export async function demoMembers(product: Product, simulation: Simulation): Promise<DemoMembers | undefined> {
  const shown = Object.values(simulation.showcase());
  const rows = await product.db.query<Named>(
    `SELECT uscc, name FROM list_entry WHERE list_code = $1 AND kind = 'member' AND state = 'ACTIVE' AND uscc <> ALL ($2)
       AND version = (SELECT max(version) FROM list_version WHERE list_code = $1) ORDER BY uscc LIMIT 3`,
    [DEMO_LIST, shown],
  );
  const [revoked, suspended, left] = rows;
  return revoked && suspended && left ? { revoked, suspended, left } : undefined;
}

/** The list of abnormal operations once more, an hour before the last run, with two of the members on it. */
export function extraDelivery(
  simulation: Simulation,
  run: ScheduledRun,
  { revoked, suspended }: DemoMembers,
): DemoDelivery {
  const last = [...simulation.deliveries()].findLast(({ source }) => source === 'abnormal-list')!;
  const columns = '统一社会信用代码,企业名称,列入日期,列入原因,列入机关,移出日期,移出原因,移出机关';
  const lines = [revoked, suspended].map(
    ({ uscc, name }) => `${uscc},${name},${LISTED_ON},通过登记的住所或者经营场所无法联系,${AUTHORITY},,,`,
  );
  const receivedAt = new Date(Date.parse(run.runsAt) - HOUR_MS).toISOString();
  return {
    source: last.source,
    layout: last.layout,
    fileName: 'abnormal-list-supplement.csv',
    bytes: () => Buffer.from(`${[columns, ...lines].join('\n')}\n`),
    expected: () => ({ rows: lines.length }),
    sequence: last.sequence + 1,
    sourceTime: receivedAt,
    coverage: last.coverage,
    receivedAt,
  };
}

/** One of the two disputes the entry; a third firm asks not to be listed. Twice is as good as once. */
export async function speakUp(product: Product, run: ScheduledRun, { suspended, left }: DemoMembers): Promise<void> {
  const clock = new FixedClock(new Date(Date.parse(run.runsAt) - HOUR_MS / 2).toISOString());
  const disputer = await ownerOf(product, suspended.uscc, 'example-firm');
  const open = await product.disputes.list({ uscc: suspended.uscc });
  if (open.length === 0) {
    const claim = '公司已迁址并办理变更登记，列入有误 we moved and registered it; the entry is wrong';
    await product.disputes.open(suspended.uscc, { source: 'abnormal-list', claim }, { person: disputer, clock });
  }
  const leaver = await ownerOf(product, left.uscc, 'example-firm-2');
  await product.db.as(`firm:${left.uscc}`, (tx) =>
    product.lists.optOut(tx, left.uscc, { person: leaver, reason: '暂无融资需求 no need of credit now', clock }),
  );
}

async function ownerOf({ access }: Product, uscc: Uscc, code: string): Promise<string> {
  const words = { zh: '示例企业（信息主体）', en: 'Example firm, of itself' };
  const { institutionId } =
    (await access.institutionByCode(code)) ?? (await access.createInstitution({ kind: 'firm', code, ...words, uscc }));
  try {
    return (await access.personByHandle(code)).personId;
  } catch {
    return (await access.createPerson({ institutionId, handle: code, name: 'Example firm' })).personId;
  }
}
