import { parseUscc, ProblemError } from '#lib/kernel';
import { INSTITUTION_KINDS, SCOPES, type InstitutionKind, type Scope } from '#lib/access';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';

/** `firstmile institution add CODE`: one of the institutions that use the product. */
export async function addInstitution(
  code: string,
  options: { kind: string; zh: string; en: string; uscc?: string; json: boolean },
): Promise<number> {
  const kind = INSTITUTION_KINDS.find((k): k is InstitutionKind => k === options.kind);
  if (kind === undefined)
    throw usage('--kind', `应为 ${INSTITUTION_KINDS.join('、')}`, `must be one of ${INSTITUTION_KINDS.join(', ')}`);
  const uscc = options.uscc === undefined ? undefined : parseUscc(options.uscc);
  if (uscc?.ok === false) throw new ProblemError(uscc.problem);
  if ((kind === 'firm') !== (uscc !== undefined))
    throw usage('--uscc', '仅 kind 为 firm 时须给出', 'is needed with --kind firm, and only there');
  return withProduct('institution', async ({ access }) => {
    const own = uscc?.ok ? { uscc: uscc.value.uscc } : {};
    const made = await access.createInstitution({ kind, code, zh: options.zh, en: options.en, ...own });
    answer(options.json, { ...made }, [`institution ${made.code} (${made.kind}): ${made.zh} / ${made.en}`]);
    return EXIT.done;
  });
}

/** `firstmile person add HANDLE`: somebody who acts for an institution. */
export async function addPerson(
  handle: string,
  options: { institution: string; name: string; json: boolean },
): Promise<number> {
  return withProduct('person', async ({ access }) => {
    const institution = await access.institutionByCode(options.institution);
    if (!institution)
      throw new ProblemError({
        code: 'institution-unknown',
        status: 404,
        zh: `没有机构「${options.institution}」`,
        en: `there is no institution ${options.institution}`,
        errors: [{ field: '--institution', code: 'institution-unknown', zh: '未知的机构', en: 'unknown institution' }],
      });
    const made = await access.createPerson({ institutionId: institution.institutionId, handle, name: options.name });
    answer(options.json, { ...made }, [`person ${made.handle} of ${institution.code}`]);
    return EXIT.done;
  });
}

const DAY_MS = 86_400_000;

/** `firstmile key issue HANDLE`: the plain key is shown once, here. */
export async function issueKey(
  handle: string,
  options: { scopes: string; days: string; json: boolean },
): Promise<number> {
  const scopes = options.scopes.split(',').map((text) => {
    const scope = SCOPES.find((s): s is Scope => s === text);
    if (scope === undefined)
      throw usage(
        '--scopes',
        `「${text}」不是权限；现有：${SCOPES.join('、')}`,
        `"${text}" is no scope; there are ${SCOPES.join(', ')}`,
      );
    return scope;
  });
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > 730)
    throw usage('--days', '应为1至730的整数', 'must be a whole number from 1 to 730');
  return withProduct('key', async ({ access, clock }) => {
    const person = await access.personByHandle(handle);
    const expiresAt = new Date(clock.now().getTime() + days * DAY_MS);
    const issued = await access.issueKey(person.personId, scopes, expiresAt, clock);
    answer(options.json, { ...issued, handle, scopes }, [
      issued.key,
      `of ${handle}, for ${scopes.join(', ')}, until ${issued.expiresAt.toISOString()}; it is shown only now`,
    ]);
    return EXIT.done;
  });
}

/** `firstmile key revoke KEY_ID`. */
export async function revokeKey(keyId: string): Promise<number> {
  return withProduct('key', async ({ access, clock }) => {
    await access.revokeKey(keyId, clock);
    return EXIT.done;
  });
}
