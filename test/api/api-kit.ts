import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HOUSE, type Scope } from '#lib/access';
import type { Admit } from '#lib/financing';
import { addDays, dateAt, usccCheckDigit, type Clock, type Uscc } from '#lib/kernel';
import type { Config } from '#lib/platform';
import { Background } from '#lib/product';
import { createApi, type ApiOptions } from '../../apps/api/src/create-api.ts';
import { OPENAPI, type ApiDeps, type OpenApiHolder } from '../../apps/api/src/deps.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { PROBLEMS } from '../../apps/api/src/problems.ts';
import { CITY_CLOCK, keptCity, type CityOptions } from '../whitelist/city.ts';
import { Answers, type OpenApi, type Operation } from './answers.ts';

/** Statuses that any route may answer with before it is even found. */
const ANYWHERE = [404, 405, 413, 414, 415];

/** A clock that runs as the test says. */
export class TestClock implements Clock {
  constructor(private at: Date) {}
  now(): Date {
    return new Date(this.at);
  }
  pass(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are held against the document, not against types
}

export interface Ask {
  readonly key?: string | null;
  readonly body?: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: 127.0.0.1. */
  readonly from?: string;
  /** The rows behind it are nonsense, and so may the answer be: only what it gives away counts. */
  readonly nonsense?: boolean;
}

/** The API on a product of its own, empty or with a made-up city in it. Every answer is held against the OpenAPI document. */
export class TestApi {
  readonly logged: Readonly<Record<string, unknown>>[];

  private constructor(
    readonly product: TestProduct,
    readonly app: NestFastifyApplication,
    readonly background: Background,
    readonly clock: TestClock,
    readonly answers: Answers,
    private readonly keys: Map<string, string>,
    logged: Readonly<Record<string, unknown>>[],
  ) {
    this.logged = logged;
  }

  static async open({
    rateLimits,
    config = {},
    admit,
    city,
    ...options
  }: ApiOptions &
    Pick<ApiDeps, 'rateLimits'> & {
      config?: Partial<Config>;
      admit?: Admit;
      city?: CityOptions;
    } = {}): Promise<TestApi> {
    const clock = new TestClock(new Date(CITY_CLOCK));
    const product = await openTestProduct(clock, undefined, undefined, {
      ...config,
      ...(admit ? { admit } : {}),
      ...(city ? { copyOf: await keptCity(city) } : {}),
    });
    const logged: Readonly<Record<string, unknown>>[] = [];
    const app = await createApi(
      {
        ...product,
        bells: product.doorbells,
        log: (event) => void logged.push(event),
        ...(rateLimits ? { rateLimits } : {}),
      },
      options,
    );
    const background = new Background(product, (event, error) => void logged.push({ event, error: String(error) }));
    // As it is served.
    const { document } = app.get<OpenApiHolder>(OPENAPI);
    const answers = new Answers(JSON.parse(JSON.stringify(document)) as OpenApi);
    const api = new TestApi(product, app, background, clock, answers, new Map(), logged);
    api.keys.set('ops', await api.issue(product.person, ['ops:deliveries', 'ops:runs', 'ops:models']));
    const bank = await product.access.createInstitution({
      kind: 'bank',
      code: 'bank-a',
      zh: '样例银行',
      en: 'Example bank',
    });
    const officer = await product.access.createPerson({
      institutionId: bank.institutionId,
      handle: 'officer',
      name: '甲',
    });
    const scopes = ['partner:scores', 'partner:candidates', 'partner:authorisations'] as const;
    api.keys.set('bank', await api.issue(officer.personId, scopes));
    return api;
  }

  async issue(personId: string, scopes: readonly Scope[], days = 30): Promise<string> {
    const expiresAt = new Date(this.clock.now().getTime() + days * 86_400_000);
    return (await this.product.access.issueKey(personId, scopes, expiresAt, this.clock)).key;
  }

  /** These firms let the bank look at their scores for a month from now. */
  async authorise(...usccs: readonly string[]): Promise<void> {
    const bank = (await this.product.access.institutionByCode('bank-a'))!;
    const from = dateAt(this.clock.now());
    const terms = {
      institutionId: bank.institutionId,
      purpose: 'pre-loan-review',
      scopes: ['report'],
      from,
      until: addDays(from, 30),
      single: false,
      textSha256: '1'.repeat(64),
      evidenceSha256: '2'.repeat(64),
    } as const;
    await this.product.db.as(HOUSE, async (tx) => {
      for (const uscc of usccs)
        await this.product.authorisations.grant(
          tx,
          { ...terms, uscc: uscc as Uscc },
          { person: null, clock: this.clock },
        );
    });
  }

  get(url: string, ask: Ask = {}): Promise<Reply> {
    return this.ask('GET', url, ask);
  }

  post(url: string, ask: Ask = {}): Promise<Reply> {
    return this.ask('POST', url, ask);
  }

  keyFor(url: string): string | undefined {
    return url.startsWith('/ops')
      ? this.keys.get('ops')
      : url.startsWith('/partner')
        ? this.keys.get('bank')
        : undefined;
  }

  async ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, ask: Ask): Promise<Reply> {
    const key = ask.key === undefined ? this.keyFor(url) : ask.key;
    const { body } = ask;
    const json = typeof body === 'object' && !Buffer.isBuffer(body);
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...ask.headers,
      },
      ...(ask.from === undefined ? {} : { remoteAddress: ask.from }),
      ...(body === undefined ? {} : { payload: json ? JSON.stringify(body) : body }),
    });
    const type = String(response.headers['content-type'] ?? '');
    const reply = {
      status: response.statusCode,
      headers: response.headers,
      body: (/^application\/(?:problem\+)?json\b/.test(type)
        ? JSON.parse(response.body)
        : { text: response.body }) as Record<string, never>,
    };
    if (!ask.nonsense) this.hold(method, url, type, reply);
    return reply;
  }

  /** Throws when the answer is not what the document says. */
  private hold(method: string, url: string, type: string, reply: Reply): void {
    const operation = this.answers.operation(method, url.split('?', 1)[0]!);
    const documented = operation?.responses[reply.status]?.content;
    const schema =
      reply.status >= 400 ? { $ref: '#/components/schemas/Problem' } : documented?.['application/json']?.schema;
    if (operation !== undefined && documented === undefined && !ANYWHERE.includes(reply.status)) {
      throw new Error(
        `${method} ${url} answers ${reply.status}, which the document does not know: ${JSON.stringify(reply.body)}`,
      );
    }
    if (reply.status >= 400 && !type.startsWith('application/problem+json')) throw new Error(`a problem as ${type}`);
    if (reply.status >= 400) holdCodes(method, url, reply, documented);
    if (schema === undefined || !/\bjson\b/.test(type)) return;
    const faults = this.answers.faults(schema, reply.body);
    if (faults.length > 0)
      throw new Error(`${method} ${url} ${reply.status} is not as documented:\n${faults.join('\n')}`);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.background.stop();
    await this.product.close();
  }
}

/** Made-up firms: their subject part begins with DM. */
export function demoUscc(number: number): string {
  const body = `91440305DM${String(number).padStart(7, '0')}`;
  return body + usccCheckDigit(body);
}

const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址';

/** An open-register file of these firms. */
export const register = (...firms: readonly { uscc: string; name: string; date?: string; type?: string }[]): string =>
  [
    HEADER,
    ...firms.map(
      (f) =>
        `${f.name},${f.uscc},${f.date ?? '2024-03-01'},${f.type ?? '有限责任公司'},100万人民币,软件,广东,深圳,样例路`,
    ),
  ].join('\n') + '\n';

export const uploadUrl = (more: Readonly<Record<string, string>> = {}): string =>
  `/ops/v1/deliveries?${new URLSearchParams({ source: 'business-registration', layout: 'open-register', fileName: 'register.csv', ...more }).toString()}`;

/** Answered before a route is found. */
const BEFORE_ROUTES = ['request-refused'];
/** Whose errors name the check of a scorecard that found them. */
const OWN_PLACES = /^\/ops\/v1\/models/;

/** Throws for a code that the document does not know: of the answer under its status, or of a place that it names. */
function holdCodes(
  method: string,
  url: string,
  { status, body }: Reply,
  documented: Operation['responses'][string]['content'],
): void {
  const { code = '', errors = [] } = body as { code?: string; errors?: readonly { readonly code: string }[] };
  const known = documented?.['application/problem+json']?.examples;
  const places = OWN_PLACES.test(url) ? [] : errors.map((one) => one.code);
  const unknown = places.filter((one) => PROBLEMS[one] === undefined);
  if (known !== undefined && !Object.hasOwn(known, code) && !BEFORE_ROUTES.includes(code)) unknown.unshift(code);
  if (unknown.length === 0) return;
  throw new Error(
    `${method} ${url} answers ${status} with codes that the document does not know: ${unknown.join(', ')}`,
  );
}
