import type { Uscc } from '#lib/kernel';
import type { LocalKeys } from './local-keys.ts';

/** A firm that the screen points at, and why. */
export interface ShownFirm {
  readonly uscc: Uscc;
  readonly zh: string;
  readonly en: string;
  /** What the newest run says of it. */
  readonly score: {
    readonly index: number;
    readonly label: { readonly zh: string; readonly en: string };
    readonly coverageBp: number;
  };
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
  demo: { zh: '虚构企业（演示数据）', en: 'made-up firms', one: 'made-up firm' },
  real: { zh: '真实企业', en: 'real firms', one: 'real firm' },
  empty: { zh: '企业，空库', en: 'firms, an empty book', one: 'firm' },
} as const;

/** What `npm start` shows when all is ready: where, with which keys, and lines that work as pasted. Pure. */
export function screenOf(input: ScreenInput): string {
  const { url, keys, run, firms, shown } = input;
  const book = BOOKS[input.book];
  const count = firms.toLocaleString('en-US');
  const curl = (key: 'BANK' | 'OPS', path: string): string =>
    `  curl -s -H "Authorization: Bearer $${key}" "${url}${path}"`;
  const [first] = shown;
  return [
    '',
    RULE,
    `  Firstmile 首公里      ${url}`,
    `  ${count} ${firms === 1 ? book.one : book.en} · ${count} 家${book.zh}${run ? ` · newest run 最新评分 ${run.asOf}` : ''}`,
    RULE,
    '',
    'Keys 密钥: paste these two lines first 请先粘贴这两行',
    `  export BANK=${keys.bank}`,
    `  export OPS=${keys.operator}`,
    ...(run && first
      ? [
          '',
          'Scores 评分',
          ...shown.flatMap((firm) => [
            `  # ${firm.en} ${firm.zh}`,
            `  # ${resultOf(firm)}`,
            curl('BANK', `/partner/v1/companies/${firm.uscc}/score?purpose=pre-loan-review`),
            '',
          ]),
          '  # the records behind each point of the first 第一家每一分的依据',
          curl('BANK', `/partner/v1/companies/${first.uscc}/score/evidence?purpose=pre-loan-review`),
        ]
      : []),
    ...(run
      ? [
          '',
          'Candidates 候选: eight conditions each of firms that authorised the bank 已授权企业逐条列出八项条件',
          curl('BANK', '/partner/v1/candidates?limit=5&purpose=pre-loan-review'),
          '',
          'List 白名单: its members, and what changed between two months 成员与月度变动',
          curl('BANK', '/partner/v1/lists/CKT/members?limit=5&purpose=pre-loan-review'),
          curl('OPS', '/ops/v1/lists/CKT/difference?from=6&to=7&limit=5'),
          '',
          'Who asked 查询记录: every read above is logged and chained 每次查询均留痕',
          curl('BANK', '/partner/v1/queries?limit=5'),
        ]
      : []),
    '',
    'Operations 运营: deliveries 交付, runs 评分批次',
    curl('OPS', '/ops/v1/deliveries?limit=5'),
    curl('OPS', '/ops/v1/runs?limit=5'),
    '',
    `API 接口文档  ${url}/openapi.json`,
    `Data 数据目录  ${input.dataDir}`,
    '',
    'Ctrl-C stops everything that this start began 停止本次启动的全部进程',
    '',
  ].join('\n');
}

const RULE = '─'.repeat(78);

const resultOf = ({ score }: ShownFirm): string =>
  `index 指数 ${score.index} · ${score.label.en} ${score.label.zh} · coverage 资料覆盖 ${Math.round(score.coverageBp / 100)} %`;
