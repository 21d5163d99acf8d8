import { sourceByName } from '#lib/data-sources';
import { gateOf, type GateInput } from './gates.ts';

const monthly = sourceByName('social-security')!.layouts[0];
const registration = sourceByName('business-registration')!.layouts[0];
const input = (more: Partial<GateInput>): GateInput => ({
  layout: monthly,
  population: 'all',
  rows: 1000,
  unreadable: 0,
  unknownFirms: 0,
  recent: [],
  personalColumn: undefined,
  ...more,
});
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
    expect(code({ recent, rows })).toBe(expected);
    expect(code({ population: 'listed', recent, rows })).toBeUndefined(); // part of a population is of any size
    expect(code({ layout: registration, recent, rows })).toBeUndefined(); // and so are mere changes
  });

  it('does not judge by deliveries of a few rows', () => {
    expect(code({ recent: [49, 49, 49], rows: 1 })).toBeUndefined();
    expect(code({ recent: [50, 50, 50], rows: 1 })).toBe('ROW_COUNT');
  });
});
