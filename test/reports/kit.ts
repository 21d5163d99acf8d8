import type { InstitutionKind, Principal } from '#lib/access';
import { firmActor } from '#lib/access';
import type { Authorisation, AuthorisedScope, Purpose } from '#lib/compliance';
import { addDays, dateAt, FixedClock, type Uscc } from '#lib/kernel';
import type { Ordered, ReportRequest } from '#lib/reports';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, madeUp, runTo } from '../runs/book.ts';

export const FIRM = madeUp(7) as Uscc;
export const OTHER_FIRM = madeUp(8) as Uscc;

/** A book with a published run, two banks, a guarantor and the firm itself. */
export class ReportKit {
  private constructor(
    readonly product: TestProduct,
    readonly clock: FixedClock,
    readonly bank: Principal,
    readonly otherBank: Principal,
    readonly guarantor: Principal,
    readonly operator: Principal,
    readonly firm: Principal,
    readonly otherFirm: Principal,
  ) {}

  static async open(): Promise<ReportKit> {
    const clock = bookClock();
    const product = await openTestProduct(clock);
    await deliverAll(product);
    await runTo(product);
    const who = async (
      kind: InstitutionKind,
      code: string,
      zh: string,
      en: string,
      uscc?: Uscc,
    ): Promise<Principal> => {
      const institution = await product.access.createInstitution({ kind, code, zh, en, ...(uscc ? { uscc } : {}) });
      const { institutionId } = institution;
      const { personId } = await product.access.createPerson({ institutionId, handle: `${code}-1`, name: '甲' });
      const scope = kind === 'firm' ? 'subject:own' : 'partner:reports';
      const { keyId } = await product.access.issueKey(personId, [scope], new Date('2030-01-01'), clock);
      return { personId, institutionId, kind, keyId, scopes: [scope], ...(uscc ? { uscc } : {}) };
    };
    const operator = await product.access.personByHandle('operator');
    const { keyId } = await product.access.issueKey(
      operator.personId,
      ['ops:compliance'],
      new Date('2030-01-01'),
      clock,
    );
    return new ReportKit(
      product,
      clock,
      await who('bank', 'bank-a', '样例银行', 'Example Bank'),
      await who('bank', 'bank-b', '另一银行', 'Another Bank'),
      await who('guarantor', 'guarantor-a', '样例担保', 'Example Guarantee'),
      { personId: operator.personId, institutionId: operator.institutionId, kind: 'operator', keyId, scopes: [] },
      await who('firm', 'firm-a', '样例企业', 'Example firm', FIRM),
      await who('firm', 'firm-b', '样例企业乙', 'Another firm', OTHER_FIRM),
    );
  }

  grant(
    to: Principal,
    more: { purpose?: Purpose; scopes?: AuthorisedScope[]; single?: boolean; days?: number } = {},
  ): Promise<Authorisation> {
    const from = dateAt(this.clock.now());
    const { purpose = 'pre-loan-review', scopes = ['report'], single = false, days = 20 } = more;
    const terms = {
      uscc: FIRM,
      institutionId: to.institutionId,
      purpose,
      scopes,
      from,
      until: addDays(from, days),
      single,
    };
    const hashes = { textSha256: 'a'.repeat(64), evidenceSha256: 'b'.repeat(64) };
    return this.product.db.as(firmActor(FIRM), (tx) =>
      this.product.authorisations.grant(tx, { ...terms, ...hashes }, { person: this.firm.personId, clock: this.clock }),
    );
  }

  revoke(authorisationId: string): Promise<Authorisation> {
    return this.product.db.as(firmActor(FIRM), (tx) =>
      this.product.authorisations.revoke(tx, authorisationId, { reason: '企业撤回', clock: this.clock, uscc: FIRM }),
    );
  }

  order(by: Principal, more: Partial<Ordered> = {}): Promise<ReportRequest> {
    const own = by.kind === 'firm' ? ('own-query' as const) : ('pre-loan-review' as const);
    return this.product.reportRequests.order(by, { uscc: FIRM, purpose: own, product: 'score', ...more }, this.clock);
  }

  /** Sweeps, and makes what may be made. */
  async work(): Promise<void> {
    await this.product.reportRequests.sweep(this.clock);
    while ((await this.product.reports.makeNext(this.clock)) !== undefined);
  }

  async state(by: Principal, { requestId }: ReportRequest): Promise<string> {
    return (await this.product.reportRequests.get(by, requestId)).state;
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- a document is read by its paths
  async document(by: Principal, { requestId }: ReportRequest): Promise<Record<string, any>> {
    const { bytes } = await this.product.reports.view(by, requestId, this.clock);
    return JSON.parse(bytes.toString('utf8')) as Record<string, never>;
  }

  pass(days: number): void {
    this.clock.set(new Date(this.clock.now().getTime() + days * 86_400_000));
  }

  close(): Promise<void> {
    return this.product.close();
  }
}
