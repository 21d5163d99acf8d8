import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { HOUSE, type Scope } from '#lib/access';
import { addDays, dateAt, type Uscc } from '#lib/kernel';
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
const OPERATOR_SCOPES: readonly Scope[] = ['ops:deliveries', 'ops:runs', 'ops:models', 'ops:compliance', 'ops:lists'];
const BANK_SCOPES: readonly Scope[] = [
  'partner:scores',
  'partner:candidates',
  'partner:authorisations',
  'partner:lists',
];

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

const DAYS_AHEAD = 30;

/**
 * Made-up firms of the screen authorise the example bank, so that its lines answer as pasted: anew when an older consent is
 * about to end. Nobody else's firms are ever spoken for.
 */
export async function authoriseExample(product: Product, usccs: readonly Uscc[]): Promise<void> {
  const { db, authorisations, access, clock } = product;
  const bank = await access.institutionByCode('example-bank');
  if (bank === undefined) return;
  const from = dateAt(clock.now());
  const purpose = 'pre-loan-review' as const;
  const asked = { institutionId: bank.institutionId, purpose, scope: 'report' as const };
  const unsigned = createHash('sha256').update('Example of made-up firms: nothing was signed').digest('hex');
  await db.as(HOUSE, async (tx) => {
    const tomorrow = new Date(clock.now().getTime() + DAY_MS);
    const already = await authorisations.authorised(tx, usccs, { ...asked, at: tomorrow });
    for (const uscc of usccs.filter((firm) => !already.has(firm)))
      await authorisations.grant(
        tx,
        {
          uscc,
          institutionId: bank.institutionId,
          purpose,
          scopes: ['report'],
          from,
          until: addDays(from, DAYS_AHEAD),
          single: false,
          textSha256: unsigned,
          evidenceSha256: unsigned,
        },
        { person: null, clock },
      );
  });
}
