import { readFileSync } from 'node:fs';
import { localDate } from '#lib/kernel';
import { RawRow } from '../../raw-row.ts';
import type { MapContext } from '../../source.ts';
import { mapPatent } from './map.ts';
import { withoutApplicantNames } from './redact.ts';

const context: MapContext = { receivedOn: localDate('2026-07-10'), hash: (value) => `hash-of-${value.length}` };
const applicants = (list: unknown): unknown => withoutApplicantNames({ appNo: 'x', applicants: list })['applicants'];

describe('an application without the names of its applicants', () => {
  it('keeps code and role of each, and their number', () => {
    expect(
      applicants([
        { name: '样例甲公司', usc: '91440305DM00000055', original: true },
        { name: '张样例', idCard: '11010519491231002X', phone: '13900000000', original: false },
        '李样例',
        null,
      ]),
    ).toEqual([{ usc: '91440305DM00000055', original: true }, { original: false }, {}, {}]);
  });

  it.each([
    ['9144', true], // malformed: may be mended
    ['9.13501E+17', true], // what a spreadsheet makes of one: refused by name
    ['91440305dm00000130', true],
    [' 9144 0305 DM0000 0055', true],
    ['11010519491231002X', false], // an identity number has the length of a code
    ['张样例', false],
    ['Zhang Sample', false],
    ['张样例91440305DM00000055', false],
    ['', false],
    [91440305, false],
  ])('keeps the code %j: %s', (usc, kept) => {
    expect(applicants([{ usc }])).toEqual([kept ? { usc } : {}]);
  });

  it.each(['张样例;李样例', { name: '张样例' }, 7, null])('keeps nothing of applicants %j', (value) => {
    expect(applicants(value)).toBeNull();
  });

  it('leaves the other members and the delivered object alone', () => {
    const delivered = { title: '样例', applicants: [{ name: '张样例' }] };
    expect(withoutApplicantNames(delivered)).toEqual({ title: '样例', applicants: [{}] });
    expect(delivered.applicants).toEqual([{ name: '张样例' }]);
    expect(withoutApplicantNames({ title: '样例' })).toEqual({ title: '样例' });
  });

  it('gives the same records as the application with them', () => {
    const lines = readFileSync('libs/data-sources/src/sources/patents/fixtures/jsonl.faults.utf-8.jsonl', 'utf8');
    for (const line of lines.trimEnd().split('\n')) {
      const delivered = JSON.parse(line) as Record<string, unknown>;
      expect(mapPatent(RawRow.of(withoutApplicantNames(delivered)), context)).toEqual(
        mapPatent(RawRow.of(delivered), context),
      );
    }
  });
});
