import { readFileSync } from 'node:fs';
import path from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { actorOf, type Principal } from '#lib/access';
import {
  addMonths,
  dateAt,
  dueOn,
  ProblemError,
  workingCalendar,
  type Clock,
  type LocalDate,
  type WorkingCalendar,
} from '#lib/kernel';
import { packageRoot, type Database, type Tx } from '#lib/platform';
import { ACK_WORKING_DAYS, KEPT_MONTHS, type Notice } from './notice.ts';

/** 工作日历, read anew. */
function readCalendar(): WorkingCalendar {
  const file = path.join(packageRoot(), 'models', 'calendar', 'working-days.v1.json');
  return workingCalendar(JSON.parse(readFileSync(file, 'utf8')));
}

export interface Acknowledged {
  readonly seq: number;
  readonly at: Date;
}

/** Notices to partners. Numbered without gaps for each partner, in the transaction of what they tell. */
export class Notices {
  constructor(private readonly calendar: WorkingCalendar = readCalendar()) {}

  /** Adds one at the end of the partner's sequence. Resolves to its number. Waits for other notices to the same partner. */
  publish(tx: Tx, { institutionId, at, ...told }: Notice): Promise<number> {
    return this.publishAll(tx, { institutionId, at }, [told]);
  }

  /** As `publish`, several in their order, at least one. Resolves to the number of the last. */
  async publishAll(
    tx: Tx,
    { institutionId, at }: Pick<Notice, 'institutionId' | 'at'>,
    told: readonly Omit<Notice, 'institutionId' | 'at'>[],
  ): Promise<number> {
    const items = told.map(({ type, aggregate, body }) => ({
      type,
      aggregate,
      body,
      id: uuidv7({ msecs: at.getTime() }),
      ackDueOn: this.ackDueOn(type, at),
    }));
    const [row] = await tx.query<{ seq: number }>(
      'SELECT notices_published($1, $2, $3) AS seq',
      [institutionId, at, JSON.stringify(items)],
      'notices-published',
    );
    return row!.seq;
  }

  /** The last day on which a notice of this type may be acknowledged; null: it need not be. */
  private ackDueOn(type: string, at: Date): LocalDate | null {
    const workingDays = ACK_WORKING_DAYS[type];
    return workingDays === undefined ? null : dueOn({ workingDays }, at, this.calendar);
  }

  /** 确认: the first one stands, also when it is said again. Throws ProblemError notice-unknown. */
  async acknowledge(db: Database, principal: Principal, seq: number, clock: Clock): Promise<Acknowledged> {
    const { institutionId, personId } = principal;
    return db.as(actorOf(principal), async (tx) => {
      await tx.execute(
        `INSERT INTO notice_ack (institution_id, seq, at, person_id)
         SELECT institution_id, seq, $3, $4 FROM notice WHERE institution_id = $1 AND seq = $2 ON CONFLICT DO NOTHING`,
        [institutionId, seq, clock.now(), personId],
      );
      const [ack] = await tx.query<Acknowledged>(
        'SELECT seq, at FROM notice_ack WHERE institution_id = $1 AND seq = $2',
        [institutionId, seq],
      );
      if (ack) return ack;
      throw new ProblemError({
        code: 'notice-unknown',
        status: 404,
        zh: `没有第${seq}号通知`,
        en: `there is no notice ${seq}`,
      });
    });
  }

  /** Drops what has been kept for 24 months (留存期). Resolves to the number of notices. */
  async dropOld(db: Database, clock: Clock): Promise<number> {
    const day = addMonths(dateAt(clock.now()), -KEPT_MONTHS);
    const [row] = await db.query<{ dropped: number }>('SELECT notices_drop($1) AS dropped', [`${day}T00:00:00+08:00`]);
    return row!.dropped;
  }
}
