import { readFileSync } from 'node:fs';
import { localDate } from '#lib/kernel';
import { RawRow } from '../../raw-row.ts';
import type { MapContext } from '../../source.ts';
import { withoutPersons } from './redact.ts';
import { judicial } from './source.ts';
import { caseNumberOf, causeClassOf } from './words.ts';

describe('caseNumberOf', () => {
  it.each([
    ['(2025)粤0305民初1001号', '(2025)粤0305民初1001号'],
    ['(2025) 粤0305 民初1001 号', '(2025)粤0305民初1001号'],
    ['〔2025〕粤0305民初1001号', '(2025)粤0305民初1001号'],
    ['[2025]粤0305民初1001号', '(2025)粤0305民初1001号'],
    ['(2012)深南法民二初字第123号', '(2012)深南法民二初字第123号'],
    ['(2025)粤0305执1001号之一', '(2025)粤0305执1001号之一'],
    ['深南劳人仲案〔2025〕12号', '深南劳人仲案(2025)12号'],
    ['(2025)粤0305民初号', undefined],
    ['粤0305民初1001号', undefined],
    ['(25)粤0305民初1001号', undefined],
  ])('%j is %s', (text, caseNo) => expect(caseNumberOf(text)).toBe(caseNo));
});

describe('causeClassOf', () => {
  it.each([
    ['买卖合同纠纷', 'debt'],
    ['民间借贷纠纷', 'debt'],
    ['追偿权纠纷', 'debt'],
    ['票据追索权纠纷', 'debt'],
    ['劳动争议', 'labour'],
    ['劳动合同纠纷', 'labour'],
    ['追索劳动报酬纠纷', 'labour'],
    ['侵害发明专利权纠纷', 'other'],
    ['机动车交通事故责任纠纷', 'other'],
  ])('%j is %s', (cause, kind) => expect(causeClassOf(cause)).toBe(kind));
});

describe('withoutPersons', () => {
  it('drops a party that is no organisation by its name, and the representative', () => {
    expect(withoutPersons({ party: '样例甲某', legalRep: '样例乙某', usc: '1' })).toEqual({
      party: null,
      legalRep: null,
      usc: '1',
    });
    expect(withoutPersons({ party: '样例科技有限公司' })).toEqual({ party: '样例科技有限公司' });
  });

  it('leaves mapping what it maps anyway', () => {
    const context: MapContext = { receivedOn: localDate('2026-07-10'), hash: () => 'hash' };
    const api = judicial.layouts[1]!;
    const file = 'libs/data-sources/src/sources/judicial/fixtures/api.faults.utf-8.jsonl';
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const object = JSON.parse(line) as Record<string, unknown>;
      expect(api.map(RawRow.of(withoutPersons(object)), context)).toEqual(api.map(RawRow.of(object), context));
    }
  });
});
