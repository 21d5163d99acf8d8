import { parseUscc, type Uscc } from '#lib/kernel';
import type { InstitutionKind, Role, Scope } from '#lib/access';
import { TestApi } from '../api/api-kit.ts';
import { demoUscc } from '../kit/firms.ts';

/** Somebody with a key: whose, what it opens, and what the guard says of it whatever the route. */
export interface Actor {
  readonly name: string;
  readonly key: string | null;
  readonly scopes: readonly Scope[];
  /** Refused before the scope is looked at. */
  readonly refused?: readonly [number, string];
}

export const usccOf = (text: string): Uscc => {
  const parsed = parseUscc(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.uscc;
};

const DAY_MS = 86_400_000;

/** Everybody who may knock at the API: each holds every scope that the roles of their kind open. */
export async function castOf(api: TestApi): Promise<Actor[]> {
  const { access, person } = api.product;
  const roles = await access.roles();
  const until = new Date(api.clock.now().getTime() + 300 * DAY_MS);
  const opened = (held: readonly string[], all: readonly Role[]): Scope[] =>
    all.filter(({ role }) => held.includes(role)).flatMap(({ scopes }) => scopes);

  const hire = async (code: string, kind: InstitutionKind, uscc?: Uscc) => {
    const input = { kind, code, zh: code, en: code, ...(uscc ? { uscc } : {}) };
    const { institutionId } = await access.createInstitution(input);
    const { personId, roles: held } = await access.createPerson({ institutionId, handle: `of-${code}`, name: code });
    return { institutionId, personId, scopes: opened(held, roles) };
  };
  const actor = async (name: string, kind: InstitutionKind, uscc?: Uscc): Promise<Actor> => {
    const { personId, scopes } = await hire(name, kind, uscc);
    return { name, scopes, key: (await access.issueKey(personId, scopes, until, api.clock)).key };
  };

  const kinds = await Promise.all([
    actor('bank-one', 'bank'),
    actor('bank-two', 'bank'),
    actor('guarantor', 'guarantor'),
    actor('investor', 'investor'),
    actor('insurer', 'insurer'),
    actor('lessor', 'lessor'),
    actor('regulator', 'regulator'),
    actor('firm-one', 'firm', usccOf(demoUscc(1))),
    actor('firm-two', 'firm', usccOf(demoUscc(2))),
  ]);
  const house = opened(['house'], roles);
  const operator = {
    name: 'operator',
    scopes: house,
    key: (await access.issueKey(person, house, until, api.clock)).key,
  };
  const duties = await Promise.all(
    roles
      .filter(({ role, kinds: of }) => of.includes('operator') && role !== 'house')
      .map(async ({ role, scopes }): Promise<Actor> => {
        const { institutionId } = (await access.institutionByCode('operator'))!;
        const { personId } = await access.createPerson({ institutionId, handle: role, name: role, roles: [role] });
        return { name: role, scopes, key: (await access.issueKey(personId, scopes, until, api.clock)).key };
      }),
  );

  const { personId, scopes } = await hire('bank-three', 'bank');
  const issue = (days: number, addresses: readonly string[] = []) =>
    access.issueKey(personId, scopes, new Date(api.clock.now().getTime() + days * DAY_MS), api.clock, { addresses });
  const [expired, revoked, elsewhere] = [await issue(1), await issue(90), await issue(90, ['192.0.2.0/24'])];
  await access.revokeKey(revoked.keyId, api.clock, { reason: '测试' });
  api.clock.pass(DAY_MS);
  const gone = await hire('bank-gone', 'bank');
  const suspended = await access.issueKey(gone.personId, gone.scopes, until, api.clock);
  await access.moveInstitution(gone.institutionId, 'suspend', { reason: '测试' });
  const refused = (name: string, key: string | null, status: number, code: string): Actor => ({
    name,
    key,
    scopes: [],
    refused: [status, code],
  });
  return [
    operator,
    ...duties,
    ...kinds,
    refused('nobody', null, 401, 'key-missing'),
    refused('malformed', 'fm_nothing', 401, 'key-unknown'),
    refused('unknown prefix', `fm_000000000000_${expired.key.slice(-43)}`, 401, 'key-unknown'),
    refused('wrong secret', `${suspended.key.slice(0, 16)}${expired.key.slice(-43)}`, 401, 'key-unknown'),
    refused('expired', expired.key, 401, 'key-expired'),
    refused('revoked', revoked.key, 401, 'key-revoked'),
    refused('elsewhere', elsewhere.key, 403, 'address-refused'),
    refused('suspended', suspended.key, 403, 'institution-suspended'),
  ];
}

/** Limits that these tests do not reach. */
export const UNLIMITED = {
  operator: 1_000_000,
  bank: 1_000_000,
  guarantor: 1_000_000,
  investor: 1_000_000,
  insurer: 1_000_000,
  lessor: 1_000_000,
  regulator: 1_000_000,
  firm: 1_000_000,
  failures: 1_000_000,
};
