import { actorOf, firmActor, HOUSE, type InstitutionKind, type Principal } from '#lib/access';
import type { Admit } from '#lib/financing';
import { dateAt, type Uscc } from '#lib/kernel';
import { actingAs } from '#lib/platform';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, madeUp, runTo } from '../runs/book.ts';

const FIRM = madeUp(7) as Uscc;
const OTHER = madeUp(8) as Uscc;
const mark = (given: number) => ({ mark: given, text: '样例理由说明' });
const form = (given: number) => ({
  technologyThreshold: mark(given),
  marketProspects: mark(given),
  productCompetitiveness: mark(given),
});

describe('standings on a real database', () => {
  const clock = bookClock();
  let product: TestProduct;
  const people = new Map<string, Principal>();
  const as = (name: string): Principal => people.get(name)!;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliverAll(product);
    await runTo(product);
    const hire = async (kind: InstitutionKind, code: string, uscc?: Uscc): Promise<void> => {
      const { access } = product;
      const { institutionId } = await access.createInstitution({
        kind,
        code,
        zh: code,
        en: code,
        ...(uscc && { uscc }),
      });
      const { personId } = await access.createPerson({ institutionId, handle: `${code}-1`, name: '甲' });
      people.set(code, { personId, institutionId, kind, keyId: personId, scopes: [], ...(uscc && { uscc }) });
    };
    for (const [kind, code] of [
      ['bank', 'bank-a'],
      ['bank', 'bank-b'],
      ['guarantor', 'guarantor-a'],
      ['guarantor', 'guarantor-b'],
      ['investor', 'investor-a'],
    ] as const)
      await hire(kind, code);
    await hire('firm', 'firm-a', FIRM);
    await hire('firm', 'firm-b', OTHER);
  });
  afterAll(() => product.close());

  const problemOf = async (promise: Promise<unknown>) => {
    try {
      await promise;
    } catch (error) {
      return (error as { problem?: { code: string; status: number; errors: { code: string; pointer: string }[] } })
        .problem;
    }
    return undefined;
  };
  const factOf = (fact: string, readers: readonly string[] = []) =>
    product.db.as(HOUSE, async (tx) => {
      const view = { readers: readers.map((name) => as(name)), loans: true };
      return (await product.standings.of(tx, FIRM, view)).profile[fact];
    });
  const rows = (actor: string): Promise<number[]> =>
    product.db.as(actor, async (tx) => {
      const count = async (table: string): Promise<number> => (await tx.query(`SELECT FROM ${table}`)).length;
      return [await count('firm_statement'), await count('expert_opinion')];
    });
  const admit = (asked: Partial<Parameters<Admit>[1]> & { programme: string }) =>
    product.db.as(HOUSE, (tx) => product.standings.admit(tx, { uscc: FIRM, on: dateAt(clock.now()), ...asked }));

  it('keep what is stated, by whom it may be, and take the newest of each', async () => {
    const { standings } = product;
    const [first] = await standings.state(as('firm-a'), FIRM, { needs: ['loan', 'equity'], equipmentNeed: true });
    expect(first).toMatchObject({ fact: 'needs', value: ['loan', 'equity'], on: '2024-07-20', by: 'firm', uscc: FIRM });
    await standings.state(as('firm-a'), FIRM, { equipmentNeed: false });
    expect(await factOf('equipmentNeed')).toEqual({ known: true, value: false, date: '2024-07-20' });
    expect(await factOf('needs')).toEqual({ known: true, value: ['equity', 'loan'], date: '2024-07-20' });
  });

  it('refuse a fact that is none, one that is not theirs to state, and a value that is none of it', async () => {
    const given = { nothing: 1, guarantorAcceptance: 'accepted', needs: ['money'], __proto__: 1, equipmentPrice: -1 };
    const problem = await problemOf(product.standings.state(as('firm-a'), FIRM, given));
    expect([problem?.code, problem?.status]).toEqual(['statement-invalid', 422]);
    expect(problem?.errors.map(({ pointer }) => pointer)).toEqual([
      '/statements/nothing',
      '/statements/guarantorAcceptance',
      '/statements/needs',
      '/statements/equipmentPrice',
    ]);
    const unknown = await problemOf(product.standings.state(as('bank-a'), madeUp(2000) as Uscc, { realNeed: true }));
    expect(unknown?.code).toBe('company-unknown');
    const foreign = await problemOf(product.standings.state(as('firm-b'), FIRM, { equipmentNeed: true }));
    expect(foreign?.code).toBe('company-unknown');
  });

  it('keep banks apart, and tell everybody what other kinds say', async () => {
    const { standings } = product;
    await standings.state(as('bank-a'), FIRM, { goodCredit: true });
    await standings.state(as('bank-b'), FIRM, { goodCredit: false });
    await standings.state(as('guarantor-a'), FIRM, { guarantorTie: 'none' });
    expect(await factOf('goodCredit', ['bank-a'])).toMatchObject({ known: true, value: true });
    expect(await factOf('goodCredit', ['bank-b'])).toMatchObject({ known: true, value: false });
    expect(await factOf('guarantorTie', ['bank-a'])).toMatchObject({ known: true, value: 'none' });
    expect(await factOf('guarantorTie', ['guarantor-b'])).toBeUndefined();
    // The house has heard both on one day.
    expect(await factOf('goodCredit')).toMatchObject({ known: false });
  });

  it('take the newest form of each expert; only guarantors fill it in', async () => {
    const { standings } = product;
    const [hundredths] = [await standings.opine(as('guarantor-a'), FIRM, form(2))].map((row) => row.hundredths);
    expect(hundredths).toBe(200);
    await standings.opine(as('guarantor-a'), FIRM, form(4));
    await standings.opine(as('guarantor-b'), FIRM, form(3));
    expect(await factOf('expertMean')).toMatchObject({ value: { num: 700, den: 2 } });
    expect(await factOf('expertMin')).toMatchObject({ value: 3 });
    expect((await problemOf(standings.opine(as('bank-a'), FIRM, form(4))))?.code).toBe('role-refused');
    const bad = await problemOf(standings.opine(as('guarantor-a'), FIRM, { ...form(4), marketProspects: mark(6) }));
    expect([bad?.code, bad?.errors[0]?.pointer]).toEqual(['form-invalid', '/form/marketProspects/mark']);
  });

  it('are kept apart by the database, and never changed', async () => {
    expect(await rows(HOUSE)).toEqual([6, 3]);
    expect(await rows(actorOf(as('bank-a')))).toEqual([1, 0]);
    expect(await rows(actorOf(as('guarantor-a')))).toEqual([1, 2]);
    expect(await rows(actorOf(as('investor-a')))).toEqual([0, 0]);
    expect(await rows(firmActor(FIRM))).toEqual([6, 3]);
    expect(await rows(firmActor(OTHER))).toEqual([0, 0]);
    expect(await rows('')).toEqual([0, 0]);
    const { admin } = product.database;
    for (const sql of ['UPDATE firm_statement SET value = to_jsonb(1)', 'DELETE FROM expert_opinion'])
      await expect(admin.query(sql)).rejects.toThrow(/only ever added/);
    const insert = `INSERT INTO firm_statement (statement_id, uscc, fact, value, stated_on, stated_at, institution_id, kind, person_id)
      SELECT gen_random_uuid(), uscc, 'realNeed', to_jsonb(true), stated_on, stated_at, $1, $2, person_id FROM firm_statement LIMIT 1`;
    const write = (actor: string, institution: string, kind: string): Promise<number> =>
      product.db.as(actor, (tx) => tx.execute(insert, [as(institution).institutionId, kind]));
    await expect(write(actorOf(as('bank-a')), 'bank-b', 'bank')).rejects.toThrow(/row-level security/);
    await expect(write(firmActor(FIRM), 'bank-b', 'bank')).rejects.toThrow(/row-level security/);
  });

  it('figures are kept apart too, only added to, and verified by somebody of another house than the firm', async () => {
    const { statedInputs } = product;
    const [firm, bank] = [as('firm-a'), as('bank-a')];
    const sha256 = 'a'.repeat(64);
    const stated = await statedInputs.as(firm, (tx) =>
      statedInputs.state(tx, firm, FIRM, {
        kind: 'tax',
        asOf: '2024-06-30' as never,
        values: { years: [2022, 2023].map((year) => ({ year, total: { fen: 100, currency: 'CNY' } })) },
        evidence: [{ sha256, reference: '完税证明' }],
      }),
    );
    const verdict = { verdict: 'verified', note: '已核对', evidenceSha256: sha256 } as const;
    await product.db.as(HOUSE, (tx) => statedInputs.check(tx, bank, FIRM, stated.statementId, verdict));
    const seen = (actor: string): Promise<number[]> =>
      product.db.as(actor, async (tx) => {
        const count = async (table: string): Promise<number> => (await tx.query(`SELECT FROM ${table}`)).length;
        return [await count('stated_input'), await count('stated_input_check')];
      });
    const actors = [HOUSE, firmActor(FIRM), firmActor(OTHER), actorOf(bank), actorOf(as('bank-b')), ''];
    expect(await Promise.all(actors.map(seen))).toEqual([
      [1, 1],
      [1, 1],
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
    const { admin } = product.database;
    for (const sql of [`UPDATE stated_input SET reason = 'x'`, 'DELETE FROM stated_input_check'])
      await expect(admin.query(sql)).rejects.toThrow(/only ever added/);
    const verify = (person: string, kind: string, statedBy = firm.personId): Promise<unknown> =>
      admin.query(
        `INSERT INTO stated_input_check (check_id, statement_id, uscc, stated_by, verdict, note, evidence_sha256, checked_at, checked_on,
           institution_id, institution_kind, person_id)
         SELECT gen_random_uuid(), statement_id, uscc, $1, verdict, note, evidence_sha256, checked_at, checked_on, institution_id, $2, $3
         FROM stated_input_check LIMIT 1`,
        [statedBy, kind, person],
      );
    await expect(verify(firm.personId, 'bank')).rejects.toMatchObject({ code: '23514' });
    await expect(verify(bank.personId, 'firm')).rejects.toMatchObject({ code: '23514' });
    // Whoever names another as who stated it is found out by the key.
    await expect(verify(firm.personId, 'bank', bank.personId)).rejects.toMatchObject({ code: '23503' });
    const investor = as('investor-a');
    const roles = [
      () => statedInputs.check({} as never, investor, FIRM, stated.statementId, verdict),
      () => statedInputs.state({} as never, investor, FIRM, {} as never),
      () => statedInputs.check({} as never, firm, FIRM, stated.statementId, verdict),
    ];
    for (const role of roles) expect((await problemOf(role()))?.code).toBe('role-refused');
    const foreign = statedInputs.as(as('firm-b'), (tx) => statedInputs.state(tx, as('firm-b'), FIRM, {} as never));
    expect((await problemOf(foreign))?.code).toBe('company-unknown');
  });

  it('know the consent of a firm from what it signed; a deal asks for it where it signed nothing', async () => {
    const refusal = async () => (await problemOf(admit({ programme: 'CKT' }))) as unknown as { extra: object };
    const unknown = { known: false, why: { en: expect.stringContaining('is asked for its consent') } };
    expect([await factOf('consent'), await factOf('consent', ['bank-a'])]).toMatchObject([unknown, unknown]);
    // Everything else that CKT asks is told; the deal itself asks for the consent.
    expect((await refusal()).extra).toMatchObject({ unknown: expect.not.arrayContaining(['consent']) });
    const from = dateAt(clock.now());
    const terms = {
      uscc: FIRM,
      purpose: 'pre-loan-review',
      scopes: ['score'],
      from,
      until: from,
      single: false,
    } as const;
    const hashes = { textSha256: 'a'.repeat(64), evidenceSha256: 'b'.repeat(64) };
    const { institutionId, personId: person } = as('bank-a');
    const grant = { ...terms, ...hashes, institutionId };
    await product.db.as(HOUSE, (tx) => product.authorisations.grant(tx, grant, { person, clock }));
    const valid = { known: true, value: 'valid', date: from };
    expect([await factOf('consent'), await factOf('consent', ['bank-a'])]).toEqual([valid, valid]);
    expect(await factOf('consent', ['bank-b'])).toMatchObject(unknown);
    expect(await factOf('consent', ['firm-a'])).toEqual(valid);
  });

  it('read as the house and leave the transaction to whom it was', async () => {
    const actorNow = (actor: string, work: (tx: never) => Promise<unknown>): Promise<string> =>
      product.db.as(actor, async (tx) => {
        await work(tx as never).catch(() => undefined);
        const [row] = await tx.query<{ actor: string }>('SELECT actor() AS actor');
        return row!.actor;
      });
    const bank = actorOf(as('bank-a'));
    const view = { readers: [as('bank-a')], loans: false };
    expect(await actorNow(bank, (tx) => product.standings.of(tx, FIRM, view))).toBe(bank);
    expect(await actorNow(bank, (tx) => actingAs(tx, HOUSE, () => Promise.reject(new Error('refused'))))).toBe(bank);
    const broken = product.db.as(bank, (tx) => actingAs(tx, HOUSE, () => tx.query('SELECT 1 / 0')));
    await expect(broken).rejects.toThrow('division by zero');
  });

  it('need no second connection: as many admissions as connections, each in a transaction of its own', async () => {
    const many = Array.from({ length: 12 }, () => problemOf(admit({ programme: 'KYD' })));
    expect(new Set((await Promise.all(many)).map((problem) => problem?.code))).toEqual(new Set(['programme-refused']));
  });

  it('admit what a programme takes, with what is said for this once, and refuse with every reason', async () => {
    const refused = await problemOf(admit({ programme: 'LEA', on: '2026-07-06' as never }));
    expect(refused?.errors.map(({ code, pointer }) => [code, pointer])).toEqual(
      expect.arrayContaining([
        ['condition-failed', '/programme'],
        ['condition-unknown', '/programme'],
      ]),
    );
    expect((await problemOf(admit({ programme: 'NONE' })))?.code).toBe('programme-unknown');
    const gdz = { programme: 'GDZ', on: '2026-07-06' as never };
    expect(await admit(gdz)).toEqual({ suggestedLine: null, programmeCap: null, programmeUsed: 0 });
    expect((await problemOf(admit({ ...gdz, stated: { needs: ['loan'] } })))?.code).toBe('programme-refused');
    expect(await admit({ ...gdz, stated: { needs: ['loan'] }, pending: ['needs'] })).toBeDefined();
    expect((await problemOf(admit({ ...gdz, stated: { needs: ['gold'] } })))?.code).toBe('statement-invalid');
    expect((await problemOf(admit({ ...gdz, stated: { gold: true } })))?.code).toBe('statement-invalid');
    // What was said for once was kept nowhere.
    expect(await rows(HOUSE)).toEqual([6, 3]);
    // What is said for once takes the place of what was stated on the same day.
    clock.set(new Date('2026-07-06T02:00:00Z'));
    await product.standings.state(as('firm-a'), FIRM, { needs: ['loan'] });
    expect(await admit({ ...gdz, stated: { needs: ['loan', 'lease'] } })).toBeDefined();
  });
});
