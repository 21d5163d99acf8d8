import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Access } from '#lib/access';
import { Authorisations, Disputes, QueryLog } from '#lib/compliance';
import { referenceTables, type ReferenceTables } from '#lib/data-sources';
import {
  FirmStandings,
  guaranteeUse,
  jointEquity,
  jointUse,
  referralUse,
  StatedInputs,
  type Admit,
} from '#lib/financing';
import { workingCalendar, type Clock, type WorkingCalendar } from '#lib/kernel';
import { Deliveries, FrontEnds, Intake, INTAKE_LIMITS, Reviews, Spool, type IntakeLimits } from '#lib/ledger';
import { Notices, noticeSender, resolveBySystem, SecretBox, Webhooks, type SendNotice } from '#lib/notices';
import { Database, Doorbells, openServer, packageRoot, systemClock, type Config, type Server } from '#lib/platform';
import { ReportKeys, ReportRequests, Reports } from '#lib/reports';
import { Models, Runs, ScoreHistory, Scores } from '#lib/runs';
import { KnockOutWatch, ListNews, ListReviews, ListRuleChanges, Lists } from '#lib/whitelist';
import { caseFreezer } from './case-freezer.ts';
import { memberFigures } from './member-figures.ts';
import { dealsOf, type DealServices } from './deals-of.ts';
import { keyFile } from './key-file.ts';
import { personalKey } from './personal-key.ts';
import { reportPorts } from './report-ports.ts';
import { migrateAll } from './schema.ts';

/** Everything a process of ours works with, put together once. */
export interface Product extends DealServices {
  readonly config: Config;
  readonly server: Server;
  readonly db: Database;
  readonly doorbells: Doorbells;
  readonly clock: Clock;
  readonly access: Access;
  readonly deliveries: Deliveries;
  readonly intake: Intake;
  readonly frontEnds: FrontEnds;
  readonly reviews: Reviews;
  readonly models: Models;
  readonly runs: Runs;
  readonly scores: Scores;
  readonly authorisations: Authorisations;
  readonly queryLog: QueryLog;
  readonly notices: Notices;
  readonly disputes: Disputes;
  readonly lists: Lists;
  readonly knockOutWatch: KnockOutWatch;
  readonly listNews: ListNews;
  readonly listReviews: ListReviews;
  readonly standings: FirmStandings;
  readonly statedInputs: StatedInputs;
  readonly listRuleChanges: ListRuleChanges;
  readonly webhooks: Webhooks;
  readonly sendNotice: SendNotice;
  /** Seals partners' secrets: its key lies in the data folder, not in the database. */
  readonly secretBox: SecretBox;
  readonly reportRequests: ReportRequests;
  readonly reports: Reports;
  readonly reportKeys: ReportKeys;
  close(): Promise<void>;
}

export interface ProductOptions {
  /** For pg_stat_activity: api, worker, cli. */
  readonly name: string;
  /** Progress for people, one line at a time. */
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
  readonly limits?: IntakeLimits;
  /** A server that the caller opened and will close. */
  readonly server?: Server;
  readonly poolSize?: number;
  /** Whether programmes take a firm, where that is not what is looked at. */
  readonly admit?: Admit;
}

/** The public code tables of models/reference, read anew. */
export function readTables(): ReferenceTables {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(packageRoot(), 'models', 'reference', name), 'utf8'));
  return referenceTables(read('gb2260.v2.json'), read('gbt4754-2017.v1.json'));
}

/** 工作日历 of models/calendar. */
export const readCalendar = (): WorkingCalendar =>
  workingCalendar(JSON.parse(readFileSync(path.join(packageRoot(), 'models/calendar/working-days.v1.json'), 'utf8')));

/** Finds or starts the database, brings it up to date, and builds the services. */
export async function openProduct(config: Config, options: ProductOptions): Promise<Product> {
  const log = options.log ?? (() => undefined);
  const server = options.server ?? (await openServer(config, { log }));
  try {
    await migrateAll(server.urls.owner);
    const clock = options.clock ?? systemClock;
    const limits = options.limits ?? INTAKE_LIMITS;
    const db = new Database(server.urls.app, {
      applicationName: `firstmile-${options.name}`,
      max: options.poolSize ?? 10,
    });
    const doorbells = new Doorbells({
      databaseUrl: server.urls.app,
      ...(config.redisUrl ? { redisUrl: config.redisUrl } : {}),
      log: (event, error) => log(`${event}: ${error instanceof Error ? error.message : String(error)}`),
    });
    const tables = readTables();
    const spool = new Spool(path.join(config.dataDir, 'spool'), limits);
    const deliveries = new Deliveries(db, spool, tables);
    const access = new Access(db, clock);
    const operator = await access.ensureOperator();
    const models = new Models(db);
    await models.ensureChampion(operator.personId, clock);
    const runs = new Runs(db);
    const notices = new Notices();
    const calendar = readCalendar();
    const disputes = new Disputes(db, notices, calendar);
    const registers = { disputes: (usccs: readonly string[]) => disputes.openOf(usccs) };
    const lists = new Lists(db, runs, registers);
    await lists.ensureShipped(operator.personId, clock);
    const secretBox = new SecretBox(keyFile(config.dataDir, 'webhook-secrets'));
    const addresses = { allowPrivate: config.webhookAllowPrivate ?? false, resolve: resolveBySystem };
    const scores = new Scores(db);
    const authorisations = new Authorisations();
    const queryLog = new QueryLog(db, config.dataDir);
    const reportKeys = new ReportKeys(db, config.dataDir);
    await reportKeys.publish(clock);
    const history = new ScoreHistory(db, scores);
    const standings = new FirmStandings({
      db,
      scores,
      lists,
      clock,
      uses: [referralUse, jointUse, guaranteeUse],
      recognisedEquity: jointEquity,
    });
    const listNews = new ListNews({
      db,
      runs,
      notices,
      authorisations,
      queryLog,
      clock,
      person: operator.personId,
      figures: memberFigures(standings, clock),
    });
    const house = { person: operator.personId, admit: options.admit ?? standings.admit, standings };
    const deals = dealsOf({ db, notices, calendar, clock, deliveries, secretBox, ...house });
    const knockOutWatch = new KnockOutWatch({ db, runs, registers, clock, listener: caseFreezer(deals.jointCases) });
    return {
      config,
      server,
      db,
      doorbells,
      clock,
      access,
      deliveries,
      intake: new Intake(db, spool, { limits, personalKey: personalKey(config.dataDir), tables, clock }),
      frontEnds: new FrontEnds(db, deliveries),
      reviews: new Reviews(db, tables),
      models,
      runs,
      notices,
      disputes,
      lists,
      knockOutWatch,
      listNews,
      listReviews: new ListReviews(db, calendar, clock),
      standings,
      statedInputs: new StatedInputs(db, clock),
      listRuleChanges: new ListRuleChanges(db, runs, registers),
      webhooks: new Webhooks(db, { notices, box: secretBox, addresses, clock }),
      sendNotice: noticeSender(addresses),
      secretBox,
      scores,
      authorisations,
      queryLog,
      reportRequests: new ReportRequests(db, authorisations, runs),
      reports: new Reports(
        { db, scores, history, authorisations, queryLog, ports: reportPorts(lists, disputes, standings) },
        reportKeys,
      ),
      reportKeys,
      ...deals,
      close: async () => {
        await doorbells.close();
        await db.close();
        if (!options.server) await server.close();
      },
    };
  } catch (error) {
    if (!options.server) await server.close();
    throw error;
  }
}
