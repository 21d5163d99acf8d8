import { HOUSE, type InstitutionKind, type Principal } from '#lib/access';
import { FixedClock, localDate, type Uscc } from '#lib/kernel';
import { noticesAfter, type ListedNotice } from '#lib/notices';
import type { Tx } from '#lib/platform';
import { KnockOutWatch, type OpenDisputes } from '#lib/whitelist';

import { deliver } from '../kit/deliver.ts';
import type { City } from './city.ts';

/** After the last run of the city. */
const NOW = '2026-08-01T02:00:00Z';

/** Partners of a city that are told of its lists. */
export class Told {
  /** What the watch called out, in order. */
  readonly knockedOut: (readonly [string, readonly string[]])[] = [];
  private readonly partners = new Map<string, Principal>();
  private sent = 0;

  private constructor(private readonly city: City) {}

  /** A bank and a guarantor. */
  static async among(city: City): Promise<Told> {
    const told = new Told(city);
    await told.joins('bank', 'bank');
    await told.joins('guarantor', 'guarantor');
    return told;
  }

  async joins(code: string, kind: InstitutionKind): Promise<Principal> {
    const { access } = this.city.product;
    const { institutionId } = await access.createInstitution({ kind, code, zh: `样例${code}`, en: code });
    const { personId } = await access.createPerson({ institutionId, handle: `of-${code}`, name: '甲' });
    const partner: Principal = { personId, institutionId, kind, keyId: personId, scopes: ['partner:notices'] };
    this.partners.set(code, partner);
    return partner;
  }

  /** The firm authorises the bank to look at its score before a loan. */
  async authorises(uscc: string): Promise<void> {
    const { db, authorisations } = this.city.product;
    const { institutionId } = this.partners.get('bank')!;
    const terms = {
      uscc: uscc as Uscc,
      institutionId,
      purpose: 'pre-loan-review' as const,
      scopes: ['score' as const],
      from: localDate('2026-07-01'),
      until: localDate('2026-07-20'),
      single: false,
      textSha256: '1'.repeat(64),
      evidenceSha256: '2'.repeat(64),
    };
    await db.as(HOUSE, (tx) => authorisations.grant(tx, terms, { person: null, clock: this.city.product.clock }));
  }

  tell(): Promise<number> {
    return this.city.product.listNews.tell();
  }

  async notices(code: string): Promise<readonly ListedNotice[]> {
    const { institutionId } = this.partners.get(code)!;
    const read = (tx: Tx) => noticesAfter(tx, institutionId, { after: 0, limit: 500 });
    return (await this.city.product.db.as(HOUSE, read)).items;
  }

  async counts(): Promise<Record<'bank' | 'guarantor', number>> {
    return { bank: (await this.notices('bank')).length, guarantor: (await this.notices('guarantor')).length };
  }

  /** Who was told of the firm, by the query log, in order. */
  async logged(uscc: string): Promise<string[]> {
    const { rows } = await this.city.product.database.admin.query<{ said: string }>(
      `SELECT i.code || ' ' || q.product || ' ' || q.purpose AS said FROM query_log q JOIN institution i USING (institution_id)
       WHERE q.subjects @> ARRAY[$1] ORDER BY i.code`,
      [uscc],
    );
    return rows.map(({ said }) => said);
  }

  /** A look-out that finds these disputes. */
  watch(disputes: ReadonlyMap<string, OpenDisputes>): KnockOutWatch {
    const { db, runs } = this.city.product;
    return new KnockOutWatch({
      db,
      runs,
      registers: { disputes: () => Promise.resolve(disputes) },
      clock: new FixedClock(NOW),
      listener: {
        firms: () => Promise.resolve([]),
        knockedOut: (_tx, uscc, codes) => Promise.resolve(void this.knockedOut.push([uscc, codes])),
      },
    });
  }

  /** 列入严重违法失信名单, delivered after the last run. */
  async dishonest(uscc: string): Promise<void> {
    this.sent += 1;
    const header = '统一社会信用代码,企业名称,列入原因,列入日期,列入机关,移出日期,移出原因,操作标志';
    const row = `${uscc},,提交虚假材料取得登记,2026-07-20,样例局,,,U`;
    const at = {
      ...this.city.product,
      clock: new FixedClock(new Date(Date.parse(NOW) + this.sent * 60_000).toISOString()),
    };
    const delivered = await deliver(at, {
      source: 'serious-violations',
      layout: 'listings',
      body: `${header}\n${row}\n`,
    });
    if (delivered.held === null) return;
    await at.deliveries.release(delivered.deliveryId, { person: at.person, reason: '逐行核对' });
    await at.intake.process(delivered.deliveryId);
  }
}
