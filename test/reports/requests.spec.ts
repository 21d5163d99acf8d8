import { firmActor, HOUSE } from '#lib/access';
import { replayed } from '#lib/reports';
import { problemCode } from '../runs/book.ts';
import { FIRM, OTHER_FIRM, ReportKit } from './kit.ts';

describe('a report request on a real database', () => {
  let kit: ReportKit;
  beforeEach(async () => {
    kit = await ReportKit.open();
  });
  afterEach(() => kit.close());

  const view = (by = kit.bank, id: string): Promise<string> => problemCode(kit.product.reports.view(by, id, kit.clock));
  const authorised = async (single = false): Promise<{ requestId: string; authorisationId: string }> => {
    const { authorisationId } = await kit.grant(kit.bank, { single });
    const { requestId, state } = await kit.order(kit.bank);
    expect(state).toBe('AUTHORISED');
    await kit.work();
    return { requestId, authorisationId };
  };
  const stateOf = async (requestId: string): Promise<string> =>
    (await kit.product.reportRequests.get(kit.bank, requestId)).state;
  const looks = async (): Promise<number> =>
    kit.product.db.as(
      HOUSE,
      async (tx) => (await kit.product.queryLog.about(tx, FIRM, { since: new Date(0), limit: 99 })).length,
    );

  it('waits for the firm, is made, and is shown to who asked, each view logged', async () => {
    const { requestId, state } = await kit.order(kit.bank);
    expect(state).toBe('AWAIT_AUTH');
    await kit.work();
    expect([await stateOf(requestId), await view(kit.bank, requestId)]).toEqual(['AWAIT_AUTH', 'report-not-ready']);
    await kit.grant(kit.bank);
    await kit.work();
    expect([await stateOf(requestId), await looks()]).toEqual(['READY', 0]);
    expect((await kit.document(kit.bank, { requestId } as never))['cover']['firm']['uscc']).toBe(FIRM);
    expect(await view(kit.bank, requestId)).toBe('no problem');
    const { state: after, version } = await kit.product.reportRequests.get(kit.bank, requestId);
    // Order, submit, authorise, generated, the first view: the second changes nothing and is logged all the same.
    expect([after, version, await looks()]).toEqual(['DELIVERED', 5, 2]);
    expect((await kit.product.queryLog.verify()).agrees).toBe(true);
  });

  it('goes on in the transaction of the grant where its caller says so', async () => {
    const { requestId } = await kit.order(kit.bank);
    const { authorisationId } = await kit.grant(kit.bank);
    const moved = await kit.product.db.as(firmActor(FIRM), (tx) =>
      kit.product.reportRequests.authorised(tx, authorisationId, kit.clock),
    );
    expect(moved.map((request) => [request.requestId, request.state])).toEqual([[requestId, 'AUTHORISED']]);
  });

  it('is refused by the firm, and by no other firm', async () => {
    const { requestId } = await kit.order(kit.bank);
    const { reportRequests } = kit.product;
    expect(await problemCode(reportRequests.refuse(kit.otherFirm, requestId, kit.clock))).toBe(
      'report-request-unknown',
    );
    expect(await problemCode(reportRequests.cancel(kit.firm, requestId, kit.clock))).toBe('report-request-unknown');
    expect((await reportRequests.refuse(kit.firm, requestId, kit.clock)).state).toBe('REFUSED');
    expect(await problemCode(reportRequests.refuse(kit.firm, requestId, kit.clock))).toBe('transition-refused');
    expect(await view(kit.bank, requestId)).toBe('report-over');
  });

  it('of the firm itself needs nobody, and is the firm’s alone', async () => {
    const request = await kit.order(kit.firm);
    expect([request.state, request.profile, request.basis]).toEqual(['AUTHORISED', 'firm', null]);
    await kit.work();
    expect((await kit.document(kit.firm, request))['cover']['profile']).toBe('firm');
    expect([await view(kit.bank, request.requestId), await view(kit.otherFirm, request.requestId)]).toEqual([
      'report-request-unknown',
      'report-request-unknown',
    ]);
    expect(await problemCode(kit.order(kit.firm, { uscc: OTHER_FIRM }))).toBe('report-purpose-refused');
    expect(await problemCode(kit.order(kit.bank, { purpose: 'own-query' }))).toBe('report-purpose-refused');
    expect(await problemCode(kit.order(kit.bank, { purpose: 'guarantee-review' }))).toBe('report-purpose-refused');
  });

  it('ends at once when the firm withdraws its authorisation: made or not, seen or not', async () => {
    const { requestId, authorisationId } = await authorised();
    expect(await view(kit.bank, requestId)).toBe('no problem');
    const unseen = await kit.order(kit.bank);
    await kit.work();
    const unmade = await kit.order(kit.bank);
    await kit.revoke(authorisationId);
    // No sweep has run: the view itself looks.
    const before = await looks();
    expect([await view(kit.bank, requestId), await view(kit.bank, unseen.requestId)]).toEqual([
      'report-over',
      'report-over',
    ]);
    expect([await stateOf(requestId), await stateOf(unseen.requestId), await looks()]).toEqual([
      'CLOSED',
      'REVOKED',
      before,
    ]);
    await kit.work();
    expect(await stateOf(unmade.requestId)).toBe('REVOKED');
  });

  it('ends by the sweep, too, and with every report that rests on the same authorisation', async () => {
    const { requestId, authorisationId } = await authorised();
    await kit.revoke(authorisationId);
    expect(await kit.product.reportRequests.sweep(kit.clock)).toBe(1);
    expect([await stateOf(requestId), await kit.product.reportRequests.sweep(kit.clock)]).toEqual(['REVOKED', 0]);
    const again = await authorised();
    const { state } = await kit.product.reportRequests.withdraw(kit.firm, again.requestId, '企业撤回', kit.clock);
    expect([state, await view(kit.bank, again.requestId)]).toEqual(['REVOKED', 'report-over']);
    expect((await kit.order(kit.bank)).state).toBe('AWAIT_AUTH');
  });

  it('of a single authorisation is one report, however often it is looked at', async () => {
    const { requestId, authorisationId } = await authorised(true);
    const second = await kit.order(kit.bank);
    expect(second.state).toBe('AWAIT_AUTH');
    expect(await view(kit.bank, requestId)).toBe('no problem');
    const spent = await kit.product.db.as(HOUSE, (tx) => kit.product.authorisations.get(tx, authorisationId));
    expect(spent.state).toBe('USED_UP');
    expect(await view(kit.bank, requestId)).toBe('no problem');
    await kit.work();
    expect(await stateOf(second.requestId)).toBe('AWAIT_AUTH');
    expect(await problemCode(kit.order(kit.bank, { authorisationId }))).toBe('authorisation-missing');
    // The firm takes back what was used up, too.
    await kit.product.reportRequests.withdraw(kit.firm, requestId, '企业撤回', kit.clock);
    expect(await view(kit.bank, requestId)).toBe('report-over');
  });

  it('and its file end by the clock', async () => {
    const draft = await kit.order(kit.bank, { draft: true });
    const waiting = await kit.order(kit.guarantor, { purpose: 'guarantee-review' });
    const { requestId } = await authorised();
    expect(await view(kit.bank, requestId)).toBe('no problem');
    const unseen = await kit.order(kit.bank);
    await kit.work();
    kit.pass(21); // The authorisation held for 20 days.
    expect([await view(kit.bank, requestId), await view(kit.bank, unseen.requestId)]).toEqual([
      'report-over',
      'report-over',
    ]);
    await kit.work();
    expect([await stateOf(requestId), await stateOf(unseen.requestId)]).toEqual(['CLOSED', 'EXPIRED']);
    expect([await kit.state(kit.guarantor, waiting), await stateOf(draft.requestId)]).toEqual(['EXPIRED', 'DRAFT']);
    kit.pass(10);
    await kit.work();
    expect(await stateOf(draft.requestId)).toBe('CANCELLED');
  });

  it('fails after three tries, none of which leaves anything', async () => {
    await kit.grant(kit.bank, { days: 30 });
    await kit.product.database.admin.query('DELETE FROM run_score WHERE uscc = $1', [FIRM]);
    const { requestId } = await kit.order(kit.bank);
    for (const failures of [1, 2, 3]) {
      await kit.work();
      expect((await kit.product.reportRequests.get(kit.bank, requestId)).failures).toBe(failures);
      kit.clock.set(new Date(kit.clock.now().getTime() + 5000));
    }
    expect([await stateOf(requestId), await view(kit.bank, requestId)]).toEqual(['FAILED', 'report-over']);
    const { rows } = await kit.product.database.admin.query('SELECT count(*)::int AS n FROM report');
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('is rebuilt by its events', async () => {
    const { requestId, authorisationId } = await authorised(true);
    await view(kit.bank, requestId);
    await kit.revoke(authorisationId);
    await kit.product.reportRequests.withdraw(kit.firm, requestId, '企业撤回', kit.clock);
    const stored = await kit.product.reportRequests.get(kit.bank, requestId);
    const events = await kit.product.reportRequests.history(kit.bank, requestId);
    expect(events.map(({ change }) => change?.event)).toEqual([
      undefined,
      'submit',
      'authorise',
      'generated',
      'view',
      'revoke',
    ]);
    expect(replayed(stored, events)).toEqual(stored);
  });

  it('is kept apart by the database: another bank, another firm, nobody', async () => {
    const { requestId } = await authorised();
    expect(await view(kit.otherBank, requestId)).toBe('report-request-unknown');
    const rows = async (actor: string): Promise<number[]> =>
      kit.product.db.as(actor, async (tx) => {
        const count = async (table: string): Promise<number> => (await tx.query(`SELECT FROM ${table}`)).length;
        return [await count('report_request'), await count('report_request_event'), await count('report')];
      });
    expect(await rows(`institution:${kit.bank.institutionId}`)).toEqual([1, 4, 1]);
    expect(await rows(`institution:${kit.otherBank.institutionId}`)).toEqual([0, 0, 0]);
    // The firm sees that it was asked about, not what the bank was given.
    expect(await rows(firmActor(FIRM))).toEqual([1, 4, 0]);
    expect(await rows(firmActor(OTHER_FIRM))).toEqual([0, 0, 0]);
    expect(await rows(`regulator:${kit.otherBank.institutionId}`)).toEqual([1, 4, 1]);
    expect(await rows('')).toEqual([0, 0, 0]);
  });

  it('and its report are never changed, whoever tries', async () => {
    const { requestId } = await authorised();
    const { admin } = kit.product.database;
    for (const sql of [
      `UPDATE report SET bytes = bytes || ' '`,
      'DELETE FROM report',
      `UPDATE report_request_event SET at = now()`,
      `UPDATE report_request SET uscc = '${OTHER_FIRM}', version = version + 1`,
      `UPDATE report_request SET state = 'DRAFT'`,
      'DELETE FROM report_key',
    ])
      await expect(admin.query(sql)).rejects.toThrow(/only ever added|one event at a time/);
    // A version without its event does not commit.
    await expect(admin.query('UPDATE report_request SET version = version + 1')).rejects.toThrow(
      /report_request_has_event/,
    );
    await expect(
      kit.product.db.as(`institution:${kit.bank.institutionId}`, (tx) =>
        tx.execute(
          `INSERT INTO report_request (request_id, institution_id, person_id, uscc, purpose, product, profile, requested_at, state, version, state_since)
          SELECT gen_random_uuid(), $1, person_id, uscc, purpose, product, profile, now(), 'DRAFT', 1, now() FROM report_request`,
          [kit.otherBank.institutionId],
        ),
      ),
    ).rejects.toThrow(/row-level security/);
    expect(await view(kit.bank, requestId)).toBe('no problem');
  });

  it.each([false, true])('survives many views at once; single: %s', async (single) => {
    const { requestId } = await authorised(single);
    const seen = await Promise.all(Array.from({ length: 8 }, () => view(kit.bank, requestId)));
    expect([new Set(seen), await looks()]).toEqual([new Set(['no problem']), 8]);
  });
});
