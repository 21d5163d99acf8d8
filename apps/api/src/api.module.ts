import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import type { IdempotencyStore } from '#lib/access';
import { Deliveries, Reviews } from '#lib/ledger';
import { Impacts, modelByHash, Models, Runs, ScoreHistory, Scores } from '#lib/runs';
import { ReportKeys, ReportRequests, Reports } from '#lib/reports';
import { CandidatesReader } from '#lib/whitelist';
import { BELLS, CLOCK, DB, MODEL_BY_HASH, OPENAPI, type ApiDeps, type ModelByHash } from './deps.ts';
import { IdempotentPosts } from './http/idempotent-posts.ts';
import { InputPipe } from './http/input.pipe.ts';
import type { ProblemFilter } from './http/problem.filter.ts';
import { ScopeGuard } from './http/scope.guard.ts';
import { Shutdown } from './http/shutdown.ts';
import { MetaController } from './meta/meta.controller.ts';
import { CorrectionsController } from './ops/corrections.controller.ts';
import { DeliveriesController } from './ops/deliveries.controller.ts';
import { IdentityController } from './ops/identity.controller.ts';
import { ModelsController } from './ops/models.controller.ts';
import { QualityController } from './ops/quality.controller.ts';
import { ReachController } from './ops/reach.controller.ts';
import { RunsController } from './ops/runs.controller.ts';
import { SourceClosuresController } from './ops/source-closures.controller.ts';
import { ScoreHistoryController } from './ops/score-history.controller.ts';
import { SourcesController } from './ops/sources.controller.ts';
import { CandidatesController } from './partner/candidates.controller.ts';
import { CatalogueController } from './partner/catalogue.controller.ts';
import { ReportKeysController } from './partner/report-keys.controller.ts';
import { ReportRequestsController } from './partner/report-requests.controller.ts';
import { ScoresController } from './partner/scores.controller.ts';
import { OwnReportsController } from './subject/own-reports.controller.ts';
import { SubjectController } from './subject/subject.controller.ts';

@Module({})
export class ApiModule {
  static with(deps: ApiDeps, filter: ProblemFilter, answers: IdempotencyStore): DynamicModule {
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
        ScoresController,
        CandidatesController,
        CatalogueController,
        SubjectController,
        ReportRequestsController,
        ReportKeysController,
        OwnReportsController,
      ],
      providers: [
        { provide: Deliveries, useValue: deps.deliveries },
        { provide: Reviews, useValue: deps.reviews },
        { provide: Runs, useValue: deps.runs },
        { provide: Impacts, useValue: new Impacts(deps.db) },
        { provide: Scores, useValue: deps.scores },
        { provide: ScoreHistory, useValue: new ScoreHistory(deps.db, deps.scores) },
        { provide: BELLS, useValue: deps.bells },
        { provide: CLOCK, useValue: deps.clock },
        { provide: DB, useValue: deps.db },
        { provide: Models, useValue: deps.models },
        { provide: ReportRequests, useValue: deps.reportRequests },
        { provide: Reports, useValue: deps.reports },
        { provide: ReportKeys, useValue: deps.reportKeys },
        { provide: MODEL_BY_HASH, useValue: modelOf },
        { provide: OPENAPI, useValue: { document: {} } },
        { provide: CandidatesReader, useValue: new CandidatesReader(deps.runs, deps.scores) },
        { provide: IdempotentPosts, useValue: new IdempotentPosts(answers) },
        Shutdown,
        { provide: APP_GUARD, useValue: new ScopeGuard(deps.access, deps.clock) },
        { provide: APP_PIPE, useValue: new InputPipe() },
        { provide: APP_FILTER, useValue: filter },
      ],
    };
  }
}
