import { readFileSync } from 'node:fs';
import { localDate } from '#lib/kernel';
import { SOURCES, sourceByName, type MappedRow } from '#lib/data-sources';
import { gone, is, model, NA } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const FROM_REGISTERS = [
  'registration-changes',
  'shareholders',
  'abnormal-list',
  'serious-violations',
  'equity-pledges',
  'annual-reports',
];
const DAY = '2026-07-10';

/** The firm as the golden deliveries of the register's sources leave it: the newest row of a key stands. */
function firmOf(uscc: string, establishedOn: string): DossierBuilder {
  let firm = DossierBuilder.firm(uscc).registered(establishedOn, {
    registeredCapital: { currency: 'CNY', minor: 500_000_000 },
  });
  for (const name of FROM_REGISTERS) {
    const source = sourceByName(name)!;
    const golden = readFileSync(`libs/data-sources/src/sources/${name}/expected.json`, 'utf8');
    const rows = Object.values(JSON.parse(golden) as Record<string, MappedRow[]>).flat();
    const records = rows.flatMap((row) => (row.kind === 'records' ? row.records : []));
    const newest = new Map(records.filter((record) => record.uscc === uscc).map((r) => [r.recordKey, r]));
    for (const { recordKey, payload, eventDate, eventTo, op } of newest.values())
      if (op === 'U') firm = firm.add(source, recordKey, payload, eventDate, eventTo);
    for (const { feed } of source.layouts) firm = firm.covers(feed, DAY);
  }
  return firm;
}

function scored(uscc: string, establishedOn: string) {
  const rich = scoreFirmRich(firmOf(uscc, establishedOn).build(), model, localDate(DAY));
  if (rich.kind !== 'scored') throw new Error(rich.reason);
  return {
    value: (code: string) => rich.values[model.position.get(code)!],
    knockOuts: rich.knockOuts.filter((k) => k.state === 'yes').map((k) => k.code),
    warnings: rich.warnings.map((w) => w.code),
  };
}

describe('the golden deliveries of the register’s sources', () => {
  it('are read', () => expect(SOURCES.map((source) => source.name)).toEqual(expect.arrayContaining(FROM_REGISTERS)));

  it.each([
    ['TG09', is(1)],
    ['OV11', is(1)],
    ['OV07', is(880)],
    ['OV08', NA],
    ['CR01', is(1000)],
    ['CR02', is(34)],
    ['CR06', is(300)],
    ['CR07', is(30)],
    ['CC04', is('listed')],
    ['CC08', is('inTime')],
  ])('give %s of a firm with everything', (code, expected) => {
    expect(scored('91440305DM00000055', '2022-03-15').value(code)).toEqual(expected);
  });

  it('decide its knock-outs and warnings', () => {
    const { knockOuts, warnings } = scored('91440305DM00000055', '2022-03-15');
    expect(knockOuts).toEqual(['K03', 'K04']);
    expect(warnings).toEqual(expect.arrayContaining(['W07', 'W12']));
  });

  it.each([
    ['OV07', gone('NOT_STATED')],
    ['CR06', gone('STALE')],
    ['CR07', gone('NOT_STATED')],
    ['CC04', is('never')],
    ['CC08', is('notFiled')],
  ])('give %s of a firm whose rows are full of faults', (code, expected) => {
    const { value, knockOuts, warnings } = scored('91440305DM00000130', '2021-07-01');
    expect([code, value(code)]).toEqual([code, expected]);
    expect(knockOuts).toEqual([]);
    expect(warnings).toContain('W05');
  });
});
