import type { StoredReport } from './report.store.ts';

/** Bytes of reports kept in memory at most. */
const LIMIT_BYTES = 32 * 1024 * 1024;

/** Reports that were read a moment ago. A stored report never changes, so what is kept is never stale. */
export class RecentBytes {
  private readonly kept = new Map<string, StoredReport>();
  private bytes = 0;

  constructor(private readonly limit = LIMIT_BYTES) {}

  get(reportNo: string): StoredReport | undefined {
    const report = this.kept.get(reportNo);
    if (report === undefined) return undefined;
    // Last asked for, last to go.
    this.kept.delete(reportNo);
    this.kept.set(reportNo, report);
    return report;
  }

  keep(reportNo: string, report: StoredReport): void {
    if (this.kept.has(reportNo) || report.bytes.length > this.limit) return;
    this.kept.set(reportNo, report);
    this.bytes += report.bytes.length;
    for (const [oldest, { bytes }] of this.kept) {
      if (this.bytes <= this.limit) break;
      this.kept.delete(oldest);
      this.bytes -= bytes.length;
    }
  }
}
