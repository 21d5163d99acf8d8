import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { DeliveryView } from '#lib/ledger';
import type { TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';

export type Row = Readonly<Record<string, string>>;

const folderOf = (name: string): string => path.resolve(__dirname, '../../../shared/data', name);

/** A suite over a folder of real files; skipped, and saying so, where the folder is not. */
export function describeOn(name: string, title: string, suite: () => void): void {
  const there = existsSync(folderOf(name));
  // A skipped suite is still read: it must not look for its files.
  (there ? describe : describe.skip)(`${title}${there ? '' : ` (skipped: ../shared/data/${name} is not there)`}`, () =>
    there ? suite() : it('runs where the files are', () => undefined),
  );
}

/** The rows of a file with header. */
export function rowsOf(folder: string, file: string): readonly Row[] {
  const bytes = readFileSync(path.join(folderOf(folder), file));
  return parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true });
}

/** What became of the rows of a delivery, and why. */
export const accountOf = ({ rows, applied, unchanged, quarantined, ignored, counts }: DeliveryView): object => ({
  rows,
  applied,
  unchanged,
  quarantined,
  ignored,
  counts,
});

/** Delivers a file that a gate holds, and lets it in all the same (放行): each of its rows is then judged by itself. */
export async function deliverHeld(product: TestProduct, given: Given, gate: string): Promise<DeliveryView> {
  const { deliveryId, held } = await deliver(product, given);
  if (held !== gate) throw new Error(`${given.source}: held by ${held}, not by ${gate}`);
  await product.deliveries.release(deliveryId, { person: product.person, reason: '逐行核对' });
  return product.intake.process(deliveryId);
}
