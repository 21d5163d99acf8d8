import type { Command } from 'commander';
import { instantText } from '#lib/kernel';
import { OVERLAP_DAYS, SCOPES, type IssuedKey, type KeyView, type Scope } from '#lib/access';
import { ALL, acting, actOf, JSON_HELP, type Acting, type Run } from './people.command.ts';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `firstmile key …`. */
export function registerKeys(program: Command, run: Run): void {
  const key = program.command('key').description('API keys 密钥');
  acting(
    key
      .command('issue')
      .argument('<handle>', 'the person whose key it is')
      .requiredOption('--scopes <list>', `joined by commas; within the person's roles: ${SCOPES.join(', ')}`)
      .option('--days <n>', 'until it expires', '365')
      .option('--addresses <list>', 'where it works: addresses or CIDR ranges joined by commas; default: anywhere'),
  ).action(run(issueKey));
  acting(
    key
      .command('rotate')
      .description('a new key for the same person; the old one ends after the overlap 轮换')
      .argument('<keyId>')
      .option('--overlap <days>', `0 to ${OVERLAP_DAYS.most}`, String(OVERLAP_DAYS.usual)),
  ).action(run(rotateKey));
  acting(
    key
      .command('revoke')
      .description('ends it at once 吊销')
      .argument('<keyId>')
      .requiredOption('--reason <text>', 'why'),
  ).action(run(revokeKey));
  key
    .command('list')
    .option('--person <handle>', 'of this person only')
    .option('--json', JSON_HELP, false)
    .action(run(listKeys));
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw usage(option, `应为${min}至${max}的整数`, `must be a whole number from ${min} to ${max}`);
}

function idOf(text: string): string {
  if (UUID.test(text)) return text;
  throw usage('keyId', '应为密钥的 UUID', 'must be the UUID of a key, as `key list` shows it');
}

const shown = (issued: IssuedKey, words: string): string[] => [
  issued.key,
  `${words}, until ${issued.expiresAt.toISOString()}; it is shown only now`,
];

/** `firstmile key issue HANDLE`: the plain key is shown once, here. */
export async function issueKey(
  handle: string,
  options: Acting & { scopes: string; days: string; addresses?: string },
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
  const days = wholeNumber('--days', options.days, 1, 730);
  const addresses = options.addresses?.split(',') ?? [];
  return withProduct('key', async (product) => {
    const { access, clock } = product;
    const person = await access.personByHandle(handle);
    const expiresAt = new Date(clock.now().getTime() + days * DAY_MS);
    const act = await actOf(product, options);
    const issued = await access.issueKey(person.personId, scopes, expiresAt, clock, { addresses, act });
    answer(
      options.json,
      { ...issued, handle, scopes, addresses },
      shown(issued, `of ${handle}, for ${scopes.join(', ')}`),
    );
    return EXIT.done;
  });
}

/** `firstmile key rotate KEY_ID`: the plain key is shown once, here. */
export async function rotateKey(keyId: string, options: Acting & { overlap: string }): Promise<number> {
  const overlapDays = wholeNumber('--overlap', options.overlap, 0, OVERLAP_DAYS.most);
  const id = idOf(keyId);
  return withProduct('key', async (product) => {
    const issued = await product.access.rotateKey(id, { overlapDays, act: await actOf(product, options) });
    const old = await product.access.key(id);
    const ends = old.revokedAt ?? old.expiresAt;
    answer(
      options.json,
      { ...issued, replaces: id, oldEndsAt: ends.toISOString() },
      shown(issued, `in place of ${id}, which ends ${ends.toISOString()}`),
    );
    return EXIT.done;
  });
}

/** `firstmile key revoke KEY_ID --reason TEXT`. */
export async function revokeKey(keyId: string, options: Acting & { reason: string }): Promise<number> {
  if (options.reason.trim().length < 2) throw usage('--reason', '应为2个字以上', 'must say why');
  const id = idOf(keyId);
  return withProduct('key', async (product) => {
    const act = { ...(await actOf(product, options)), reason: options.reason };
    const revoked = await product.access.revokeKey(id, product.clock, act);
    answer(options.json, { ...revoked }, [`key ${revoked.prefix} of ${revoked.handle} is revoked`]);
    return EXIT.done;
  });
}

/** `firstmile key list`. */
export function listKeys(options: { person?: string; json: boolean }): Promise<number> {
  return withProduct('key', async ({ access, clock }) => {
    const of = options.person === undefined ? {} : { personId: (await access.personByHandle(options.person)).personId };
    const items = await access.keys({ ...of, limit: ALL });
    const now = clock.now();
    const rows = items.map((key) => [
      key.keyId,
      key.handle,
      stateOf(key, now),
      instantText(key.expiresAt).slice(0, 10),
      key.lastUsedOn ?? 'never',
      key.addresses.join(' ') || 'anywhere',
      key.scopes.join(' '),
    ]);
    answer(options.json, { items }, tableOf(['key', 'of', 'state', 'until', 'last used', 'from', 'opens'], rows));
    return EXIT.done;
  });
}

const stateOf = (key: KeyView, now: Date): string =>
  key.revokedAt !== null ? 'revoked' : key.expiresAt <= now ? 'expired' : 'live';
