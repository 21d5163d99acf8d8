import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { dateAt, ProblemError, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import { actingAs, type Database, type Tx } from '#lib/platform';
import { companyUnknown } from '#lib/runs';
import { refusal } from '../deals/checks.ts';
import {
  checkedInput,
  newestVersions,
  stateOf,
  STATING,
  VERIFYING,
  type InputCheck,
  type StatedInput,
  type StatedRequest,
  type Verdict,
} from './stated-input.ts';
import { inputsKnownOn, insertCheck, insertInput } from './stated-inputs.store.ts';
import { ownAndOtherKinds, type StandingReader } from '../standing/readers.ts';

/** What a second party found. */
export interface CheckRequest {
  readonly verdict: Verdict;
  readonly note: string;
  readonly evidenceSha256: string;
}

/**
 * 申报数据 of firms: stated by the firm, or by a bank or a guarantor that saw the documents; verified by another; withdrawn,
 * never changed. Every call takes the caller's transaction, which acts for whom it acted afterwards: whether an institution
 * may see a firm is asked before.
 */
export class StatedInputs {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** What is known by the end of a day, of what the reader may see; the newest first. */
  async known(tx: Tx, principal: Principal, uscc: Uscc, on: LocalDate): Promise<readonly StatedInput[]> {
    const all = await actingAs(tx, HOUSE, () => inputsKnownOn(tx, uscc, on));
    const readers = readersOf(principal);
    // What another institution wrote down is its own; that it found so is not.
    const toldTo = (input: StatedInput): StatedInput =>
      readers.length === 0 ? input : { ...input, checks: input.checks.map((check) => withoutNote(check, readers)) };
    return ownAndOtherKinds(all, readers).map(toldTo).toReversed();
  }

  /** Throws ProblemError role-refused 403, stated-input-invalid 422, company-unknown 404. */
  async state(tx: Tx, principal: Principal, uscc: Uscc, given: StatedRequest): Promise<StatedInput> {
    if (!STATING.includes(principal.kind)) throw roleRefused('申报', 'states figures of a firm');
    if (principal.kind === 'firm' && principal.uscc !== uscc) throw companyUnknown(uscc);
    const checked = checkedInput(given, this.today());
    const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc]);
    if (!firm) throw companyUnknown(uscc);
    return this.keep(tx, principal, { uscc, ...checked, reason: null });
  }

  /**
   * A new version without values, by whoever stated it (撤回). Throws ProblemError stated-input-unknown 404,
   * stated-input-over 409.
   */
  async withdraw(tx: Tx, principal: Principal, uscc: Uscc, id: string, reason: string): Promise<StatedInput> {
    const { input } = await this.open(tx, principal, uscc, id);
    if (input.institutionId !== principal.institutionId) throw unknown(id);
    const { kind, asOf } = input;
    return this.keep(tx, principal, { uscc, kind, asOf, values: null, evidence: [], reason });
  }

  /**
   * 核验: said of a version that stands. Throws ProblemError role-refused 403, stated-input-unknown 404, stated-input-over 409,
   * two-persons-needed 409 to who stated it, hash-invalid 422 where the document seen is none of the evidence.
   */
  async check(tx: Tx, principal: Principal, uscc: Uscc, id: string, given: CheckRequest): Promise<StatedInput> {
    if (!VERIFYING.includes(principal.kind)) throw roleRefused('核验', 'verifies what is stated of a firm');
    const { input } = await this.open(tx, principal, uscc, id);
    const { personId, institutionId, kind: by } = principal;
    if (input.personId === personId)
      throw new ProblemError({
        code: 'two-persons-needed',
        status: 409,
        zh: '申报人不得核验自己的申报',
        en: 'who stated it does not verify it',
      });
    if (!input.evidence.some(({ sha256 }) => sha256 === given.evidenceSha256))
      throw refusal(
        'hash-invalid',
        422,
        '/evidenceSha256',
        '所核凭证不在申报凭证之列',
        'the document that was seen is none of the evidence',
      );
    const at = this.clock.now();
    const check = { ...given, at, on: dateAt(at), by, institutionId, personId };
    await insertCheck(tx, input, { ...check, checkId: uuidv7({ msecs: at.getTime() }) });
    return { ...input, checks: [...input.checks, check] };
  }

  /** In the name of somebody who needs no authorisation to look: the firm, the house. */
  as<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.as(actorOf(principal), work);
  }

  today(): LocalDate {
    return dateAt(this.clock.now());
  }

  private async open(tx: Tx, principal: Principal, uscc: Uscc, id: string) {
    const known = await this.known(tx, principal, uscc, this.today());
    const input = known.find(({ statementId }) => statementId === id);
    if (input === undefined) throw unknown(id);
    const state = stateOf(input, newestVersions(known.toReversed()));
    if (state === 'withdrawn' || state === 'superseded') throw over(id);
    return { input };
  }

  private async keep(
    tx: Tx,
    { institutionId, personId, kind: by }: Principal,
    said: Pick<StatedInput, 'uscc' | 'kind' | 'asOf' | 'values' | 'evidence' | 'reason'>,
  ): Promise<StatedInput> {
    const at = this.clock.now();
    const statementId = uuidv7({ msecs: at.getTime() });
    const input = { ...said, statementId, at, on: dateAt(at), by, institutionId, personId };
    await insertInput(tx, input);
    return { ...input, checks: [] };
  }
}

/** The house and the firm see all of it. */
const readersOf = ({ kind, institutionId }: Principal) =>
  kind === 'operator' || kind === 'firm' ? [] : [{ kind, institutionId }];

const withoutNote = (check: InputCheck, readers: readonly StandingReader[]): InputCheck =>
  readers.some(({ institutionId }) => institutionId === check.institutionId) ? check : { ...check, note: null };

const roleRefused = (zh: string, en: string): ProblemError =>
  new ProblemError({
    code: 'role-refused',
    status: 403,
    zh: `该类机构不能${zh}`,
    en: `this is no kind of institution that ${en}`,
    errors: [{ header: 'Authorization', code: 'role-refused', zh: '机构类别不符', en: 'not this kind of institution' }],
  });

const unknown = (id: string): ProblemError =>
  new ProblemError({
    code: 'stated-input-unknown',
    status: 404,
    zh: `没有申报数据 ${id}`,
    en: `there is no statement ${id}, or it is not yours to see`,
  });

const over = (id: string): ProblemError =>
  new ProblemError({
    code: 'stated-input-over',
    status: 409,
    zh: `申报数据 ${id} 已撤回或已被新版本取代`,
    en: `the statement ${id} was withdrawn or superseded`,
  });
