import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { Access, type IdempotencyStore } from '#lib/access';
import { Authorisations, Disputes, QueryLog } from '#lib/compliance';
import { FirmStandings, StatedInputs } from '#lib/financing';
import { Deliveries, Reviews } from '#lib/ledger';
import { Impacts, modelByHash, Models, Runs, ScoreHistory, Scores } from '#lib/runs';
import {
  Batches,
  CallbackKeys,
  Callbacks,
  Capacity,
  DealAlarms,
  Deals,
  Guarantees,
  JointCases,
  Referrals,
} from '#lib/financing';
import { CandidatesReader, ListReviews, ListRuleChanges, Lists } from '#lib/whitelist';
import { Notices, Webhooks } from '#lib/notices';
import { ReportKeys, ReportRequests, Reports } from '#lib/reports';
import { BELLS, CLOCK, DB, MODEL_BY_HASH, OPENAPI, type ApiDeps, type ModelByHash } from './deps.ts';
import { Admissions } from './http/admissions.ts';
import { Disclosure } from './http/disclosure.ts';
import { IdempotentPosts } from './http/idempotent-posts.ts';
import { InputPipe } from './http/input.pipe.ts';
import type { ProblemFilter } from './http/problem.filter.ts';
import type { ScopeGuard } from './http/scope.guard.ts';
import { Shutdown } from './http/shutdown.ts';
import { MetaController } from './meta/meta.controller.ts';
import { CorrectionsController } from './ops/corrections.controller.ts';
import { DeliveriesController } from './ops/deliveries.controller.ts';
import { IdentityController } from './ops/identity.controller.ts';
import { InstitutionsController } from './ops/institutions.controller.ts';
import { KeysController } from './ops/keys.controller.ts';
import { ModelsController } from './ops/models.controller.ts';
import { OverdueNoticesController } from './ops/overdue-notices.controller.ts';
import { PeopleController } from './ops/people.controller.ts';
import { QualityController } from './ops/quality.controller.ts';
import { ReachController } from './ops/reach.controller.ts';
import { RunsController } from './ops/runs.controller.ts';
import { SourceClosuresController } from './ops/source-closures.controller.ts';
import { ScoreHistoryController } from './ops/score-history.controller.ts';
import { SourcesController } from './ops/sources.controller.ts';
import { CandidatesController } from './partner/candidates.controller.ts';
import { CatalogueController } from './partner/catalogue.controller.ts';
import { NoticesController } from './partner/notices.controller.ts';
import { ScoresController } from './partner/scores.controller.ts';
import { PartnerAuthorisationsController } from './partner/authorisations.controller.ts';
import { OpsListsController } from './ops/lists.controller.ts';
import { OpsListRulesController } from './ops/list-rules.controller.ts';
import { OpsListReviewsController } from './ops/list-reviews.controller.ts';
import { ListsController } from './partner/lists.controller.ts';
import { ReviewsController } from './partner/reviews.controller.ts';
import { DisputesController } from './ops/disputes.controller.ts';
import { OwnDisputesController } from './subject/own-disputes.controller.ts';
import { OwnListsController } from './subject/own-lists.controller.ts';
import { QueriesController } from './partner/queries.controller.ts';
import { OwnAuthorisationsController } from './subject/own-authorisations.controller.ts';
import { DealAlarmsController } from './ops/deal-alarms.controller.ts';
import { CallbacksController } from './partner/callbacks.controller.ts';
import { ReferralsController } from './partner/referrals.controller.ts';
import { CapacityController } from './partner/capacity.controller.ts';
import { GuaranteeBatchesController } from './partner/guarantee-batches.controller.ts';
import { GuaranteesController } from './partner/guarantees.controller.ts';
import { PartnersController } from './partner/partners.controller.ts';
import { ExposuresController } from './partner/exposures.controller.ts';
import { JointCasesController } from './partner/joint-cases.controller.ts';
import { DealsController } from './partner/deals.controller.ts';
import { WebhookController } from './partner/webhook.controller.ts';
import { ReportKeysController } from './partner/report-keys.controller.ts';
import { ReportRequestsController } from './partner/report-requests.controller.ts';
import { OwnReportsController } from './subject/own-reports.controller.ts';
import { OwnStandingController } from './subject/own-standing.controller.ts';
import { ProgrammesController } from './partner/programmes.controller.ts';
import { StandingsController } from './partner/standings.controller.ts';
import { StatedInputsController } from './partner/stated-inputs.controller.ts';
import { SubjectController } from './subject/subject.controller.ts';

/** What stands around every route. */
interface ApiFrame {
  readonly filter: ProblemFilter;
  readonly answers: IdempotencyStore;
  readonly guard: ScopeGuard;
}

@Module({})
export class ApiModule {
  static with(deps: ApiDeps, { filter, answers, guard }: ApiFrame): DynamicModule {
    const modelOf: ModelByHash = (hash) => modelByHash(deps.db, hash);
    return {
      module: ApiModule,
      imports: [DiscoveryModule],
      controllers: [
        MetaController,
        DeliveriesController,
        CorrectionsController,
        QualityController,
        IdentityController,
        SourcesController,
        SourceClosuresController,
        RunsController,
        ModelsController,
        ScoreHistoryController,
        ReachController,
        InstitutionsController,
        PeopleController,
        KeysController,
        ScoresController,
        ProgrammesController,
        StandingsController,
        OwnStandingController,
        StatedInputsController,
        CandidatesController,
        CatalogueController,
        SubjectController,
        OwnAuthorisationsController,
        PartnerAuthorisationsController,
        QueriesController,
        ListsController,
        OpsListsController,
        OpsListReviewsController,
        OpsListRulesController,
        ReviewsController,
        OwnListsController,
        OwnDisputesController,
        DisputesController,
        NoticesController,
        WebhookController,
        OverdueNoticesController,
        ReportRequestsController,
        ReportKeysController,
        DealsController,
        ReferralsController,
        GuaranteesController,
        GuaranteeBatchesController,
        CapacityController,
        JointCasesController,
        ExposuresController,
        PartnersController,
        CallbacksController,
        DealAlarmsController,
        OwnReportsController,
      ],
      providers: [
        { provide: Access, useValue: deps.access },
        { provide: Authorisations, useValue: deps.authorisations },
        { provide: Disputes, useValue: deps.disputes },
        { provide: Lists, useValue: deps.lists },
        { provide: ListReviews, useValue: deps.listReviews },
        { provide: ListRuleChanges, useValue: deps.listRuleChanges },
        { provide: QueryLog, useValue: deps.queryLog },
        { provide: Deliveries, useValue: deps.deliveries },
        { provide: Reviews, useValue: deps.reviews },
        { provide: Runs, useValue: deps.runs },
        { provide: Impacts, useValue: new Impacts(deps.db) },
        { provide: Scores, useValue: deps.scores },
        { provide: ScoreHistory, useValue: new ScoreHistory(deps.db, deps.scores) },
        { provide: BELLS, useValue: deps.bells },
        { provide: CLOCK, useValue: deps.clock },
        { provide: DB, useValue: deps.db },
        { provide: Notices, useValue: deps.notices },
        { provide: Webhooks, useValue: deps.webhooks },
        { provide: Models, useValue: deps.models },
        { provide: FirmStandings, useValue: deps.standings },
        { provide: StatedInputs, useValue: deps.statedInputs },
        { provide: ReportRequests, useValue: deps.reportRequests },
        { provide: Reports, useValue: deps.reports },
        { provide: ReportKeys, useValue: deps.reportKeys },
        { provide: Deals, useValue: deps.deals },
        { provide: Referrals, useValue: deps.referrals },
        { provide: Guarantees, useValue: deps.guarantees },
        { provide: Batches, useValue: deps.guaranteeBatches },
        { provide: JointCases, useValue: deps.jointCases },
        { provide: Capacity, useValue: deps.capacity },
        { provide: CallbackKeys, useValue: deps.callbackKeys },
        { provide: Callbacks, useValue: deps.callbacks },
        { provide: DealAlarms, useValue: deps.dealAlarms },
        { provide: MODEL_BY_HASH, useValue: modelOf },
        { provide: OPENAPI, useValue: { document: {} } },
        { provide: CandidatesReader, useValue: new CandidatesReader(deps.runs, deps.scores) },
        { provide: IdempotentPosts, useValue: new IdempotentPosts(answers) },
        { provide: Admissions, useValue: new Admissions(deps.db, deps.authorisations, deps.queryLog, deps.clock) },
        { provide: Disclosure, useValue: new Disclosure(deps.db, deps.authorisations, deps.queryLog, deps.clock) },
        Shutdown,
        { provide: APP_GUARD, useValue: guard },
        { provide: APP_PIPE, useValue: new InputPipe() },
        { provide: APP_FILTER, useValue: filter },
      ],
    };
  }
}
