import type { LocalKeys } from './local-keys.ts';

/** A firm that the screen points at, and why. */
export interface ShownFirm {
  readonly uscc: string;
  readonly zh: string;
  readonly en: string;
}

export interface ScreenInput {
  readonly url: string;
  readonly dataDir: string;
  readonly keys: LocalKeys;
  readonly book: 'demo' | 'real' | 'empty';
  readonly firms: number;
  /** The newest published run. */
  readonly run: { readonly runId: string; readonly asOf: string } | undefined;
  readonly shown: readonly ShownFirm[];
}

const BOOKS = {
  demo: { zh: '演示数据（虚构企业）', en: 'made-up firms' },
  real: { zh: '真实数据', en: 'real firms' },
  empty: { zh: '空库', en: 'an empty book' },
} as const;

/** What `npm start` shows when all is ready: where, with which keys, and lines that work as pasted. Pure. */
export function screenOf(input: ScreenInput): string {
  const { url, keys, run, firms } = input;
  const book = BOOKS[input.book];
  const count = firms.toLocaleString('en-US');
  const curl = (key: 'BANK' | 'OPS', path: string): string =>
    `  curl -s -H "Authorization: Bearer $${key}" "${url}${path}"`;
  const lines = [
    '',
    `Firstmile 首公里   ${url}`,
    `${book.zh} ${count} 家 · ${count} ${book.en}${run ? ` · 最新评分 newest run as of ${run.asOf}` : ''}`,
    '',
    'Keys 密钥 (a bank, an operator)',
    `  export BANK=${keys.bank}`,
    `  export OPS=${keys.operator}`,
    '',
  ];
  if (run) {
    if (input.shown.length > 0) lines.push('Scores 评分');
    for (const firm of input.shown)
      lines.push(`  # ${firm.zh} / ${firm.en}`, curl('BANK', `/partner/v1/companies/${firm.uscc}/score`));
    const first = input.shown[0];
    if (first)
      lines.push(
        '  # 每一分的依据 / the records behind each point',
        curl('BANK', `/partner/v1/companies/${first.uscc}/score/evidence`),
      );
    lines.push(
      '',
      'Candidates 候选 (eight conditions each, and why nobody is a member yet)',
      curl('BANK', '/partner/v1/candidates?limit=5'),
      '',
    );
  }
  lines.push(
    'Operations 运营',
    curl('OPS', '/ops/v1/deliveries?limit=5'),
    curl('OPS', '/ops/v1/runs?limit=5'),
    `  ${url}/openapi.json   data 数据 ${input.dataDir}`,
    '',
    'Ctrl-C 停止 stops everything that this start began.',
    '',
  );
  return lines.join('\n');
}
