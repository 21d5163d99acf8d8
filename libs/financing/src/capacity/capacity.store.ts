import { fen, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { CapacityBook, Liability, NetAssets } from './capacity-book.ts';
import type { CapacityRules } from './capacity-rules.ts';

/** Whose capacity, for which deal, for whom. */
export interface Taking {
  readonly dealId: string;
  readonly guarantor: string;
  readonly client: Uscc;
  readonly programme: string;
}

interface RowJson {
  readonly id: string;
  readonly client: string;
  readonly group: string;
  readonly programme: string | null;
  readonly principal: Fen;
  readonly ownShareBp: number;
  readonly small: boolean;
  readonly state: 'RESERVED' | 'ISSUED';
  readonly reservedUntil: LocalDate | null;
}

interface BookJson {
  readonly group: string | null;
  readonly netAssets: NetAssets[];
  readonly mainlySmall: boolean | null;
  readonly controllers: string[] | null;
  readonly related: string[] | null;
  readonly programme: { readonly perClient: Fen | null; readonly total: Fen | null } | null;
  readonly near: RowJson[];
  readonly restWeighted: number;
  readonly restOfProgramme: number;
}

const NO_DRAW = fen(0);

const liabilityOf = ({ small, ...row }: RowJson): Liability => ({
  ...row,
  weightClass: small ? 'SMALL_LOAN' : 'OTHER',
  undrawn: NO_DRAW,
});

/** All other liabilities as one, with a weight of their own: they count for the whole book and the programme, and for no client. */
function restOf({ restWeighted, restOfProgramme }: BookJson, programme: string): Liability[] {
  const one = { group: null, state: 'ISSUED', reservedUntil: null, undrawn: NO_DRAW, weightClass: 'OTHER' } as const;
  return [
    { ...one, id: 'rest', client: 'rest', programme: null, principal: fen(restWeighted), ownShareBp: 10_000 },
    { ...one, id: 'rest-of-programme', client: 'rest', programme, principal: fen(restOfProgramme), ownShareBp: 0 },
  ];
}

/**
 * Takes the lock on the guarantor's row, frees reservations that are over, and reads what the caps of this client are measured
 * by. Also for a deal of which the guarantor is a party and the actor another.
 */
export async function openBook(
  tx: Tx,
  rules: CapacityRules,
  { guarantor, dealId, client, programme }: Taking,
  on: LocalDate,
): Promise<{ readonly book: CapacityBook; readonly group: string | null }> {
  const [row] = await tx.query<{ book: BookJson }>(
    'SELECT capacity_open($1, $2, $3, $4, $5) AS book',
    [guarantor, dealId, client, programme, on],
    'capacity-open',
  );
  const json = row!.book;
  // A programme that never stated a limit for this guarantor has none here; its own amount for one firm stands in the deal.
  const { perClient, total } = json.programme ?? { perClient: null, total: null };
  const book = {
    rules,
    netAssets: json.netAssets,
    mainlySmall: json.mainlySmall,
    controllers: json.controllers,
    relatedParties: json.related ?? [],
    programmes: [{ programme, perClient, total, zh: `产品${programme}`, en: `programme ${programme}` }],
    liabilities: [...json.near.map(liabilityOf), ...restOf(json, programme)],
  };
  return { book, group: json.group };
}

/** The lock alone: what only lowers asks no cap. */
export async function lockBook(tx: Tx, { guarantor, dealId }: Pick<Taking, 'guarantor' | 'dealId'>): Promise<void> {
  await tx.query('SELECT capacity_lock($1, $2)', [guarantor, dealId], 'capacity-lock');
}

/** Of every guarantor, in one order. For the house. */
export async function lockBooks(tx: Tx): Promise<void> {
  await tx.query('SELECT FROM guarantor_book ORDER BY guarantor FOR UPDATE');
}

export interface NewReservation extends Taking {
  readonly group: string;
  readonly principal: Fen;
  readonly ownShareBp: number;
  readonly small: boolean;
  readonly until: LocalDate;
}

/** In the place of an earlier one of the same deal. Throws RangeError where a letter was issued already. */
export async function saveReservation(tx: Tx, taking: NewReservation): Promise<void> {
  const { dealId, guarantor, client, group, programme, principal, ownShareBp, small, until } = taking;
  const made = await tx.execute(
    `INSERT INTO guarantee_liability AS l (deal_id, guarantor, uscc, group_key, programme, principal, own_share_bp, small_loan,
       state, expires_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'RESERVED', $9)
     ON CONFLICT (deal_id, guarantor) DO UPDATE SET group_key = $4, programme = $5, principal = $6, own_share_bp = $7,
       small_loan = $8, state = 'RESERVED', expires_on = $9 WHERE l.state <> 'ISSUED'`,
    [dealId, guarantor, client, group, programme, principal, ownShareBp, small, until],
  );
  if (made !== 1) throw new RangeError(`${guarantor} issued a letter for ${dealId} already`);
}

/** The live liability of a deal; undefined: none. */
export async function liabilityIn(
  db: Db,
  { dealId, guarantor }: Pick<Taking, 'dealId' | 'guarantor'>,
): Promise<Pick<RowJson, 'principal' | 'state' | 'reservedUntil'> | undefined> {
  const [row] = await db.query<Pick<RowJson, 'principal' | 'state' | 'reservedUntil'>>(
    `SELECT principal, state, expires_on AS "reservedUntil" FROM guarantee_liability
     WHERE deal_id = $1 AND guarantor = $2 AND state <> 'RELEASED'`,
    [dealId, guarantor],
    'liability',
  );
  return row;
}

/** Another principal, or another state; 0 releases. */
export async function setLiability(
  tx: Tx,
  { dealId, guarantor }: Pick<Taking, 'dealId' | 'guarantor'>,
  { principal, state }: { readonly principal: Fen; readonly state: 'RESERVED' | 'ISSUED' | 'RELEASED' },
): Promise<void> {
  await tx.execute(
    `UPDATE guarantee_liability SET principal = $3, state = $4, expires_on = CASE WHEN $4 = 'RESERVED' THEN expires_on END
     WHERE deal_id = $1 AND guarantor = $2 AND state <> 'RELEASED'`,
    [dealId, guarantor, principal, state],
  );
}

/** Reservations whose last day is over, by guarantor. */
export async function dueReservations(
  tx: Tx,
  today: LocalDate,
  limit: number,
): Promise<{ readonly dealId: string; readonly guarantor: string }[]> {
  return tx.query(
    `SELECT deal_id AS "dealId", guarantor FROM guarantee_liability WHERE state = 'RESERVED' AND expires_on < $1
     ORDER BY guarantor, deal_id LIMIT $2`,
    [today, limit],
  );
}

/** All that a guarantor is liable for, one by one. What others may not see is not there. */
export async function wholeBook(
  db: Db,
  rules: CapacityRules,
  guarantor: string,
): Promise<CapacityBook & { readonly weightedTotal: string }> {
  const rows = await db.query<RowJson>(
    `SELECT deal_id AS id, uscc AS client, group_key AS "group", programme, principal, own_share_bp AS "ownShareBp",
       small_loan AS small, state, expires_on AS "reservedUntil"
     FROM guarantee_liability WHERE guarantor = $1 AND state <> 'RELEASED' ORDER BY uscc, deal_id`,
    [guarantor],
  );
  const capital = await db.query<CapitalRow>(
    `SELECT net_assets AS value, stated_on AS "statedOn", valid_to AS "validTo", mainly_small AS "mainlySmall", controllers, related
     FROM guarantor_capital WHERE guarantor = $1 ORDER BY stated_on DESC, seq DESC`,
    [guarantor],
  );
  const programmes = await db.query<{ programme: string; perClient: Fen | null; total: Fen | null }>(
    `SELECT DISTINCT ON (programme) programme, per_client AS "perClient", total FROM guarantor_programme WHERE guarantor = $1
     ORDER BY programme, seq DESC`,
    [guarantor],
  );
  const [sum] = await db.query<{ total: string }>(
    'SELECT weighted_total::text AS total FROM guarantor_book WHERE guarantor = $1',
    [guarantor],
  );
  return {
    rules,
    netAssets: capital.map(({ value, statedOn, validTo }) => ({ value, statedOn, validTo })),
    mainlySmall: capital[0]?.mainlySmall ?? null,
    controllers: capital[0]?.controllers ?? null,
    relatedParties: capital[0]?.related ?? [],
    programmes: programmes.map((one) => ({ ...one, zh: `产品${one.programme}`, en: `programme ${one.programme}` })),
    liabilities: rows.map(liabilityOf),
    weightedTotal: sum?.total ?? '0',
  };
}

interface CapitalRow extends NetAssets {
  readonly mainlySmall: boolean | null;
  readonly controllers: string[] | null;
  readonly related: string[];
}

/** What a guarantor states of itself. */
export interface Capital {
  readonly guarantor: string;
  readonly statedOn: LocalDate;
  /** The last day on which it counts. */
  readonly validTo: LocalDate;
  readonly netAssets: Fen;
  /** 主要服务小微和三农; null: not known, which counts as no. */
  readonly mainlySmall: boolean | null;
  /** Codes of the controlling shareholder and actual controller; null: not known, and nothing may be taken on. */
  readonly controllers: readonly string[] | null;
  /** Other related parties of the guarantor. */
  readonly related: readonly string[];
}

export async function insertCapital(tx: Tx, capital: Capital, by: { personId: string; at: Date }): Promise<void> {
  const { guarantor, statedOn, validTo, netAssets, mainlySmall, controllers, related } = capital;
  await tx.execute(
    `INSERT INTO guarantor_capital (guarantor, stated_on, recorded_at, valid_to, net_assets, mainly_small, controllers, related,
       recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [guarantor, statedOn, by.at, validTo, netAssets, mainlySmall, controllers, related, by.personId],
  );
}

/** The limits that the database itself holds. */
export async function setLimits(
  tx: Tx,
  guarantor: string,
  limits: { readonly total: Fen; readonly client: Fen } | null,
  rules: CapacityRules,
): Promise<void> {
  await tx.execute(
    `UPDATE guarantor_book SET total_limit = $2, client_limit = $3, small_loan_most = $4, small_loan_weight_bp = $5 WHERE guarantor = $1`,
    [guarantor, limits?.total ?? null, limits?.client ?? null, rules.smallLoanMost, rules.smallLoanWeightPercent * 100],
  );
}

export interface ProgrammeLimits {
  readonly guarantor: string;
  readonly programme: string;
  readonly perClient: Fen | null;
  readonly total: Fen | null;
}

export async function insertProgramme(
  tx: Tx,
  limits: ProgrammeLimits,
  by: { personId: string; at: Date },
): Promise<void> {
  const { guarantor, programme, perClient, total } = limits;
  await tx.execute(
    `INSERT INTO guarantor_programme (guarantor, programme, recorded_at, per_client, total, recorded_by)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [guarantor, programme, by.at, perClient, total, by.personId],
  );
}
