import fc from 'fast-check';
import { BIN_MISSING, BIN_NA, MISSING_CAUSES, type CharacteristicValue } from '#lib/scoring';
import type { Uscc } from '#lib/kernel';
import { outputLine, packValues, unpackValues } from './score-row.ts';

const numRuns = 100 * (process.env['FIRSTMILE_LONG'] ? 20 : 1);
const CODE = '91440305DM00000055' as Uscc;

const integer = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
const fraction = fc.record({ num: integer, den: fc.integer({ min: 1, max: 1_000_000 }) });
const measured = fc.oneof(integer, fraction, fc.string());
/** f below 1: a freshness of 1 is not stored, for it is the same as none. */
const freshness = fc.tuple(fc.nat(999), fc.integer({ min: 1000, max: 5000 })).map(([num, den]) => ({ num, den }));
const value: fc.Arbitrary<CharacteristicValue> = fc.oneof(
  fc.record({ state: fc.constant('VALUE' as const), value: measured, freshness }, { requiredKeys: ['state', 'value'] }),
  fc.record({ state: fc.constant('MISSING' as const), cause: fc.constantFrom(...MISSING_CAUSES) }),
  fc.constant({ state: 'NA' as const }),
);
const binOf = (v: CharacteristicValue): number =>
  v.state === 'NA' ? BIN_NA : v.state === 'MISSING' ? BIN_MISSING + MISSING_CAUSES.indexOf(v.cause) : 0;

describe('stored values', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 58 }), (values) => {
        expect(unpackValues(packValues(values), Uint8Array.from(values, binOf))).toEqual(values);
      }),
      { numRuns },
    );
  });

  it('a freshness of one is left out', () => {
    const packed = packValues([{ state: 'VALUE', value: { num: 1, den: 2 }, freshness: { num: 3, den: 3 } }]);
    expect(packed).toBe('[[1,2]]');
    expect(unpackValues(packed, Uint8Array.of(0))).toEqual([{ state: 'VALUE', value: { num: 1, den: 2 } }]);
  });

  it('a bin without its value is an error, not a zero', () => {
    expect(() => unpackValues('[5,null]', Uint8Array.of(0, 0))).toThrow('characteristic 1 has a bin and no value');
  });
});

describe('the line of the output hash', () => {
  const row = {
    uscc: CODE,
    score_tenths: 6057,
    low: 582,
    high: 626,
    coverage_bp: 9554,
    grade: 'BB',
    decision: 'SCORED',
    knock_outs: [],
    bins: Buffer.from([0, 1, 200, 255]),
  } as const;
  const line = (change: object): string => outputLine({ ...row, knock_outs: [], ...change });

  it('uscc,scoreTenths,low,high,coverageBp,grade|-,decision,knockouts joined by +,base64(bins), ended by a line feed', () => {
    expect(line({})).toBe(`${CODE},6057,582,626,9554,BB,SCORED,,AAHI/w==\n`);
    expect(line({ grade: null, decision: 'EXCLUDED', knock_outs: ['K01', 'K07'] })).toBe(
      `${CODE},6057,582,626,9554,-,EXCLUDED,K01+K07,AAHI/w==\n`,
    );
  });

  it('nothing else enters', () => {
    const more = {
      score: 1,
      company_id: 7,
      run_id: 'x',
      confidence: 'H',
      published: 'BB',
      warnings: ['W01'],
      measured: '[]',
    };
    expect(line(more)).toBe(line({}));
  });
});
