import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import { rebuildDocuments, type DeliveryManifest, type DeliveryView } from '#lib/ledger';
import type { Product } from '#lib/product';
import { answer, EXIT, say, sayProblem, wait, withProduct, withProgress } from './session.ts';

export interface IngestOptions {
  readonly layout?: string;
  readonly manifest?: string;
  readonly sequence?: string;
  readonly sourceTime?: string;
  readonly territory?: string;
  readonly population?: 'all' | 'listed';
  readonly from?: string;
  readonly through?: string;
  readonly as: string;
  readonly json: boolean;
}

/** `firstmile ingest SOURCE FILE`: delivers a file, works it off in this process, and says what became of each row. */
export async function ingest(source: string, file: string, options: IngestOptions): Promise<number> {
  await mustBeFile(file);
  const manifest = await manifestOf(options);
  return withProduct('ingest', async (product) => {
    const started = performance.now();
    const person = await product.access.personByHandle(options.as);
    const received = await product.deliveries.receive({
      source,
      ...(options.layout === undefined ? {} : { layout: options.layout }),
      fileName: path.basename(file),
      body: createReadStream(file, { highWaterMark: 1024 * 1024 }),
      manifest,
      receivedBy: person.personId,
      clock: product.clock,
    });
    if (received.noop) return reportNoop(await product.deliveries.get(received.deliveryId), options.json);
    await product.doorbells.ring('intake', received.deliveryId);
    const delivery = await withProgress(
      () => progressOf(product, received.deliveryId),
      workOff(product, received.deliveryId),
    );
    const seconds = (performance.now() - started) / 1000;
    if (delivery.state === 'RECONCILED') await withProgress(() => 'documents …', rebuildDocuments(product.db));
    return report(delivery, seconds, options.json);
  });
}

/** Works the delivery off here; when another process has it, waits for that one. */
export async function workOff(product: Product, deliveryId: string): Promise<DeliveryView> {
  for (;;) {
    const delivery = await product.intake.process(deliveryId);
    if (['RECONCILED', 'HOLD', 'REJECTED'].includes(delivery.state)) return delivery;
    await wait(250);
  }
}

async function progressOf(product: Product, deliveryId: string): Promise<string | undefined> {
  const { progress } = await product.deliveries.get(deliveryId);
  if (!progress) return undefined;
  const percent = progress.totalBytes === 0 ? 100 : Math.floor((100 * progress.bytes) / progress.totalBytes);
  return `${progress.phase.toLowerCase()}: ${progress.rows} rows, ${percent} % of the file`;
}

function report(delivery: DeliveryView, seconds: number, json: boolean): number {
  if (delivery.state === 'REJECTED') {
    sayProblem(new ProblemError(delivery.problem!));
    answer(json, { deliveryId: delivery.deliveryId, state: 'REJECTED', problem: delivery.problem, seconds }, []);
    return EXIT.refused;
  }
  const { deliveryId, rows, applied, unchanged, quarantined, ignored, held } = delivery;
  answer(json, { deliveryId, rows, applied, unchanged, quarantined, ignored, held, seconds: round(seconds) }, [
    `delivery ${deliveryId}`,
    `${rows} rows = ${applied} applied + ${unchanged} unchanged + ${quarantined} quarantined + ${ignored} ignored, in ${seconds.toFixed(1)} s`,
    ...Object.entries(delivery.counts).map(([code, n]) => `  ${code}: ${n}`),
  ]);
  if (delivery.state !== 'HOLD') return EXIT.done;
  say(`held: ${delivery.held}: ${delivery.problem!.zh} / ${delivery.problem!.en}`);
  return EXIT.held;
}

function reportNoop(delivery: DeliveryView, json: boolean): number {
  const { deliveryId, rows, quarantined, ignored, held } = delivery;
  const unchanged = (delivery.applied ?? 0) + (delivery.unchanged ?? 0);
  answer(json, { deliveryId, noop: true, rows, applied: 0, unchanged, quarantined, ignored, held, seconds: 0 }, [
    `nothing to do: this file is delivery ${deliveryId}, received before`,
  ]);
  return held === null ? EXIT.done : EXIT.held;
}

export const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

async function mustBeFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return;
  throw new ProblemError({
    code: 'file-missing',
    status: 404,
    zh: `没有文件 ${file}`,
    en: `there is no file ${file}`,
    errors: [{ field: 'file', code: 'file-missing', zh: '文件不存在', en: 'no such file' }],
  });
}

async function manifestOf(options: IngestOptions): Promise<DeliveryManifest> {
  const stated = options.manifest === undefined ? {} : await readManifest(options.manifest);
  const coverage = {
    ...stated.coverage,
    ...(options.territory === undefined ? {} : { territory: options.territory.split(',') }),
    ...(options.population === undefined ? {} : { population: options.population }),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.through === undefined ? {} : { through: options.through }),
  };
  return {
    ...stated,
    ...(options.sequence === undefined ? {} : { sequence: Number(options.sequence) }),
    ...(options.sourceTime === undefined ? {} : { sourceTime: options.sourceTime }),
    ...(Object.keys(coverage).length > 0 ? { coverage } : {}),
  };
}

async function readManifest(file: string): Promise<DeliveryManifest> {
  await mustBeFile(file);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DeliveryManifest;
  } catch {
    throw new ProblemError({
      code: 'manifest-invalid',
      status: 422,
      zh: `清单 ${file} 不是JSON`,
      en: `the manifest ${file} is not JSON`,
    });
  }
}
