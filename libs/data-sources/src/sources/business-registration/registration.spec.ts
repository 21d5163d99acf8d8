import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Uscc } from '#lib/kernel';
import { localDate } from '#lib/kernel';
import { valueOf } from '../../normalise/text.ts';
import type { Dossier, DossierRecord } from '../../dossier.ts';
import type { SourceDefinition } from '../../source.ts';
import { enterpriseTypeOf, isLegalPerson } from './enterprise-type.ts';
import type { BusinessRegistration } from './payload.ts';
import { registrationOf } from './registration.ts';
import { businessRegistration } from './source.ts';

function dossierOf(...records: readonly DossierRecord<BusinessRegistration>[]): Dossier {
  return {
    uscc: '91440305DM00000055' as Uscc,
    region: '440305',
    connected: () => true,
    coverage: () => undefined,
    closed: () => undefined,
    of: <P extends object>(source: SourceDefinition<P>) =>
      (source.name === businessRegistration.name ? records : []) as unknown as readonly DossierRecord<P>[],
  };
}

const bureau: DossierRecord<BusinessRegistration> = {
  recordKey: 'bureau',
  payload: {
    establishedOn: localDate('2022-03-15'),
    legalPerson: true,
    name: '甲公司',
    paidCapital: { currency: 'CNY', minor: 100 },
    registeredCapital: { currency: 'CNY', minor: 1000 },
  },
};
const open: DossierRecord<BusinessRegistration> = {
  recordKey: 'open-register',
  payload: {
    establishedOn: localDate('2022-03-16'),
    legalPerson: true,
    registeredCapital: { currency: 'CNY', minor: 900 },
    scope: '软件开发',
  },
};

describe('registrationOf', () => {
  it('takes the bureau field by field, then what the open register adds, in any order of records', () => {
    for (const records of [
      [bureau, open],
      [open, bureau],
    ])
      expect(registrationOf(dossierOf(...records))).toEqual({
        registration: { ...bureau.payload, scope: '软件开发' },
        records: [bureau, open],
      });
  });
  it('is the open register alone, or nothing', () => {
    expect(registrationOf(dossierOf(open))?.registration).toEqual(open.payload);
    expect(registrationOf(dossierOf())).toBeUndefined();
  });
});

describe('enterprise types', () => {
  it.each([
    ['有限责任公司(自然人独资)', 'limitedCompany', true],
    ['有限责任公司分公司(自然人投资或控股)', 'branch', false],
    ['股份合作制分支机构', 'branch', false],
    ['外国(地区)企业常驻代表机构', 'representativeOffice', false],
    ['股份制企业(非法人)', 'jointStock', false],
    ['个体工商户', 'individual', true],
    ['其他', 'other', true],
    ['某人', undefined, true],
  ])('%s', (text, type, legalPerson) => {
    expect(enterpriseTypeOf(text)).toBe(type);
    expect(isLegalPerson(enterpriseTypeOf(text), text, '甲公司')).toBe(legalPerson);
  });
  it.each([
    ['甲公司乙分公司', false],
    ['甲公司乙分公司丙营业厅', false],
    ['甲公司驻乙办事处(筹)', false],
    ['沙井街道办事处第二工业公司', true],
    ['甲公司', true],
  ])('%s', (name, legalPerson) => expect(isLegalPerson(undefined, undefined, name)).toBe(legalPerson));
});

const file = '../shared/data/cn-registry/enterprise-types.csv.gz';
const there = existsSync(file);
(there ? describe : describe.skip)(`types of the national register${there ? '' : ' (skipped: no shared data)'}`, () => {
  it('are all recognised, except cells of other columns that slipped', () => {
    const rows: string[][] = parse(gunzipSync(readFileSync(file)), { fromLine: 2 });
    const texts = rows.map(([text]) => valueOf(text)).filter((text) => text !== undefined);
    const isType = /企业|公司|集体|国有|合伙|合作|全民|私营|机构|办事处|来料|来件|三来一补|经济$|法人/;
    const unknown = texts.filter((text) => enterpriseTypeOf(text) === undefined);
    expect(texts.length).toBeGreaterThan(140);
    expect(unknown.filter((text) => text.length <= 40 && isType.test(text))).toEqual([]);
    expect(unknown.every((text) => /^\d|[A-Za-z]{2}|经营|供销|锅|^[\u4e00-\u9fff]{2,3}$/.test(text))).toBe(true);
  });
});
