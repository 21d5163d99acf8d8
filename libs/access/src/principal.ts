import { ProblemError, type Uscc } from '#lib/kernel';

/** What a key may be used for. A fixed list: a scope that no route asks for cannot be issued by mistake. */
export const SCOPES = [
  'ops:deliveries',
  'ops:runs',
  'ops:models',
  'ops:access',
  'ops:compliance',
  'ops:lists',
  'ops:deals',
  'partner:scores',
  'partner:candidates',
  'partner:authorisations',
  'partner:reports',
  'partner:lists',
  'partner:reviews',
  'partner:notices',
  'partner:deals',
  'partner:callbacks',
  'regulator:read',
  'subject:own',
] as const;
export type Scope = (typeof SCOPES)[number];

export const INSTITUTION_KINDS = [
  'operator',
  'bank',
  'guarantor',
  'investor',
  'insurer',
  'lessor',
  'regulator',
  'firm',
] as const;
/** 机构类别: operator 运营方, bank 银行, guarantor 担保机构, investor 投资机构, insurer 保险, lessor 租赁, regulator 监管部门, firm 信息主体: a scored firm. */
export type InstitutionKind = (typeof INSTITUTION_KINDS)[number];

/** Who is asking: every write records `personId`. */
export interface Principal {
  readonly personId: string;
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly keyId: string;
  /** The firm that a key of kind `firm` speaks for: it reads itself and nobody else. */
  readonly uscc?: Uscc;
  readonly scopes: readonly Scope[];
}

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Throws RangeError for a scope that is not in the list: rows are written by this code only. */
export function scopesOf(texts: readonly string[]): readonly Scope[] {
  return texts.map((text) => {
    if (!isScope(text)) throw new RangeError(`unknown scope: ${text}`);
    return text;
  });
}

/** Throws `scope-missing` 403 naming the scope that the key lacks. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new ProblemError({
    code: 'scope-missing',
    status: 403,
    zh: `密钥没有权限「${scope}」`,
    en: `the key lacks the scope ${scope}`,
    errors: [
      { header: 'Authorization', code: 'scope-missing', zh: `需要权限 ${scope}`, en: `scope ${scope} is needed` },
    ],
    extra: { scope },
  });
}
