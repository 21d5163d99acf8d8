import { ProblemError, type LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { DisputeState } from './dispute.ts';

/** A dispute as stored. */
export interface DisputeRow {
  readonly disputeId: string;
  readonly uscc: string;
  /** Null: the calculation itself is disputed. */
  readonly source: string | null;
  readonly recordKey: string | null;
  readonly claim: string;
  readonly state: DisputeState;
  readonly version: number;
  readonly receivedAt: Date;
  readonly stateSince: Date;
  readonly checkedBy: string | null;
  readonly reply: string | null;
  readonly repliedAt: Date | null;
  readonly statement: string | null;
  readonly deliveryId: string | null;
  readonly runId: string | null;
}

/** With both clocks: days from receipt, and the working days of its state. */
export interface DisputeView extends DisputeRow {
  /** 书面答复截止日: 20 days from receipt. */
  readonly answerBy: LocalDate;
  /** Last day of the first timer of its state; null: none runs. */
  readonly stateDueOn: LocalDate | null;
}

export interface RecordedDisputeEvent {
  readonly version: number;
  readonly event: string;
  readonly fromState: DisputeState | null;
  readonly toState: DisputeState;
  readonly at: Date;
  /** Null: a timer. */
  readonly personId: string | null;
  readonly text: string;
}

/** Throws ProblemError dispute-unknown 404, also for another firm's. */
export async function disputeOf(
  tx: Tx,
  disputeId: string,
  { uscc, lock = false }: { readonly uscc?: string; readonly lock?: boolean },
): Promise<DisputeRow> {
  const [row] = await tx.query<DisputeRow>(
    `SELECT dispute_id AS "disputeId", uscc, source, record_key AS "recordKey", claim, state, version, received_at AS "receivedAt",
       state_since AS "stateSince", checked_by AS "checkedBy", reply, replied_at AS "repliedAt", statement,
       delivery_id AS "deliveryId", run_id AS "runId"
     FROM dispute WHERE dispute_id = $1 AND ($2::text IS NULL OR uscc = $2) ${lock ? 'FOR UPDATE' : ''}`,
    [disputeId, uscc ?? null],
  );
  if (row) return row;
  throw new ProblemError({
    code: 'dispute-unknown',
    status: 404,
    zh: `没有异议 ${disputeId}`,
    en: `there is no dispute ${disputeId}`,
  });
}

/** Oldest first. */
export const eventsOf = (tx: Tx, disputeId: string): Promise<RecordedDisputeEvent[]> =>
  tx.query<RecordedDisputeEvent>(
    `SELECT version, event, from_state AS "fromState", to_state AS "toState", at, person_id AS "personId", text
     FROM dispute_event WHERE dispute_id = $1 ORDER BY version`,
    [disputeId],
  );
