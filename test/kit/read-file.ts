import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Layout } from '#lib/data-sources';
import { INTAKE_LIMITS, readRows, type IntakeLimits } from '#lib/ledger';

export interface ReadRow {
  readonly row: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The rows that intake hears of a file; a misshapen one has the single field `misshapen`, its reason. */
export async function rowsOfFile(
  file: string,
  layout: Layout,
  limits: IntakeLimits = INTAKE_LIMITS,
): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  let columns: readonly string[] = [];
  const heard = readRows(
    { path: file, layout, limits, progress: { packed: 0, unpacked: 0 } },
    {
      columns: (names) => (columns = names),
      cells: (cells, row) => rows.push({ row, fields: Object.fromEntries(columns.map((name, i) => [name, cells[i]])) }),
      object: (fields, row) => rows.push({ row, fields }),
      misshapen: (_, row, why) => rows.push({ row, fields: { misshapen: why.en } }),
    },
  );
  for await (const _ of heard);
  return rows;
}

/** As rowsOfFile, for bytes. */
export async function rowsOfBytes(bytes: string | Buffer, layout: Layout, limits?: IntakeLimits): Promise<ReadRow[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'firstmile-form-'));
  try {
    await writeFile(path.join(folder, 'file'), bytes);
    return await rowsOfFile(path.join(folder, 'file'), layout, limits);
  } finally {
    await rm(folder, { recursive: true });
  }
}
