import { instantText } from '#lib/kernel';
import { DQ } from '#lib/data-sources';
import type { DeliveryView, QuarantinedRow } from '#lib/ledger';

const instantOrNull = (instant: Date | null): string | null => (instant === null ? null : instantText(instant));

export function deliveryBody(view: DeliveryView): object {
  return {
    deliveryId: view.deliveryId,
    source: view.source,
    layout: view.layout,
    fileName: view.fileName,
    sha256: view.sha256,
    bytes: view.bytes,
    sequence: view.sequence,
    state: view.state,
    clock: view.clock,
    receivedAt: instantText(view.receivedAt),
    receivedBy: view.receivedBy,
    appliedAt: instantOrNull(view.appliedAt),
    rows: view.rows,
    applied: view.applied,
    unchanged: view.unchanged,
    quarantined: view.quarantined,
    ignored: view.ignored,
    held: view.held,
    counts: view.counts,
    coverage: view.coverage,
    problem: view.problem,
    progress: view.progress,
    undone: view.undone && { ...view.undone, at: instantText(view.undone.at) },
    seconds: view.seconds,
  };
}

export const quarantinedBody = (row: QuarantinedRow): object => ({
  deliveryId: row.deliveryId,
  rowNo: row.rowNo,
  code: row.code,
  issues: row.issues.map((issue) => ({ ...issue, ...DQ[issue.code] })),
  raw: row.raw,
  state: row.state,
  releasedAt: instantOrNull(row.releasedAt),
  mendedBy: row.mendedBy,
});
