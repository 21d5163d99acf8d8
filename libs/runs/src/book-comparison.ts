import { meetsCut, type Score } from '#lib/scoring';

/** What a comparison reads of a score. */
export type ComparedScore = Pick<Score, 'scoreTenths' | 'score' | 'low' | 'grade'> & { readonly published: string };

/** How the scores of a whole book differ from those of another run over the same firms (影子比较). */
export interface BookDifference {
  /** Firms in both. */
  readonly firms: number;
  /** Whose exact score, or what is published of it, is another. */
  readonly moved: number;
  /** Tenths of points, after less before, over all firms; rounded half away from zero. */
  readonly meanTenths: number;
  readonly largestRiseTenths: number;
  readonly largestFallTenths: number;
  /** Firms by what is published of them, where the two differ; most firms first. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly firms: number }[];
  /** Firms by change of score: `from` is the first point of a column of ten. Only columns that hold a firm. */
  readonly histogram: readonly { readonly from: number; readonly firms: number }[];
  /** Firms that meet what a list asks of score, coverage and low (domain §4.2 rules 2 and 3, of one run). */
  readonly list: {
    readonly cut: number;
    readonly before: number;
    readonly after: number;
    readonly enter: number;
    readonly leave: number;
  };
}

/** Width of the histogram's columns, points. */
const COLUMN_POINTS = 10;

/** Counts two books firm by firm; its size does not grow with them. */
export class BookComparison {
  firms = 0;
  private moved = 0;
  private sumTenths = 0;
  private rise = 0;
  private fall = 0;
  private readonly transitions = new Map<string, number>();
  private readonly histogram = new Map<number, number>();
  private readonly list = { before: 0, after: 0, enter: 0, leave: 0 };

  constructor(private readonly cut: number) {}

  /** True: the firm moved. */
  add(before: ComparedScore, after: ComparedScore): boolean {
    this.firms += 1;
    const tenths = after.scoreTenths - before.scoreTenths;
    this.sumTenths += tenths;
    this.rise = Math.max(this.rise, tenths);
    this.fall = Math.max(this.fall, -tenths);
    const column = Math.floor((after.score - before.score) / COLUMN_POINTS) * COLUMN_POINTS;
    this.histogram.set(column, (this.histogram.get(column) ?? 0) + 1);
    const [was, is] = [meetsCut(before, this.cut), meetsCut(after, this.cut)];
    if (was) this.list.before += 1;
    if (is) this.list.after += 1;
    if (is && !was) this.list.enter += 1;
    if (was && !is) this.list.leave += 1;
    const change = `${before.published}\t${after.published}`;
    this.transitions.set(change, (this.transitions.get(change) ?? 0) + 1);
    const moved = tenths !== 0 || before.published !== after.published;
    if (moved) this.moved += 1;
    return moved;
  }

  /** Every firm by what is published of it before and after, those that stay among them; most firms first. */
  allTransitions(): BookDifference['transitions'] {
    // By the key, not by the two words run together: B → BB is not BB → B.
    const ordered = [...this.transitions].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return ordered.map(([change, firms]) => {
      const [from, to] = change.split('\t') as [string, string];
      return { from, to, firms };
    });
  }

  result(): BookDifference {
    const mean = this.firms === 0 ? 0 : this.sumTenths / this.firms;
    return {
      firms: this.firms,
      moved: this.moved,
      meanTenths: Math.sign(mean) * Math.round(Math.abs(mean)) + 0, // + 0 turns −0 into 0
      largestRiseTenths: this.rise,
      largestFallTenths: this.fall,
      transitions: this.allTransitions().filter(({ from, to }) => from !== to),
      histogram: [...this.histogram].map(([from, firms]) => ({ from, firms })).sort((a, b) => a.from - b.from),
      list: { cut: this.cut, ...this.list },
    };
  }
}
