import { districtOf } from './district.ts';

describe('district of an address', () => {
  it.each([
    ['深圳市南山区样例路1号', '南山区'],
    ['广东省深圳市宝安区样例大道2号', '宝安区'],
    ['广东省 深圳市 龙华区 样例街道', '龙华区'],
    ['南山区样例路1号', '南山区'],
    ['江苏省苏州市昆山市样例镇1号', '昆山市'],
    ['广西壮族自治区南宁市青秀区样例路', '青秀区'],
    ['河北省石家庄市正定县样例村', '正定县'],
    ['样例工业园区4栋', undefined],
    ['深圳市样例小区1栋', undefined],
    ['前海样例楼', undefined],
    ['Sample Road 1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %s is %s', (address, district) => expect(districtOf(address)).toBe(district));
});
