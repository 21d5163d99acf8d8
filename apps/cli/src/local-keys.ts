import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { HOUSE, type Scope } from '#lib/access';
import { addDays, dateAt, type Uscc } from '#lib/kernel';
import type { Product } from '#lib/product';

/** Keys for trying the product on this machine. They stay in the data folder, readable by its owner only. */
export interface LocalKeys {
  /** Empty when the person `operator` holds no role any more. */
  readonly operator: string;
  readonly bank: string;
}

interface KeyFile extends LocalKeys {
  readonly expiresAt: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 90;
const BANK_SCOPES: readonly Scope[] = [
  'partner:scores',
  'partner:candidates',
  'partner:authorisations',
  'partner:reports',
  'partner:lists',
  'partner:notices',
  'partner:deals',
  'partner:callbacks',
];

/**
 * The keys of the last start while they are good for another day and open what they should, else new ones. The operator's
 * opens what that person's roles do: the whole house, until somebody divides the duties.
 */
export async function localKeys(product: Product): Promise<LocalKeys> {
  const { access, clock, config } = product;
  const file = path.join(config.dataDir, 'keys.json');
  const now = clock.now().getTime();
  const operator = await access.personByHandle('operator');
  const scopes = (await access.roles()).filter(({ role }) => operator.roles.includes(role)).flatMap((r) => r.scopes);
  const kept = readKeys(file);
  if (kept && Date.parse(kept.expiresAt) > now + DAY_MS && (await works(product, kept, scopes))) return kept;
  const expiresAt = new Date(now + VALID_DAYS * DAY_MS);
  const issue = async (personId: string, opens: readonly Scope[]): Promise<string> =>
    opens.length === 0 ? '' : (await access.issueKey(personId, opens, expiresAt, clock)).key;
  const keys: KeyFile = {
    operator: await issue(operator.personId, scopes),
    bank: await issue(await exampleBanker(product), BANK_SCOPES),
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

/** A data folder may have been given another database, and the operator other roles. */
async function works(product: Product, keys: LocalKeys, scopes: readonly Scope[]): Promise<boolean> {
  const opens = async (key: string, wanted: readonly Scope[]): Promise<boolean> => {
    if (wanted.length === 0) return key === '';
    const principal = await product.access.authenticate(`Bearer ${key}`, product.clock);
    return wanted.every((scope) => principal.scopes.includes(scope));
  };
  const tries = [opens(keys.operator, scopes), opens(keys.bank, BANK_SCOPES)];
  return (await Promise.allSettled(tries)).every((result) => result.status === 'fulfilled' && result.value);
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
