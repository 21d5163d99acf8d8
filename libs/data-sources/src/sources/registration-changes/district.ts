const HAN = '[\\u4e00-\\u9fff]';
const ADDRESS = new RegExp(
  `^(?:${HAN}{2,6}?(?:省|自治区))?(?:${HAN}{2,8}?(?:市|自治州|地区|盟))?(${HAN}{1,8}?(?:区|县|旗|市))`,
);
/** Parts of a district that end like one. */
const SMALLER = /(?:园区|小区|社区|工业区|街区|园|城区|镇.+|街道.+)$/;

/** 区县 of an address that is written from province or city downwards; undefined where the text does not say. */
export function districtOf(address: string | undefined): string | undefined {
  const district = address === undefined ? undefined : ADDRESS.exec(address.replaceAll(' ', ''))?.[1];
  return district === undefined || SMALLER.test(district) ? undefined : district;
}
