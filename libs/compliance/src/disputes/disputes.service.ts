import { v7 as uuidv7 } from 'uuid';
import { HOUSE } from '#lib/access';
import { SOURCES } from '#lib/data-sources';
import {
  addDays,
  addMonths,
  dateAt,
  dueOn,
  ProblemError,
  step,
  type Clock,
  type LocalDate,
  type WorkingCalendar,
} from '#lib/kernel';
import type { Notices } from '#lib/notices';
import type { Database, Tx } from '#lib/platform';
import { characteristicCatalogue, RULE_CATALOGUE } from '#lib/scoring';
import {
  ANSWER_DAYS,
  DISPUTE,
  MARKED_STATES,
  OPEN_STATES,
  SOURCE_DAYS,
  type DisputeEvent,
  type DisputeRole,
  type DisputeState,
} from './dispute.ts';
import { disputeOf, eventsOf, type DisputeRow, type DisputeView, type RecordedDisputeEvent } from './disputes.store.ts';

export interface DisputeCommand {
  readonly event: DisputeEvent;
  readonly role: DisputeRole;
  readonly person: string;
  /** Reason, supplement, statement or written reply, as the event asks. */
  readonly text: string;
  /** Of `correct`, `supplement` and `stop`: the delivery that brought it into the ledger. */
  readonly deliveryId?: string;
  /** What the caller saw; another version is refused. */
  readonly version: number;
  readonly clock: Clock;
}

/** What open disputes of a firm touch. */
export interface DisputedValues {
  readonly characteristics: readonly string[];
  readonly knockOuts: readonly string[];
}

/** What one step writes. */
interface Change {
  readonly event: DisputeEvent;
  readonly at: Date;
  /** Null: a timer. */
  readonly person: string | null;
  readonly text: string;
  readonly deliveryId?: string;
  readonly runId?: string;
}

const REPLIES: readonly DisputeEvent[] = ['correct', 'supplement', 'stop', 'reject'];
const LEDGER: readonly DisputeEvent[] = ['correct', 'supplement', 'stop'];
const TOLD_MONTHS = 24;

/** 异议处理. Points are never set by hand: a dispute changes a score through the ledger or not at all. */
export class Disputes {
  constructor(
    private readonly db: Database,
    private readonly notices: Notices,
    private readonly calendar: WorkingCalendar,
  ) {}

  /** Marked at once: the next answer carries it. Throws ProblemError company-unknown, unknown-source, record-unknown or dispute-open. */
  async open(
    uscc: string,
    about: { readonly source?: string; readonly recordKey?: string; readonly claim: string },
    { person, clock }: { readonly person: string; readonly clock: Clock },
  ): Promise<DisputeView> {
    const { source = null, recordKey = null, claim } = about;
    const at = clock.now();
    return this.db.as(HOUSE, async (tx) => {
      await refuseUnknown(tx, uscc, source, recordKey);
      const disputeId = uuidv7({ msecs: at.getTime() });
      const made = await tx.query(
        `INSERT INTO dispute (dispute_id, uscc, source, record_key, claim, state, version, received_at, received_by, state_since)
         VALUES ($1, $2, $3, $4, $5, 'MARKED', 2, $6, $7, $6) ON CONFLICT DO NOTHING RETURNING 1`,
        [disputeId, uscc, source, recordKey, claim, at, person],
      );
      if (made.length === 0)
        throw refusal('dispute-open', 409, '对此已有未办结的异议', 'there is an open dispute about this already');
      const event = (version: number, name: string, from: string | null, to: string, text: string): Promise<number> =>
        appendEvent(tx, disputeId, { version, event: name, from, to, at, person, text });
      await event(1, 'receive', null, 'RECEIVED', claim);
      await event(2, 'mark', 'RECEIVED', 'MARKED', '已标注 marked');
      await this.tell(tx, 'dispute.marked.v1', { uscc, disputeId, recordKey, source }, at);
      return this.view(await disputeOf(tx, disputeId, { uscc }));
    });
  }

  /**
   * One step of a dispute: one event, one version more. `whose`: only that firm's. Throws ProblemError dispute-unknown,
   * version-stale, transition-refused, role-refused, dispute-two-persons, correction-missing or not-rescored.
   */
  async decide(
    disputeId: string,
    command: DisputeCommand,
    whose: { readonly uscc?: string } = {},
  ): Promise<DisputeView> {
    const { event, person, text, clock } = command;
    const at = clock.now();
    return this.db.as(HOUSE, async (tx) => {
      const row = await disputeOf(tx, disputeId, { ...whose, lock: true });
      if (row.version !== command.version)
        throw refusal(
          'version-stale',
          409,
          `已变更为第${row.version}版`,
          `it has changed: the version is ${row.version} now`,
        );
      const stepped = step(DISPUTE, { state: row.state, event, role: command.role, to: row.state });
      if (!stepped.ok) throw new ProblemError(stepped.problem);
      if (event === 'reject' && row.checkedBy === person)
        throw refusal('dispute-two-persons', 409, '核查与驳回须为两人', 'who took it to the source may not reject it');
      if (LEDGER.includes(event)) await refuseUncorrected(tx, row, command.deliveryId);
      const runId = event === 'rescored' ? await runThatKnows(tx, row) : null;
      await this.advance(tx, row, stepped.value, {
        event,
        at,
        person,
        text,
        ...(command.deliveryId === undefined ? {} : { deliveryId: command.deliveryId }),
        ...(runId === null ? {} : { runId }),
      });
      return this.view(await disputeOf(tx, disputeId, {}));
    });
  }

  /** Timers that are over (期限届满). Resolves to how many disputes moved. */
  async tick(clock: Clock): Promise<number> {
    const at = clock.now();
    const today = dateAt(at);
    return this.db.as(HOUSE, async (tx) => {
      const rows = await tx.query<{ dispute_id: string }>(
        `SELECT dispute_id FROM dispute WHERE state IN ('INCOMPLETE', 'SENT_TO_SOURCE', 'REJECTED', 'UNRESOLVED') ORDER BY received_at FOR UPDATE SKIP LOCKED`,
      );
      let moved = 0;
      for (const { dispute_id: disputeId } of rows) {
        const row = await disputeOf(tx, disputeId, {});
        const event = this.dueEvent(row, today);
        if (event === undefined) continue;
        const stepped = step(DISPUTE, { state: row.state, event, role: 'SYSTEM' });
        if (!stepped.ok) throw new ProblemError(stepped.problem);
        await this.advance(tx, row, stepped.value, { event, at, person: null, text: '期限届满 the time is over' });
        moved += 1;
      }
      return moved;
    });
  }

  /** Those of one firm, or all that are open with the one due first. */
  async list(query: { readonly uscc: string } | { readonly limit: number }): Promise<DisputeView[]> {
    return this.db.as('uscc' in query ? `firm:${query.uscc}` : HOUSE, async (tx) => {
      const rows =
        'uscc' in query
          ? await tx.query<{ id: string }>(
              'SELECT dispute_id AS id FROM dispute WHERE uscc = $1 ORDER BY dispute_id DESC LIMIT 200',
              [query.uscc],
            )
          : await tx.query<{ id: string }>(
              `SELECT dispute_id AS id FROM dispute WHERE state NOT IN ('CLOSED', 'CLOSED_INCOMPLETE', 'WITHDRAWN') ORDER BY received_at, dispute_id LIMIT $1`,
              [query.limit],
            );
      // One after the other: a transaction is one connection.
      const views: DisputeView[] = [];
      for (const { id } of rows) views.push(this.view(await disputeOf(tx, id, {})));
      return views;
    });
  }

  /** With its events, oldest first. Throws ProblemError dispute-unknown. */
  async get(
    disputeId: string,
    whose: { readonly uscc?: string } = {},
  ): Promise<DisputeView & { readonly events: readonly RecordedDisputeEvent[] }> {
    return this.db.as(whose.uscc === undefined ? HOUSE : `firm:${whose.uscc}`, async (tx) => ({
      ...this.view(await disputeOf(tx, disputeId, whose)),
      events: await eventsOf(tx, disputeId),
    }));
  }

  /** Marks of a firm as every new answer carries them: what is disputed, never the words (异议标注). */
  async marks(
    uscc: string,
  ): Promise<readonly { readonly source: string | null; readonly recordKey: string | null; readonly since: Date }[]> {
    return this.db.as(HOUSE, (tx) =>
      tx.query(
        `SELECT source, record_key AS "recordKey", received_at AS since FROM dispute WHERE uscc = $1 AND state = ANY ($2) ORDER BY received_at`,
        [uscc, MARKED_STATES],
      ),
    );
  }

  /** What undecided disputes of these firms touch; a firm without one is not there. */
  async openOf(usccs: readonly string[]): Promise<ReadonlyMap<string, DisputedValues>> {
    const rows = await this.db.as(HOUSE, (tx) =>
      tx.query<{ uscc: string; source: string | null }>(
        'SELECT uscc, source FROM dispute WHERE uscc = ANY ($1) AND state = ANY ($2)',
        [usccs, OPEN_STATES],
      ),
    );
    const found = new Map<string, DisputedValues>();
    for (const { uscc, source } of rows) {
      const before = found.get(uscc) ?? { characteristics: [], knockOuts: [] };
      const now = source === null ? before : touchedBy(source);
      found.set(uscc, {
        characteristics: [...new Set([...before.characteristics, ...now.characteristics])],
        knockOuts: [...new Set([...before.knockOuts, ...now.knockOuts])],
      });
    }
    return found;
  }

  private dueEvent(row: DisputeRow, today: LocalDate): DisputeEvent | undefined {
    if (row.state === 'SENT_TO_SOURCE')
      return today > addDays(dateAt(row.receivedAt), SOURCE_DAYS) ? 'no-answer' : undefined;
    for (const timer of DISPUTE.states[row.state].timers ?? [])
      if (timer.event !== 'alarm' && today > dueOn(timer, row.stateSince, this.calendar)) return timer.event;
    return undefined;
  }

  private async advance(tx: Tx, row: DisputeRow, to: DisputeState, change: Change): Promise<void> {
    const { event, at, person, text } = change;
    const version = row.version + 1;
    await appendEvent(tx, row.disputeId, { version, event, from: row.state, to, at, person, text });
    const replied = REPLIES.includes(event) ? text : null;
    await tx.execute(
      `UPDATE dispute SET state = $2, version = $3, state_since = CASE WHEN state = $2 THEN state_since ELSE $4 END,
         reply = coalesce($5, reply), replied_at = CASE WHEN $5::text IS NULL THEN replied_at ELSE $4 END,
         checked_by = coalesce($6, checked_by), rejected_by = coalesce($7, rejected_by), statement = coalesce($8, statement),
         delivery_id = coalesce($9, delivery_id), run_id = coalesce($10, run_id)
       WHERE dispute_id = $1`,
      [
        row.disputeId,
        to,
        version,
        at,
        replied,
        event === 'send-to-source' ? person : null,
        event === 'reject' ? person : null,
        event === 'state' ? text : null,
        change.deliveryId ?? null,
        change.runId ?? null,
      ],
    );
    const wasMarked = MARKED_STATES.includes(row.state);
    if (wasMarked && !MARKED_STATES.includes(to))
      await this.tell(
        tx,
        'dispute.closed.v1',
        { uscc: row.uscc, disputeId: row.disputeId, recordKey: row.recordKey, source: row.source, outcome: to },
        at,
      );
  }

  /** To every institution that was told of the firm in the last 24 months. */
  private async tell(
    tx: Tx,
    type: string,
    body: Readonly<Record<string, unknown>> & { readonly uscc: string; readonly disputeId: string },
    at: Date,
  ): Promise<void> {
    const since = new Date(`${addMonths(dateAt(at), -TOLD_MONTHS)}T00:00:00+08:00`);
    const receivers = await tx.query<{ institution_id: string }>(
      `SELECT DISTINCT q.institution_id FROM query_log q JOIN institution i USING (institution_id)
       WHERE q.subjects @> ARRAY[$1] AND q.at >= $2 AND i.kind <> 'operator' AND i.kind <> 'firm' ORDER BY 1`,
      [body.uscc, since],
    );
    for (const { institution_id: institutionId } of receivers)
      await this.notices.publish(tx, { institutionId, type, aggregate: `dispute/${body.disputeId}`, body, at });
  }

  private view(row: DisputeRow): DisputeView {
    const timers = DISPUTE.states[row.state].timers ?? [];
    const due = timers.map((timer) => dueOn(timer, row.stateSince, this.calendar)).sort()[0] ?? null;
    return { ...row, answerBy: addDays(dateAt(row.receivedAt), ANSWER_DAYS), stateDueOn: due };
  }
}

function touchedBy(name: string): DisputedValues {
  const source = SOURCES.find((known) => known.name === name);
  const feeds = new Set<string>(Object.values(source?.layouts ?? {}).map(({ feed }) => feed));
  const reads = (all: readonly string[]): boolean => all.some((feed) => feeds.has(feed));
  return {
    characteristics: characteristicCatalogue()
      .filter((c) => reads(c.feeds))
      .map(({ code }) => code),
    knockOuts: RULE_CATALOGUE.filter(({ code, feeds: of }) => code.startsWith('K') && reads(of)).map(
      ({ code }) => code,
    ),
  };
}

async function refuseUnknown(tx: Tx, uscc: string, source: string | null, recordKey: string | null): Promise<void> {
  const [firm] = await tx.query<{ company_id: number }>('SELECT company_id FROM company WHERE uscc = $1', [uscc]);
  if (!firm) throw refusal('company-unknown', 404, `企业 ${uscc} 未登记`, `no firm ${uscc} is registered`);
  if (source !== null && !SOURCES.some(({ name }) => name === source))
    throw refusal('unknown-source', 404, `没有数据来源「${source}」`, `there is no source ${source}`, '/source');
  if (recordKey === null) return;
  const [record] = await tx.query(
    'SELECT FROM record WHERE company_id = $1 AND source = $2 AND record_key = $3 LIMIT 1',
    [firm.company_id, source, recordKey],
  );
  if (!record) throw refusal('record-unknown', 404, '该企业没有此记录', 'the firm has no such record', '/recordKey');
}

/** A correction is a delivery that changed a record of the firm after the dispute came in. */
async function refuseUncorrected(tx: Tx, row: DisputeRow, deliveryId: string | undefined): Promise<void> {
  const [record] =
    deliveryId === undefined
      ? []
      : await tx.query(
          `SELECT FROM record r JOIN company c USING (company_id) WHERE c.uscc = $1 AND r.delivery_id = $2 AND r.known_from > $3 LIMIT 1`,
          [row.uscc, deliveryId, row.receivedAt],
        );
  if (!record)
    throw refusal(
      'correction-missing',
      409,
      '更正须先经数据交付入账：请给出受理之后变更该企业记录的交付',
      'a correction comes through the ledger: name the delivery that changed a record of the firm after the dispute came in',
      '/deliveryId',
    );
}

/** The published run that knows the correction. */
async function runThatKnows(tx: Tx, row: DisputeRow): Promise<string> {
  const [run] = await tx.query<{ run_id: string }>(
    `SELECT r.run_id FROM run r, delivery d WHERE r.state = 'PUBLISHED' AND d.delivery_id = $1 AND r.known_at >= d.applied_at`,
    [row.deliveryId],
  );
  if (run) return run.run_id;
  throw refusal(
    'not-rescored',
    409,
    '已发布的评分尚未包含此更正',
    'the published run does not know the correction yet',
  );
}

const appendEvent = (
  tx: Tx,
  disputeId: string,
  e: { version: number; event: string; from: string | null; to: string; at: Date; person: string | null; text: string },
): Promise<number> =>
  tx.execute(
    `INSERT INTO dispute_event (dispute_id, version, event, from_state, to_state, at, person_id, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [disputeId, e.version, e.event, e.from, e.to, e.at, e.person, e.text],
  );

function refusal(code: string, status: number, zh: string, en: string, pointer?: string): ProblemError {
  return new ProblemError({ code, status, zh, en, ...(pointer ? { errors: [{ pointer, code, zh, en }] } : {}) });
}
