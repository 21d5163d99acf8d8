import type { Command } from 'commander';
import { parseUscc, ProblemError } from '#lib/kernel';
import { INSTITUTION_KINDS, type InstitutionEvent, type InstitutionKind, type InstitutionView } from '#lib/access';
import type { Product } from '#lib/product';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

/** Every institution or person of a command's list; the API pages. */
export const ALL = 10_000;

export type Run = <A extends unknown[]>(command: (...args: A) => Promise<number>) => (...args: A) => Promise<void>;

export interface Acting {
  readonly as: string;
  readonly json: boolean;
}

/** `--as` and `--json` of every command that changes something. */
export const acting = (command: Command): Command =>
  command.option('--as <person>', 'who acts', 'operator').option('--json', JSON_HELP, false);
export const JSON_HELP = 'the result as one JSON object, the last line of stdout';

/** `firstmile institution …` and `firstmile person …`. */
export function registerPeople(program: Command, run: Run): void {
  const institution = program.command('institution').description('institutions that use the product 机构');
  acting(
    institution
      .command('add')
      .argument('<code>')
      .requiredOption('--kind <kind>', INSTITUTION_KINDS.join(', '))
      .requiredOption('--zh <name>', 'Chinese name')
      .requiredOption('--en <name>', 'English name')
      .option('--uscc <code>', 'with kind firm: the firm that reads itself'),
  ).action(run(addInstitution));
  for (const [event, words] of [
    ['suspend', 'its keys are refused from now on 停用'],
    ['restore', 'its keys work again 恢复'],
  ] as const)
    acting(
      institution.command(event).description(words).argument('<code>').requiredOption('--reason <text>', 'why'),
    ).action(run((code: string, options: Acting & { reason: string }) => moveInstitution(event, code, options)));
  institution.command('list').option('--json', JSON_HELP, false).action(run(listInstitutions));

  const person = program.command('person').description('people who act for an institution 人员');
  acting(
    person
      .command('add')
      .argument('<handle>')
      .requiredOption('--institution <code>')
      .requiredOption('--name <name>')
      .option(
        '--roles <list>',
        'joined by commas; default: those of its kind of institution; `person roles` names all',
      ),
  ).action(run(addPerson));
  acting(
    person
      .command('roles')
      .description('all roles; with a handle and --set, gives the person exactly these 岗位')
      .argument('[handle]')
      .option('--set <list>', 'joined by commas; an empty text takes all away')
      .option('--reason <text>', 'why'),
  ).action(run(roles));
  person.command('list').option('--json', JSON_HELP, false).action(run(listPeople));
}

const listOf = (text: string): string[] => text.split(',').filter((part) => part !== '');

async function institutionOf({ access }: Product, code: string, field: string): Promise<InstitutionView> {
  const institution = await access.institutionByCode(code);
  if (institution) return institution;
  throw new ProblemError({
    code: 'institution-unknown',
    status: 404,
    zh: `没有机构「${code}」`,
    en: `there is no institution ${code}`,
    errors: [{ field, code: 'institution-unknown', zh: '未知的机构', en: 'unknown institution' }],
  });
}

/** Who acts on the command line: whoever has this machine has the house. */
export const actOf = async ({ access }: Product, { as }: Acting): Promise<{ by: string }> => ({
  by: (await access.personByHandle(as)).personId,
});

/** `firstmile institution add CODE`: one of the institutions that use the product. */
export async function addInstitution(
  code: string,
  options: Acting & { kind: string; zh: string; en: string; uscc?: string },
): Promise<number> {
  const kind = INSTITUTION_KINDS.find((k): k is InstitutionKind => k === options.kind);
  if (kind === undefined)
    throw usage('--kind', `应为 ${INSTITUTION_KINDS.join('、')}`, `must be one of ${INSTITUTION_KINDS.join(', ')}`);
  const uscc = options.uscc === undefined ? undefined : parseUscc(options.uscc);
  if (uscc?.ok === false) throw new ProblemError(uscc.problem);
  if ((kind === 'firm') !== (uscc !== undefined))
    throw usage('--uscc', '仅 kind 为 firm 时须给出', 'is needed with --kind firm, and only there');
  return withProduct('institution', async (product) => {
    const own = uscc?.ok ? { uscc: uscc.value.uscc } : {};
    const input = { kind, code, zh: options.zh, en: options.en, ...own };
    const made = await product.access.createInstitution(input, await actOf(product, options));
    answer(options.json, { ...made }, [`institution ${made.code} (${made.kind}): ${made.zh} / ${made.en}`]);
    return EXIT.done;
  });
}

/** `firstmile institution suspend|restore CODE --reason TEXT`. */
export function moveInstitution(
  event: InstitutionEvent,
  code: string,
  options: Acting & { reason: string },
): Promise<number> {
  if (options.reason.trim().length < 2) throw usage('--reason', '应为2个字以上', 'must say why');
  return withProduct('institution', async (product) => {
    const { institutionId } = await institutionOf(product, code, 'code');
    const act = { ...(await actOf(product, options)), reason: options.reason };
    const moved = await product.access.moveInstitution(institutionId, event, act);
    answer(options.json, { ...moved }, [`institution ${code}: ${moved.state}`]);
    return EXIT.done;
  });
}

/** `firstmile institution list`. */
export function listInstitutions(options: { json: boolean }): Promise<number> {
  return withProduct('institution', async ({ access }) => {
    const items = await access.institutions({ limit: ALL });
    const rows = items.map(({ code, kind, state, zh, stateReason }) => [code, kind, state, zh, stateReason ?? '']);
    answer(options.json, { items }, tableOf(['code', 'kind', 'state', 'name', 'reason'], rows));
    return EXIT.done;
  });
}

/** `firstmile person add HANDLE`: somebody who acts for an institution. */
export async function addPerson(
  handle: string,
  options: Acting & { institution: string; name: string; roles?: string },
): Promise<number> {
  return withProduct('person', async (product) => {
    const { institutionId, code } = await institutionOf(product, options.institution, '--institution');
    const held = options.roles === undefined ? {} : { roles: listOf(options.roles) };
    const input = { institutionId, handle, name: options.name, ...held };
    const made = await product.access.createPerson(input, await actOf(product, options));
    answer(options.json, { ...made }, [`person ${made.handle} of ${code}: ${made.roles.join(', ') || 'no role'}`]);
    return EXIT.done;
  });
}

/** `firstmile person roles [HANDLE --set LIST]`. */
export function roles(
  handle: string | undefined,
  options: Acting & { set?: string; reason?: string },
): Promise<number> {
  if ((handle === undefined) !== (options.set === undefined))
    throw usage('--set', '须与用户名一并给出', 'goes with a handle');
  return withProduct('person', async (product) => {
    const { access } = product;
    if (handle === undefined || options.set === undefined) {
      const items = await access.roles();
      const rows = items.map((r) => [r.role, r.zh, r.kinds.join(' '), r.scopes.join(' '), r.conflicts.join(' ')]);
      answer(options.json, { items }, tableOf(['role', 'name', 'of', 'opens', 'not with'], rows));
      return EXIT.done;
    }
    const { personId } = await access.personByHandle(handle);
    // Whoever has this machine is not bound by `own-roles`; the event says that the command line did it.
    const act = options.reason === undefined ? {} : { reason: options.reason };
    const made = await access.setRoles(personId, listOf(options.set), act);
    answer(options.json, { ...made }, [`person ${handle}: ${made.roles.join(', ') || 'no role'}`]);
    return EXIT.done;
  });
}

/** `firstmile person list`. */
export function listPeople(options: { json: boolean }): Promise<number> {
  return withProduct('person', async ({ access }) => {
    const items = await access.people({ limit: ALL });
    const rows = items.map((p) => [p.handle, p.institutionCode, p.name, p.roles.join(' ')]);
    answer(options.json, { items }, tableOf(['handle', 'institution', 'name', 'roles'], rows));
    return EXIT.done;
  });
}
