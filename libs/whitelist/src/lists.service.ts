import { v7 as uuidv7 } from 'uuid';
import { ProblemError, type Clock, type LocalDate } from '#lib/kernel';
import type { Database, Db, Tx } from '#lib/platform';
import type { Runs } from '#lib/runs';
import { buildListVersion, tickMemberships } from './build-list.ts';
import type { Registers } from './judge-run.ts';
import type { HashedRules } from './list-rules.ts';
import { flipsOf, knownDifference, type KnownDifference, type ListDifference } from './list-difference.ts';
import {
  entriesOf,
  membershipEvents,
  standingsOf,
  type EntryPage,
  type EntryQuery,
  type RecordedEvent,
} from './lists.reader.ts';
import { findVersion, versionsOf, type ListVersion } from './lists.store.ts';
import { lockMembership, membershipsOf } from './memberships.store.ts';
import type { MembershipRow } from './apply-events.ts';
import { isMonthly, type Fact } from './candidate.ts';
import type { MemberState } from './membership.ts';
import { allRulesInForce, beginRules, rulesInForce } from './rules/list-rules.store.ts';
import { shippedLists } from './shipped-lists.ts';

/** Codes of flips that are kept at hand, over all differences: some 30 MB. */
const CODES_KEPT = 500_000;

/** 白名单: rules in force, versions by month, members with their history. */
export class Lists {
  private readonly known = new Map<string, KnownDifference>();

  constructor(
    private readonly db: Database,
    private readonly runs: Runs,
    private readonly registers: Registers,
  ) {}

  /** The lists that come with the program are in force until two persons approve other rules. Safe at every start. */
  async ensureShipped(person: string, clock: Clock): Promise<void> {
    await this.db.transaction(async (tx) => {
      const inForce = new Set((await allRulesInForce(tx)).map(({ rules }) => rules.code));
      const by = { event: 'ship', person, at: clock.now(), reason: '随程序发布 came with the program' } as const;
      for (const list of shippedLists()) {
        const { code } = list.rules;
        await beginRules(tx, list, inForce.has(code) ? 'RETIRED' : 'IN_FORCE', by);
        inForce.add(code);
      }
    });
  }

  /** Codes, words and the newest version of each list. */
  async all(): Promise<readonly { readonly list: HashedRules; readonly newest: ListVersion | undefined }[]> {
    return Promise.all(
      (await allRulesInForce(this.db)).map(async (list) => {
        const [newest] = await versionsOf(this.db, list.rules.code, 1);
        return { list, newest };
      }),
    );
  }

  /** The rules in force. Throws ProblemError list-unknown 404. */
  inForce(code: string): Promise<HashedRules> {
    return rulesInForce(this.db, code);
  }

  /** Throws ProblemError list-unknown, run-unknown, run-not-published, list-run-not-monthly or list-version-order. */
  async build(
    code: string,
    { runId, clock, progress }: { runId: string; clock: Clock; progress?: (firms: number) => void },
  ): Promise<ListVersion> {
    await this.inForce(code);
    const { registers } = this;
    return buildListVersion(this.db, this.runs, { runId, code, clock, registers, ...(progress ? { progress } : {}) });
  }

  /** Brings every list up to the newest published month end, and raises what is due. */
  async tick(clock: Clock): Promise<void> {
    const newest = await this.runs.latestPublished();
    for (const { list, newest: version } of await this.all()) {
      await tickMemberships(this.db, list, clock);
      if (newest && version?.runId !== newest.runId && isNewMonth(newest.asOf, version?.asOf))
        await this.build(list.rules.code, { runId: newest.runId, clock });
    }
  }

  /** Newest first. Throws ProblemError list-unknown. */
  async versions(code: string, limit: number, before?: number): Promise<ListVersion[]> {
    await this.inForce(code);
    return versionsOf(this.db, code, limit, before);
  }

  /** The newest where none is named. Throws ProblemError list-unknown or list-version-unknown 404. */
  async version(code: string, version?: number): Promise<ListVersion> {
    const found =
      version === undefined ? (await versionsOf(this.db, code, 1))[0] : await findVersion(this.db, code, version);
    if (found) return found;
    await this.inForce(code);
    throw new ProblemError({
      code: 'list-version-unknown',
      status: 404,
      zh: version === undefined ? `名单 ${code} 尚无版本` : `名单 ${code} 没有第${version}版`,
      en: version === undefined ? `the list ${code} has no version yet` : `the list ${code} has no version ${version}`,
    });
  }

  /** A page of one version in the order of the codes, read in the caller's transaction. */
  entries(db: Db, code: string, version: number, query: EntryQuery): Promise<EntryPage> {
    return entriesOf(db, code, version, query);
  }

  /** Who changed between two versions, and why. Throws ProblemError list-version-unknown. */
  async difference(
    db: Db,
    code: string,
    versions: { readonly from: number; readonly to: number },
    query: { readonly limit: number; readonly after?: string },
  ): Promise<ListDifference> {
    const from = await this.version(code, versions.from);
    const to = await this.version(code, versions.to);
    const known = await this.knownOf(from, to);
    return { from, to, counts: known.counts, ...(await flipsOf(db, from, to, { known, ...query })) };
  }

  /** Versions never change, so what was worked out once holds; the oldest of many are forgotten. */
  private async knownOf(from: ListVersion, to: ListVersion): Promise<KnownDifference> {
    const key = `${from.listCode} ${from.version} ${to.version}`;
    const kept = this.known.get(key);
    if (kept) return kept;
    const known = await knownDifference(this.db, from, to);
    this.known.set(key, known);
    const size = (): number => [...this.known.values()].reduce((sum, { usccs }) => sum + 1 + usccs.length, 0);
    while (this.known.size > 1 && size() > CODES_KEPT) this.known.delete(this.known.keys().next().value!);
    return known;
  }

  /** A firm's standing and its history, oldest event first; undefined: it never passed. */
  async member(
    code: string,
    uscc: string,
  ): Promise<{ readonly row: MembershipRow; readonly events: readonly RecordedEvent[] } | undefined> {
    return this.db.transaction(async (tx) => {
      const row = await lockMembership(tx, code, uscc);
      return row && { row, events: await membershipEvents(tx, code, uscc) };
    });
  }

  /** 退出名单: from now on the firm is not listed; it leaves with the next version. Saying it twice changes nothing. */
  async optOut(
    tx: Tx,
    uscc: string,
    by: { readonly person: string; readonly reason: string; readonly clock: Clock },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO list_opt_out (opt_out_id, uscc, stated_at, stated_by, reason) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (uscc) WHERE ended_at IS NULL DO NOTHING`,
      [uuidv7(), uscc, by.clock.now(), by.person, by.reason],
    );
  }

  /** The firm wants to be seen again. */
  async optIn(tx: Tx, uscc: string, clock: Clock): Promise<void> {
    await tx.execute('UPDATE list_opt_out SET ended_at = $2 WHERE uscc = $1 AND ended_at IS NULL', [uscc, clock.now()]);
  }

  async hasOptedOut(uscc: string, db: Db = this.db): Promise<boolean> {
    return (await db.query('SELECT FROM list_opt_out WHERE uscc = $1 AND ended_at IS NULL', [uscc])).length > 0;
  }

  /** Where one firm stands with each list in force, by code; not known of a list that is not out. */
  standingsOf(db: Db, uscc: string): Promise<Readonly<Record<string, Fact<MemberState | 'NONE'>>>> {
    return standingsOf(db, uscc);
  }

  /** Every standing of a list, by code: for tests and figures. */
  standings(code: string): Promise<Map<string, MembershipRow>> {
    return membershipsOf(this.db, code);
  }
}

/** A month end later than the newest version's. */
const isNewMonth = (asOf: LocalDate, newest: LocalDate | undefined): boolean =>
  (newest === undefined || asOf > newest) && isMonthly(asOf);
