import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type InstitutionKind, type Principal } from '#lib/access';
import { dateAt, fen, ProblemError, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import { actingAs, type Database, type Tx } from '#lib/platform';
import { companyUnknown, type FirmAtRun, type Scores } from '#lib/runs';
import { checkedMarks, expertHundredths, reviewOpinions, shippedForm, type Lists, type Marks } from '#lib/whitelist';
import type { Party } from '../deals/deal.ts';
import { lockFirm } from '../deals/firm-lock.ts';
import type { Admission, Admit, ProgrammeRoom, ReadProgrammeRoom } from '../deals/ports.ts';
import type { RecognisedEquity } from '../line/recognised-equity.ts';
import type { FactDefinition } from '../programmes/fact-types.ts';
import { FACTS, type FactName } from '../programmes/facts.ts';
import { matchProgramme } from '../programmes/match.ts';
import { withoutPending } from '../programmes/pending.ts';
import type { ExpertOpinion } from '../programmes/profile.ts';
import { checkedStatements, type FactStatement } from '../programmes/statements.ts';
import { inputsKnownOn } from '../stated/stated-inputs.store.ts';
import { lineParametersOn } from '../line/shipped-line-parameters.ts';
import { decidedUse, referralUse, type DealUse, type UseReader } from './deal-use.ts';
import { programmeCapUnknown, programmeOn, programmeRefused, programmeWithoutLine } from './programme-refusals.ts';
import { ownAndOtherKinds, type StandingReader } from './readers.ts';
import { capOf, firmLine, hasCap, lends, standingOf, type FirmLine, type FirmStanding } from './standing.ts';
import {
  insertOpinion,
  insertStatement,
  newestOpinions,
  newestStatements,
  type OpinionRow,
  type StatementRow,
} from './statements.store.ts';

export interface StandingParts {
  readonly db: Database;
  readonly scores: Scores;
  readonly lists: Lists;
  readonly clock: Clock;
  /** One a kind of deal; default: referrals. */
  readonly uses?: readonly UseReader[];
  /** Equity that cases of a firm recognise: no base of a line besides. Default: none. */
  readonly recognisedEquity?: (tx: Tx, uscc: Uscc) => Promise<readonly RecognisedEquity[]>;
}

/** For whom a standing is put together. */
export interface StandingView {
  /** Of their kinds of institutions only their own statements count. Empty: the house itself. */
  readonly readers: readonly StandingReader[];
  /** Whether loans may be told: the firm authorised its credit history, or it is the firm. */
  readonly loans: boolean;
  /** Whether figures that were stated may be told: the firm authorised them, or it is the firm. Default: they may not. */
  readonly financials?: boolean;
}

interface AskedView extends StandingView {
  readonly on: LocalDate;
  /** For this once, in the place of what was stated of the same facts before. */
  readonly said: readonly FactStatement[];
  /** Deals that are not counted. */
  readonly besides: readonly string[];
}

const KIND_AT: Readonly<Record<Party['desk'], InstitutionKind>> = {
  BANK: 'bank',
  GUAR: 'guarantor',
  REGUAR: 'guarantor',
  INVEST: 'investor',
  INSUR: 'insurer',
  LEASE: 'lessor',
};

/** 企业融资画像: how firms stand to programmes, what line is suggested, and what is stated of them. */
export class FirmStandings {
  constructor(private readonly parts: StandingParts) {}

  /**
   * The standing of a firm today at the pins of a run, the newest published one where none is named. Reads as the house does,
   * in the caller's transaction, which then acts for whom it acted. Throws as Scores.firm.
   */
  async of(tx: Tx, uscc: Uscc, view: StandingView, runId?: string): Promise<FirmStanding> {
    const firm = await this.parts.scores.firm(uscc, runId, { db: tx });
    return this.around(tx, firm, view);
  }

  /** As `of`, where the dossier and its score were read already. */
  around(tx: Tx, firm: FirmAtRun, view: StandingView, on = this.today()): Promise<FirmStanding> {
    return this.with(tx, firm, { ...view, on, said: [], besides: [] });
  }

  /** The line under a programme, or under none. Throws ProblemError programme-unknown 404 or programme-without-line 422. */
  line(standing: FirmStanding, code?: string): FirmLine {
    if (code === undefined) return firmLine(standing);
    const { programme } = programmeOn(code, standing.on, { field: 'programme' });
    if (!lends(programme)) throw programmeWithoutLine(programme);
    return firmLine(standing, programme);
  }

  /**
   * 准入, the port of deals. Throws ProblemError programme-unknown 404, programme-refused 409 with every condition that fails
   * or is unknown, statement-invalid 422, and as Scores.firm.
   */
  readonly admit: Admit = async (tx, asked) => {
    const { programme: code, uscc, on, stated = {}, pending = [], parties = [], besides = [] } = asked;
    const hashed = programmeOn(code, on, { pointer: '/programme' });
    const said = saidNow(stated, on);
    const readers = parties.map(({ institutionId, desk }) => ({ institutionId, kind: KIND_AT[desk] }));
    const firm = await this.parts.scores.firm(uscc, undefined, { db: tx });
    const standing = await this.with(tx, firm, { readers, loans: true, financials: true, on, said, besides });
    const match = matchProgramme(withoutPending(hashed, pending), standing.profile, on);
    if (match.overall !== 'eligible') throw programmeRefused(match);
    const { line, programme } = firmLine(standing, hashed.programme);
    return { suggestedLine: line.amount, programmeCap: programme?.cap ?? null } satisfies Admission;
  };

  /** The room that a programme leaves a firm, for whoever approves something under it. */
  readonly programmeRoom: ReadProgrammeRoom = async (tx, { programme: code, uscc, on, besides }) => {
    await lockFirm(tx, uscc);
    const { programme } = programmeOn(code, on, { pointer: '/programme' });
    const { platformCapFen } = lineParametersOn(on).parameters;
    const room = (cap: ProgrammeRoom['cap'], used: ProgrammeRoom['used']): ProgrammeRoom => ({
      cap,
      used,
      platformCap: platformCapFen,
    });
    if (!hasCap(programme)) return room(null, fen(0));
    const used = decidedUse(await this.usesOf(tx, uscc, { asOf: on, on }, besides), code);
    if ('capFen' in programme.amount) return room(fen(programme.amount.capFen), used);
    const standing = await this.of(tx, uscc, { readers: [], loans: false });
    const { cap } = capOf(programme, standing);
    if (cap === null) throw programmeCapUnknown(programme);
    return room(cap, used);
  };

  /**
   * 说明: what a firm states of itself, or a partner of a firm, each fact as of today. Throws ProblemError statement-invalid 422,
   * company-unknown 404.
   */
  async state(
    principal: Principal,
    uscc: Uscc,
    given: Readonly<Record<string, unknown>>,
  ): Promise<readonly StatementRow[]> {
    const at = this.parts.clock.now();
    const { institutionId, personId, kind } = principal;
    if (kind === 'firm' && principal.uscc !== uscc) throw companyUnknown(uscc);
    const checked = checkedStatements(given, { by: kind, on: dateAt(at) });
    const rows = checked.map((statement) => ({
      ...statement,
      statementId: uuidv7({ msecs: at.getTime() }),
      uscc,
      at,
      institutionId,
      personId,
    }));
    await this.parts.db.as(actorOf(principal), async (tx) => {
      await knownFirm(tx, uscc);
      for (const row of rows) await insertStatement(tx, row);
    });
    return rows;
  }

  /** 专家评价 by a guarantor, outside of any list. Throws ProblemError form-invalid 422, role-refused 403, company-unknown 404. */
  async opine(principal: Principal, uscc: Uscc, given: Readonly<Record<string, unknown>>): Promise<OpinionRow> {
    const { institutionId, personId, kind } = principal;
    if (kind !== 'guarantor') throw notAGuarantor();
    const marks: Marks = checkedMarks(given);
    const at = this.parts.clock.now();
    const row: OpinionRow = {
      opinionId: uuidv7({ msecs: at.getTime() }),
      uscc,
      marks,
      formVersion: shippedForm().version,
      hundredths: expertHundredths(marks),
      at,
      institutionId,
      personId,
    };
    await this.parts.db.as(actorOf(principal), async (tx) => {
      await knownFirm(tx, uscc);
      await insertOpinion(tx, row);
    });
    return row;
  }

  private today(): LocalDate {
    return dateAt(this.parts.clock.now());
  }

  private async usesOf(
    tx: Tx,
    uscc: Uscc,
    days: Parameters<UseReader>[2],
    besides: readonly string[],
  ): Promise<readonly DealUse[]> {
    const taken = [];
    for (const read of this.parts.uses ?? [referralUse]) taken.push(...(await read(tx, uscc, days)));
    return taken.filter(({ dealId }) => !besides.includes(dealId));
  }

  private async with(
    tx: Tx,
    firm: FirmAtRun,
    { readers, loans, financials = false, on, said, besides }: AskedView,
  ): Promise<FirmStanding> {
    const { uscc } = firm.dossier;
    const { lists, recognisedEquity } = this.parts;
    const days = { asOf: firm.run.asOf, on };
    return actingAs(tx, HOUSE, async () => {
      const before = ownAndOtherKinds(await newestStatements(tx, uscc), readers);
      const replaced = new Set(said.map(({ fact }) => fact));
      return standingOf({
        ...firm,
        on,
        loans,
        financials,
        standings: await lists.standingsOf(tx, uscc),
        optedOut: await lists.hasOptedOut(uscc, tx),
        opinions: await opinionsOf(tx, uscc),
        statements: [...before.filter(({ fact }) => !replaced.has(fact)), ...said],
        uses: await this.usesOf(tx, uscc, days, besides),
        recognisedEquity: (await recognisedEquity?.(tx, uscc)) ?? [],
        stated: ownAndOtherKinds(await inputsKnownOn(tx, uscc, on), readers),
      });
    });
  }
}

/** The newest form of each expert, whether it came with the review of a list or by itself. */
async function opinionsOf(tx: Tx, uscc: Uscc): Promise<ExpertOpinion[]> {
  const newest = new Map<string, { readonly marks: Marks; readonly at: Date }>();
  for (const opinion of [...(await reviewOpinions(tx, uscc)), ...(await newestOpinions(tx, uscc))]) {
    const known = newest.get(opinion.personId);
    if (known === undefined || opinion.at >= known.at) newest.set(opinion.personId, opinion);
  }
  return [...newest.values()].map(({ marks, at }) => ({ marks, on: dateAt(at) }));
}

/** What applicants say for this once: the deal that asks vouches for who said it. Throws ProblemError statement-invalid 422. */
function saidNow(stated: Readonly<Record<string, unknown>>, on: LocalDate): FactStatement[] {
  return Object.entries(stated).flatMap(([fact, value]) => {
    const definition: FactDefinition | undefined = Object.hasOwn(FACTS, fact) ? FACTS[fact as FactName] : undefined;
    return checkedStatements({ [fact]: value }, { by: definition?.statedBy?.[0] ?? 'operator', on });
  });
}

async function knownFirm(tx: Tx, uscc: Uscc): Promise<void> {
  const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc]);
  if (!firm) throw companyUnknown(uscc);
}

const notAGuarantor = (): ProblemError =>
  new ProblemError({
    code: 'role-refused',
    status: 403,
    zh: '专家评价只由担保机构填写',
    en: 'the expert form is for guarantors to fill in',
    errors: [{ header: 'Authorization', code: 'role-refused', zh: '仅限担保机构', en: 'guarantors only' }],
  });
