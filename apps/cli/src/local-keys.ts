import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from '#lib/access';
import type { Product } from '#lib/product';

/** Keys for trying the product on this machine. They stay in the data folder, readable by its owner only. */
export interface LocalKeys {
  readonly operator: string;
  readonly bank: string;
}

interface KeyFile extends LocalKeys {
  readonly expiresAt: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 90;
const OPERATOR_SCOPES: readonly Scope[] = ['ops:deliveries', 'ops:runs', 'ops:models'];
const BANK_SCOPES: readonly Scope[] = ['partner:scores', 'partner:candidates'];

/** The keys of the last start while they are good for another day, else new ones. */
export async function localKeys(product: Product): Promise<LocalKeys> {
  const file = path.join(product.config.dataDir, 'keys.json');
  const now = product.clock.now().getTime();
  const kept = readKeys(file);
  if (kept && Date.parse(kept.expiresAt) > now + DAY_MS && (await works(product, kept))) return kept;
  const expiresAt = new Date(now + VALID_DAYS * DAY_MS);
  const operator = await product.access.personByHandle('operator');
  const banker = await exampleBanker(product);
  const keys: KeyFile = {
    operator: (await product.access.issueKey(operator.personId, OPERATOR_SCOPES, expiresAt, product.clock)).key,
    bank: (await product.access.issueKey(banker, BANK_SCOPES, expiresAt, product.clock)).key,
    expiresAt: expiresAt.toISOString(),
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

function readKeys(file: string): KeyFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  } catch {
    return undefined; // the first start, or a file that somebody damaged
  }
}

/** A data folder may have been given another database. */
async function works(product: Product, keys: LocalKeys): Promise<boolean> {
  const tries = [keys.operator, keys.bank].map((key) => product.access.authenticate(`Bearer ${key}`, product.clock));
  return (await Promise.allSettled(tries)).every((result) => result.status === 'fulfilled');
}

async function exampleBanker(product: Product): Promise<string> {
  const code = 'example-bank';
  const institution =
    (await product.access.institutionByCode(code)) ??
    (await product.access.createInstitution({ kind: 'bank', code, zh: '示例银行', en: 'Example Bank' }));
  try {
    return (await product.access.personByHandle('banker')).personId;
  } catch {
    const person = { institutionId: institution.institutionId, handle: 'banker', name: 'Example banker' };
    return (await product.access.createPerson(person)).personId;
  }
}
