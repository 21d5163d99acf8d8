import { sourceByName } from '#lib/data-sources';
import { gateOf, type EarlierDelivery, type GateInput } from './gates.ts';

const monthly = sourceByName('social-security')!.layouts[0];
const registration = sourceByName('business-registration')!.layouts[0];
const input = (more: Partial<GateInput>): GateInput => ({
  layout: monthly,
  population: 'all',
  rows: 1000,
  unreadable: 0,
  unknownFirms: 0,
  nulls: {},
  medians: {},
  earlier: [],
  personalColumn: undefined,
  ...more,
});
const earlier = (rows: readonly number[]): readonly EarlierDelivery[] =>
  rows.map((n) => ({ rows: n, nulls: null, medians: null }));
const code = (more: Partial<GateInput>): string | undefined => gateOf(input(more))?.code;

describe('the gates of a delivery', () => {
  it('let a clean delivery through', () => {
    expect(code({})).toBeUndefined();
    expect(code({ rows: 0 })).toBeUndefined();
  });

  it('hold what looks personal before all else, naming the column', () => {
    expect(gateOf(input({ personalColumn: '联系人', unreadable: 1000 }))).toMatchObject({
      code: 'DQ20',
      zh: expect.stringContaining('联系人'),
      en: expect.stringContaining('联系人'),
    });
  });

  it.each([
    [1000, 10, undefined],
    [1000, 11, 'PARSE_RATE'],
    [50, 0, undefined],
    [50, 1, 'PARSE_RATE'], // 98 %
    [49, 49, undefined], // too few rows for a share
  ])('of %i rows with %i unreadable: %s', (rows, unreadable, expected) => {
    expect(code({ rows, unreadable })).toBe(expected);
  });

  it.each([
    [1000, 0, 50, undefined],
    [1000, 0, 51, 'MATCH_RATE'],
    [1010, 10, 50, undefined], // the share is of the rows that could be read
    [1010, 10, 51, 'MATCH_RATE'],
    [49, 0, 49, undefined],
  ])('of %i rows, %i unreadable, %i of unknown firms: %s', (rows, unreadable, unknownFirms, expected) => {
    expect(code({ rows, unreadable, unknownFirms })).toBe(expected);
  });

  it('ask no match of registrations, which bring their firms', () => {
    expect(code({ layout: registration, unknownFirms: 1000 })).toBeUndefined();
  });

  it.each([
    [[], 1, undefined],
    [[1000, 1000], 1, undefined], // nothing to compare with yet
    [[1000, 900, 1100], 700, undefined],
    [[1000, 900, 1100], 699, 'ROW_COUNT'],
    [[1000, 900, 1100], 2000, undefined],
    [[1000, 900, 1100], 2001, 'ROW_COUNT'],
    [[5, 1000, 1000, 1000, 9000], 1000, undefined], // the median, not the mean
  ])('after deliveries of %j rows, %i rows of a whole period: %s', (recent, rows, expected) => {
    expect(code({ earlier: earlier(recent), rows })).toBe(expected);
    expect(code({ population: 'listed', earlier: earlier(recent), rows })).toBeUndefined(); // part of a population is of any size
    expect(code({ layout: registration, earlier: earlier(recent), rows })).toBeUndefined(); // and so are mere changes
  });

  it('does not judge by deliveries of a few rows', () => {
    expect(code({ earlier: earlier([49, 49, 49]), rows: 1 })).toBeUndefined();
    expect(code({ earlier: earlier([50, 50, 50]), rows: 1 })).toBe('ROW_COUNT');
  });

  const emptied = (...shares: readonly number[]): readonly EarlierDelivery[] =>
    shares.map((n) => ({ rows: 1000, nulls: { 到账日期: n, 单位编号: 0 }, medians: null }));

  it.each([
    [[], 1000, undefined],
    [[0, 0], 1000, undefined], // nothing to compare with yet
    [[0, 0, 0], 100, undefined],
    [[0, 0, 0], 101, 'NULL_RATE'],
    [[500, 500, 500], 400, undefined],
    [[500, 500, 500], 399, 'NULL_RATE'], // a column that fills is as odd as one that empties
    [[0, 300, 300, 310, 1000], 400, undefined], // the median, not the mean
  ])('after null rates of %j in a thousand, %i: %s', (before, now, expected) => {
    const nulls = { 到账日期: now, 单位编号: 0 };
    expect(code({ nulls, earlier: emptied(...before) })).toBe(expected);
    expect(code({ layout: registration, population: 'listed', nulls, earlier: emptied(...before) })).toBe(expected);
  });

  it('name the column that moved most, and both rates; a column left out states nothing', () => {
    const three = emptied(20, 20, 20).map((d) => ({ ...d, nulls: { ...d.nulls, 工伤人数: 500 } }));
    expect(gateOf(input({ nulls: { 到账日期: 320, 单位编号: 0, 工伤人数: 650 }, earlier: three }))).toMatchObject({
      code: 'NULL_RATE',
      zh: '列「到账日期」空值率32.0 %，此前中位数为2.0 %，相差超过10个百分点',
      en: expect.stringContaining('到账日期 is empty in 32.0 % of the rows, the median of earlier deliveries is 2.0 %'),
    });
    expect(gateOf(input({ nulls: { 到账日期: 20, 工伤人数: 500 }, earlier: three }))).toMatchObject({
      zh: expect.stringContaining('列「单位编号」空值率100.0 %'),
    });
    expect(code({ nulls: { 到账日期: 20, 单位编号: 0, 工伤人数: 500, 新列: 0 }, earlier: three })).toBeUndefined();
  });

  it('do not judge null rates of a few rows, nor by deliveries of a few', () => {
    const judged = (rows: number, before: number, more: Partial<GateInput> = {}): string | undefined =>
      code({
        rows,
        nulls: { 到账日期: rows, 单位编号: 0 },
        earlier: emptied(0, 0, 0).map((d) => ({ ...d, rows: before })),
        ...more,
      });
    expect([judged(49, 49), judged(50, 49), judged(50, 50)]).toEqual([undefined, undefined, 'NULL_RATE']);
    // What has just happened is no population: the rates of small files differ by chance.
    for (const increments of [{ layout: registration }, { population: 'listed' }] as const)
      expect([judged(999, 1000, increments), judged(1000, 999, increments), judged(1000, 1000, increments)]).toEqual([
        undefined,
        undefined,
        'NULL_RATE',
      ]);
  });

  const paid = (...medians: readonly number[]): readonly EarlierDelivery[] =>
    medians.map((approved) => ({ rows: 40, nulls: null, medians: { approvedAmount: approved } }));

  it.each([
    [[], 3_000_000, undefined],
    [[300, 300], 3_000_000, undefined],
    [[300, 300, 300], 899_999, undefined],
    [[300, 300, 300], 900_000, 'DQ08'],
    [[3_000_000, 3_000_000, 3_000_000], 1_001, undefined],
    [[3_000_000, 3_000_000, 3_000_000], 1_000, 'DQ08'],
    [[300, 3_000_000, 3_000_000, 3_000_000], 3_000_000, undefined],
  ])('after median amounts of %j, %i: %s', (before, now, expected) => {
    expect(code({ medians: { approvedAmount: now, paidAmount: 5 }, earlier: paid(...before) })).toBe(expected);
  });

  it('say by how much an amount jumped', () => {
    const gate = (now: number): unknown =>
      gateOf(input({ medians: { approvedAmount: now }, earlier: paid(3e6, 3e6, 3e6) }));
    expect(gate(3e10)).toMatchObject({ zh: '金额单位可疑：approvedAmount的中位数约为此前的10000倍' });
    expect(gate(300)).toMatchObject({ en: expect.stringContaining('about 1/10000 times what it was') });
  });
});
