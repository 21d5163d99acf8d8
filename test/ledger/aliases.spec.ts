import { FixedClock, isOldRegistrationNumber } from '#lib/kernel';
import { aliasKindOf, decideAlias, undoDelivery, type DeliveryView } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { csv, demoUscc, monthly, monthRow } from '../kit/firms.ts';
import { problemCode } from '../runs/book.ts';

/** A registration number with its check digit. */
const registrationNo = (serial: number): string => {
  const body = `440301${String(serial).padStart(8, '0')}`;
  return [...'0123456789'].map((digit) => body + digit).find(isOldRegistrationNumber)!;
};

describe('another name of a firm', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00Z');
  let months = 0;
  beforeAll(async () => {
    product = await openTestProduct(clock);
  });
  afterAll(() => product.close());

  const register = (...rows: readonly (readonly [number, string])[]): ReturnType<typeof deliver> => {
    const cells = rows.map(([n, no]) => ({
      统一社会信用代码: demoUscc(n),
      企业名称: `样例${n}科技有限公司`,
      成立日期: '2020-01-02',
      注册号: no,
      更新时间: `${(months += 1)}`,
    }));
    return deliver(product, { source: 'business-registration', layout: 'bureau', body: csv(cells) });
  };
  /** Delivers one month under this name, a month further each time. */
  const monthOf = async (name: string): Promise<DeliveryView & { firms: string[] }> => {
    months += 1;
    const month = `${2010 + Math.floor(months / 12)}${String((months % 12) + 1).padStart(2, '0')}`;
    const delivery = await deliver(product, monthly([{ ...monthRow(0, month, 5), 统一社会信用代码: name }]));
    const firms = await product.db.query<{ uscc: string }>(
      `SELECT c.uscc FROM record r JOIN company c USING (company_id) WHERE r.delivery_id = $1`,
      [delivery.deliveryId],
    );
    return { ...delivery, firms: firms.map((firm) => firm.uscc) };
  };
  const decide = (alias: string, uscc: string): ReturnType<typeof decideAlias> =>
    decideAlias(product.db, { alias, uscc, person: product.person, reason: '登记机关函', clock });

  it.each([
    ['440301100000014', 'registration-no', '440301100000014'],
    ['MA1BUFLT-4', 'organisation-code', 'MA1BUFLT4'],
    ['ma1buflt4', 'organisation-code', 'MA1BUFLT4'],
    [demoUscc(1), 'former-uscc', demoUscc(1)],
  ])('%s is a %s', (text, kind, alias) => {
    expect(aliasKindOf(text)).toEqual({ kind, alias });
  });

  it.each(['', '44030110000001', 'MA1BUFLT-5', '样例科技有限公司', '9.13501E+17'])('%j is none', (text) => {
    expect(aliasKindOf(text)).toBeUndefined();
  });

  it('is its old registration number, from the register: the row is taken, and says so', async () => {
    await register([1, registrationNo(1)], [2, registrationNo(2)], [3, '440301000000039']);
    const taken = await monthOf(registrationNo(1));
    expect(taken).toMatchObject({ rows: 1, applied: 1, quarantined: 0, counts: { DQ04: 1 }, firms: [demoUscc(1)] });
    const issues = await product.db.query('SELECT code, raw, suggestion FROM row_issue WHERE delivery_id = $1', [
      taken.deliveryId,
    ]);
    expect(issues).toEqual([{ code: 'DQ04', raw: registrationNo(1), suggestion: demoUscc(1) }]);
    expect(isOldRegistrationNumber('440301000000039')).toBe(false);
    expect(await monthOf('440301000000039')).toMatchObject({ quarantined: 1, firms: [] });
    expect(await monthOf(registrationNo(9))).toMatchObject({ quarantined: 1, counts: { DQ04: 1 }, firms: [] });
  });

  it('is its organisation code, with or without the hyphen', async () => {
    const code = demoUscc(2).slice(8, 17);
    expect((await monthOf(code)).firms).toEqual([demoUscc(2)]);
    expect((await monthOf(`${code.slice(0, 8)}-${code.slice(8)}`)).firms).toEqual([demoUscc(2)]);
  });

  it('that two firms have is nobody’s', async () => {
    await register([4, registrationNo(4)], [5, registrationNo(4)]);
    expect(await monthOf(registrationNo(4))).toMatchObject({ quarantined: 1, firms: [] });
  });

  it('that an undone delivery stated is forgotten, until it is stated again', async () => {
    const { deliveryId } = await register([6, registrationNo(6)]);
    expect((await monthOf(registrationNo(6))).firms).toEqual([demoUscc(6)]);
    await undoDelivery(product.db, deliveryId, { person: product.person, reason: '来源撤回', clock });
    expect(await monthOf(registrationNo(6))).toMatchObject({ quarantined: 1, firms: [] });
    await register([6, registrationNo(6)]);
    expect((await monthOf(registrationNo(6))).firms).toEqual([demoUscc(6)]);
  });

  it('is a former code, where a person says so', async () => {
    const former = demoUscc(1, '440306');
    expect(await monthOf(former)).toMatchObject({ quarantined: 1, counts: { DQ03: 1 }, firms: [] });
    expect(await decide(former, demoUscc(1))).toEqual({ kind: 'former-uscc', alias: former, uscc: demoUscc(1) });
    expect(await monthOf(former)).toMatchObject({ applied: 1, counts: { DQ04: 1 }, firms: [demoUscc(1)] });
    await decide(registrationNo(77), demoUscc(2));
    expect((await monthOf(registrationNo(77))).firms).toEqual([demoUscc(2)]);
  });

  it.each([
    ['样例1科技有限公司', demoUscc(1), 'alias-malformed'],
    [demoUscc(1), demoUscc(1), 'alias-malformed'],
    ['440301000000039', demoUscc(1), 'alias-malformed'],
    [registrationNo(80), '9144', 'uscc-malformed'],
    [registrationNo(80), demoUscc(999), 'company-unknown'],
    [registrationNo(2), demoUscc(1), 'alias-taken'],
    [demoUscc(2), demoUscc(1), 'alias-taken'],
    [demoUscc(2).slice(8, 17), demoUscc(1), 'alias-taken'],
  ])('%s for %s is refused: %s', async (alias, uscc, code) => {
    expect(await problemCode(decide(alias, uscc))).toBe(code);
  });
});
