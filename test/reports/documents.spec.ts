import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { LocalDate } from '#lib/kernel';
import { localPublicKey, ReportKeys, verifyReport, type ReportRequest, type StoredReport } from '#lib/reports';
import { problemCode, runTo } from '../runs/book.ts';
import { deliver } from '../kit/deliver.ts';
import { FIRM, ReportKit } from './kit.ts';

const GOLDEN = path.join(__dirname, 'report.golden.json');

type Document = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- a document is read by its paths

const credit = `统一社会信用代码,查询日期,授权书编号,有无信贷记录,授信机构数,贷款余额(元),近24个月最长逾期天数,当前逾期天数\n${FIRM},2024-06-19,A-1,是,2,800000,0,0\n`;

describe('the document of a report', () => {
  let kit: ReportKit;
  const made: Record<string, { request: ReportRequest; stored: StoredReport; document: Document }> = {};

  beforeAll(async () => {
    kit = await ReportKit.open();
    kit.pass(1);
    await deliver(kit.product, { source: 'credit-history', layout: 'reports', body: credit });
    await deliver(kit.product, {
      source: 'shareholders',
      body: `统一社会信用代码,股东名称,股东类型,认缴出资额(万元)\n${FIRM},样例创业投资基金,私募基金,50\n${FIRM},张三,自然人,60\n${FIRM},李四,自然人,20\n`,
    });
    kit.pass(1);
    await runTo(kit.product, '2024-07-20');
    await kit.grant(kit.bank);
    await kit.grant(kit.otherBank, { scopes: ['report', 'credit-history'] });
    await kit.grant(kit.guarantor, { purpose: 'guarantee-review' });
    await kit.grant(kit.operator, { purpose: 'dispute-check' });
    const make = async (name: string, by = kit.bank, more: Parameters<ReportKit['order']>[1] = {}): Promise<void> => {
      const request = await kit.order(by, more);
      await kit.work();
      const stored = await kit.product.reports.view(by, request.requestId, kit.clock);
      kit.clock.set(new Date(kit.clock.now().getTime() + 1000)); // requests are in the order of their instants
      made[name] = { request, stored, document: JSON.parse(stored.bytes.toString('utf8')) as Document };
    };
    await make('bank');
    await make('credit', kit.otherBank);
    await make('guarantor', kit.guarantor, { purpose: 'guarantee-review' });
    await make('regulator', kit.operator, { purpose: 'dispute-check' });
    await make('firm', kit.firm);
    await make('facts', kit.bank, { product: 'facts' });
    await make('earlier', kit.bank, { asOf: '2024-06-30' as LocalDate });
    await make('again');
  });
  afterAll(() => kit.close());

  const text = (name: string): string => made[name]!.stored.bytes.toString('utf8');

  it('is that of the golden file (UPDATE_GOLDEN=1 writes it)', () => {
    const { document } = made['credit']!;
    // Numbers that are random or change with every build.
    const steady = JSON.stringify(document)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
      .replace(/FM-\d{8}-[0-9A-Z]{10}/g, 'NUMBER')
      .replace(/"[0-9a-f]{64}"/g, '"HASH"')
      .replace(/T\d{2}:\d{2}:\d{2}\.\d{3}\+08:00/g, 'TIME');
    if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, `${steady}\n`);
    expect(JSON.parse(steady)).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });

  it('is the same at the same pins but for its own number, time and query record', () => {
    const bare = (name: string): Document => {
      const { cover, queries: _, changes: __, ...rest } = made[name]!.document;
      const { reportNo: ___, requestId: ____, printedAt: _____, requestedAt: ______, ...pinned } = cover as Document;
      return { ...rest, cover: pinned };
    };
    expect(bare('again')).toEqual(bare('bank'));
  });

  it('shows loan data only where the authorisation names it', () => {
    expect(made['bank']!.document['credit']).toMatchObject({ shown: false });
    expect(made['credit']!.document['credit']).toMatchObject({
      shown: true,
      query: { lenders: 2, balance: { fen: 80_000_000 } },
    });
    expect(made['firm']!.document['credit']['shown']).toBe(true);
    const states = (name: string): string[] =>
      made[name]!.document['dimensions'].flatMap((d: Document) => d['characteristics']).find(
        (c: Document) => c['code'] === 'CC09',
      );
    expect(states('bank')).toMatchObject({ state: 'NOT_SHOWN' });
    expect(states('credit')).toMatchObject({ state: 'VALUE', band: { zh: '优' } });
    const rule = (name: string): Document =>
      made[name]!.document['summary']['knockOuts'].find((k: Document) => k['code'] === 'K09');
    expect([rule('bank')['state'], rule('credit')['state']]).toEqual(['not-shown', 'unknown']);
    const source = made['bank']!.document['annex']['sources'].find((s: Document) => s['feed'] === 'CRD');
    expect([source['shown'], source['records'], source['cause'], source['through']]).toEqual([false, null, null, null]);
    expect(text('bank')).not.toContain('2024-06-19');
  });

  it('names no person, and no other institution to an institution', () => {
    for (const name of Object.keys(made)) expect(text(name)).not.toMatch(/张三|李四|person:/);
    expect(made['bank']!.document['identity']['holders']).toMatchObject({
      organisations: [{ name: '样例创业投资基金' }],
      personsCount: 2,
    });
    for (const name of ['bank', 'guarantor', 'again', 'earlier', 'facts']) {
      expect(text(name)).not.toContain('另一银行');
      expect(text(name)).not.toContain('Another Bank');
    }
    expect(text('guarantor')).not.toMatch(/样例银行|Example Bank/);
    const by = (name: string): Document[] => made[name]!.document['queries']['items'];
    expect(by('guarantor').map((q) => [q['by']['zh'], q['institution']])).toEqual([
      ['银行', null],
      ['银行', null],
    ]);
    expect(by('firm').map((q) => q['institution']['zh'])).toEqual(['首公里运营方', '样例担保', '另一银行', '样例银行']);
    expect(by('again').map((q) => q['institution']?.zh ?? null)).toEqual([
      '本机构',
      '本机构',
      null,
      null,
      null,
      null,
      '本机构',
    ]);
  });

  it('shows points to those who supervise, bins and what helps to the firm', () => {
    for (const name of ['bank', 'guarantor', 'firm', 'credit'])
      expect(text(name)).not.toMatch(/partialTenths|neutralTenths/);
    expect(text('firm')).not.toMatch(/[tT]enths/);
    expect(text('regulator')).toMatch(/"partialTenths":/);
    const lineage = made['regulator']!.document['dimensions'].flatMap((d: Document) => d['characteristics']);
    expect(lineage.find((c: Document) => c['code'] === 'TG01')['lineage'][0]).toMatchObject({
      source: 'social-security',
    });
    expect(made['firm']!.document['dimensions'][1]['characteristics'][0]['bin']).toMatch(/^b\d$/);
  });

  it('has programmes and the line: what raises it for the firm, loans where they are authorised', () => {
    const section = (name: string): Document => made[name]!.document['programmes'];
    for (const name of ['bank', 'credit', 'guarantor', 'regulator', 'firm'])
      expect([name, section(name)['shown'], 'raises' in section(name)]).toEqual([
        name,
        true,
        name === 'firm' || name === 'regulator',
      ]);
    expect(section('facts')).toEqual({ shown: false, why: expect.objectContaining({ zh: expect.any(String) }) });
    const codes = (name: string): string[] => section(name)['items'].map((item: Document) => item['code']);
    expect([codes('bank').includes('RLN'), codes('firm').includes('RLN')]).toEqual([true, false]);
    expect([section('bank')['withoutLoans'] === null, section('credit')['withoutLoans']]).toEqual([false, null]);
    const flags = (name: string): string[] => section(name)['line']['flags'].map((f: Document) => f['code']);
    expect(flags('bank')).toContain('EXISTING_DEBT_UNKNOWN');
    expect(flags('credit')).not.toContain('EXISTING_DEBT_UNKNOWN');
    expect(section('bank')['line']['disclaimer']['zh']).toContain('不构成授信承诺');
    // Nobody has committed equity to the firm: said, and not left out.
    for (const name of ['bank', 'guarantor', 'firm'])
      expect(section(name)['composition']).toMatchObject({ basis: 'none', plan: null });
    expect(section('bank')['line']['reasons'].map((r: Document) => r['code'])).toContain('NOT_RATED');
  });

  it('of facts has no score anywhere', () => {
    const { document } = made['facts']!;
    expect([document['summary'], document['dimensions'], document['cover']['type']['zh']]).toEqual([
      undefined,
      undefined,
      '信用信息查询报告',
    ]);
    expect(text('facts')).not.toMatch(/scoreTenths|"published"|gradeRange|"band"/);
  });

  it('of an earlier run knows nothing later', () => {
    const { document } = made['earlier']!;
    expect([document['cover']['asOf'], document['cover']['knownAt'] < '2024-07-21']).toEqual(['2024-06-30', true]);
    expect(document['identity']['holders']).toMatchObject({ organisations: [], personsCount: null });
    expect(document['summary']['line'].map((p: Document) => p['asOf'])).toEqual(['2024-06-30']);
    expect(made['bank']!.document['summary']['line'].map((p: Document) => p['asOf'])).toEqual([
      '2024-06-30',
      '2024-07-20',
    ]);
  });

  it('says what changed since the last report of the same requester', () => {
    expect(made['bank']!.document['changes']['since']).toBeNull();
    const { since } = made['again']!.document['changes'];
    expect(since).toMatchObject({ reportNo: made['earlier']!.document['cover']['reportNo'] });
    expect(since['records'].map((r: Document) => [r['source'], r['count']])).toEqual([['shareholders', 3]]);
    expect(since['score']['before']['published']).toBe(made['earlier']!.document['summary']['published']);
  });

  describe('and its receipt', () => {
    const checked = (bytes: Buffer, receipt: object | undefined, keys: readonly string[]): string[] =>
      verifyReport(bytes, receipt && JSON.stringify(receipt), keys).map(({ code }) => code);

    it('holds for the very bytes, and for no others', async () => {
      const keys = (await kit.product.reportKeys.published()).map(({ publicKey }) => publicKey);
      const { bytes, receipt } = made['bank']!.stored;
      expect(checked(bytes, receipt, keys)).toEqual([]);
      expect(checked(bytes, receipt, [localPublicKey(kit.product.dataDir)!])).toEqual([]);
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
          const other = Buffer.from(bytes);
          other[at] = other[at]! ^ by;
          expect(checked(other, receipt, keys)).toContain('bytes-changed');
        }),
      );
      expect(checked(bytes.subarray(1), receipt, keys)).toEqual(['bytes-changed']);
      expect(checked(Buffer.concat([bytes, Buffer.from('\n')]), receipt, keys)).toEqual(['bytes-changed']);
    });

    it('is found out by name when it is missing, broken, of another report or by another key', async () => {
      const keys = (await kit.product.reportKeys.published()).map(({ publicKey }) => publicKey);
      const { bytes, receipt } = made['bank']!.stored;
      expect(checked(bytes, undefined, keys)).toEqual(['receipt-missing']);
      expect(checked(bytes, { ...receipt, more: 1 }, keys)).toEqual(['receipt-broken']);
      expect(checked(bytes, made['again']!.stored.receipt, keys)).toEqual(['bytes-changed']);
      expect(checked(bytes, { ...receipt, reportNo: made['again']!.stored.receipt.reportNo }, keys)).toEqual([
        'number-differs',
        'signature-wrong',
      ]);
      expect(checked(bytes, { ...receipt, signedAt: receipt.signedAt.replace('2024', '2023') }, keys)).toEqual([
        'signature-wrong',
      ]);
      expect(checked(bytes, { ...receipt, keyId: '0'.repeat(16) }, keys)).toEqual(['key-wrong']);
      expect(checked(bytes, receipt, [])).toEqual(['key-missing']);
      fc.assert(
        fc.property(fc.nat(127), fc.constantFrom(...'0123456789abcdef'), (at, digit) => {
          const { signature } = receipt;
          const other = `${signature.slice(0, at)}${digit}${signature.slice(at + 1)}`;
          expect(checked(bytes, { ...receipt, signature: other }, keys)).toEqual(
            other === signature ? [] : ['signature-wrong'],
          );
        }),
      );
    });

    it('is checked for every stored report, and finds the one that was changed behind the application’s back', async () => {
      const count = Object.keys(made).length;
      expect(await kit.product.reports.verifyAll()).toEqual({ agrees: true, reports: count, faults: [] });
      const { admin } = kit.product.database;
      const { reportNo } = made['facts']!.stored.receipt;
      const change = (bytes: Buffer): Promise<unknown> =>
        admin
          .query('ALTER TABLE report DISABLE TRIGGER report_append_only')
          .then(() =>
            admin.query('UPDATE report SET bytes = $2, sha256 = sha256($2) WHERE report_no = $1', [reportNo, bytes]),
          )
          .then(() => admin.query('ALTER TABLE report ENABLE TRIGGER report_append_only'));
      const { bytes } = made['facts']!.stored;
      // The database itself holds bytes and hash together; who changes both has no key.
      await change(Buffer.from(bytes.toString('utf8').replace('样例', '示例')));
      const { agrees, faults } = await kit.product.reports.verifyAll();
      expect([agrees, faults.map((f) => [f.reportNo, f.code])]).toEqual([false, [[reportNo, 'signature-wrong']]]);
      await change(bytes);
      expect((await kit.product.reports.verifyAll()).agrees).toBe(true);
    });

    it('is checked by its key when another one signs by now', async () => {
      const file = path.join(kit.product.dataDir, 'report-signing.key');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      rmSync(file);
      const next = new ReportKeys(kit.product.db, kit.product.dataDir);
      kit.pass(1);
      await next.publish(kit.clock);
      await next.publish(kit.clock);
      const published = await kit.product.reportKeys.published();
      expect(published.map(({ keyId }) => keyId)).toEqual([next.keyId, kit.product.reportKeys.keyId]);
      const { bytes, receipt } = made['bank']!.stored;
      expect(
        checked(
          bytes,
          receipt,
          published.map(({ publicKey }) => publicKey),
        ),
      ).toEqual([]);
      expect(checked(bytes, receipt, [published[0]!.publicKey])).toEqual(['key-wrong']);
    });
  });

  it('is refused of a run that is not there', async () => {
    expect(await problemCode(kit.order(kit.bank, { asOf: '2024-05-31' as LocalDate }))).toBe('report-run-missing');
    expect(await problemCode(kit.order(kit.bank, { runId: '019a8c2e-7f00-7000-8000-000000000001' }))).toBe(
      'run-unknown',
    );
  });
});
