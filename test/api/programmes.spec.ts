import type { InstitutionKind, Principal, Scope } from '#lib/access';
import { HOUSE } from '#lib/access';
import { Referrals, type ReferralOffer } from '#lib/financing';
import { addDays, dateAt, fen, FixedClock, localDate, type Uscc } from '#lib/kernel';
import { readCalendar } from '#lib/product';
import { SHARE_TREE_EXAMPLE } from '../../apps/api/src/http/share-tree-field.ts';
import { cityRuns, TOWN } from '../whitelist/city.ts';
import { demoUscc, TestApi, type Reply } from './api-kit.ts';
import { admissionsOverHttp } from './admissions.ts';
import { statedInputsOverHttp } from './stated-inputs.ts';

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are read by their paths

const mark = (given: number) => ({ mark: given, text: '样例理由说明' });
const FORM = { technologyThreshold: mark(4), marketProspects: mark(3), productCompetitiveness: mark(3) };

describe('programmes and lines over HTTP', () => {
  let api: TestApi;
  const people = new Map<string, Principal & { readonly key: string }>();
  /** On the list, graded, and one that owes money. */
  let member: Uscc;
  let borrower: Uscc;

  const hire = async (kind: InstitutionKind, code: string, scopes: readonly Scope[], uscc?: Uscc): Promise<void> => {
    const { access } = api.product;
    const { institutionId } = await access.createInstitution({ kind, code, zh: code, en: code, ...(uscc && { uscc }) });
    const { personId } = await access.createPerson({ institutionId, handle: `${code}-1`, name: '甲' });
    const key = await api.issue(personId, scopes);
    people.set(code, { personId, institutionId, kind, keyId: personId, scopes, key, ...(uscc && { uscc }) });
  };
  const authorise = async (uscc: Uscc, to: string, purpose: string, scopes: string[]): Promise<void> => {
    const from = dateAt(api.clock.now());
    const terms = {
      uscc,
      institutionId: people.get(to)!.institutionId,
      purpose,
      scopes,
      from,
      until: addDays(from, 20),
    };
    const hashes = { textSha256: '1'.repeat(64), evidenceSha256: '2'.repeat(64), single: false };
    await api.product.db.as(HOUSE, (tx) =>
      api.product.authorisations.grant(tx, { ...terms, ...hashes } as never, { person: null, clock: api.clock }),
    );
  };

  beforeAll(async () => {
    api = await TestApi.open({ city: TOWN });
    const run = (await cityRuns(api.product)).at(-1)!;
    await api.product.lists.build('CKT', { runId: run.runId, clock: new FixedClock(run.finishedAt!) });
    const standings = await api.product.lists.standings('CKT');
    member = [...standings.values()].find(({ state }) => state === 'ACTIVE')!.uscc as Uscc;
    await hire('bank', 'bank-one', ['partner:deals']);
    await hire('bank', 'bank-two', ['partner:deals']);
    await hire('guarantor', 'guarantor-one', ['partner:deals', 'partner:reviews']);
    await hire('bank', 'bank-three', ['partner:deals']);
    await hire('guarantor', 'guarantor-two', ['partner:deals']);
    await hire('firm', 'firm-one', ['subject:own'], member);
    const { items } = await loansOf((await api.product.scores.page(run.runId, { limit: 200 })).map(({ uscc }) => uscc));
    borrower = items.find(({ line, owed }) => line !== null && owed > 0)!.uscc;
    await authorise(member, 'bank-one', 'pre-loan-review', ['report']);
    await authorise(borrower, 'bank-one', 'pre-loan-review', ['report']);
    await authorise(borrower, 'bank-two', 'pre-loan-review', ['score', 'credit-history']);
    await authorise(member, 'guarantor-one', 'guarantee-review', ['score']);
  }, 300_000);
  afterAll(() => api.close());

  const loansOf = async (usccs: readonly Uscc[]) => {
    const { db, standings } = api.product;
    const items = [];
    for (const uscc of usccs) {
      const standing = await db.as(HOUSE, (tx) => standings.of(tx, uscc, { readers: [], loans: true }));
      items.push({ uscc, line: standings.line(standing).line.amount, owed: standing.line.loans.amount });
    }
    return { items };
  };
  const key = (who: string) => ({ key: people.get(who)!.key });
  const of = (uscc: string, what: string, more = ''): string =>
    `/partner/v1/companies/${uscc}/${what}?purpose=pre-loan-review${more}`;
  const get = (url: string, who = 'bank-one'): Promise<Reply> => api.get(url, key(who));
  const coded = ({ status, body }: Reply): [number, string] => [status, body['code']];
  const programmeOf = ({ body }: Reply, code: string): Json =>
    (body['items'] as Json[]).find((item) => item['code'] === code)!;
  const conditionOf = (programme: Json, id: string): Json =>
    (programme['conditions'] as Json[]).find((condition) => condition['id'] === id)!;

  it('the catalogue says on each day what is asked, and what would provide it', async () => {
    const { body } = await get('/partner/v1/programmes');
    expect(body['date']).toBe('2026-07-06');
    const codes = (body['items'] as Json[]).map((item) => item['code'] as string);
    expect(codes).toEqual([...codes].sort());
    expect(codes).toEqual(expect.arrayContaining(['CKT', 'KYD', 'TDD', 'INS']));
    expect(codes).not.toContain('SD1');
    const then = await get('/partner/v1/programmes?date=2022-06-30');
    expect((then.body['items'] as Json[]).map((item) => item['code'])).toEqual(['SD1']);
    const one = (await get('/partner/v1/programmes/KYD')).body;
    expect(one).toMatchObject({ inForce: true, guaranteedBp: 10_000, desks: ['BANK', 'GUAR'] });
    expect(conditionOf(one, 'guarantorAccepts')).toMatchObject({ statedBy: ['guarantor'], asks: { zh: '同意' } });
    expect((await get('/partner/v1/programmes/SD1')).body).toMatchObject({ inForce: false, validTo: '2022-12-31' });
    expect(coded(await get('/partner/v1/programmes/NONE'))).toEqual([404, 'programme-unknown']);
    expect(coded(await get('/partner/v1/programmes?date=2026-02-30'))).toEqual([400, 'request-invalid']);
  });

  it('a firm is matched with every condition, its value and date; nobody is told without an authorisation', async () => {
    const reply = await get(of(member, 'programmes'));
    const ckt = programmeOf(reply, 'CKT');
    expect(ckt['overall']).toBe('eligible');
    expect(conditionOf(ckt, 'listed')).toMatchObject({
      state: 'pass',
      value: 'ACTIVE',
      why: { zh: expect.any(String) },
    });
    expect((ckt['conditions'] as Json[]).every(({ state }) => state === 'pass')).toBe(true);
    expect(programmeOf(reply, 'KHT')).toMatchObject({ overall: 'information', missing: [] });
    expect(programmeOf(reply, 'RLN')['kind']).toBe('tag');
    // Nobody authorised the credit history: unknown, with why, and not a failure.
    expect(reply.body['withoutLoans']).not.toBeNull();
    expect(conditionOf(programmeOf(reply, 'KYD'), 'noLoanRecord')).toMatchObject({ state: 'unknown', value: null });
    expect(coded(await get(of(member, 'programmes'), 'bank-two'))).toEqual([403, 'authorisation-missing']);
    expect(coded(await get(of(demoUscc(1), 'line')))).toEqual([403, 'authorisation-missing']);
    expect(coded(await get(`/partner/v1/companies/${member}/line`))).toEqual([400, 'purpose-missing']);
    expect(coded(await get(of(member, 'programmes', '&run=019a8c2e-7f00-7000-8000-000000000001')))).toEqual([
      404,
      'run-unknown',
    ]);
  });

  it('the line adds up, names what binds and what raises it', async () => {
    const { body } = await get(of(member, 'line'));
    const { line, raises } = body as { line: Json; raises: Json };
    expect(line['disclaimer']['zh']).toContain('不构成授信承诺');
    const steps = line['waterfall'] as Json[];
    expect(steps.reduce((sum, step) => sum + (step['change']['fen'] as number), 0)).toBe(line['amount']['fen']);
    for (const [i, step] of steps.slice(1).entries()) expect(step['before']).toEqual(steps[i]!['after']);
    expect(line['binding']['code']).toBeDefined();
    expect(raises['from']).toEqual(line['amount']);
    for (const raise of raises['items'] as Json[])
      expect(raise['amount']['fen']).toBeGreaterThanOrEqual(raises['target']['fen']);
    // Lifted by its grade: the amount that evidence supports stands beside it.
    const lifted = (line['flags'] as Json[]).some(({ code }) => code === 'FLOOR_LIFTED');
    expect([lifted, line['evidenceAmount']['fen'] < line['basis']['clamped']['fen']]).toEqual([true, true]);
    const under = (await get(of(member, 'line', '&programme=KYD'))).body['line'] as Json;
    expect(under['programme']).toMatchObject({ code: 'KYD', cap: { fen: 500_000_000 }, guaranteed: true });
    expect(coded(await get(of(member, 'line', '&programme=NONE')))).toEqual([404, 'programme-unknown']);
    expect(coded(await get(of(member, 'line', '&programme=KHT')))).toEqual([422, 'programme-without-line']);
  });

  it('loans are deducted for who may know of them, and said to be left out for who may not', async () => {
    const lineFor = async (who: string): Promise<Json> => (await get(of(borrower, 'line'), who)).body['line'] as Json;
    const step = (line: Json): number =>
      (line['waterfall'] as Json[]).find(({ code }) => code === 'UNSECURED_LOANS')!['applied'] as number;
    const flags = (line: Json): string[] => (line['flags'] as Json[]).map(({ code }) => code as string);
    const [closed, open] = [await lineFor('bank-one'), await lineFor('bank-two')];
    expect(step(closed)).toBe(0);
    expect(flags(closed)).toContain('EXISTING_DEBT_UNKNOWN');
    expect(step(open)).toBeGreaterThan(0);
    expect(flags(open)).not.toContain('EXISTING_DEBT_UNKNOWN');
    expect(open['amount']['fen']).toBeLessThan(closed['amount']['fen']);
  });

  it('each look is logged, as what it was, and the firm sees it', async () => {
    const entries = await api.product.db.as(HOUSE, (tx) =>
      api.product.queryLog.about(tx, member, { since: new Date(0), limit: 50 }),
    );
    const products = entries.map(({ product }) => product);
    expect(products).toEqual(['line', 'line', 'programmes']);
    expect(entries[0]!.detail).toMatchObject({ programme: 'KYD' });
    expect((await api.product.queryLog.verify()).agrees).toBe(true);
  });

  it('a firm sees why not, what is missing and what raises its line, and states what it alone knows', async () => {
    const before = await get('/subject/v1/programmes', 'firm-one');
    expect(before.body['withoutLoans']).toBeNull();
    expect(programmeOf(before, 'GDZ')).toMatchObject({ overall: 'unknown', missing: [{ fact: 'needs' }] });
    expect((before.body['items'] as Json[]).some(({ kind }) => kind === 'tag')).toBe(false);
    const post = (body: object, who: string, url = '/subject/v1/statements'): Promise<Reply> =>
      api.post(url, { ...key(who), body });
    const said = await post({ statements: { needs: ['equity', 'loan'] } }, 'firm-one');
    expect([said.status, said.body['items']]).toEqual([
      201,
      [expect.objectContaining({ fact: 'needs', value: ['equity', 'loan'], on: '2026-07-06' })],
    ]);
    expect(programmeOf(await get('/subject/v1/programmes', 'firm-one'), 'GDZ')['overall']).toBe('eligible');
    expect((await get('/subject/v1/line', 'firm-one')).body['raises']['items'].length).toBeGreaterThan(0);
    expect(coded(await post({ statements: { guarantorTie: 'none' } }, 'firm-one'))).toEqual([422, 'statement-invalid']);
    expect(coded(await post({ statement: {} }, 'firm-one'))).toEqual([400, 'request-invalid']);
    const about = (uscc: string, what: string): string => `/partner/v1/companies/${uscc}/${what}`;
    expect(coded(await post({ statements: { realNeed: true } }, 'bank-one', about(demoUscc(1), 'statements')))).toEqual(
      [404, 'company-unknown'],
    );
  });

  it('what a guarantor says of a firm opens what waited for it', async () => {
    const kyd = async (): Promise<Json> =>
      programmeOf(
        await get(`/partner/v1/companies/${member}/programmes?purpose=guarantee-review`, 'guarantor-one'),
        'KYD',
      );
    expect((await kyd())['missing'].map(({ fact }: Json) => fact as string)).toEqual([
      'noLoanRecord',
      'expertMean',
      'expertMin',
      'guarantorTie',
      'guarantorAcceptance',
    ]);
    const at = `/partner/v1/companies/${member}`;
    const as = key('guarantor-one');
    const headers = { 'idempotency-key': 'once' };
    const body = { statements: { guarantorTie: 'none', guarantorAcceptance: 'accepted' } };
    const first = await api.post(`${at}/statements`, { ...as, headers, body });
    expect((await api.post(`${at}/statements`, { ...as, headers, body })).body).toEqual(first.body);
    const opinion = await api.post(`${at}/expert-opinions`, { ...as, body: { form: FORM } });
    expect([opinion.status, opinion.body['hundredths']]).toEqual([201, 340]);
    expect(coded(await api.post(`${at}/expert-opinions`, { ...as, body: { form: { ...FORM, more: 1 } } }))[1]).toBe(
      'request-invalid',
    );
    expect(coded(await api.post(`${at}/expert-opinions`, { ...key('bank-one'), body: { form: FORM } }))).toEqual([
      403,
      'scope-missing',
    ]);
    expect((await kyd())['missing'].map(({ fact }: Json) => fact as string)).toEqual(['noLoanRecord']);
    expect(conditionOf(await kyd(), 'expertMean')).toMatchObject({ state: 'pass', value: '340' });
  });

  it('offers and approvals lower the line; a programme that does not take the firm refuses with every reason', async () => {
    const { db, notices, standings, clock } = api.product;
    const outcomes = { note: () => Promise.resolve(), noteMonth: () => Promise.resolve() };
    const referrals = new Referrals(
      { db, notices, calendar: readCalendar(), clock },
      { admit: standings.admit, outcomes },
    );
    const bank = people.get('bank-one')!;
    const offer = (more: Partial<ReferralOffer>): Promise<{ readonly terms: object }> =>
      referrals.offer(bank, {
        uscc: member,
        programme: 'CKT',
        bank: bank.institutionId,
        nextBanks: [],
        amount: fen(40_000_000),
        form: 'credit',
        validUntil: localDate('2026-08-06'),
        ...more,
      });
    const line = async (): Promise<Json> => (await get('/subject/v1/line', 'firm-one')).body['line'] as Json;
    const before = (await line())['amount']['fen'] as number;
    expect((await offer({})).terms).toMatchObject({ suggestedLine: before, programmeCap: null });
    expect((await line())['amount']['fen']).toBe(before - 40_000_000);
    // A guaranteed loan takes room of the platform and none of the unsecured line.
    await offer({ form: 'guaranteed' });
    expect((await line())['amount']['fen']).toBe(before - 40_000_000);
    const kyd = { programme: 'KYD', form: 'guaranteed' } as const;
    expect((await offer(kyd)).terms).toMatchObject({ programmeCap: 500_000_000 });
    const refused = await offer({ programme: 'TDD' }).catch((error: { problem: Json }) => error.problem);
    expect(refused).toMatchObject({ code: 'programme-refused', status: 409, extra: { programme: 'TDD', failed: [] } });
    const reasons = (refused as Json)['errors'] as Json[];
    expect(new Set(reasons.map(({ code }) => code as string))).toEqual(new Set(['condition-unknown']));
    expect(reasons.at(-1)!['zh']).toContain('平台登记参与机构');
    const zzd = await offer({ programme: 'ZZD', form: 'guaranteed' }).catch(
      (error: { problem: Json }) => error.problem,
    );
    expect((zzd as Json)['extra']['failed'].length).toBeGreaterThan(0);
  });

  statedInputsOverHttp(() => ({ api, member, keyOf: (who) => key(who), authorise }));

  it('a guarantee takes room of programme and platform, once with the loan that is referred under it', async () => {
    const { db, standings, capacity, guaranteeBatches, referrals, clock } = api.product;
    const [bank, guarantor] = [people.get('bank-one')!, people.get('guarantor-one')!];
    const today = dateAt(clock.now());
    const until = addDays(today, 300);
    const { institutionId } = guarantor;
    const stated = { guarantor: institutionId, statedOn: today, validTo: until, netAssets: fen(50_000_000_000) };
    await capacity.recordCapital(guarantor, { ...stated, mainlySmall: true, controllers: [], related: [] });
    const operator = { ...bank, kind: 'operator', institutionId: '', personId: api.product.person } as const;
    const relation = { statedOn: today, holders: [], controllers: [], basis: '股东信息 shareholders' };
    const usccs = [member, borrower];
    await capacity.recordRelations(
      operator,
      usccs.map((uscc) => ({ ...relation, uscc })),
    );
    const terms = {
      batchMost: fen(1_000_000_000),
      singleMost: fen(1_000_000_000),
      termMostMonths: 36,
      sectors: [],
      filedWithinDays: 30,
      guaranteedBp: 10_000,
      tree: SHARE_TREE_EXAMPLE,
      feeBp: 100,
    };
    const agreed = { guarantor: institutionId, bank: bank.institutionId, validFrom: today, validTo: until, terms };
    const { agreementId } = await guaranteeBatches.recordAgreement(guarantor, { ...agreed, programme: 'KYD' });
    const offer = (more: Partial<ReferralOffer>) =>
      referrals.offer(bank, {
        uscc: member,
        programme: 'KYD',
        bank: bank.institutionId,
        nextBanks: [],
        amount: fen(450_000_000),
        form: 'guaranteed',
        validUntil: addDays(today, 20),
        ...more,
      });
    const loan = await offer({});
    const applied = await api.product.guarantees.open(bank, {
      uscc: member,
      programme: 'KYD',
      terms: {
        guarantorId: institutionId,
        bankId: bank.institutionId,
        reGuarantorId: null,
        principal: fen(20_000_000),
        termMonths: 12,
        guaranteedBp: terms.guaranteedBp,
        tree: terms.tree,
        feeBp: terms.feeBp,
        smallFirm: true,
        loanDealId: loan.dealId,
        outcomesUntil: null,
        purpose: '首贷',
      },
    });
    expect(applied.terms.suggestedLine).toBe((await lineBesides([loan.dealId, applied.dealId])) as number);
    expect(applied.terms.suggestedLine).not.toBe(await lineBesides([applied.dealId]));
    const firm = people.get('firm-one')!;
    await referrals.command(firm, { dealId: loan.dealId, version: loan.version, change: { event: 'decline-offer' } });

    const row = (uscc: Uscc, principal: number) => ({
      rowKey: `L-${uscc}-${principal}`,
      uscc,
      principal,
      drawnOn: today,
      maturity: addDays(today, 200),
      guaranteedBp: 10_000,
      industry: null,
      smallFirm: true,
      loanDealId: null,
      outcomesUntil: null,
    });
    const uses = () => db.as(HOUSE, async (tx) => (await standings.of(tx, member, { readers: [], loans: true })).use);
    const before = await uses();
    const rows = [
      row(member, 500_000_001),
      row(member, 440_000_000),
      row(borrower, 200_000_000),
      row(member, 60_000_001),
    ];
    const answer = await guaranteeBatches.accept(bank, { agreementId, batchNo: 'B-1', rows });
    // The borrower is no first borrower: a row is kept, so that it names conditions and says nothing of loans.
    const [over, taken, refused, beyond] = answer.rows as readonly Json[];
    expect([taken!['outcome'], over!['reasons'].map(({ code }: Json) => code as string)]).toEqual([
      'ACCEPTED_BATCH',
      ['guarantee-over-programme'],
    ]);
    // Who was lent to by the row before is no first borrower any more.
    expect(beyond!['reasons'].map(({ code }: Json) => code as string)).toEqual(['condition-withheld']);
    expect(refused!['reasons'].map(({ code, field }: Json) => `${field} ${code}`)).toContain('uscc condition-withheld');
    const after = await uses();
    expect([after.platform - before.platform, after.byProgramme['KYD']! - before.byProgramme['KYD']!]).toEqual([
      440_000_000, 440_000_000,
    ]);
    // Guaranteed: the line of unsecured lending is as it was.
    expect(after).toMatchObject({ liveOffers: before.liveOffers, undrawnApprovals: before.undrawnApprovals });

    // Who drew a first loan takes no other.
    await expect(lineBesides([])).rejects.toMatchObject({ problem: { extra: { failed: ['noLoanRecord'] } } });
    const linked = await offer({ guaranteeId: taken!['dealId'] as string });
    // Its own guarantee stood not in its way, and beside it only what the loan goes beyond it by is new.
    const own = [linked.dealId, taken!['dealId'] as string];
    expect(linked.terms.suggestedLine).toBe((await lineBesides(own)) as number);
    expect((await uses()).platform - after.platform).toBe(10_000_000);
  });

  const lineBesides = (besides: readonly string[]) => {
    const { db, standings, clock } = api.product;
    const asked = {
      programme: 'KYD',
      uscc: member,
      on: dateAt(clock.now()),
      besides,
      pending: ['guarantorAcceptance'],
    };
    return db.as(HOUSE, async (tx) => (await standings.admit(tx, asked as never)).suggestedLine);
  };

  admissionsOverHttp(() => ({ api, member, people, authorise }));
});
