import type { EnterpriseType } from './payload.ts';

/**
 * Words of 企业类型, first hit decides: what a firm is not (a legal person of its own) before its form, its form before
 * who owns it. Brackets are half-width by then.
 */
const WORDS: readonly (readonly [RegExp, EnterpriseType])[] = [
  [/办事机构|办事处|代表机构|代表处/, 'representativeOffice'],
  [/分公司|分支机构|经营单位/, 'branch'],
  [/个体/, 'individual'],
  [/农民专业合作|合作社/, 'cooperative'],
  [/股份合作/, 'stockCooperative'],
  [/来料|来件|三来一补/, 'contractProcessing'],
  [/合伙/, 'partnership'],
  [/独资企业|个人独资/, 'soleProprietorship'],
  [/有限责任公司|^有限公司/, 'limitedCompany'],
  [/股份有限公司|股份制/, 'jointStock'],
  [/事业单位|社团法人|民办非企业|事业法人/, 'nonProfit'],
  [/集体/, 'collective'],
  [/国有|全民/, 'stateOwned'],
  [/外商|港、澳、台|港澳台|台港澳|中外合/, 'foreignInvested'],
  [/私营/, 'private'],
  [/联营|内资企业法人|^其他$/, 'other'],
];

/** undefined: nobody has mapped this text yet. */
export function enterpriseTypeOf(clean: string): EnterpriseType | undefined {
  // Real types have at most a few dozen characters; longer text is a neighbouring column that slipped.
  if (clean.length > 40) return undefined;
  for (const [words, type] of WORDS) if (words.test(clean)) return type;
  return undefined;
}

/**
 * 分公司 in type or name, 办事处 or 代表处 at the end of it (a 街道办事处 inside a name is an address), or a type that says
 * 非法人: no legal person of its own.
 */
export function isLegalPerson(
  type: EnterpriseType | undefined,
  typeText: string | undefined,
  name: string | undefined,
): boolean {
  if (type === 'branch' || type === 'representativeOffice' || typeText?.includes('非法人')) return false;
  return name === undefined || !/分公司|(?:办事处|代表处)(?:\([^()]*\))?$/.test(name);
}
