import { actorOf, type Principal } from '#lib/access';
import type { Authorisations, Purpose, QueryLog } from '#lib/compliance';
import { ProgrammeRefused, type DealKind, type Telling } from '#lib/financing';
import type { Clock, Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';

/** What a partner opens for a firm, or firms. */
export interface Opening {
  readonly usccs: readonly Uscc[];
  readonly programme: string | null;
  readonly kind: DealKind;
}

/**
 * 准入之门: whether a programme takes a firm is decided by the house, so that a bank may approve beforehand and the firm consents
 * afterwards. What that rests on is told only to an institution that the firm authorised at that instant. Each such look is a
 * line in the query log before it is taken: what cannot be logged is not looked at.
 */
export class Admissions {
  constructor(
    private readonly db: Database,
    private readonly authorisations: Authorisations,
    private readonly log: QueryLog,
    private readonly clock: Clock,
  ) {}

  /** Opens a deal. Throws what `open` throws; of a programme's refusal what may be told. */
  async opening<T>(principal: Principal, asked: Opening, open: () => Promise<T>): Promise<T> {
    if (principal.kind === 'operator' || principal.kind === 'firm') return open();
    const telling = await this.looked(principal, asked);
    try {
      return await open();
    } catch (error) {
      throw error instanceof ProgrammeRefused ? error.told(telling) : error;
    }
  }

  private looked(principal: Principal, { usccs, programme, kind }: Opening): Promise<Telling> {
    const { institutionId, personId, keyId } = principal;
    return this.db.as(actorOf(principal), async (tx) => {
      const at = this.clock.now();
      const purpose = purposeOfAdmission(principal);
      const asked = { institutionId, purpose, at };
      const subjects = [...new Set(usccs)];
      const only = subjects.length === 1 ? subjects[0] : undefined;
      const authorised = only && (await this.authorisations.opening(tx, { ...asked, uscc: only, scope: 'score' }));
      const loans = only && (await this.authorisations.opening(tx, { ...asked, uscc: only, scope: 'credit-history' }));
      const authorisationId = (authorised ?? loans)?.authorisationId ?? null;
      const line = { subjects, product: 'admission', purpose, authorisationId, detail: { programme, kind } };
      if (subjects.length > 0) await this.log.append(tx, { at, institutionId, personId, keyId, ...line });
      return { values: authorised !== undefined, loans: loans !== undefined };
    });
  }
}

/** What is opened is about credit: kinds of institutions that cannot be authorised for it are told no values. */
const purposeOfAdmission = ({ kind }: Principal): Purpose =>
  kind === 'guarantor' ? 'guarantee-review' : 'pre-loan-review';
