import { instantText } from '#lib/kernel';
import type { RunView } from '#lib/runs';

export const runBody = (run: RunView): object => ({
  runId: run.runId,
  asOf: run.asOf,
  knownAt: instantText(run.knownAt),
  modelId: run.modelId,
  modelHash: run.modelHash,
  catalogueHash: run.catalogueHash,
  codeVersion: run.codeVersion,
  state: run.state,
  shadowOf: run.shadowOf,
  preview: run.preview,
  firms: run.firms,
  firmsPlanned: run.firmsPlanned,
  firmsDone: run.firmsDone,
  shards: run.shards,
  shardsDone: run.shardsDone,
  outputHash: run.outputHash,
  plannedAt: instantText(run.plannedAt),
  plannedBy: run.plannedBy,
  finishedAt: run.finishedAt === null ? null : instantText(run.finishedAt),
  stats: run.stats,
  problem: run.problem,
});
