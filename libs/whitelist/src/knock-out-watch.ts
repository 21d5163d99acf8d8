import { HOUSE } from '#lib/access';
import { dateAt, type Clock } from '#lib/kernel';
import { newestTick } from '#lib/ledger';
import type { Database, Tx } from '#lib/platform';
import { firmsWithNews, knockOutsNow, type LiveKnockOuts, type Runs } from '#lib/runs';
import { applyEvent } from './apply-events.ts';
import { knockOutEvent, knockOutsOn } from './judge.ts';
import type { OpenDisputes, Registers } from './judge-run.ts';
import type { HashedRules } from './list-rules.ts';
import { lockList, lockMembership, nextListVersion, saveMemberships } from './memberships.store.ts';
import { allRulesInForce } from './rules/list-rules.store.ts';

/** Firms of one transaction. */
const AT_ONCE = 200;

/** Others who care whether a firm is knocked out. */
export interface KnockOutListener {
  /** Firms that they have to do with. */
  firms(tx: Tx): Promise<readonly string[]>;
  /** 否决: in the transaction in which it is noted, for the house. Undisputed ones only. May come again for the same. */
  knockedOut(tx: Tx, uscc: string, codes: readonly string[]): Promise<void>;
}

export interface KnockOutWatchParts {
  readonly db: Database;
  readonly runs: Pick<Runs, 'latestPublished'>;
  readonly registers: Registers;
  readonly clock: Clock;
  readonly listener: KnockOutListener;
}

/**
 * 即时否决 (domain §4.3): between two monthly runs a knock-out ends a membership on the day on which the ledger learns of it. Looks
 * at what became known since it last looked; nothing else of a firm is judged anew before the month is over.
 */
export class KnockOutWatch {
  constructor(private readonly parts: KnockOutWatchParts) {}

  /** Resolves to the number of memberships that moved. */
  async follow(stopping: () => boolean = () => false): Promise<number> {
    const { db, runs, listener, clock } = this.parts;
    const run = await runs.latestPublished();
    const until = await newestTick(db);
    if (run === undefined || until === undefined) return 0;
    // The first look begins where the newest run ended.
    const since = await db.as(HOUSE, async (tx) => (await lookedUntil(tx)) ?? run.knownAt);
    if (until <= since) return 0;
    const among = await db.as(HOUSE, async (tx) => [...(await members(tx)), ...(await listener.firms(tx))]);
    const firms = await firmsWithNews(db, [...new Set(among)], { since, until });
    let moved = 0;
    for (let from = 0; from < firms.length && !stopping(); from += AT_ONCE) {
      const part = firms.slice(from, from + AT_ONCE);
      const live = await knockOutsNow(db, part, { run, knownAt: until, on: dateAt(clock.now()) });
      const disputes = (await this.parts.registers.disputes?.(part)) ?? new Map<string, OpenDisputes>();
      moved += await db.as(HOUSE, (tx) => this.note(tx, live, disputes));
    }
    // What is looked at twice moves nothing twice: a killed look begins again.
    if (!stopping()) await db.as(HOUSE, (tx) => markLooked(tx, until));
    return moved;
  }

  private async note(
    tx: Tx,
    live: readonly LiveKnockOuts[],
    disputes: ReadonlyMap<string, OpenDisputes>,
  ): Promise<number> {
    let moved = 0;
    for (const list of await allRulesInForce(tx)) {
      await lockList(tx, list.rules.code);
      for (const firm of live) if (await this.end(tx, list, firm, disputes.get(firm.uscc)?.knockOuts ?? [])) moved += 1;
    }
    for (const { uscc, knockOuts } of live) {
      const disputed = disputes.get(uscc)?.knockOuts ?? [];
      const codes = knockOuts.filter(({ code, state }) => state === 'yes' && !disputed.includes(code));
      if (codes.length > 0)
        await this.parts.listener.knockedOut(
          tx,
          uscc,
          codes.map(({ code }) => code),
        );
    }
    return moved;
  }

  private async end(
    tx: Tx,
    { rules }: HashedRules,
    { uscc, industry, knockOuts }: LiveKnockOuts,
    disputed: readonly string[],
  ): Promise<boolean> {
    const raised = knockOutEvent(knockOutsOn({ knockOuts, industry, rules }), disputed);
    if (raised === undefined) return false;
    const row = await lockMembership(tx, rules.code, uscc);
    if (row?.state !== 'ACTIVE' && row?.state !== 'WATCH') return false;
    const at = this.parts.clock.now();
    const after = applyEvent(row, raised, { at, asOf: dateAt(at), rules, role: 'SYSTEM' });
    const listVersion = await nextListVersion(tx, rules.code);
    await saveMemberships(tx, rules.code, [after.row], [{ ...after.event, uscc }], {
      person: null,
      runId: null,
      listVersion,
    });
    return true;
  }
}

async function members(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ uscc: string }>(
    `SELECT DISTINCT uscc FROM membership WHERE state IN ('ACTIVE', 'WATCH')`,
  );
  return rows.map(({ uscc }) => uscc);
}

async function lookedUntil(tx: Tx): Promise<Date | undefined> {
  const [row] = await tx.query<{ known_at: Date }>('SELECT known_at FROM knock_out_look');
  return row?.known_at;
}

/** Never back: two lookers at once end where the later one does. */
const markLooked = (tx: Tx, knownAt: Date): Promise<number> =>
  tx.execute(
    `INSERT INTO knock_out_look AS l (known_at) VALUES ($1)
     ON CONFLICT (one) DO UPDATE SET known_at = greatest(l.known_at, excluded.known_at)`,
    [knownAt],
  );
