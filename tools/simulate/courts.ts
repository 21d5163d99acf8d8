import type { Book } from './book.ts';
import { dayText, yearOfDay } from './calendar.ts';
import { defaultProbability, PURPOSE, sigmoid, type Firm } from './firm.ts';
import { daysOfLife, profileOf, turnsOf, wanInYuan } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Cells, type Fact } from './register.ts';

/** What a court says of one stage from a day on. Days are counts, money whole 万元; absent: not (yet) so. */
interface Stage {
  readonly day: number;
  readonly caseNo: string;
  readonly origin?: string;
  readonly court: string;
  readonly role: '原告' | '被告' | '被执行人';
  readonly cause: string;
  readonly claim: number;
  readonly filedOn: number;
  readonly judgedOn?: number;
  readonly outcome?: string;
  readonly closedOn?: number;
  readonly end?: string;
  readonly unpaid?: number;
  /** First day on both lists, 失信 and 限消. */
  readonly listedOn?: number;
  readonly removedOn?: number;
}

/** One case in one court, stage by stage. Courts of other cities come by the interface. */
interface CourtCase {
  readonly elsewhere: boolean;
  readonly states: readonly Stage[];
}

const DEBT_CAUSES = ['买卖合同纠纷', '服务合同纠纷', '金融借款合同纠纷', '租赁合同纠纷'] as const;
const OTHER_CAUSES = ['侵害商标权纠纷', '侵害实用新型专利权纠纷'] as const;

export const casesOf = (book: Book, firm: Firm): readonly CourtCase[] =>
  book.factsOf('cases', firm, () => [...makeCases(book, firm)]);

function* makeCases(book: Book, firm: Firm): Generator<CourtCase> {
  const random = new Random(book.seed, firm.index, PURPOSE.courts);
  const profile = profileOf(firm);
  if (profile === 'thin') return;
  let nth = 0;
  const sued = profile === 'rich' ? 0 : 0.05 * sigmoid(-1.2 - 1.1 * firm.quality);
  for (const filedOn of daysOfLife(book, firm, random, sued)) yield* suitOf(book, firm, random, filedOn, nth++);
  for (const filedOn of daysOfLife(book, firm, random, 0.004)) yield claimOf(book, firm, random, filedOn, nth++);
  for (const filedOn of turnsOf(book, firm)) yield claimOf(book, firm, random, filedOn, nth++);
  if (profile === 'doubtful')
    for (const stage of enforced(book, firm, random, book.end - 260, '', 80, nth, 'never')) yield stage;
}

const placeOf = (firm: Firm, random: Random): { readonly elsewhere: boolean; readonly code: string; court: string } => {
  const elsewhere = random.chance(0.2);
  return elsewhere
    ? { elsewhere, code: '粤0106', court: '示例市天河区人民法院' }
    : { elsewhere, code: `粤${firm.district.code.slice(2)}`, court: `深圳市${firm.district.name}人民法院` };
};

const caseNoOf = (code: string, kind: string, day: number, firm: Firm, nth: number): string =>
  `（${yearOfDay(day)}）${code}${kind}${firm.index * 100 + nth + 1}号`;

/** The firm is sued; a weak one that loses over money does not pay, and is enforced against. */
function* suitOf(book: Book, firm: Firm, random: Random, filedOn: number, nth: number): Generator<CourtCase> {
  const { elsewhere, code, court } = placeOf(firm, random);
  const kind = random.unit();
  const cause = kind < 0.25 ? '劳动争议' : kind < 0.85 ? random.pick(DEBT_CAUSES) : random.pick(OTHER_CAUSES);
  const head = {
    caseNo: caseNoOf(code, '民初', filedOn, firm, nth),
    court,
    role: '被告',
    cause,
    claim: random.whole(3, 150),
    filedOn,
  } as const;
  const judgedOn = filedOn + random.whole(50, 220);
  const draw = random.unit();
  const lost = draw < sigmoid(0.6 - 0.6 * firm.quality);
  const outcome = lost ? (draw < 0.15 ? '部分支持' : '败诉') : draw < 0.85 ? '调解' : '撤诉';
  const states: Stage[] = [{ ...head, day: filedOn }];
  if (judgedOn < book.end) states.push({ ...head, day: judgedOn, judgedOn, outcome, closedOn: judgedOn });
  yield { elsewhere, states };
  const pays = !random.chance(clampedUnpaid(firm));
  const enforcedOn = judgedOn + random.whole(30, 90);
  if (!lost || pays || enforcedOn >= book.end) return;
  const ever = random.chance(0.55) ? random.whole(60, 300) : 'never';
  yield* enforced(book, firm, random, enforcedOn, head.caseNo, head.claim, nth + 50, ever);
}

const clampedUnpaid = (firm: Firm): number => Math.min(0.8, 0.1 + 6 * defaultProbability(firm.quality));

/** An enforcement: performed after so many days, or ended for want of property with the firm on both lists. */
function* enforced(
  book: Book,
  firm: Firm,
  random: Random,
  filedOn: number,
  origin: string,
  claim: number,
  nth: number,
  performedAfter: number | 'never',
): Generator<CourtCase> {
  const code = `粤${firm.district.code.slice(2)}`;
  const head = {
    caseNo: caseNoOf(code, '执', filedOn, firm, nth),
    ...(origin === '' ? {} : { origin }),
    court: `深圳市${firm.district.name}人民法院`,
    role: '被执行人',
    cause: '买卖合同纠纷',
    claim,
    filedOn,
    unpaid: claim,
  } as const;
  const states: Stage[] = [{ ...head, day: filedOn }];
  const listedAfter = filedOn + random.whole(40, 90);
  const performedOn = performedAfter === 'never' ? Infinity : filedOn + performedAfter;
  const listedOn = listedAfter < Math.min(performedOn, book.end) ? listedAfter : undefined;
  if (listedOn !== undefined) states.push({ ...head, day: listedOn, listedOn });
  const roundEndsOn = filedOn + 180;
  const listed = listedOn === undefined ? {} : { listedOn };
  if (roundEndsOn < Math.min(performedOn, book.end))
    states.push({ ...head, ...listed, day: roundEndsOn, closedOn: roundEndsOn, end: '终结本次执行程序' });
  if (performedOn < book.end)
    states.push({
      ...head,
      ...listed,
      ...(listedOn === undefined ? {} : { removedOn: performedOn }),
      day: performedOn,
      closedOn: performedOn,
      end: '执行完毕',
      unpaid: 0,
    });
  yield { elsewhere: false, states };
}

/** The firm sues somebody who did not pay it: nothing that counts against it. */
function claimOf(book: Book, firm: Firm, random: Random, filedOn: number, nth: number): CourtCase {
  const { elsewhere, code, court } = placeOf(firm, random);
  const head = {
    caseNo: caseNoOf(code, '民初', filedOn, firm, nth),
    court,
    role: '原告',
    cause: '买卖合同纠纷',
    claim: random.whole(5, 80),
    filedOn,
  } as const;
  const judgedOn = filedOn + random.whole(60, 200);
  const states: Stage[] = [{ ...head, day: filedOn }];
  if (judgedOn < book.end) states.push({ ...head, day: judgedOn, judgedOn, outcome: '胜诉', closedOn: judgedOn });
  return { elsewhere, states };
}

const dayCell = (day: number | undefined): string => (day === undefined ? '' : dayText(day));

/** The cells of a stage in the order of CSV_COLUMNS and API_COLUMNS below. */
function cellsOf(firm: Firm, stage: Stage): readonly string[] {
  const debtor = stage.role === '被执行人';
  const flag = debtor ? (stage.listedOn === undefined || stage.removedOn !== undefined ? '否' : '是') : '';
  return [
    stage.caseNo,
    stage.origin ?? '',
    stage.court,
    firm.name,
    firm.uscc,
    stage.role,
    stage.cause,
    debtor ? '' : wanInYuan(stage.claim),
    dayText(stage.filedOn),
    dayCell(stage.judgedOn),
    stage.outcome ?? '',
    dayCell(stage.closedOn),
    stage.end ?? '',
    debtor ? wanInYuan(stage.claim) : '',
    stage.unpaid === undefined ? '' : wanInYuan(stage.unpaid),
    flag,
    dayCell(stage.listedOn),
    dayCell(stage.removedOn),
    flag,
    dayCell(stage.listedOn),
    dayCell(stage.removedOn),
  ];
}

const CSV_COLUMNS = [
  '案号',
  '原审或执行依据案号',
  '审理法院',
  '当事人名称',
  '统一社会信用代码',
  '诉讼地位',
  '案由',
  '标的额(元)',
  '立案日期',
  '裁判日期',
  '裁判结果',
  '结案日期',
  '结案方式',
  '执行标的(元)',
  '未履行金额(元)',
  '失信被执行人',
  '失信发布日期',
  '失信移出日期',
  '限制消费',
  '限消发布日期',
  '限消解除日期',
];
const API_COLUMNS = [
  'caseNo',
  'originCaseNo',
  'court',
  'party',
  'usc',
  'role',
  'cause',
  'claimAmt',
  'filed',
  'judged',
  'outcome',
  'closed',
  'endType',
  'execAmt',
  'unpaidAmt',
  'dishonest',
  'pubDate',
  'removalDate',
  'limitConsumption',
  'limitDate',
  'limitLiftedDate',
];

const factsFor =
  (columns: readonly string[], elsewhere: boolean) =>
  (book: Book, firm: Firm): readonly Fact[] =>
    casesOf(book, firm)
      .filter((found) => found.elsewhere === elsewhere)
      .map(({ states }) =>
        states.map((stage) => {
          const cells: Cells = Object.fromEntries(cellsOf(firm, stage).map((cell, i) => [columns[i]!, cell]));
          return { day: stage.day, cells };
        }),
      );

/** 司法案件: the courts of the city. */
export const casesFeed = factFeed(
  {
    source: 'judicial',
    layout: 'cases',
    columns: CSV_COLUMNS,
    encoding: 'gb18030',
    receivedOnDay: 2,
    dirt: {
      code: '统一社会信用代码',
      dates: ['立案日期'],
      optionalDates: ['立案日期'],
      nullable: ['裁判日期', '结案日期'],
      amounts: ['标的额(元)'],
      conflict: '审理法院',
      strangers: true,
    },
  },
  factsFor(CSV_COLUMNS, false),
);

/** 司法案件接口: courts of other cities. */
export const casesApiFeed = factFeed(
  {
    source: 'judicial',
    layout: 'api',
    form: 'jsonl',
    columns: API_COLUMNS,
    receivedOnDay: 2,
    dirt: { code: 'usc', dates: ['filed'], optionalDates: ['filed'], conflict: 'court', strangers: true },
  },
  factsFor(API_COLUMNS, true),
);
