import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { actorOf, type Principal } from '#lib/access';
import {
  PURPOSES,
  requirePurpose,
  type Authorisation,
  type Authorisations,
  type AuthorisedScope,
  type Purpose,
  type QueryLog,
} from '#lib/compliance';
import { ProblemError, type Clock, type Uscc } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { ProblemAnswers } from '../docs/answers.ts';

/** Purposes that a partner can name: a firm asks for itself by its own routes, a dispute is checked by the house. */
const NAMED_PURPOSES = PURPOSES.filter((purpose) => purpose !== 'own-query' && purpose !== 'dispute-check');

/** `?purpose=` of a read that is logged. */
export const PurposeQuery = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'purpose',
      required: true,
      description: 'What the answer is for (查询目的). Each read is logged with it; the firm can see who asked.',
      schema: { type: 'string', enum: [...NAMED_PURPOSES] },
      example: 'pre-loan-review',
    }),
    ProblemAnswers('purpose-missing', 'purpose-not-allowed'),
  );

/** Throws ProblemError purpose-missing 400 or purpose-not-allowed 403. */
export function purposeOf(principal: Principal, text: unknown): Purpose {
  const purpose = NAMED_PURPOSES.find((known) => known === text);
  if (purpose === undefined) {
    const words = {
      zh: `应为 ${NAMED_PURPOSES.join('、')} 之一`,
      en: `one of ${NAMED_PURPOSES.join(', ')} is expected`,
    };
    throw new ProblemError({
      code: 'purpose-missing',
      status: 400,
      zh: `须写明查询目的 purpose，${words.zh}`,
      en: `a read names its purpose: ${words.en}`,
      errors: [{ field: 'purpose', code: 'purpose-missing', ...words }],
    });
  }
  requirePurpose(principal.kind, purpose);
  return purpose;
}

/** One look at one firm. */
export interface FirmRead {
  readonly uscc: Uscc;
  readonly purpose: Purpose;
  readonly scope: AuthorisedScope;
  /** For the log: `score`, `evidence`, `report` … */
  readonly product: string;
}

/** What an answer says beside its body: kept in the log. */
export interface Told<T> {
  readonly body: T;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * The one door to what is known of firms (对外披露): purpose, an authorisation that holds now, and a line in the query log,
 * in one transaction. What cannot be logged is not told; without an authorisation nothing is said, not even whether the
 * firm is known.
 */
export class Disclosure {
  constructor(
    private readonly db: Database,
    private readonly authorisations: Authorisations,
    private readonly log: QueryLog,
    private readonly clock: Clock,
  ) {}

  /** Throws ProblemError authorisation-missing 403, and whatever `read` throws: then nothing is logged. */
  async firm<T>(
    principal: Principal,
    { uscc, purpose, scope, product }: FirmRead,
    read: (tx: Tx, authorisation: Authorisation) => Promise<Told<T>>,
  ): Promise<T> {
    return this.db.as(actorOf(principal), async (tx) => {
      const { institutionId } = principal;
      const asked = { uscc, institutionId, purpose, scope, at: this.clock.now() };
      const authorisation = await this.authorisations.require(tx, asked);
      const { body, detail } = await read(tx, authorisation);
      const { authorisationId } = authorisation;
      await this.append(tx, principal, { subjects: [uscc], product, purpose, authorisationId, detail });
      return body;
    });
  }

  /** A page about many firms; `read` is told which of them authorised this. Logged with all of them. */
  async firms<T>(
    principal: Principal,
    { purpose, product }: Pick<FirmRead, 'purpose' | 'product'>,
    usccs: (tx: Tx) => Promise<readonly string[]>,
    read: (tx: Tx, authorised: ReadonlySet<string>) => Promise<Told<T>> | Told<T>,
  ): Promise<T> {
    return this.db.as(actorOf(principal), async (tx) => {
      const subjects = await usccs(tx);
      const { institutionId } = principal;
      const asked = { institutionId, purpose, scope: 'score' as const, at: this.clock.now() };
      const { body, detail } = await read(tx, await this.authorisations.authorised(tx, subjects, asked));
      if (subjects.length > 0)
        await this.append(tx, principal, { subjects, product, purpose, authorisationId: null, detail });
      return body;
    });
  }

  private async append(
    tx: Tx,
    { institutionId, personId, keyId }: Principal,
    entry: Pick<Parameters<QueryLog['append']>[1], 'subjects' | 'product' | 'purpose' | 'authorisationId' | 'detail'>,
  ): Promise<void> {
    await this.log.append(tx, { at: this.clock.now(), institutionId, personId, keyId, ...entry });
  }
}
