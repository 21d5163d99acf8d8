import { epochDay, FixedClock, type LocalDate, parseLocalDate, USCC_ALPHABET } from '#lib/kernel';
import { RawRow, type IssueCode, type MappedRow } from '#lib/data-sources';
import type { DeliveryView } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import {
  codeColumn,
  columnsOf,
  FIXTURE_CONTEXT,
  fileOf,
  FIXTURES_AT,
  rowOf,
  SAMPLE_ROWS,
  type Fields,
  type SampleRow,
} from '../kit/every-layout.ts';
import { demoUscc, register } from '../kit/firms.ts';

/** Of each kind of fault in each column that can have it. */
const TIMES = process.env['FIRSTMILE_LONG'] ? 20 : 2;
const CLEAN = 60;
const REGISTERED = process.env['FIRSTMILE_LONG'] ? 8_000 : 1_200;

/** What must become of a planted row. */
interface Fate {
  readonly kind: string;
  readonly row: Fields;
  readonly heap: 'applied' | 'unchanged' | 'quarantined' | 'ignored';
  /** Code of the quarantined row, or of the finding in an applied one. */
  readonly code?: IssueCode;
  /** An applied row means what this clean one means. */
  readonly means?: Fields;
}

const mapped = ({ layout }: SampleRow, row: Fields): MappedRow => layout.map(RawRow.of(row), FIXTURE_CONTEXT);
const keyOf = (row: MappedRow): string | undefined =>
  row.kind === 'records' ? row.records.map((record) => record.recordKey).join() : undefined;
const issuesOf = (row: MappedRow): readonly string[] => (row.kind === 'ignored' ? [] : row.issues.map((i) => i.code));

const fullWidth = (text: string): string =>
  [...text].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('');
const wrongCheck = (code: string): string =>
  code.slice(0, 17) + USCC_ALPHABET[(USCC_ALPHABET.indexOf(code[17]!) + 1) % 31]!;

const dateIn = (value: unknown): LocalDate | undefined => {
  const found = typeof value === 'string' ? /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(value) : null;
  return found ? parseLocalDate(`${found[1]}-${found[2]}-${found[3]}`) : undefined;
};

/** Columns in which a word for nothing says something: no loan; a round whose amount nobody discloses. */
const SPEAKING_NOTHING = /^有无|^融资金额$|^amount$/;

/** The rows of one layout with their faults, each about a firm of its own. */
class Planting {
  readonly fates: Fate[] = [];
  private n = CLEAN;
  constructor(readonly sample: SampleRow) {
    for (let i = 0; i < TIMES; i++) {
      this.codes();
      this.doubles();
      this.names();
      this.cells();
    }
  }

  private next = (): number => (this.n += 1);
  private clean = (): Fields => rowOf(this.sample, this.next());

  /** The row with another text in the place of its firm's code. */
  private named(change: (code: string) => string): { row: Fields; means: Fields } {
    const means = this.clean();
    const code = demoUscc(this.n);
    const row = JSON.parse(JSON.stringify(means).replaceAll(code, JSON.stringify(change(code)).slice(1, -1))) as Fields;
    return { row, means };
  }

  private codes(): void {
    const { source, layout } = this.sample;
    const creates = source === 'business-registration';
    const unknown: Pick<Fate, 'heap' | 'code'> = creates
      ? { heap: 'applied' }
      : layout.unknownSubject === 'ignore'
        ? { heap: 'ignored' }
        : { heap: 'quarantined', code: 'DQ03' };
    const repaired = { heap: 'applied' } as const;
    const add = (kind: string, fate: Omit<Fate, 'kind' | 'row' | 'means'>, change: (code: string) => string): void => {
      const { row, means } = this.named(change);
      this.fates.push({ kind, row, ...fate, ...(fate === repaired ? { means } : {}) });
    };
    // What registration brings is known to the layouts after it.
    const strangers = creates ? 900_000 : 800_000;
    const refused = { heap: 'quarantined', code: 'DQ01' } as const;
    add('one character short', refused, (code) => code.slice(0, 17));
    add('one character more', refused, (code) => `${code}0`);
    add('O for 0', refused, (code) => code.replaceAll('0', 'O'));
    add('made a number by a spreadsheet', refused, () => '9.13501E+17');
    add('old registration number', { heap: 'quarantined', code: 'DQ04' }, () => '110108012660422');
    add('wrong check digit', unknown, () => wrongCheck(demoUscc(strangers + this.n)));
    add('unknown firm', unknown, () => demoUscc(strangers + 10_000 + this.n));
    add('lower case', repaired, (code) => code.toLowerCase());
    add('full width', repaired, fullWidth);
    add('no-break blank and tab', repaired, (code) => `\u00a0${code}\t`);
    add('zero width', repaired, (code) => `\ufeff${code.slice(0, 5)}\u200b${code.slice(5)}`);
    const code = codeColumn(this.sample);
    if (code === undefined) return;
    if (layout.form === 'csv' || layout.form === 'xlsx')
      for (const column of new Set([layout.required[0]!, code]))
        this.fates.push({ kind: `total in ${column}`, row: { [column]: ' 合 计：' }, heap: 'ignored' });
    const blank = mapped(this.sample, { ...this.clean(), [code]: '' }).kind === 'ignored';
    for (const word of ['', '无', 'N/A'])
      this.fates.push({
        kind: `code ${word || 'empty'}`,
        row: { ...this.clean(), [code]: word },
        ...(blank ? { heap: 'ignored' } : { heap: 'quarantined', code: 'DQ14' }),
      });
  }

  /** The first change of one cell that gives other facts under the same key, without a finding. */
  private otherContent(row: Fields): Fields | undefined {
    const before = mapped(this.sample, row);
    for (const column of columnsOf(this.sample))
      for (const value of ['2020-01-01', '7', '样例新词', '']) {
        const other = { ...row, [column]: value };
        const after = mapped(this.sample, other);
        if (after.kind !== 'records' || keyOf(after) !== keyOf(before) || after.issues.length > 0) continue;
        if (after.records[0]!.op === 'U' && JSON.stringify(after) !== JSON.stringify(before)) return other;
      }
    return undefined;
  }

  private doubles(): void {
    const row = this.clean();
    this.fates.push({ kind: 'doubled, first', row, heap: 'applied', means: row });
    this.fates.push({ kind: 'doubled, same', row, heap: 'unchanged' });
    const first = this.clean();
    const second = this.otherContent(first);
    if (!second) return;
    for (const doubled of [first, second])
      this.fates.push({ kind: 'doubled, different', row: doubled, heap: 'quarantined', code: 'DQ11' });
  }

  /** A name that the firm never had, where the layout states names. */
  private names(): void {
    const { nameColumn } = this.sample.layout;
    const row = this.clean();
    if (nameColumn === undefined || !row[nameColumn]) return;
    this.fates.push({
      kind: "another firm's name",
      row: { ...row, [nameColumn]: '样例别家科技有限公司' },
      heap: 'quarantined',
      code: 'DQ19',
    });
  }

  private cells(): void {
    for (const column of columnsOf(this.sample)) {
      if (column === codeColumn(this.sample) || /操作标志|^op$|OP_FLAG/.test(column)) continue;
      const day = /号|NO$/.test(column) ? undefined : dateIn(this.sample.fields[column]);
      if (day !== undefined) this.dates(column, day);
      else if (/\(万?元\)$/.test(column)) this.amounts(column);
      else this.words(column);
      this.nullWords(column);
    }
  }

  private put(kind: string, column: string, text: string, code?: IssueCode, means?: unknown): void {
    const row = this.clean();
    this.fates.push({
      kind: `${column}: ${kind}`,
      row: { ...row, [column]: text },
      heap: 'applied',
      means: { ...row, [column]: means },
      ...(code ? { code } : {}),
    });
  }

  private dates(column: string, day: LocalDate): void {
    const { sample } = this;
    const [year, month, date] = day.split('-').map(Number) as [number, number, number];
    const same = sample.fields[column];
    for (const text of [`${year}/${month}/${date}`, `${year}.${month}.${date}`, `${year}年${month}月${date}日`])
      this.put(text, column, text, undefined, same);
    this.put('compact', column, day.replaceAll('-', ''), undefined, same);
    this.put('full width', column, fullWidth(day), undefined, same);
    this.put('Excel serial', column, String(epochDay(day) + 25_569), 'DQ07', same);
    const blank = mapped(sample, { ...sample.fields, [column]: '' });
    // Dates that are part of the key, and the day of establishment, refuse the row; others are left out.
    const fatal = blank.kind !== 'records' || keyOf(blank) !== keyOf(mapped(sample, sample.fields));
    const ahead = issuesOf(mapped(sample, { ...sample.fields, [column]: '2027-01-01' })).length === 0;
    for (const [kind, text, code] of [
      ['no such day', '2025-02-30', 'DQ05'],
      ['no date', '去年', 'DQ05'],
      ['two-digit year', '24-01-05', 'DQ05'],
      ...(ahead ? [] : ([['in the future', '2027-01-01', 'DQ06']] as const)),
    ] as const) {
      // An end that was delivered and cannot be read is no open one: the record says so.
      const marks = JSON.stringify(mapped(sample, { ...sample.fields, [column]: text })).includes('nreadable":true');
      if (marks)
        this.fates.push({
          kind: `${column}: ${kind}`,
          row: { ...this.clean(), [column]: text },
          heap: 'applied',
          code,
        });
      else if (!fatal) this.put(kind, column, text, code, '');
      else
        this.fates.push({
          kind: `${column}: ${kind}`,
          row: { ...this.clean(), [column]: text },
          heap: 'quarantined',
          code,
        });
    }
  }

  private amounts(column: string): void {
    const inTenThousands = column.endsWith('(万元)');
    this.put('grouped', column, '1,234.50', undefined, '1234.50');
    this.put('full width', column, '１２３４.５', undefined, '1234.5');
    this.put('with its unit', column, '12万元', undefined, inTenThousands ? '12' : '120000');
    this.put('in yuan', column, '50000元', undefined, inTenThousands ? '5' : '50000');
    this.put('no number', column, '约若干', 'DQ09', '');
  }

  /** A column of an enumeration: an unknown word is left out (DQ12). */
  private words(column: string): void {
    const after = mapped(this.sample, { ...this.sample.fields, [column]: '从未见过的词' });
    if (after.kind === 'records' && issuesOf(after).includes('DQ12'))
      this.fates.push({
        kind: `${column}: unknown word`,
        row: { ...this.clean(), [column]: '从未见过的词' },
        heap: 'applied',
        code: 'DQ12',
      });
  }

  private nullWords(column: string): void {
    if (mapped(this.sample, { ...this.sample.fields, [column]: '' }).kind !== 'records') return;
    if (SPEAKING_NOTHING.test(column)) return;
    for (const word of ['-', '/', '无', 'N/A', 'null', '不详', '0000-00-00', '－'])
      this.put(`null word ${word}`, column, word, undefined, '');
  }
}

const everyThird = <T>(of: readonly T[], clean: readonly T[]): T[] =>
  of
    .flatMap((item, i) => (i % 3 === 0 && i / 3 < clean.length ? [clean[i / 3]!, item] : [item]))
    .concat(clean.slice(Math.ceil(of.length / 3)));

describe('faults planted in the files of every source', () => {
  let dirty: TestProduct;
  let clean: TestProduct;
  beforeAll(async () => {
    const firms = register(Array.from({ length: REGISTERED }, (_, i) => i + 1));
    [dirty, clean] = await Promise.all([
      openTestProduct(new FixedClock(FIXTURES_AT)),
      openTestProduct(new FixedClock(FIXTURES_AT)),
    ]);
    await Promise.all([deliver(dirty, firms), deliver(clean, firms)]);
  });
  afterAll(async () => {
    await dirty.close();
    await clean.close();
  });

  /** Worked off, whatever gate held it: the files here are worse than a gate lets through. */
  async function workedOff(product: TestProduct, given: Given): Promise<DeliveryView> {
    const view = await deliver(product, given);
    if (view.state !== 'HOLD') return view;
    expect(view.held).toMatch(/PARSE_RATE|MATCH_RATE/);
    await product.deliveries.release(view.deliveryId, { person: product.person, reason: 'planted' });
    return product.intake.process(view.deliveryId);
  }

  /** What the ledger has of each firm; keyed hashes differ between two products. */
  async function recordsOf(product: TestProduct, { deliveryId }: DeliveryView): Promise<Map<string, string>> {
    const rows = await product.db.query<{ uscc: string; facts: string }>(
      `SELECT c.uscc, string_agg(regexp_replace(concat_ws(' ', r.record_key, r.event_date, r.event_to, r.op, r.payload), '[0-9a-f]{16,32}', 'HASH', 'g'), ';' ORDER BY r.record_key COLLATE "C") AS facts
       FROM record r JOIN company c USING (company_id) WHERE r.delivery_id = $1 GROUP BY c.uscc`,
      [deliveryId],
    );
    return new Map(rows.map(({ uscc, facts }) => [uscc, facts]));
  }

  it.each(SAMPLE_ROWS.map((sample) => [sample.name, sample] as const))(
    '%s: each is found, no clean row is lost',
    async (_, sample) => {
      const { fates } = new Planting(sample);
      const cleanRows = Array.from({ length: CLEAN }, (__, i) => rowOf(sample, i + 1));
      const harmless = cleanRows.map((row): Fate => ({ kind: 'clean', row, heap: 'applied', means: row }));
      const planted = everyThird(fates, harmless);
      const view = await workedOff(
        dirty,
        fileOf(
          sample,
          planted.map(({ row }) => row),
        ),
      );
      const meant = planted.flatMap(({ means }) => (means ? [means] : []));
      const reference = await workedOff(clean, fileOf(sample, meant));
      expect({ state: reference.state, quarantined: reference.quarantined }).toEqual({
        state: 'RECONCILED',
        quarantined: 0,
      });

      // Heap by heap, row by row.
      const first = sample.layout.form === 'xlsx' ? 2 : 1;
      const quarantined = new Map(
        (
          await dirty.db.query<{ row_no: number; code: string }>(
            'SELECT row_no, code FROM quarantine WHERE delivery_id = $1',
            [view.deliveryId],
          )
        ).map((q) => [q.row_no, q.code]),
      );
      const issues = new Map<number, string[]>();
      for (const issue of await dirty.db.query<{ row_no: number; code: string }>(
        'SELECT row_no, code FROM row_issue WHERE delivery_id = $1',
        [view.deliveryId],
      ))
        issues.set(issue.row_no, [...(issues.get(issue.row_no) ?? []), issue.code]);
      const wrong = planted.flatMap(({ kind, heap, code, row }, i) => {
        const found = quarantined.get(i + first) ?? (heap === 'quarantined' ? 'not quarantined' : undefined);
        const noted = issues.get(i + first) ?? [];
        const right =
          heap === 'quarantined' ? found === code : found === undefined && (code === undefined || noted.includes(code));
        return right ? [] : [{ kind, heap, code, found, noted, row }];
      });
      expect(wrong).toEqual([]);
      const count = (heap: Fate['heap']): number => planted.filter((fate) => fate.heap === heap).length;
      expect([view.state, view.rows, view.applied, view.unchanged, view.quarantined, view.ignored]).toEqual([
        'RECONCILED',
        planted.length,
        ...(['applied', 'unchanged', 'quarantined', 'ignored'] as const).map(count),
      ]);

      // What was repaired means what the clean row means, and clean rows are as without faults around them.
      const [got, wanted] = [await recordsOf(dirty, view), await recordsOf(clean, reference)];
      const differing = [...wanted].filter(([uscc, facts]) => got.get(uscc) !== facts);
      expect(
        differing.map(([uscc, facts]) => ({
          uscc,
          facts,
          got: got.get(uscc),
          kind: planted.find(({ row }) => JSON.stringify(row).includes(uscc))?.kind,
        })),
      ).toEqual([]);
    },
  );

  it.each(SAMPLE_ROWS.map((sample) => [sample.name, sample] as const))(
    '%s: a damaged file is refused or held as a whole',
    async (_, sample) => {
      const { form, required } = sample.layout;
      const rows = [rowOf(sample, 1), rowOf(sample, 2)];
      const refused = async (given: Given): Promise<string> => {
        const view = await deliver(dirty, given);
        expect([view.applied, view.unchanged, view.quarantined, view.ignored].every((n) => !n)).toBe(true);
        return `${view.state} ${view.problem?.code ?? view.held}`;
      };
      const extra = { ...rows[0], 经办人手机: '请联系13900001111' };
      expect(await refused(fileOf(sample, [extra], ['经办人手机']))).toBe('HOLD DQ20');
      if (form === 'xlsx') return;
      const text = String(fileOf(sample, rows).body);
      const damaged = text.replace(/[\u4e00-\u9fff]/, '\uFFFD');
      if (damaged !== text) expect(await refused({ ...fileOf(sample, rows), body: damaged })).toBe('REJECTED encoding');
      expect(await refused({ ...fileOf(sample, rows), body: text.replaceAll(required[0]!, '别的列') })).toMatch(
        /^REJECTED columns-missing/,
      );
    },
  );
});
