import fc from 'fast-check';
import { verifyRun } from '#lib/runs';
import { verifyReport } from '#lib/reports';
import { ReportKit } from '../reports/kit.ts';

const LONG = Boolean(process.env['FIRSTMILE_LONG']);

/** Another value of a column's type, as SQL over the column. */
function otherValue(type: string, column: string): string {
  const c = `"${column}"`;
  if (type.endsWith('[]')) {
    const one = type.startsWith('integer') ? `${c}[1] + 1` : `'X'::text`;
    return type.startsWith('integer') ? `array_append(${c}[2:], ${one})` : `array_append(${c}, ${one})`;
  }
  if (type === 'uuid')
    return `overlay(coalesce(${c}, '00000000-0000-7000-8000-000000000000')::text placing (CASE WHEN right(${c}::text, 1) = '0' THEN '1' ELSE '0' END) from 36)::uuid`;
  if (type === '"char"') return `(CASE WHEN ${c} = 'H' THEN 'L' ELSE 'H' END)::"char"`;
  if (/^(text|character)/.test(type)) return `coalesce(${c}, '') || 'X'`;
  if (/^(smallint|integer|bigint)/.test(type)) return `coalesce(${c}, 0) + 1`;
  if (type.startsWith('timestamp')) return `${c} + interval '1 ms'`;
  if (type === 'date') return `${c} + 1`;
  if (type === 'bytea') return `set_byte(${c}, octet_length(${c}) / 2, get_byte(${c}, octet_length(${c}) / 2) # 1)`;
  if (type === 'jsonb') return `(SELECT jsonb_object_agg(key, '"X"'::jsonb) FROM jsonb_each(${c}))`;
  if (type === 'boolean') return `NOT ${c}`;
  throw new Error(`what is another ${type}?`);
}

/** Somebody with the database in hand: no trigger, no foreign key and no CHECK stands in the way. */
describe('what the owner of the database changes behind our back is found by verify', () => {
  let kit: ReportKit;
  /** The newest report, as the firm got it. */
  let shown: { readonly bytes: Buffer; readonly receipt: object };
  const admin = (sql: string, values: unknown[] = []) => kit.product.database.admin.query(sql, values);

  beforeAll(async () => {
    kit = await ReportKit.open();
    await kit.grant(kit.bank);
    await kit.grant(kit.otherBank);
    for (const principal of [kit.bank, kit.otherBank, kit.firm]) {
      const request = await kit.order(principal);
      await kit.work();
      await kit.document(principal, request);
    }
    // So that days are over, and their ends anchored.
    kit.pass(1);
    for (let i = 0; i < 2; i++) {
      const { requestId } = await kit.order(kit.firm);
      await kit.work();
      shown = await kit.product.reports.view(kit.firm, requestId, kit.clock);
    }
    kit.pass(1);
    await kit.product.queryLog.anchor(kit.clock);
    const tables = `('query_log', 'query_log_anchor', 'report', 'report_key', 'run_score', 'run_cohort')`;
    const { rows } = await admin(
      `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) AS sql FROM pg_constraint
       WHERE contype IN ('c', 'u', 'p') AND coninhcount = 0 AND conrelid::regclass::text IN ${tables}`,
    );
    for (const { sql } of rows as { sql: string }[]) await admin(sql);
    await admin('SET session_replication_role = replica');
  });
  afterAll(() => kit.close());

  const columnsOf = async (table: string): Promise<{ name: string; type: string }[]> =>
    (
      await admin(
        `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [table],
      )
    ).rows as { name: string; type: string }[];

  /** `found` while something is false; then all is put back. */
  async function whileFalse<T>(
    table: string,
    harm: string,
    found: () => Promise<T>,
    values: unknown[] = [],
  ): Promise<T> {
    await admin(`CREATE TABLE kept AS SELECT * FROM ${table}`);
    try {
      await admin(harm, values);
      return await found();
    } finally {
      await admin(`DELETE FROM ${table}`);
      await admin(`INSERT INTO ${table} SELECT * FROM kept`);
      await admin('DROP TABLE kept');
    }
  }

  describe('the query log', () => {
    const verify = () => kit.product.queryLog.verify();

    it('agrees as it is', async () => {
      expect(await verify()).toMatchObject({ agrees: true, entries: 5, anchors: 2, faults: [] });
    });

    it('every column of every row', async () => {
      for (const { name, type } of await columnsOf('query_log'))
        for (let seq = 1; seq <= 5; seq++) {
          const other = otherValue(type, name);
          const harm = `UPDATE query_log SET "${name}" = ${name === 'seq' ? '100 + seq' : other} WHERE seq = ${seq}`;
          const { agrees, faults } = await whileFalse('query_log', harm, verify);
          expect([name, seq, agrees, faults[0]?.seq]).toEqual([name, seq, false, seq]);
        }
    });

    it('a row taken out, put in twice, or changed for another', async () => {
      for (let seq = 1; seq <= 5; seq++) {
        const taken = await whileFalse('query_log', `DELETE FROM query_log WHERE seq = ${seq}`, verify);
        expect([seq, taken.agrees, taken.faults[0]?.seq]).toEqual([seq, false, seq]);
        const twice = `INSERT INTO query_log SELECT * FROM query_log WHERE seq = ${seq}`;
        expect([seq, (await whileFalse('query_log', twice, verify)).agrees]).toEqual([seq, false]);
      }
      const swapped = 'UPDATE query_log SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE seq IN (2, 3)';
      expect((await whileFalse('query_log', swapped, verify)).faults[0]?.seq).toBe(2);
    });

    it('every column of every anchor, and an anchor taken out', async () => {
      const { rows } = await admin('SELECT seq FROM query_log_anchor ORDER BY seq');
      for (const { seq } of rows as { seq: number }[]) {
        for (const { name, type } of await columnsOf('query_log_anchor')) {
          const harm = `UPDATE query_log_anchor SET "${name}" = ${otherValue(type, name)} WHERE seq = ${seq}`;
          expect([name, (await whileFalse('query_log_anchor', harm, verify)).agrees]).toEqual([name, false]);
        }
        const harm = `DELETE FROM query_log_anchor WHERE seq = ${seq}`;
        expect([seq, (await whileFalse('query_log_anchor', harm, verify)).agrees]).toEqual([seq, false]);
      }
    });
  });

  describe('stored reports', () => {
    const verify = () => kit.product.reports.verifyAll();
    const codes = async () => [...new Set((await verify()).faults.map(({ code }) => code))];

    it('agree as they are', async () => {
      expect(await verify()).toEqual({ agrees: true, reports: 5, faults: [] });
    });

    it('any byte, also where its hash is put right', async () => {
      const { rows } = await admin('SELECT report_no, length(bytes) AS length FROM report ORDER BY report_no');
      const reports = rows as { report_no: string; length: number }[];
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: reports.length - 1 }),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (which, somewhere, bits) => {
            const { report_no: no, length } = reports[which]!;
            const at = somewhere % length;
            const bytes = `set_byte(bytes, ${at}, get_byte(bytes, ${at}) # ${bits})`;
            const changed = `UPDATE report SET bytes = ${bytes} WHERE report_no = $1`;
            expect(await whileFalse('report', changed, codes, [no])).toEqual(['bytes-changed']);
            const rehashed = `UPDATE report SET bytes = ${bytes}, sha256 = sha256(${bytes}) WHERE report_no = $1`;
            expect(await whileFalse('report', rehashed, codes, [no])).toContain('signature-wrong');
          },
        ),
        { numRuns: LONG ? 500 : 15 },
      );
    });

    it('any byte of a file, any byte less, any byte more', async () => {
      const { bytes, receipt } = shown;
      const keys = (await kit.product.reportKeys.published()).map(({ publicKey }) => publicKey);
      const text = JSON.stringify(receipt);
      expect(verifyReport(bytes, text, keys)).toEqual([]);
      const position = fc.nat({ max: bytes.length - 1 });
      fc.assert(
        fc.property(position, fc.integer({ min: 1, max: 255 }), (at, bits) => {
          const changed = Buffer.from(bytes);
          changed[at]! ^= bits;
          const less = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
          const more = Buffer.concat([bytes.subarray(0, at), Buffer.from([bits]), bytes.subarray(at)]);
          for (const other of [changed, less, more])
            expect(verifyReport(other, text, keys).map(({ code }) => code)).toEqual(['bytes-changed']);
        }),
        { numRuns: LONG ? 5000 : 200 },
      );
      // Any character of the receipt but for its spaces, of which it has none.
      for (let at = 0; at < text.length; at++) {
        const other = text[at] === '0' ? '1' : '0';
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect([at, verifyReport(bytes, changed, keys).length > 0]).toEqual([at, true]);
      }
    });

    it('every column, a report taken out, and the key that signed', async () => {
      const { rows } = await admin('SELECT report_no FROM report ORDER BY report_no');
      const columns = await columnsOf('report');
      for (const [i, { name, type }] of columns.entries()) {
        const { report_no: no } = rows[i % rows.length] as { report_no: string };
        const harm = `UPDATE report SET "${name}" = ${otherValue(type, name)} WHERE report_no = $1`;
        expect([name, (await whileFalse('report', harm, verify, [no])).agrees]).toEqual([name, false]);
        expect(await whileFalse('report', 'DELETE FROM report WHERE report_no = $1', codes, [no])).toEqual([
          'report-missing',
        ]);
      }
      const otherKey = `UPDATE report_key SET public_key = ${otherValue('bytea', 'public_key')}`;
      expect(await whileFalse('report_key', otherKey, codes)).toEqual(['key-wrong']);
      expect(await whileFalse('report_key', 'DELETE FROM report_key', codes)).toEqual(['key-missing']);
    });
  });

  describe('a published run', () => {
    let runId: string;
    let part: string;
    const verify = () => verifyRun(kit.product.db, runId);
    beforeAll(async () => {
      const { rows } = await admin(`SELECT run_id FROM run WHERE state = 'PUBLISHED'`);
      runId = (rows[0] as { run_id: string }).run_id;
      part = `run_score_${runId.replaceAll('-', '')}`;
    });

    it('agrees as it is', async () => {
      expect(await verify()).toMatchObject({ agrees: true, firms: 40, differences: [] });
    });

    it('every column of a score, of firms in turn', async () => {
      const { rows } = await admin(`SELECT uscc FROM ${part} ORDER BY uscc`);
      const usccs = (rows as { uscc: string }[]).map(({ uscc }) => uscc);
      for (const [i, { name, type }] of (await columnsOf(part)).entries()) {
        if (name === 'run_id') continue; // a row cannot lie in the partition of another run
        for (const uscc of LONG ? usccs : [usccs[(7 * i) % usccs.length]!]) {
          const harm = `UPDATE ${part} SET "${name}" = ${otherValue(type, name)} WHERE uscc = $1`;
          const { agrees, differences } = await whileFalse(part, harm, verify, [uscc]);
          expect([name, uscc, agrees]).toEqual([name, uscc, false]);
          expect([name, differences.map((difference) => difference.uscc)]).toEqual([
            name,
            expect.arrayContaining([uscc]),
          ]);
        }
      }
    });

    it('percentiles of a cohort that is none; those that are some stand in test/runs/percentiles', async () => {
      const harm = `INSERT INTO run_cohort SELECT run_id, 'run', 'all', 500, 1, 0, 30 FROM run WHERE run_id = $1`;
      expect((await whileFalse('run_cohort', harm, verify, [runId])).agrees).toBe(false);
    });

    it.each(['firms', 'output_hash', 'as_of', 'known_at'])('%s of the run itself', async (name) => {
      const { type } = (await columnsOf('run')).find((column) => column.name === name)!;
      const other = name === 'known_at' ? `known_at - interval '1 hour'` : otherValue(type, name);
      const harm = `UPDATE run SET "${name}" = ${other} WHERE run_id = $1`;
      expect((await whileFalse('run', harm, verify, [runId])).agrees).toBe(false);
    });
  });
});
