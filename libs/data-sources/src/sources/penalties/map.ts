import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { Penalty, PenaltyKind } from './payload.ts';

const KINDS: readonly (readonly [PenaltyKind, RegExp])[] = [
  ['warning', /^(?:警告|通报批评)$/],
  ['fine', /^罚款$/],
  ['confiscation', /^没收/],
  ['suspension', /^(?:暂扣|降低资质)/],
  ['revocation', /^吊销/],
  ['restriction', /^(?:限制|责令停产停业|责令停产|责令停业|责令关闭)/],
  ['other', /^(?:其他|法律、行政法规规定的其他行政处罚)/],
];

/** 文号 in their many forms, as far as they can be told from other text: a number stands in them. */
const DOC_NO = /^(?=.*\d)[^|]{3,60}$/;

/** 罚款;没收违法所得、没收非法财物: the kinds that it names; a word outside the list is DQ12 and left out. */
function readKinds(raw: string | undefined, column: string, issues: Issue[]): readonly PenaltyKind[] | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const found = new Set<PenaltyKind>();
  for (const word of clean.split(/[;,+|]|、(?=警告|通报|罚款|没收|暂扣|降低|吊销|限制|责令|其他)/)) {
    const text = word.trim();
    if (text === '') continue;
    const kind = KINDS.find(([, words]) => words.test(text))?.[0];
    if (kind === undefined) issues.push({ code: 'DQ12', column, raw: text });
    else found.add(kind);
  }
  return found.size === 0 ? undefined : KINDS.flatMap(([kind]) => (found.has(kind) ? [kind] : []));
}

/**
 * Layout `decisions`: the public table of decisions (行政处罚信息公示). Decisions on natural persons are none of ours. What
 * happened (违法事实, 处罚内容) is free text about people and is blanked at the door.
 */
export function mapPenalty(row: RawRow, context: MapContext): MappedRow<Penalty> {
  for (const column of ['行政相对人名称', '法定代表人', '法定代表人证件号码', '违法事实', '处罚内容']) row.take(column);
  const category = valueOf(row.text('行政相对人类别'));
  if (category === '自然人') return { kind: 'ignored', reason: 'natural-person' };
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const docNo = valueOf(row.text('行政处罚决定书文号'))
    ?.replaceAll(' ', '')
    .replace(/[[〔【(](\d{4})[\]〕】)]/, '〔$1〕');
  if (docNo === undefined) fatal.push({ code: 'DQ14', column: '行政处罚决定书文号' });
  else if (!DOC_NO.test(docNo)) fatal.push({ code: 'DQ12', column: '行政处罚决定书文号', raw: docNo });
  const ahead = { receivedOn: context.receivedOn, mayBeAhead: true };
  // 长期: published without end, as when nothing is stated.
  const statedUntil = row.text('公示截止期');
  const rawUntil = statedUntil?.trim() === '长期' ? undefined : statedUntil;
  const rawRepaired = row.text('信用修复日期');
  const read: Mutable<Partial<Penalty>> = {
    department: valueOf(row.text('处罚机关')),
    offence: valueOf(row.text('违法行为类型')),
    kinds: readKinds(row.text('处罚类别'), '处罚类别', issues),
    fine: readAmount(row.text('罚款金额(万元)'), '万元', '罚款金额(万元)', issues),
    confiscated: readAmount(row.text('没收金额(万元)'), '万元', '没收金额(万元)', issues),
    decidedOn: readDate(row.text('处罚决定日期'), '处罚决定日期', context, issues),
    publicUntil: readDate(rawUntil, '公示截止期', ahead, issues),
    repairedOn: readDate(rawRepaired, '信用修复日期', context, issues),
  };
  if (uscc === undefined || op === undefined || docNo === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  if (
    (read.publicUntil === undefined && valueOf(rawUntil) !== undefined) ||
    (read.repairedOn === undefined && valueOf(rawRepaired) !== undefined)
  )
    read.endUnreadable = true;
  for (const key of Object.keys(read) as (keyof Penalty)[]) if (read[key] === undefined) delete read[key];
  const { decidedOn } = read;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: docNo,
        ...(decidedOn === undefined ? {} : { eventDate: decidedOn }),
        op,
        payload: { ...read, docNo },
      },
    ],
    issues,
  };
}
