import fc from 'fast-check';
import { localDate } from '#lib/kernel';
import { RawRow } from '../../raw-row.ts';
import type { MapContext } from '../../source.ts';
import { mapPledge } from '../equity-pledges/map.ts';
import { mapChange } from '../registration-changes/map.ts';
import { mapShareholding } from './map.ts';

const context: MapContext = { receivedOn: localDate('2026-07-10'), hash: (value) => `hash-of-${value.length}` };
const CODE = { 统一社会信用代码: '91440305DM00000055' };
/** Marks that no other cell holds, so that a trace of a person shows wherever it goes. */
const person = fc.record({
  name: fc.constantFrom('赵钱孙', '欧阳周吴', '郑（王）某', 'Zhao Qian'),
  id: fc.constantFrom('11010119900307803X', '11010519491231002X', 'E12345678', '110101900307803'),
});
const numRuns = process.env['FIRSTMILE_LONG'] ? 600 : 60;
const traceless = (row: Record<string, string>, map: typeof mapShareholding | typeof mapChange | typeof mapPledge) => {
  const mapped = JSON.stringify(map(RawRow.of(row), context)).normalize('NFKC');
  return (secret: string) => expect(mapped).not.toContain(secret.normalize('NFKC'));
};

describe('persons in registers', () => {
  it('leave no name and no document number in what is kept of holders, whatever else the row says', () => {
    const types = fc.constantFrom('自然人', '外国投资者', '其他', '外星人', '', '企业法人');
    const paidOn = fc.constantFrom('2024-01-01', '不日', '');
    fc.assert(
      fc.property(person, types, paidOn, fc.constantFrom('', '坏'), ({ name, id }, type, paid, op) => {
        const row = { ...CODE, 股东名称: name, 股东类型: type, 证件号码: id, 实缴出资日期: paid, 操作标志: op };
        const leavesNo = traceless(row, mapShareholding);
        leavesNo(id);
        // A bureau that calls a person an enterprise is not seen through: the type decides.
        if (type !== '企业法人') leavesNo(name);
      }),
      { numRuns },
    );
  });

  it('leave none in pledges and in changes of persons or capital', () => {
    const items = fc.constantFrom(
      '法定代表人',
      '股东变更',
      '实际控制人',
      '董事备案',
      '注册资本',
      '减资公告',
      '其他事项',
    );
    fc.assert(
      fc.property(person, items, ({ name, id }, item) => {
        const texts = { 变更前内容: `${name} ${id}`, 变更后内容: `100 ${name}` };
        const change = traceless({ ...CODE, 变更事项: item, 变更日期: '2024-01-01', ...texts }, mapChange);
        const pledge = traceless(
          { ...CODE, 登记编号: 'DM1', 出质人: name, 出质人证件号码: id, 质权人: name },
          mapPledge,
        );
        for (const secret of [name, id]) {
          change(secret);
          pledge(secret);
        }
      }),
      { numRuns },
    );
  });
});
