import type { Report } from './check-attributes.ts';
import type { CharacteristicDocument } from './model.ts';

/**
 * Factors that no scorecard may use (禁用因子): what the credit-reporting regulation bars from collection (征信业管理条例
 * art. 14: religion, genes, fingerprints, blood type, illness; and a person's income, deposits, securities, insurance,
 * real estate), and personal traits of founders and staff (domain §3.3).
 */
const FORBIDDEN: readonly (readonly [zh: RegExp, en: RegExp, name: string])[] = [
  [/宗教|信仰/, /\breligio/i, 'religion'],
  [/基因|遗传/, /\bgenes?\b|\bgenetic/i, 'genes'],
  [/指纹|人脸|虹膜/, /\bfingerprint|\bbiometric/i, 'fingerprints'],
  [/血型/, /\bblood/i, 'blood type'],
  [/疾病|病史|残疾|健康状况/, /\billness|\bdisease|\bmedical history|\bdisabilit/i, 'illness'],
  [/性别|男性|女性/, /\bgender|\bsex\b|\bfemale|\bmale\b/i, 'sex'],
  [/民族|种族/, /\bethnic|\bracial|\brace\b/i, 'ethnic origin'],
  [/婚姻|婚否|生育/, /\bmarital|\bmarried|\bpregnan/i, 'family status'],
  [
    /(?:个人|法定代表人|创始人|股东|员工|高管)(?:的)?(?:平均)?年龄|出生日期/,
    /\b(?:founder|owner|staff|employee|personal|manager)s?['’]?s? (?:average )?age\b|\bdate of birth/i,
    'age of persons',
  ],
  [/籍贯|户籍|国籍/, /\bnationality|\bbirthplace|\bplace of birth/i, 'origin of persons'],
  [/政治面貌|党员/, /\bpolitical/i, 'politics'],
  [
    /个人(?:的)?(?:收入|存款|纳税|财产|房产|负债)|有价证券|商业保险|不动产/,
    /\bpersonal (?:income|deposit|tax|asset|propert|debt)|\breal estate/i,
    "a person's means",
  ],
];

/** Looks at what is measured and how its values are called; not at why, nor at the sources. */
export function checkFactors(c: CharacteristicDocument, at: string, report: Report): void {
  look(c, at);
  for (const field of ['unit', 'window', 'zero'] as const) if (c[field] !== null) look(c[field], `${at}/${field}`);
  for (const [i, attribute] of c.attributes.entries()) {
    look(attribute, `${at}/attributes/${i}`);
    if (attribute.need !== undefined) look(attribute.need, `${at}/attributes/${i}/need`);
  }
  for (const [i, reason] of c.reasonCodes.entries())
    for (const side of ['adverse', 'favourable'] as const) look(reason[side], `${at}/reasonCodes/${i}/${side}`);

  function look(text: { readonly zh?: string; readonly en?: string }, pointer: string): void {
    for (const [zh, en, name] of FORBIDDEN) {
      const found = zh.exec(text.zh ?? '')?.[0] ?? en.exec(text.en ?? '')?.[0];
      if (found !== undefined)
        report(pointer, 'forbidden-factor', `禁用因子：${found}`, `${name} must not enter a score («${found}»)`);
    }
  }
}
