import { localDate, ProblemError } from '#lib/kernel';
import { shipped } from '../../fixtures/line-cases.ts';
import { LINE_GRADES, lineParameters } from './line-parameters.ts';
import { lineParametersOn, shippedLineParameters } from './shipped-line-parameters.ts';

type Json = Record<string, unknown>;

/** The shipped document with one value put at a pointer; undefined takes it away. */
function changed(pointer: string, value: unknown): Json {
  const document = structuredClone(shipped.parameters) as unknown as Json;
  const keys = pointer.slice(1).split('/');
  const last = keys.pop()!;
  const holder = keys.reduce((object, key) => object[key] as Json, document);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return document;
}

function faultsOf(document: unknown): readonly (string | undefined)[] {
  try {
    lineParameters(document);
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    const { problem } = error as ProblemError;
    expect([problem.code, problem.status]).toEqual(['line-parameters-invalid', 422]);
    return problem.errors!.map(({ pointer }) => pointer);
  }
  return [];
}

const faults: readonly [pointer: string, value: unknown, at?: string][] = [
  ['/code', 'LINE'],
  ['/version', ''],
  ['/zh', undefined],
  ['/en', 7],
  ['/status', 'official'],
  ['/note', undefined],
  ['/validFrom', '2024-13-01'],
  ['/validTo', undefined],
  ['/validTo', '2023-12-31'],
  ['/floorBp', 10_001],
  ['/ceilingBp', 9_999],
  ['/haircutBp/H', 0],
  ['/haircutBp/M', '9000'],
  ['/haircutBp/L', 5000],
  ['/minCoverageBp', -1],
  ['/platformCapFen', 0],
  ['/roundingFen', 0.5],
  ['/minimumFen', 10_500_000],
  ['/raiseStepFen', undefined],
  ['/payroll/months', 0],
  ['/payroll/shareBp', 10_001],
  ['/equity/months', 61],
  ['/equity/shareBp', null],
  ['/research', undefined, '/research/shareBp'],
  ['/subsidy/months', 1.5],
  ['/subsidy/shareBp', 'x'],
  ['/tax/years', 6],
  ['/tax/totalTimes', 0],
  ['/tax/vatTimes', 21],
  ['/tax/citTimes', undefined],
  ['/tax/grades', []],
  ['/tax/grades', ['A', 'E']],
  ['/tax/gradeMCapFen', -1],
  ['/receivables/shareBp', 10_001],
  ['/workingCapital/daysInYear', 359],
  ['/gradeTable', []],
  ['/gradeTable/0/grade', 'AA'],
  ['/gradeTable/8/fen', -1],
  ['/gradeTable/3/fen', 300_000_001],
  ['/gradeTable/6/guaranteedOnly', 'yes'],
  ['/gradeTable/6/until', '2027-01-01'],
  ['/cut', 600],
  ['/tax/share', 1],
];

describe('parameters of the suggested line', () => {
  it('ship as proposals of the text', () => {
    const { parameters } = shipped;
    expect(parameters.status).toBe('proposal');
    expect(parameters.gradeTable.map(({ grade, fen }) => [grade, fen / 1_000_000])).toEqual(
      LINE_GRADES.map((grade, i) => [grade, [500, 400, 300, 200, 120, 60, 30, 0, 0][i]]),
    );
    expect(parameters.gradeTable.filter((row) => row.guaranteedOnly).map(({ grade }) => grade)).toEqual(['CCC']);
  });

  it('are hashed by their content', () => {
    expect(shipped.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(lineParameters(structuredClone(shipped.parameters)).hash).toBe(shipped.hash);
    expect(lineParameters(changed('/floorBp', 4999)).hash).not.toBe(shipped.hash);
  });

  it.each(faults)('a fault at %s: %j', (pointer, value, at = pointer) =>
    expect(faultsOf(changed(pointer, value))).toEqual([at]),
  );

  it('a fault of confidence M above H', () =>
    expect(faultsOf(changed('/haircutBp/H', 8000))).toEqual(['/haircutBp/M']));

  it('every fault at once', () => expect(faultsOf({ tax: 7 }).length).toBeGreaterThan(20));

  it.each([null, [], 'x', 7])('no document: %j', (document) => expect(faultsOf(document).length).toBeGreaterThan(20));

  it('are those of the day', () => {
    const one = lineParameters({ ...changed('/validTo', '2025-12-31'), version: '1' });
    const two = lineParameters({ ...changed('/validFrom', '2026-01-01'), version: '2' });
    const on = (day: string): string => lineParametersOn(localDate(day), [one, two]).parameters.version;
    expect(['2024-01-01', '2025-12-31', '2026-01-01', '2030-01-01'].map(on)).toEqual(['1', '1', '2', '2']);
    expect(() => on('2023-12-31')).toThrow('line-parameters-absent');
    expect(() => lineParametersOn(localDate('2026-01-01'), [one])).toThrow('line-parameters-absent');
    expect(lineParametersOn(localDate('2026-06-30'))).toBe(shippedLineParameters()[0]);
  });
});
