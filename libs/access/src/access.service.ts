import { v7 as uuidv7 } from 'uuid';
import { ProblemError, step, type Clock } from '#lib/kernel';
import { systemClock, type Database, type Tx } from '#lib/platform';
import { appendEvent, eventsOf, type AccessEvent, type Act } from './access-events.ts';
import { HOUSE } from './actor.ts';
import { authenticate } from './authenticate.ts';
import { INSTITUTION_LIFE, type InstitutionEvent } from './institution-life.ts';
import {
  allRoles,
  insertInstitution,
  insertPerson,
  activePartners,
  institutions,
  lockInstitution,
  people,
  rolesGiven,
  saveRoles,
  saveState,
  type Institution,
  type InstitutionView,
  type Person,
  type PersonView,
  type Role,
} from './institutions.store.ts';
import { issueKey, revokeKey, rotateKey, type KeyOptions, type Rotation } from './keys.ts';
import { keys, type IssuedKey, type KeyView } from './keys.store.ts';
import type { Principal, Scope } from './principal.ts';
import { asRefusal, refusal } from './refusals.ts';

export type NewPerson = Omit<Person, 'personId'> & {
  /** Left out: those with which people of this kind of institution begin. */
  readonly roles?: readonly string[];
};

/** Kind and code of the house, and the handle of the person who starts it. */
const OPERATOR = 'operator';

/** Institutions (机构), people and their keys. The only user of these tables; every change appends its event. */
export class Access {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * The house itself: institution and person `operator`, made once; safe to call at every start and by two at once. That
   * person holds the role `house` until somebody takes it away: a later start does not give it back.
   */
  async ensureOperator(): Promise<Person> {
    return this.db.as(HOUSE, async (tx) => {
      const named = { zh: '首公里运营方', en: 'Firstmile operator' };
      const house = { institutionId: uuidv7(), kind: OPERATOR, code: OPERATOR, ...named } as const;
      if (await insertInstitution(tx, house)) await this.added(tx, house.institutionId);
      const [{ institutionId }] = (await institutions(tx, { code: OPERATOR })) as [InstitutionView];
      const operator = { personId: uuidv7(), institutionId, handle: OPERATOR, name: '运营方 Operator' };
      if (await insertPerson(tx, operator)) await this.welcome(tx, operator, ['house'], {});
      return (await people(tx, { handle: operator.handle }))[0]!;
    });
  }

  /** Throws `institution-code-taken` 409 when the code, or the firm, has one already. */
  async createInstitution(input: Omit<Institution, 'institutionId'>, act: Act = {}): Promise<Institution> {
    const institution = { institutionId: uuidv7(), ...input };
    return this.db.as(HOUSE, async (tx) => {
      if (!(await insertInstitution(tx, institution)))
        throw refusal(
          'institution-code-taken',
          409,
          `机构代码「${input.code}」已被使用`,
          `the institution code ${input.code} is taken`,
        );
      await this.added(tx, institution.institutionId, act);
      return institution;
    });
  }

  async institutionByCode(code: string): Promise<InstitutionView | undefined> {
    return (await institutions(this.db, { code }))[0];
  }

  /** Throws `institution-unknown` 404. */
  async institution(id: string): Promise<InstitutionView> {
    const [found] = await institutions(this.db, { id });
    if (!found) throw institutionUnknown();
    return found;
  }

  /** Institutions that may be named in a deal now, by code. */
  partners(page: Parameters<typeof activePartners>[1]): Promise<Institution[]> {
    return activePartners(this.db, page);
  }

  institutions(page: { after?: string; limit: number }): Promise<InstitutionView[]> {
    return institutions(this.db, page);
  }

  /**
   * Suspends or restores an institution: a suspended one's keys answer 403 `institution-suspended` from the next request
   * on. Throws `institution-unknown` 404, `transition-refused` 409, `institution-not-suspendable` 409 for the house and for
   * a firm.
   */
  async moveInstitution(id: string, event: InstitutionEvent, act: Act & { reason: string }): Promise<InstitutionView> {
    return this.db.as(HOUSE, async (tx) => {
      const before = await lockInstitution(tx, id);
      if (!before) throw institutionUnknown();
      const { kind, state } = before;
      const moved = step(INSTITUTION_LIFE, { state, event, role: 'ACCESS' });
      if (!moved.ok) throw new ProblemError(moved.problem);
      if (kind === 'operator' || kind === 'firm')
        throw refusal(
          'institution-not-suspendable',
          409,
          '运营方与信息主体不可停用',
          'neither the house nor a firm is suspended: a firm may always read what is said of it',
        );
      await saveState(tx, id, moved.value, moved.value === 'SUSPENDED' ? act.reason : null);
      await appendEvent(tx, {
        institutionId: id,
        subject: 'institution',
        subjectId: id,
        event,
        act,
        at: this.clock.now(),
      });
      return (await institutions(tx, { id }))[0]!;
    });
  }

  /**
   * Throws `handle-taken` 409, `institution-unknown` 404, and what `setRoles` throws about roles.
   */
  async createPerson({ roles, ...input }: NewPerson, act: Act = {}): Promise<PersonView> {
    const person = { personId: uuidv7(), ...input };
    const made = this.db.as(HOUSE, async (tx) => {
      if ((await institutions(tx, { id: input.institutionId })).length === 0) throw institutionUnknown();
      if (!(await insertPerson(tx, person)))
        throw refusal('handle-taken', 409, `用户名「${input.handle}」已被使用`, `the handle ${input.handle} is taken`);
      await this.welcome(tx, person, roles ?? (await rolesGiven(tx, input.institutionId)), act);
      return (await people(tx, { id: person.personId }))[0]!;
    });
    return asRefusal(made);
  }

  /** By id. Ids that nobody has are left out. */
  async institutionCodes(ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.db.query<{ institution_id: string; code: string }>(
      'SELECT institution_id, code FROM institution WHERE institution_id = ANY ($1)',
      [[...new Set(ids)]],
    );
    return new Map(rows.map((row) => [row.institution_id, row.code]));
  }

  /** By id. Ids that nobody has are left out. */
  async institutionNames(ids: readonly string[]): Promise<Map<string, { readonly zh: string; readonly en: string }>> {
    const rows = await this.db.query<{ institution_id: string; name_zh: string; name_en: string }>(
      'SELECT institution_id, name_zh, name_en FROM institution WHERE institution_id = ANY ($1)',
      [[...new Set(ids)]],
    );
    return new Map(rows.map((row) => [row.institution_id, { zh: row.name_zh, en: row.name_en }]));
  }

  /** For the command line's `--as`. Throws `person-unknown` 404. */
  async personByHandle(handle: string): Promise<PersonView> {
    const [found] = await people(this.db, { handle });
    if (found) return found;
    throw refusal('person-unknown', 404, `没有名为「${handle}」的用户`, `nobody has the handle ${handle}`);
  }

  /** Throws `person-unknown` 404. */
  person(id: string): Promise<PersonView> {
    return personOf(this.db, id);
  }

  people(page: { institutionId?: string; after?: string; limit: number }): Promise<PersonView[]> {
    return people(this.db, page);
  }

  roles(): Promise<Role[]> {
    return allRoles(this.db);
  }

  /**
   * Gives a person exactly these roles; what a key holds beyond them no longer works from the next request on. Throws
   * `person-unknown` 404, `role-not-of-kind`, `duties-conflict`, `house-role-taken` and `own-roles`, all
   * 409: nobody changes their own roles, the database holds that.
   */
  async setRoles(personId: string, roles: readonly string[], act: Act = {}): Promise<PersonView> {
    if (act.by === personId) throw refusal('own-roles', 409, '不得变更本人的岗位', 'nobody changes their own roles');
    const set = this.db.as(HOUSE, async (tx) => {
      const { institutionId } = await personOf(tx, personId);
      const at = this.clock.now();
      await saveRoles(tx, personId, roles, act.by ?? null, at);
      const about = { institutionId, subject: 'person', subjectId: personId, act, at } as const;
      await appendEvent(tx, { ...about, event: 'roles', detail: { roles: [...roles].sort() } });
      return personOf(tx, personId);
    });
    return asRefusal(set);
  }

  /**
   * Throws RangeError when `expiresAt` does not lie after the clock's now, or no scope is given; `person-unknown` 404;
   * `scope-not-of-kind` 409 unless a firm, and nobody else, gets `subject:own`, and nothing else; `scope-not-of-role` 409;
   * `address-invalid` 422.
   */
  issueKey(
    personId: string,
    scopes: readonly Scope[],
    expiresAt: Date,
    clock: Clock = this.clock,
    options: KeyOptions = {},
  ): Promise<IssuedKey> {
    return asRefusal(
      this.db.as(HOUSE, async (tx) =>
        issueKey(tx, await personOf(tx, personId), { scopes, expiresAt, ...options }, clock.now()),
      ),
    );
  }

  /**
   * A new key for the same person, scopes and addresses; the old one ends after the overlap at the latest. Throws
   * `key-id-unknown` 404, `key-ended` 409, `key-replaced` 409 (a key has one successor), `scope-not-of-role` 409.
   */
  rotateKey(keyId: string, rotation: Rotation = {}): Promise<IssuedKey> {
    return asRefusal(this.db.as(HOUSE, (tx) => rotateKey(tx, keyId, rotation, this.clock.now())));
  }

  /** Revoking twice keeps the first instant, person and reason. Throws `key-id-unknown` 404. */
  revokeKey(keyId: string, clock: Clock = this.clock, act: Act = {}): Promise<KeyView> {
    return this.db.as(HOUSE, (tx) => revokeKey(tx, keyId, act, clock.now()));
  }

  /** Throws `key-id-unknown` 404. */
  async key(keyId: string): Promise<KeyView> {
    const [found] = await keys(this.db, { id: keyId, limit: 1 });
    if (!found) throw keyUnknown();
    return found;
  }

  keys(page: { personId?: string; before?: string; limit: number }): Promise<KeyView[]> {
    return keys(this.db, page);
  }

  /** What happened to an institution, its people and their keys; oldest first. As this actor may see it. */
  events(
    institutionId: string,
    page: { subjectId?: string; after?: number; limit?: number } = {},
    actor: string = HOUSE,
  ): Promise<(AccessEvent & { readonly seq: number })[]> {
    return this.db.as(actor, (tx) => eventsOf(tx, institutionId, page));
  }

  /** Who sends this `Authorization` header from this address: see `authenticate`. */
  authenticate(authorization: string | undefined, clock: Clock = this.clock, address?: string): Promise<Principal> {
    return authenticate(this.db, { authorization, ...(address === undefined ? {} : { address }) }, clock.now());
  }

  private added(tx: Tx, institutionId: string, act: Act = {}): Promise<void> {
    const about = { institutionId, subject: 'institution', subjectId: institutionId } as const;
    return appendEvent(tx, { ...about, event: 'add', act, at: this.clock.now() });
  }

  private async welcome(tx: Tx, person: Person, roles: readonly string[], act: Act): Promise<void> {
    const at = this.clock.now();
    await saveRoles(tx, person.personId, roles, act.by ?? null, at);
    const about = { institutionId: person.institutionId, subject: 'person', subjectId: person.personId } as const;
    await appendEvent(tx, { ...about, event: 'add', act, at, detail: { roles: [...roles].sort() } });
  }
}

async function personOf(db: Pick<Tx, 'query'>, id: string): Promise<PersonView> {
  const [found] = await people(db, { id });
  if (!found) throw refusal('person-unknown', 404, '没有该用户', 'there is no such person');
  return found;
}

const institutionUnknown = (): ProblemError =>
  refusal('institution-unknown', 404, '没有该机构', 'there is no such institution');
const keyUnknown = (): ProblemError => refusal('key-id-unknown', 404, '没有该密钥', 'there is no key with this id');
