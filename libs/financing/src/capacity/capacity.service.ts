import { actorOf, HOUSE, institutionsById, type Principal } from '#lib/access';
import { dateAt, fen, mulDiv, ProblemError, type Clock, type Fen, type LocalDate } from '#lib/kernel';
import type { Notices } from '#lib/notices';
import type { Database, Db, Tx } from '#lib/platform';
import { CountedBook, counts, netAssetsAt, type CapacityBook, type NetAssets } from './capacity-book.ts';
import { shippedCapacityRules, type CapacityRules } from './capacity-rules.ts';
import {
  dueReservations,
  insertCapital,
  insertProgramme,
  saveReservation,
  liabilityIn,
  lockBook,
  lockBooks,
  openBook,
  setLiability,
  setLimits,
  wholeBook,
  type Capital,
  type ProgrammeLimits,
  type Taking,
} from './capacity.store.ts';
import { assetCaps, measure, programmeCaps, type CapCheck } from './caps.ts';
import { dayAt } from '../deals/checks.ts';
import { checkCapacity, passiveBreaches, type CapacityAnswer } from './check-capacity.ts';
import { capacityPassed, capitalRefused, reservationExpired } from './refusals.ts';
import { insertRelations, regroup, type FirmRelations } from './relations.store.ts';

/** What is to be reserved for a deal. */
export interface Reservation extends Taking {
  /** Guaranteed principal. */
  readonly principal: Fen;
  /** What the guarantor bears itself, rounded up. */
  readonly ownShareBp: number;
  /** 小微企业借款类担保. */
  readonly small: boolean;
  /** Not longer than this; left out: for as long as reservations last. */
  readonly until?: LocalDate;
}

/** 担保能力 of one guarantor on a day. */
export interface CapacityPosition {
  readonly guarantor: string;
  readonly on: LocalDate;
  /** Null: none that count on the day; nothing may be taken on. */
  readonly netAssets: NetAssets | null;
  readonly reserved: Fen;
  readonly issued: Fen;
  /** Weighted liability of its own share, against all that it may take on. */
  readonly total: CapCheck | null;
  /** What programmes let it guarantee in all, in whole principal. */
  readonly programmes: readonly CapCheck[];
  /** 被动超限. */
  readonly breaches: readonly CapCheck[];
}

/** Told to a guarantor whose limits fell below what it is liable for. */
export const CAPACITY_BREACHED = 'guarantor.capacity.v1';

const SWEPT_AT_ONCE = 500;

/**
 * What guarantors may take on (domain §7 R26, R27). Whatever changes a liability takes the lock on the guarantor's row first, in
 * the caller's transaction; the database refuses the total and the client by itself, this names every cap that is passed.
 */
export class Capacity {
  constructor(
    private readonly db: Database,
    private readonly notices: Notices,
    private readonly clock: Clock,
    private readonly rules: CapacityRules = shippedCapacityRules().rules,
  ) {}

  /**
   * At approval: kept until `reservedUntil` of the answer; a second time for a deal in the place of the first. Throws
   * ProblemError capacity-passed 409 naming every cap.
   */
  async reserve(tx: Tx, reservation: Reservation): Promise<CapacityAnswer & { readonly reservedUntil: LocalDate }> {
    const { dealId, client, programme, principal, ownShareBp, small, until } = reservation;
    const on = this.today();
    const { book, group } = await openBook(tx, this.rules, reservation, on);
    const weightClass = small ? ('SMALL_LOAN' as const) : ('OTHER' as const);
    const terms = { client, group, programme, principal, ownShareBp, weightClass };
    const others = { ...book, liabilities: book.liabilities.filter(({ id }) => id !== dealId) };
    const answer = passed(checkCapacity(others, { on, kind: 'RESERVE', terms }));
    const most = answer.reservedUntil!;
    const reservedUntil = until !== undefined && until < most ? until : most;
    await saveReservation(tx, { ...reservation, group: group!, until: reservedUntil });
    return { ...answer, reservedUntil };
  }

  /** The letter: the hard stop. Throws ProblemError reservation-expired 409, capacity-passed 409. */
  async issue(tx: Tx, taking: Taking & { readonly principal: Fen }): Promise<CapacityAnswer> {
    const { dealId, principal } = taking;
    const on = this.today();
    const { book } = await openBook(tx, this.rules, taking, on);
    const held = await liabilityIn(tx, taking);
    if (held?.state !== 'RESERVED') throw reservationExpired();
    const answer = passed(checkCapacity(book, { on, kind: 'ISSUE', liability: dealId, principal }));
    await setLiability(tx, taking, { principal, state: 'ISSUED' });
    return answer;
  }

  /** A letter grows to `principal`. Throws ProblemError capacity-passed 409; RangeError for what was not issued. */
  async raise(tx: Tx, taking: Taking & { readonly principal: Fen }): Promise<CapacityAnswer> {
    const on = this.today();
    const { book } = await openBook(tx, this.rules, taking, on);
    const before = (await liabilityIn(tx, taking))?.principal ?? fen(0);
    const by = fen(taking.principal - before);
    const answer = passed(checkCapacity(book, { on, kind: 'RAISE', liability: taking.dealId, by }));
    await setLiability(tx, taking, { principal: taking.principal, state: 'ISSUED' });
    return answer;
  }

  /** An extension adds nothing and is not given while a cap of this client is passed. Throws ProblemError capacity-passed 409. */
  async recheck(tx: Tx, taking: Taking): Promise<readonly CapCheck[]> {
    const on = this.today();
    const { book } = await openBook(tx, this.rules, taking, on);
    const { client, programme } = taking;
    const now = new CountedBook(
      book.rules,
      book.liabilities.filter((liability) => counts(liability, on)),
    );
    const assets = netAssetsAt(book.netAssets, on);
    if (!assets) throw capacityPassed(passiveBreaches(book, on).filter(({ cap }) => cap === 'NET_ASSETS'));
    const groups = now.groupsOf(client);
    const caps = [
      ...assetCaps(book, assets, { clients: [client], groups }),
      ...programmeCaps(book, programme, [client]),
    ];
    const checks = measure(caps, now, now);
    const refused = checks.filter(({ state }) => state !== 'pass');
    if (refused.length > 0) throw capacityPassed(refused);
    return checks;
  }

  /** A repayment, or a smaller commitment: asks no cap. The state stays. Raising this way is refused by RangeError. */
  async lower(tx: Tx, taking: Pick<Taking, 'dealId' | 'guarantor'> & { readonly principal: Fen }): Promise<void> {
    await lockBook(tx, taking);
    const held = await liabilityIn(tx, taking);
    if (!held || taking.principal > held.principal)
      throw new RangeError(
        `${taking.dealId} holds ${held?.principal ?? 0} fen: nothing to lower to ${taking.principal}`,
      );
    await setLiability(tx, taking, { principal: taking.principal, state: held.state });
  }

  /** Ends what a deal takes; nothing to end is no error. */
  async release(tx: Tx, taking: Pick<Taking, 'dealId' | 'guarantor'>): Promise<void> {
    await lockBook(tx, taking);
    await setLiability(tx, taking, { principal: fen(0), state: 'RELEASED' });
  }

  /** What a deal takes of a guarantor at present; undefined: nothing. */
  held(
    db: Db,
    taking: Pick<Taking, 'dealId' | 'guarantor'>,
  ): Promise<{ readonly principal: Fen; readonly state: 'RESERVED' | 'ISSUED' } | undefined> {
    return liabilityIn(db, taking);
  }

  /** Takes one guarantor's row, before anything is read of its book. For the house. */
  async lock(tx: Tx, guarantor: string): Promise<void> {
    await lockOwn(tx, guarantor);
  }

  /** Takes every guarantor's row, in one order: who moves deals of many never waits for one while another waits for it. */
  lockAll(tx: Tx): Promise<void> {
    return lockBooks(tx);
  }

  /** Frees reservations whose last day is over, of deals of every kind. Resolves to their number. For the house. */
  async expire(tx: Tx): Promise<number> {
    const due = await dueReservations(tx, this.today(), SWEPT_AT_ONCE);
    for (const taking of due) await this.release(tx, taking);
    return due.length;
  }

  /** As the reader may see it: a guarantor itself, the house, a regulator. Throws ProblemError guarantor-unknown 404. */
  async position(principal: Principal, guarantor: string, on: LocalDate = this.today()): Promise<CapacityPosition> {
    if (!seesBook(principal, guarantor)) throw guarantorUnknown(guarantor);
    return this.db.as(actorOf(principal), async (tx) => {
      await knownGuarantor(tx, guarantor);
      return positionOf(await wholeBook(tx, this.rules, guarantor), guarantor, on);
    });
  }

  /**
   * 净资产 by the guarantor itself or the house. A lower value stops whatever would raise the liability, and what is passed by it
   * is told to the guarantor. Throws ProblemError capital-refused 403, guarantor-unknown 404, capital-invalid 422.
   */
  async recordCapital(principal: Principal, capital: Capital): Promise<CapacityPosition> {
    capitalRefused(principal, capital, this.today());
    return this.db.as(HOUSE, async (tx) => {
      const { guarantor } = capital;
      const at = this.clock.now();
      await knownGuarantor(tx, guarantor);
      await lockOwn(tx, guarantor);
      await insertCapital(tx, capital, { personId: principal.personId, at });
      const book = await wholeBook(tx, this.rules, guarantor);
      await setLimits(tx, guarantor, limitsOf(book, this.today()), this.rules);
      return this.alarmed(tx, positionOf(book, guarantor, this.today()), at);
    });
  }

  /** What a programme lets one guarantor do. Throws ProblemError capital-refused 403, guarantor-unknown 404. */
  async recordProgramme(principal: Principal, limits: ProgrammeLimits): Promise<void> {
    capitalRefused(principal, limits);
    await this.db.as(actorOf(principal), async (tx) => {
      await knownGuarantor(tx, limits.guarantor);
      await lockOwn(tx, limits.guarantor);
      await insertProgramme(tx, limits, { personId: principal.personId, at: this.clock.now() });
    });
  }

  /** 关联关系 of firms, by the house. Guarantors whose caps are passed by the new groups are told. Throws ProblemError capital-refused 403, date-invalid 422. */
  async recordRelations(principal: Principal, relations: readonly FirmRelations[]): Promise<void> {
    capitalRefused(principal);
    // The newest statement counts: one of tomorrow would stand before all that follow.
    for (const [i, { statedOn }] of relations.entries())
      dayAt(`/relations/${i}/statedOn`, statedOn, undefined, this.today());
    await this.db.as(HOUSE, async (tx) => {
      const at = this.clock.now();
      for (const one of relations) await insertRelations(tx, one, { personId: principal.personId, at });
      for (const guarantor of await regroup(tx, this.rules))
        await this.alarmed(tx, positionOf(await wholeBook(tx, this.rules, guarantor), guarantor, this.today()), at);
    });
  }

  private async alarmed(tx: Tx, position: CapacityPosition, at: Date): Promise<CapacityPosition> {
    const { guarantor: institutionId, on, breaches } = position;
    if (breaches.length > 0)
      await this.notices.publish(tx, {
        institutionId,
        type: CAPACITY_BREACHED,
        aggregate: `capacity/${institutionId}`,
        body: { guarantorId: institutionId, asOf: on, breaches },
        at,
      });
    return position;
  }

  private today(): LocalDate {
    return dateAt(this.clock.now());
  }
}

/** How a guarantor's book stands is for itself, the house and a regulator. */
export const seesBook = ({ kind, institutionId }: Principal, guarantor: string): boolean =>
  kind === 'operator' || kind === 'regulator' || institutionId === guarantor;

const lockOwn = (tx: Tx, guarantor: string): Promise<unknown> =>
  tx.query('SELECT capacity_lock($1, NULL)', [guarantor]);

function passed(answer: CapacityAnswer): CapacityAnswer {
  if (answer.ok) return answer;
  throw capacityPassed(answer.refused);
}

async function knownGuarantor(db: Db, institutionId: string): Promise<void> {
  const known = await institutionsById(db, [institutionId]);
  if (known.get(institutionId)?.kind !== 'guarantor') throw guarantorUnknown(institutionId);
}

function guarantorUnknown(id: string): ProblemError {
  const [zh, en] = [`没有担保机构 ${id}`, `there is no guarantor ${id}`];
  return new ProblemError({ code: 'guarantor-unknown', status: 404, zh, en });
}

const BOOK_ALONE = { clients: [], groups: [] };

/** What the database holds by itself: as the caps of the whole book and of one client. */
function limitsOf(book: CapacityBook, on: LocalDate): { total: Fen; client: Fen } | null {
  const assets = netAssetsAt(book.netAssets, on);
  if (!assets) return null;
  const [total] = assetCaps(book, assets, BOOK_ALONE);
  return {
    total: total!.limit,
    client: mulDiv(fen(Math.max(0, assets.value)), book.rules.clientPercent, 100, 'floor'),
  };
}

/** Pure: how a book stands on a day. */
export function positionOf(book: CapacityBook, guarantor: string, on: LocalDate): CapacityPosition {
  const live = book.liabilities.filter((liability) => counts(liability, on));
  const now = new CountedBook(book.rules, live);
  const netAssets = netAssetsAt(book.netAssets, on) ?? null;
  const [total = null] = netAssets ? measure(assetCaps(book, netAssets, BOOK_ALONE), now, now) : [];
  const programmes = book.programmes.flatMap(({ programme }) => programmeCaps(book, programme, []));
  const sum = (state: string): Fen =>
    fen(live.filter((one) => one.state === state).reduce((s, { principal }) => s + principal, 0));
  return {
    guarantor,
    on,
    netAssets,
    reserved: sum('RESERVED'),
    issued: sum('ISSUED'),
    total,
    programmes: measure(programmes, now, now),
    breaches: passiveBreaches(book, on),
  };
}
