import { HOUSE, type InstitutionKind } from '#lib/access';
import type { Authorisation, Authorisations, Purpose, QueryLog } from '#lib/compliance';
import type { Clock, Uscc } from '#lib/kernel';
import type { Notices } from '#lib/notices';
import type { Database, Tx } from '#lib/platform';
import type { Runs } from '#lib/runs';
import { versionsOf, type ListVersion } from '../lists.store.ts';
import { lockList } from '../memberships.store.ts';
import { allRulesInForce } from '../rules/list-rules.store.ts';
import {
  memberNotice,
  newsOf,
  versionNotice,
  type Disclosed,
  type ListNotice,
  type MemberFigures,
  type NewsKind,
  type ToldVersion,
  type UntoldMember,
} from './member-news.ts';
import { listReaders, markTold, markVersionTold, untoldMembers, type ListReader } from './news.store.ts';

/** Whom lists are for, and for what each reads them. */
const PURPOSE_OF: Readonly<Partial<Record<InstitutionKind, Purpose>>> = {
  bank: 'pre-loan-review',
  guarantor: 'guarantee-review',
};

/** Firms of one transaction: others' notices to the partner wait for it. */
const AT_ONCE = 500;

/** A firm, what it gave to whom, and the run at whose pins it is looked at. */
export interface AskedFigures {
  readonly uscc: Uscc;
  readonly kind: InstitutionKind;
  readonly authorisation: Authorisation;
  readonly runId: string;
}

export interface ListNewsParts {
  readonly db: Database;
  readonly runs: Pick<Runs, 'get'>;
  readonly notices: Notices;
  readonly authorisations: Authorisations;
  readonly queryLog: QueryLog;
  readonly clock: Clock;
  /** Person id of the house, in whose name partners are told. */
  readonly person: string;
  /** What is told of a firm that gave this authorisation, at the pins of a run. */
  readonly figures: (tx: Tx, asked: AskedFigures) => Promise<MemberFigures>;
}

/**
 * 名单通知: partners are told who came on a list, who changed and who left, each firm once for every change, and then that the
 * version is out. What they were told is kept, so a partner that joins is told the whole list, and one that was killed
 * over goes on where it stood. Each firm that is named is a line in the query log.
 */
export class ListNews {
  constructor(private readonly parts: ListNewsParts) {}

  /** Tells everybody what is new to them. Resolves to the number of notices. */
  async tell(stopping: () => boolean = () => false): Promise<number> {
    const { db, runs } = this.parts;
    let notices = 0;
    const lists = await db.as(HOUSE, (tx) => allRulesInForce(tx));
    for (const { rules } of lists) {
      const [newest] = await versionsOf(db, rules.code, 1);
      if (newest === undefined) continue;
      const { modelId } = await runs.get(newest.runId);
      const readers = await db.as(HOUSE, (tx) => listReaders(tx, Object.keys(PURPOSE_OF) as InstitutionKind[]));
      for (const reader of readers) {
        for (let told = AT_ONCE; told === AT_ONCE && !stopping();) {
          const done = await db.as(HOUSE, (tx) => this.tellSome(tx, reader, newest, modelId));
          told = done.firms;
          notices += done.notices;
        }
        if (!stopping()) notices += await db.as(HOUSE, (tx) => this.tellVersion(tx, reader, newest));
      }
    }
    return notices;
  }

  private async tellSome(
    tx: Tx,
    reader: ListReader,
    newest: ListVersion,
    modelId: string,
  ): Promise<{ readonly firms: number; readonly notices: number }> {
    const { listCode, version } = newest;
    const { institutionId } = reader;
    // Two workers tell one after the other; a version that is being made is told when it is there.
    await lockList(tx, listCode);
    const givenOut = newest.state === 'IN_FORCE';
    const members = await untoldMembers(tx, { listCode, institutionId, version, givenOut, limit: AT_ONCE });
    if (members.length === 0) return { firms: 0, notices: 0 };
    const news = members.flatMap((member) => {
      const kind = newsOf(member.told, member, givenOut);
      return kind === undefined ? [] : [{ kind, member }];
    });
    const at = this.parts.clock.now();
    await markTold(tx, { listCode, institutionId, at }, members);
    if (news.length > 0) {
      const told = await this.noticesOf(tx, reader, { ...newest, modelId }, news, at);
      await this.parts.notices.publishAll(tx, { institutionId, at }, told);
      await this.log(tx, reader, newest, news, at);
    }
    return { firms: members.length, notices: news.length };
  }

  private async noticesOf(
    tx: Tx,
    { institutionId, kind }: ListReader,
    list: ToldVersion,
    news: readonly { readonly kind: NewsKind; readonly member: UntoldMember }[],
    at: Date,
  ): Promise<ListNotice[]> {
    const { authorisations, figures } = this.parts;
    const asked = { institutionId, purpose: PURPOSE_OF[kind]!, scope: 'score' as const, at };
    const usccs = news.map(({ member }) => member.uscc);
    const authorised = await authorisations.authorised(tx, usccs, asked);
    const notices: ListNotice[] = [];
    for (const { kind: what, member } of news) {
      let disclosed: Disclosed | undefined;
      if (authorised.has(member.uscc)) {
        const uscc = member.uscc as Uscc;
        const authorisation = await authorisations.require(tx, { ...asked, uscc });
        const isShown = what !== 'left' && member.entry !== null;
        disclosed = {
          authorisation,
          ...(isShown ? { figures: await figures(tx, { uscc, kind, authorisation, runId: list.runId }) } : {}),
        };
      }
      notices.push(memberNotice(what, member, list, disclosed));
    }
    return notices;
  }

  /** Last: entries of the log wait for one another until the transaction ends. */
  private async log(
    tx: Tx,
    { institutionId, kind }: ListReader,
    { listCode, version }: ListVersion,
    news: readonly { readonly member: UntoldMember }[],
    at: Date,
  ): Promise<void> {
    await this.parts.queryLog.append(tx, {
      at,
      institutionId,
      personId: this.parts.person,
      keyId: null,
      subjects: news.map(({ member }) => member.uscc),
      product: 'list',
      purpose: PURPOSE_OF[kind]!,
      authorisationId: null,
      detail: { list: listCode, version, told: true },
    });
  }

  private async tellVersion(tx: Tx, { institutionId }: ListReader, newest: ListVersion): Promise<number> {
    if (newest.state !== 'IN_FORCE') return 0;
    const { listCode, version } = newest;
    const at = this.parts.clock.now();
    if (!(await markVersionTold(tx, { listCode, institutionId, version, at }))) return 0;
    await this.parts.notices.publishAll(tx, { institutionId, at }, [versionNotice(newest)]);
    return 1;
  }
}
