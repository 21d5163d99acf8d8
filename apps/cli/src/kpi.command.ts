import { parseLocalDate, type LocalDate } from '#lib/kernel';
import {
  listFunnel,
  nurtureCoverage,
  type Cohort,
  type Funnel,
  type NurtureCoverage,
  type Share,
  type Slice,
} from '#lib/whitelist';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

export interface CoverageOptions {
  readonly asOf: string;
  readonly through: string;
  readonly json: boolean;
}

const PROGRESS_MS = 2000;

/** `firstmile kpi coverage LIST`: how much of the official lists the score had found before they came out. */
export async function kpiCoverage(list: string, options: CoverageOptions): Promise<number> {
  const asOf = dayOf('--as-of', options.asOf);
  const through = dayOf('--through', options.through);
  return withProduct('kpi', async ({ db, runs, lists }) => {
    const { rules } = await lists.inForce(list);
    let said = performance.now();
    const progress = (firms: number): void => {
      if (performance.now() - said < PROGRESS_MS) return;
      said = performance.now();
      process.stderr.write(`  ${firms.toLocaleString('en')} firms scored again without the lists 已重评\n`);
    };
    const found = await nurtureCoverage(db, runs, rules, { asOf, through, progress });
    answer(options.json, { ...found }, coverageLines(found));
    return EXIT.done;
  });
}

/** `firstmile kpi funnel LIST`: from scored to listed, and what followed, by the month of the first listing. */
export async function kpiFunnel(list: string, options: { readonly json: boolean }): Promise<number> {
  return withProduct('kpi', async ({ db, lists }) => {
    await lists.inForce(list);
    const found = await listFunnel(db, list);
    answer(options.json, { ...found }, funnelLines(found));
    return EXIT.done;
  });
}

function dayOf(option: string, text: string): LocalDate {
  const day = parseLocalDate(text);
  if (day === undefined) throw usage(option, '应为 YYYY-MM-DD', 'must be a date YYYY-MM-DD');
  return day;
}

const percent = (bp: number | null): string => (bp === null ? '–' : `${(bp / 100).toFixed(1)} %`);
const shareText = ({ hits, of, bp, lowBp, highBp }: Share): string =>
  bp === null ? '–' : `${percent(bp)}  (${hits} / ${of}; 95 %: ${percent(lowBp)} – ${percent(highBp)})`;

function coverageLines(found: NurtureCoverage): string[] {
  const { list, asOf, through, runId, leadMonths, precisionAtK } = found;
  return [
    `${list}: scores as of ${asOf} without the list sources, listings until ${through} 名单源关闭，评价日早于名单`,
    `run ${runId}`,
    '',
    ...tableOf(
      ['figure 指标', 'value 数值'],
      [
        ['firms 可评企业', String(found.firms)],
        ['came on a list 新入名单 N', String(found.nurtured)],
        ['picked 白名单 W', String(found.picked)],
        ['recall 覆盖率 W∩N/N', shareText(found.recall)],
        ['of them new 首次入名单', shareText(found.recallNew)],
        [`precision@${precisionAtK.k} 精确率`, shareText(precisionAtK)],
        ['off the lists 名单外占比', shareText(found.offList)],
        ['lead, median months 提前月数', leadMonths === null ? '–' : String(leadMonths)],
      ],
    ),
    ...sliceLines('district 区', found.districts),
    ...sliceLines('industry 行业', found.industries),
    ...(found.suppressed > 0
      ? ['', `${found.suppressed} in slices of fewer than 5 firms are not shown 少于5家不列示`]
      : []),
  ];
}

const sliceLines = (name: string, slices: readonly Slice[]): string[] =>
  slices.length === 0
    ? []
    : [
        '',
        ...tableOf(
          [name, 'recall 覆盖率'],
          slices.map(({ code, recall }) => [code, shareText(recall)]),
        ),
      ];

const cohortRow = (cohort: Cohort): string[] => [
  cohort.month,
  String(cohort.listed),
  String(cohort.consented),
  String(cohort.read),
  String(cohort.listedNow),
  cohort.medianDaysToConsent === null ? '–' : String(cohort.medianDaysToConsent),
];

const funnelLines = ({ scored, eligible, listed, cohorts }: Funnel): string[] => [
  `scored 已评分 ${scored} → eligible 符合条件 ${eligible} → listed 入库 ${listed}`,
  '',
  ...tableOf(
    [
      'first listed 首次入库月',
      'listed 入库',
      'consented 授权',
      'read 查询',
      'still listed 在库',
      'days to consent 授权天数',
    ],
    cohorts.map(cohortRow),
  ),
];
