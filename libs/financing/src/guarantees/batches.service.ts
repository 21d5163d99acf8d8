import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { canonicalJson } from '#lib/data-sources';
import { addFen, addMonths, dateAt, fen, ProblemError, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import { actAs, type Tx } from '#lib/platform';
import type { Raiser } from '../deals/deal.ts';
import { openDeal } from '../deals/deals.store.ts';
import { move, type DealParts } from '../deals/raise.ts';
import { owedOf } from '../referrals/loan-move.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import {
  acceptedElsewhere,
  agreements,
  findAgreement,
  insertAgreement,
  lockAgreement,
  lockLoans,
  outstandingUnder,
  owedUnder,
  rowsOf,
  saveRow,
  type StoredRow,
} from './batches.store.ts';
import { rowReasons, termsOfRow, type BatchAgreement, type BatchReason, type BatchRow } from './batch.ts';
import { reasonsOf } from './batch-reasons.ts';
import { guaranteedOf } from './guarantee-entries.ts';
import { reservationOf, schemeRecord, type GuaranteeFlow } from './guarantee-flow.ts';
import { MONTHS_AFTER_MATURITY } from './guarantee-letter.ts';
import { amountAt, dayAt, refusal } from '../deals/checks.ts';
import { guaranteeTerms, isUuid, withinProgramme, type GuaranteeTerms } from './guarantee-terms.ts';
import { GUARANTEE } from './guarantee-type.ts';
import { heldAtApplication, knownLoan, knownParties, partiesOf, type Guarantees } from './guarantees.service.ts';
import { readOnce, type FuseReader } from './scheme-book.reader.ts';
import { schemeRefusals } from './scheme-rules.ts';
import { sharingNamed } from './sharing-terms.ts';

/** What a row came to: the deal that stands for it, or every reason against it. */
export type BatchOutcome =
  | { readonly rowKey: string; readonly outcome: 'ACCEPTED_BATCH'; readonly dealId: string; readonly repeated: boolean }
  | {
      readonly rowKey: string;
      readonly outcome: 'EXCEPTION';
      readonly reasons: readonly BatchReason[];
      readonly repeated: boolean;
    };

/** 承保回单: the whole list, in the order of the file. Amounts of loans. */
export interface BatchAnswer {
  readonly batchNo: string;
  readonly rows: readonly BatchOutcome[];
  readonly totals: {
    readonly rows: number;
    readonly accepted: number;
    readonly acceptedPrincipal: Fen;
    readonly exceptions: number;
    /** Rows that were answered before, in either way. */
    readonly repeated: number;
  };
}

export const MOST_BATCH_ROWS = 2000;

/** 批量担保 / 见贷即担: the bank lends, and what keeps to the agreement is guaranteed without being looked at again. */
export class Batches {
  constructor(
    private readonly parts: DealParts,
    private readonly guarantees: Guarantees,
  ) {}

  /**
   * By the guarantor. Throws ProblemError agreement-refused 403, programme-unknown 404, guarantee-terms-invalid, party-unknown,
   * amount-invalid, date-invalid, sharing-scheme-unknown, sharing-scheme-differs, share-class-unknown 422, sharing-case-refused 409.
   */
  async recordAgreement(principal: Principal, given: Omit<BatchAgreement, 'agreementId'>): Promise<BatchAgreement> {
    if (
      principal.kind !== 'operator' &&
      !(principal.kind === 'guarantor' && principal.institutionId === given.guarantor)
    )
      throw new ProblemError({
        code: 'agreement-refused',
        status: 403,
        zh: '批量担保协议由担保机构登记',
        en: 'the guarantor itself records what it takes over',
      });
    const at = this.parts.clock.now();
    const agreementId = uuidv7({ msecs: at.getTime() });
    dayAt('/validTo', given.validTo, dayAt('/validFrom', given.validFrom));
    amountAt('/terms/batchMost', given.terms.batchMost);
    amountAt('/terms/singleMost', given.terms.singleMost);
    amountAt('/terms/filedWithinDays', given.terms.filedWithinDays, 0);
    // What every row is going to be.
    const row = {
      principal: given.terms.singleMost,
      smallFirm: null,
      loanDealId: null,
      outcomesUntil: null,
    } as unknown as BatchRow;
    const on = dateAt(at);
    const sharing = inTerms(() => {
      const terms = guaranteeTerms(termsOfRow(row, { ...given, agreementId }));
      const named = sharingNamed(given.programme, terms.sharing, on);
      heldAtApplication({ ...terms, sharing: named }, on);
      return named;
    });
    const agreement = { ...given, agreementId, terms: { ...given.terms, sharing } };
    await this.parts.db.as(actorOf(principal), async (tx) => {
      await knownParties(tx, { '/bankId': [given.bank, 'bank'], '/guarantorId': [given.guarantor, 'guarantor'] });
      await insertAgreement(tx, agreement, { personId: principal.personId, at });
    });
    return agreement;
  }

  /** Those that the reader is a party of, the newest first. */
  agreements(principal: Principal, limit: number): Promise<BatchAgreement[]> {
    return this.parts.db.as(actorOf(principal), (tx) => agreements(tx, limit));
  }

  /**
   * Takes in a file of loans, all of it in one transaction. The same row of the same batch again is answered as before; a row that
   * was an exception may come mended. Throws ProblemError agreement-unknown 404, batch-invalid 422; what is wrong with a row is
   * its own answer.
   */
  async accept(
    principal: Principal,
    file: { readonly agreementId: string; readonly batchNo: string; readonly rows: readonly BatchRow[] },
  ): Promise<BatchAnswer> {
    const { agreementId, batchNo, rows } = file;
    if (!/^[\w.-]{1,60}$/.test(batchNo))
      throw refusal('batch-invalid', 422, '/batchNo', '批次号有误', 'not a batch number');
    if (rows.length < 1 || rows.length > MOST_BATCH_ROWS)
      throw refusal(
        'batch-invalid',
        422,
        '/rows',
        `应有1至${MOST_BATCH_ROWS}行`,
        `1 to ${MOST_BATCH_ROWS} rows are expected`,
      );
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const agreement = await findAgreement(tx, agreementId);
      const role = agreement && roleIn(principal, agreement);
      if (!agreement || !role)
        throw new ProblemError({
          code: 'agreement-unknown',
          status: 404,
          zh: `没有批量担保协议 ${agreementId}`,
          en: `there is no batch agreement ${agreementId}`,
        });
      // The agreement is theirs; what follows from it is others' too: deals, capacity, notices.
      await actAs(tx, HOUSE);
      await lockLoans(
        tx,
        rows.flatMap(({ loanDealId }) => (isUuid(loanDealId) ? [loanDealId] : [])),
      );
      await lockAgreement(tx, agreementId);
      await this.guarantees.capacity.lock(tx, agreement.guarantor);
      const { institutionId, personId } = principal;
      const by = { role, institutionId, personId, at: this.parts.clock.now() };
      const fuse = readOnce();
      const batch = {
        agreement,
        batchNo,
        by,
        known: await rowsOf(tx, agreement, batchNo),
        taken: await outstandingUnder(tx, agreementId),
        owed: await owedUnder(
          tx,
          agreementId,
          rows.map(({ uscc }) => uscc),
        ),
        fuse,
        flow: this.guarantees.flowReading(fuse),
      };
      const outcomes: BatchOutcome[] = [];
      for (const row of rows) outcomes.push(await this.row(tx, batch, row));
      return answerOf(batchNo, rows, outcomes);
    });
  }

  private async row(tx: Tx, batch: OpenBatch, row: BatchRow): Promise<BatchOutcome> {
    const { agreement, batchNo, by, known } = batch;
    const { rowKey } = row;
    const hash = createHash('sha256').update(canonicalJson(row)).digest('hex');
    const before = known.get(rowKey);
    if (before?.hash === hash) return { ...outcomeOf(before), repeated: true };
    if (before?.dealId) return exception(rowKey, [CONFLICT]);
    const today = dateAt(by.at);
    const guaranteed = (loan: Fen): Fen => guaranteedOf(loan, agreement.terms);
    const ofFirm = batch.owed.get(row.uscc) ?? fen(0);
    const reasons = rowReasons(row, agreement, { today, outstanding: batch.taken, ofFirm, guaranteed });
    if (await acceptedElsewhere(tx, agreement, batchNo, rowKey)) reasons.push(ELSEWHERE);
    // The caps need an amount and a client; every other reason is named beside theirs.
    const judged = reasons.some(({ field, code }) => field === 'uscc' || code === 'amount-invalid')
      ? reasons
      : await this.take(tx, batch, row, reasons);
    const dealId = typeof judged === 'string' ? judged : null;
    const stored: StoredRow = {
      rowKey,
      hash,
      dealId,
      principal: Number.isSafeInteger(row.principal) ? row.principal : 0,
      reasons: typeof judged === 'string' ? [] : judged,
    };
    // A key that is no key names nothing that could be answered again.
    if (/^[\w.-]{1,60}$/.test(rowKey)) {
      await saveRow(tx, agreement, batchNo, stored, { personId: by.personId, at: by.at });
      known.set(rowKey, stored);
    }
    if (dealId !== null) {
      batch.taken = addFen(batch.taken, guaranteed(row.principal as Fen));
      batch.owed.set(row.uscc, addFen(ofFirm, row.principal as Fen));
    }
    return { ...outcomeOf(stored), repeated: false };
  }

  /** The deal of a row, or all that stands against it: then nothing of it is left. */
  private async take(
    tx: Tx,
    batch: OpenBatch,
    row: BatchRow,
    found: readonly BatchReason[],
  ): Promise<string | readonly BatchReason[]> {
    const { agreement, batchNo, by, flow } = batch;
    const terms = termsOfRow(row, agreement);
    const reasons = [...found, ...(await this.against(tx, batch, row, terms))];
    await tx.query('SAVEPOINT batch_row');
    try {
      const { calendar } = this.parts;
      const order = {
        dealId: uuidv7({ msecs: by.at.getTime() }),
        uscc: row.uscc as Uscc,
        programme: agreement.programme,
        openedAt: by.at,
        parties: partiesOf(terms),
        terms,
      };
      const deal = await openDeal(tx, GUARANTEE, order, { by, calendar });
      if (reasons.length > 0) {
        // Only to name what else stands against it.
        await this.guarantees.capacity.reserve(tx, reservationOf(deal, terms.principal));
        await tx.query('ROLLBACK TO SAVEPOINT batch_row');
        return reasons;
      }
      const system: Raiser = { role: 'SYSTEM', institutionId: null, personId: null, at: by.at };
      const [drawnOn, maturity] = [row.drawnOn as LocalDate, row.maturity as LocalDate];
      const letterNo = `${batchNo}/${row.rowKey}`;
      const guaranteeUntil = addMonths(maturity, MONTHS_AFTER_MATURITY);
      const letter = { letterNo, batchNo, drawUntil: drawnOn, maturity, guaranteeUntil };
      const issued = await move(tx, this.parts, flow, deal, { event: 'accept-batch', ...letter }, system);
      await move(tx, this.parts, flow, issued, { event: 'draw', amount: terms.principal, on: drawnOn }, system);
      await tx.query('RELEASE SAVEPOINT batch_row');
      return deal.dealId;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT batch_row');
      return [...reasons, ...reasonsOf(error)];
    }
  }

  /** What is asked of every guarantee, whoever decides on it: its loan, the programme, the sharing scheme and its fuse. */
  private async against(
    tx: Tx,
    { agreement: { programme }, by, fuse }: OpenBatch,
    row: BatchRow,
    terms: GuaranteeTerms,
  ): Promise<readonly BatchReason[]> {
    const uscc = row.uscc as Uscc;
    const on = dateAt(by.at);
    const asked = { dealId: null, uscc, programme, terms };
    const reasons: BatchReason[] = [];
    const ask = async (question: () => Promise<unknown>): Promise<void> =>
      void reasons.push(...(await refusedBy(question)));
    await ask(async () => {
      const loan = await knownLoan(tx, terms, uscc);
      if (loan !== null) withinLoan(terms.principal, loan);
    });
    await ask(async () => {
      const { programmeCap } = await this.guarantees.admitted(tx, asked, on);
      withinProgramme('/principal', terms.principal, { programmeMost: programmeCap });
      await this.guarantees.withinRoom(tx, asked, on);
    });
    await ask(async () => {
      const record = await schemeRecord(tx, fuse, asked, terms.principal, on);
      for (const refused of record === null ? [] : schemeRefusals(record, null)) reasons.push(...reasonsOf(refused));
    });
    return reasons;
  }
}

interface OpenBatch {
  readonly agreement: BatchAgreement;
  readonly batchNo: string;
  readonly by: Raiser & { readonly institutionId: string; readonly personId: string };
  readonly known: Map<string, StoredRow>;
  /** Guaranteed principal outstanding under the agreement, with what this file added. */
  taken: Fen;
  /** Loans outstanding under the agreement by firm, with what this file added. */
  readonly owed: Map<string, Fen>;
  /** Read once: nothing of a batch releases or claims, and its guarantor's row is locked. */
  readonly fuse: FuseReader;
  readonly flow: GuaranteeFlow;
}

/** A loan that was told of owes at least what is guaranteed of it; one that is still to be told of follows. */
function withinLoan(principal: Fen, loan: Referral): void {
  const owed = owedOf(loan);
  if (loan.body.entries.length === 0 || principal <= owed) return;
  throw refusal(
    'guarantee-over-loan',
    422,
    '/principal',
    `超过该贷款余额${owed}分`,
    `more than the loan owes: ${owed} fen`,
  );
}

const roleIn = ({ institutionId }: Principal, { bank, guarantor }: BatchAgreement): 'BANK' | 'GUAR' | undefined =>
  institutionId === bank ? 'BANK' : institutionId === guarantor ? 'GUAR' : undefined;

/** What every row is going to be stands under /terms of the agreement. */
function inTerms<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const placed = (pointer = ''): string =>
      pointer === '/programme' ? pointer : `/terms${ROW_FIELDS[pointer] ?? pointer}`;
    const errors = error.problem.errors?.map((one) => ({ ...one, pointer: placed(one.pointer) })) ?? [];
    throw new ProblemError({ ...error.problem, errors }, { cause: error });
  }
}
const ROW_FIELDS: Readonly<Record<string, string>> = { '/principal': '/singleMost', '/termMonths': '/termMostMonths' };

const CONFLICT: BatchReason = {
  code: 'row-key-conflict',
  field: 'rowKey',
  zh: '该贷款已按不同内容承保',
  en: 'the loan was accepted with another content',
};
const ELSEWHERE: BatchReason = {
  code: 'row-key-elsewhere',
  field: 'rowKey',
  zh: '该贷款已在其他批次承保',
  en: 'the loan was accepted in another batch',
};

async function refusedBy(question: () => Promise<unknown>): Promise<readonly BatchReason[]> {
  try {
    await question();
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return reasonsOf(error);
  }
}

const exception = (rowKey: string, reasons: readonly BatchReason[]): BatchOutcome => ({
  rowKey,
  outcome: 'EXCEPTION',
  reasons,
  repeated: false,
});

const outcomeOf = ({ rowKey, dealId, reasons }: StoredRow): BatchOutcome =>
  dealId === null ? exception(rowKey, reasons) : { rowKey, outcome: 'ACCEPTED_BATCH', dealId, repeated: false };

function answerOf(batchNo: string, rows: readonly BatchRow[], outcomes: readonly BatchOutcome[]): BatchAnswer {
  const accepted = outcomes.map(({ outcome }) => outcome === 'ACCEPTED_BATCH');
  const principals = rows.filter((_, i) => accepted[i]).map(({ principal }) => fen(principal));
  return {
    batchNo,
    rows: outcomes,
    totals: {
      rows: rows.length,
      accepted: principals.length,
      acceptedPrincipal: addFen(...principals),
      exceptions: rows.length - principals.length,
      repeated: outcomes.filter(({ repeated }) => repeated).length,
    },
  };
}
