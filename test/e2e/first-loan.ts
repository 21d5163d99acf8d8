import { HOUSE, type InstitutionKind, type Scope } from '#lib/access';
import { callbackSignature, matchProgramme, shippedProgramme } from '#lib/financing';
import { addDays, dateAt, type LocalDate, type Uscc } from '#lib/kernel';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { deliver } from '../kit/deliver.ts';
import { runTo } from '../runs/book.ts';
import { TOWN } from '../whitelist/city.ts';
import { UNLIMITED } from '../security/cast.ts';

export const HASH = 'ab'.repeat(32);
export const yuan = (amount: number) => ({ fen: Math.round(amount * 100), currency: 'CNY' });
const DAY_MS = 86_400_000;

/** 5:3:2 with a bank that bears 20 %, of the whole loan. */
export const TREE = {
  of: 100,
  children: [
    { party: 'bank', zh: '合作银行', en: 'bank', parts: 20, lender: true },
    {
      party: 'system',
      zh: '担保体系',
      en: 'guarantee system',
      parts: 80,
      of: 10,
      children: [
        { party: 'national', zh: '国家融资担保基金', en: 'national fund', parts: 5 },
        { party: 'city', zh: '市融资担保基金', en: 'city fund', parts: 3 },
        { party: 'guarantor', zh: '担保机构', en: 'guarantor', parts: 2 },
      ],
    },
  ],
};

export type Body = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are held against the document, not against types
type Detail = Readonly<Record<string, unknown>>;

/** Somebody at a desk, who sees and says things over HTTP. */
export class Seat {
  private key = '';
  private callbackKey: { keyId: string; secret: string } | undefined;
  private readonly sent = new Map<string, number>();
  private nonces = 0;

  constructor(
    private readonly api: TestApi,
    private readonly side: 'partner' | 'subject' | 'ops',
    readonly institutionId: string,
    readonly personId: string,
    private readonly scopes: readonly Scope[],
  ) {}

  /** A key ends; the case outlasts it. */
  async newKey(): Promise<void> {
    this.key = await this.api.issue(this.personId, this.scopes, 200);
  }

  get(path: string): Promise<Reply> {
    return this.api.get(`/${this.side}/v1/${path}`, { key: this.key });
  }

  post(path: string, body: object): Promise<Reply> {
    return this.api.post(`/${this.side}/v1/${path}`, { key: this.key, body });
  }

  async deal(dealId: string): Promise<Body> {
    return done(await this.get(`deals/${dealId}`));
  }

  /** An event of a deal at the version that stands. */
  async say(dealId: string, event: string, detail: Detail = {}): Promise<Body> {
    return done(await this.tries(dealId, event, detail));
  }

  async tries(dealId: string, event: string, detail: Detail = {}): Promise<Reply> {
    const { version } = await this.deal(dealId);
    return this.post(`deals/${dealId}/events`, { version, event, detail });
  }

  /** A signed callback, in the partner's own sequence unless a number is given. */
  async callBack(type: string, dealId: string, event: string, detail: Detail = {}, seq?: number): Promise<Reply> {
    this.callbackKey ??= done(await this.post('callback-keys', {})) as { keyId: string; secret: string };
    const externalId = `${type.split('.')[0]}-${dealId}`;
    const nth = seq ?? (this.sent.get(externalId) ?? 0) + 1;
    const raw = Buffer.from(JSON.stringify({ type, externalId, seq: nth, dealId, event, detail }));
    const timestamp = String(Math.floor(this.api.clock.now().getTime() / 1000));
    const nonce = `nonce-${String((this.nonces += 1)).padStart(8, '0')}`;
    const reply = await this.api.post('/partner/v1/callbacks', {
      key: this.key,
      body: raw,
      headers: {
        'content-type': 'application/json',
        'x-firstmile-key': this.callbackKey.keyId,
        'x-firstmile-timestamp': timestamp,
        'x-firstmile-nonce': nonce,
        'x-firstmile-signature': callbackSignature(this.callbackKey.secret, timestamp, nonce, raw),
      },
    });
    if (reply.status < 300 && seq === undefined) this.sent.set(externalId, nth);
    return reply;
  }

  async reports(type: string, dealId: string, event: string, detail: Detail = {}): Promise<Body> {
    return done(await this.callBack(type, dealId, event, detail));
  }

  /** The sequence goes on after what was sent out of order. */
  goOn(type: string, dealId: string, after: number): void {
    this.sent.set(`${type.split('.')[0]}-${dealId}`, after);
  }
}

export function done({ status, body }: Reply): Body {
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body;
}

const mark = (given: number) => ({ mark: given, text: '团队与技术可信，样例理由' });
const FORM = { technologyThreshold: mark(4), marketProspects: mark(3), productCompetitiveness: mark(4) };

/** What of the conditions of 跨越贷 experts and the guarantor have to say first. */
const TO_BE_SAID = 'expertMean expertMin guarantorTie guarantorAccepts';

/** Firms of the book that lack only that, and one that had a loan before. */
async function candidates(api: TestApi): Promise<{ open: Uscc[]; borrower: Uscc }> {
  const { db, standings, scores, runs } = api.product;
  const { runId } = (await runs.latestPublished())!;
  const open: Uscc[] = [];
  let borrower: Uscc | undefined;
  for (const { uscc } of await scores.page(runId, { limit: 200 })) {
    const { profile } = await db.as(HOUSE, (tx) => standings.of(tx, uscc, { readers: [], loans: true }));
    const { conditions } = matchProgramme(shippedProgramme('KYD'), profile, dateAt(api.clock.now()));
    const of = (state: string): string =>
      conditions
        .filter((one) => one.state === state)
        .map(({ id }) => id)
        .join(' ');
    if (of('fail') === '' && of('unknown') === TO_BE_SAID) open.push(uscc);
    if (of('fail') === 'noLoanRecord') borrower = uscc;
  }
  return { open, borrower: borrower! };
}

const HEADER =
  '统一社会信用代码,年报年度,公示日期,更正次数,财务数据公示,从业人数,参保人数,资产总额(万元),负债总额(万元),所有者权益合计(万元),营业总收入(万元),主营业务收入(万元),利润总额(万元),净利润(万元),纳税总额(万元),对外担保总额(万元),操作标志';

/** A first loan is for firms that no bank reads: their corrected annual report says no revenue and a loss, and they are scored anew. */
async function withoutRevenue({ product }: TestApi, usccs: readonly Uscc[]): Promise<void> {
  const rows = usccs.map((uscc) => `${uscc},2025,2026-06-20,9,公示,12,11,1200,300,900,0,0,-120,-120,0,0,`);
  const view = await deliver(product, {
    source: 'annual-reports',
    layout: 'figures',
    fileName: 'corrected.csv',
    body: `${HEADER}\n${rows.join('\n')}\n`,
  });
  if (view.held !== null) {
    await product.deliveries.release(view.deliveryId, { person: product.person, reason: '逐行核对' });
    await product.intake.process(view.deliveryId);
  }
  await runTo(product, '2026-06-30');
}

/** The house, a bank, a guarantor with A, B and a committee, and firms of a made-up city, all over HTTP. */
export class FirstLoanScene {
  private constructor(
    readonly api: TestApi,
    readonly house: Seat,
    readonly bank: Seat,
    readonly otherBank: Seat,
    readonly guarantor: Record<'a' | 'b' | 'committee', Seat>,
    /** By number, from 1; the last one had a loan before. */
    private readonly firms: readonly { readonly uscc: Uscc; readonly seat: Seat }[],
  ) {}

  static async open(): Promise<FirstLoanScene> {
    const api = await TestApi.open({ rateLimits: UNLIMITED, city: TOWN });
    const { access, person } = api.product;
    const hire = async (
      kind: InstitutionKind,
      code: string,
      scopes: readonly Scope[],
      uscc?: Uscc,
    ): Promise<[Seat, Seat, Seat]> => {
      const named = { kind, code, zh: `样例${code}`, en: code, ...(uscc ? { uscc } : {}) };
      const { institutionId } = await access.createInstitution(named);
      const seat = async (n: number): Promise<Seat> => {
        const { personId } = await access.createPerson({ institutionId, handle: `${code}-${n}`, name: '甲' });
        return new Seat(api, uscc ? 'subject' : 'partner', institutionId, personId, scopes);
      };
      return [await seat(1), await seat(2), await seat(3)];
    };
    const { institutionId } = (await access.institutionByCode('operator'))!;
    const house = new Seat(api, 'ops', institutionId, person, ['ops:deals']);
    const scopes = ['partner:deals', 'partner:callbacks', 'partner:notices'] as const;
    const [bank] = await hire('bank', 'lender', scopes);
    const [otherBank] = await hire('bank', 'other-lender', scopes);
    const [a, b, committee] = await hire('guarantor', 'guarantor', [...scopes, 'partner:reviews']);
    await withoutRevenue(api, (await candidates(api)).open);
    const { open, borrower } = await candidates(api);
    const firms: { uscc: Uscc; seat: Seat }[] = [];
    for (const uscc of [...open.slice(0, 3), borrower]) {
      const [seat] = await hire('firm', `firm-${firms.length + 1}`, ['subject:own'], uscc);
      firms.push({ uscc, seat });
    }
    const scene = new FirstLoanScene(api, house, bank, otherBank, { a, b, committee }, firms);
    await scene.pass(0);
    const relations = firms.map(({ uscc }) => ({
      uscc,
      statedOn: scene.today,
      holders: [],
      controllers: [],
      basis: '股东信息 shareholders',
    }));
    done(await house.post('firm-relations', { relations }));
    return scene;
  }

  firm(n: number): Seat {
    return this.firms[n - 1]!.seat;
  }

  uscc(n: number): Uscc {
    return this.firms[n - 1]!.uscc;
  }

  /** Two experts of the guarantor look at the firm, and the guarantor says that it is nobody of its own. */
  async lookedAt(n: number): Promise<void> {
    const at = `companies/${this.uscc(n)}`;
    const { a, b } = this.guarantor;
    for (const expert of [a, b]) done(await expert.post(`${at}/expert-opinions`, { form: FORM }));
    done(await a.post(`${at}/statements`, { statements: { guarantorTie: 'none' } }));
  }

  get today(): LocalDate {
    return dateAt(this.api.clock.now());
  }

  inDays(days: number): LocalDate {
    return addDays(this.today, days);
  }

  /** Time goes on, keys are renewed, and what time brings to deals happens. */
  async pass(days: number): Promise<void> {
    const { api } = this;
    api.clock.pass(days * DAY_MS);
    const seats = [this.house, this.bank, this.otherBank, ...Object.values(this.guarantor)];
    for (const seat of [...seats, ...this.firms.map((firm) => firm.seat)]) await seat.newKey();
    await api.product.referrals.sweep();
    await api.product.guarantees.sweep();
  }

  close(): Promise<void> {
    return this.api.close();
  }
}
