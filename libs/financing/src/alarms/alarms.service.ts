import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { dateAt, instantText, type LocalDate, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { DealKind, DealType, Desk } from '../deals/deal.ts';
import { findDeal } from '../deals/deals.store.ts';
import type { DealParts } from '../deals/raise.ts';
import { GUARANTEE } from '../guarantees/guarantee-type.ts';
import { JOINT_CASE } from '../joint/joint-case.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { awaitedDesks, institutionsAt } from './awaited.ts';

/** An alarm that was raised (期限提醒). */
export interface DealAlarm {
  readonly alarmId: string;
  readonly dealId: string;
  readonly kind: DealKind;
  readonly uscc: Uscc;
  readonly programme: string;
  /** In which the deal stood; `stateSince`: since when. */
  readonly state: string;
  readonly stateSince: Date;
  /** The last day before somebody was warned. */
  readonly lastDay: LocalDate;
  readonly raisedAt: Date;
  readonly desks: readonly Desk[];
  /** Institutions that have the notice. */
  readonly told: readonly string[];
  /** The deal has not moved on since. */
  readonly standing: boolean;
}

export interface DealAlarmQuery {
  readonly limit: number;
  /** Before this one: the newest come first. */
  readonly before?: string;
  readonly standing?: boolean;
}

/** 期限提醒: a timer that warns and moves nothing (domain §6). */
export class DealAlarms {
  constructor(private readonly parts: DealParts) {}

  /**
   * Raises every alarm whose last day is over, once for each time that a deal came into its state. Each in a transaction of
   * its own: a notice waits for its partner's others, and never holds up two deals. Resolves to the number of alarms.
   */
  async sweep(): Promise<number> {
    let raised = 0;
    for (const sweepKind of [
      () => this.raiseNext(REFERRAL),
      () => this.raiseNext(GUARANTEE),
      () => this.raiseNext(JOINT_CASE),
    ])
      for (let found = await sweepKind(); found !== 'none'; found = await sweepKind())
        if (found === 'raised') raised += 1;
    return raised;
  }

  private raiseNext<S extends string, E extends string, B, C extends { readonly event: E }, O>(
    type: DealType<S, E, B, C, O>,
  ): Promise<'raised' | 'passed' | 'none'> {
    const at = this.parts.clock.now();
    return this.parts.db.as(HOUSE, async (tx) => {
      const due = await nextDue(tx, type.kind, dateAt(at));
      if (due === undefined) return 'none';
      const { dealId, stateSince, lastDay } = due;
      const deal = (await findDeal(tx, type, dealId))!;
      const { state, version, uscc: usc, programme } = deal;
      // It moved on between the look and the reading.
      if (deal.stateSince.getTime() !== stateSince.getTime()) return 'passed';
      const desks = awaitedDesks(type, deal);
      const told = institutionsAt(deal, desks);
      const fresh = await tx.execute(
        `INSERT INTO alarm_of_deal (alarm_id, deal_id, state, state_since, last_day, raised_at, desks, told)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (deal_id, state_since) DO NOTHING`,
        [uuidv7({ msecs: at.getTime() }), dealId, state, stateSince, lastDay, at, desks, told],
      );
      if (fresh === 0) return 'passed';
      const { kind } = type;
      const body = { dealId, kind, usc, programme, state, version, lastDay, desks, occurredAt: instantText(at) };
      for (const institutionId of told)
        await this.parts.notices.publish(tx, {
          institutionId,
          type: 'deal.alarm.v1',
          aggregate: `${kind}/${dealId}`,
          body,
          at,
        });
      return 'raised';
    });
  }

  /** The newest first, for the house; one more than asked for, if there is one. */
  async page(principal: Principal, { limit, before, standing = false }: DealAlarmQuery): Promise<DealAlarm[]> {
    return this.parts.db.as(actorOf(principal), (tx) =>
      tx.query<DealAlarm>(
        `SELECT a.alarm_id AS "alarmId", a.deal_id AS "dealId", d.kind, d.uscc, d.programme, a.state,
           a.state_since AS "stateSince", a.last_day AS "lastDay", a.raised_at AS "raisedAt", a.desks, a.told,
           d.state_since = a.state_since AS standing
         FROM alarm_of_deal a JOIN deal d USING (deal_id)
         WHERE ($1::uuid IS NULL OR a.alarm_id < $1) AND (NOT $2 OR d.state_since = a.state_since)
         ORDER BY a.alarm_id DESC LIMIT $3`,
        [before ?? null, standing, limit + 1],
        'deal-alarms',
      ),
    );
  }
}

interface Due {
  readonly dealId: string;
  readonly stateSince: Date;
  readonly lastDay: LocalDate;
}

/** A deal of this kind whose alarm is over and was not raised, the longest over first. */
async function nextDue(tx: Tx, kind: DealKind, today: LocalDate): Promise<Due | undefined> {
  const [row] = await tx.query<Due>(
    `SELECT d.deal_id AS "dealId", d.state_since AS "stateSince", d.alarm_on AS "lastDay" FROM deal d
     WHERE d.kind = $1 AND d.alarm_on < $2
       AND NOT EXISTS (SELECT FROM alarm_of_deal a WHERE a.deal_id = d.deal_id AND a.state_since = d.state_since)
     ORDER BY d.alarm_on, d.deal_id LIMIT 1`,
    [kind, today],
    'alarm-due',
  );
  return row;
}
