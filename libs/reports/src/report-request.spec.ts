import fc from 'fast-check';
import { localDate, type Uscc } from '#lib/kernel';
import {
  changed,
  drafted,
  dueEvent,
  replayed,
  REPORT_REQUEST,
  reportNoOf,
  REQUEST_STATES,
  type Basis,
  type RequestChange,
  type RequestEvent,
  type RequestRecord,
  type RequestState,
  type ReportOrder,
  type ReportRequest,
} from './report-request.ts';

const BASIS: Basis = { authorisationId: 'a', single: true, until: localDate('2026-07-20') };
const order: ReportOrder = {
  requestId: '019a8c2e-7f00-7000-8000-00000000000a',
  institutionId: 'bank',
  personId: 'officer',
  uscc: '91440300DMAB12340K' as Uscc,
  purpose: 'pre-loan-review',
  product: 'score',
  profile: 'bank',
  runId: null,
  requestedAt: new Date('2026-07-01T02:00:00Z'),
};
const CHANGES: readonly RequestChange[] = [
  { event: 'submit', atOnce: false, basis: null },
  { event: 'authorise', basis: BASIS },
  { event: 'generated', reportNo: 'FM-1' },
  { event: 'generationFailed', problem: 'not-in-run' },
  ...(['cancel', 'refuse', 'view', 'revoke', 'authorisationEnds', 'lapse', 'fileEnds'] as const).map((event) => ({
    event,
  })),
];
const at = new Date('2026-07-02T02:00:00Z');

/** Where each event leads from each state (domain §6.1); all others are refused. */
const LEADS: Readonly<Partial<Record<RequestState, Partial<Record<RequestEvent, RequestState>>>>> = {
  DRAFT: { submit: 'AWAIT_AUTH', cancel: 'CANCELLED', lapse: 'CANCELLED' },
  AWAIT_AUTH: { authorise: 'AUTHORISED', refuse: 'REFUSED', lapse: 'EXPIRED', cancel: 'CANCELLED' },
  AUTHORISED: { generated: 'READY', generationFailed: 'AUTHORISED', revoke: 'REVOKED', authorisationEnds: 'EXPIRED' },
  READY: { view: 'DELIVERED', revoke: 'REVOKED', authorisationEnds: 'EXPIRED' },
  DELIVERED: { view: 'DELIVERED', revoke: 'CLOSED', fileEnds: 'CLOSED' },
};

const inState = (state: RequestState): ReportRequest => ({
  ...drafted(order),
  state,
  version: 5,
  basis: BASIS,
  reportNo: 'FM-1',
  lastDay: null,
});

describe('a report request', () => {
  it('takes each event in each state as the table says', () => {
    for (const state of REQUEST_STATES)
      for (const change of CHANGES) {
        const next = LEADS[state]?.[change.event];
        const act = (): ReportRequest => changed(inState(state), change, { role: 'SYSTEM', at });
        if (next === undefined) expect(act).toThrow(/transition-refused/);
        else {
          const again = state === 'DELIVERED' && change.event === 'view';
          expect([state, change.event, act().state, act().version]).toEqual([state, change.event, next, again ? 5 : 6]);
        }
      }
  });

  it('lets nobody raise what is not theirs', () => {
    const may = (state: RequestState, event: RequestEvent, role: 'REQUESTER' | 'SUBJECT'): boolean => {
      try {
        changed(
          inState(state),
          CHANGES.find((change) => change.event === event)!,
          { role, at },
        );
        return true;
      } catch {
        return false;
      }
    };
    expect([may('AWAIT_AUTH', 'authorise', 'REQUESTER'), may('AWAIT_AUTH', 'authorise', 'SUBJECT')]).toEqual([
      false,
      true,
    ]);
    expect([may('AWAIT_AUTH', 'refuse', 'REQUESTER'), may('AWAIT_AUTH', 'cancel', 'SUBJECT')]).toEqual([false, false]);
    expect([may('READY', 'view', 'SUBJECT'), may('READY', 'revoke', 'REQUESTER')]).toEqual([false, false]);
    for (const role of ['REQUESTER', 'SUBJECT'] as const)
      expect([may('AUTHORISED', 'generated', role), may('DELIVERED', 'fileEnds', role)]).toEqual([false, false]);
  });

  it('ends by itself: a draft after 30 days, the wait after 7, a file after 30 or with its authorisation', () => {
    const draft = drafted(order);
    expect(draft.lastDay).toBe('2026-07-31');
    const waiting = changed(draft, CHANGES[0]!, { role: 'REQUESTER', at });
    expect(waiting.lastDay).toBe('2026-07-09');
    expect([dueEvent(waiting, localDate('2026-07-09')), dueEvent(waiting, localDate('2026-07-10'))]).toEqual([
      undefined,
      'lapse',
    ]);
    const long: Basis = { ...BASIS, single: false, until: localDate('2027-01-01') };
    const delivered = (basis: Basis): ReportRequest =>
      changed({ ...inState('READY'), basis }, { event: 'view' }, { role: 'REQUESTER', at });
    expect([delivered(BASIS).lastDay, delivered(long).lastDay]).toEqual(['2026-07-20', '2026-08-01']);
    expect(dueEvent(delivered(long), localDate('2026-08-02'))).toBe('fileEnds');
    expect(dueEvent({ ...inState('READY'), lastDay: BASIS.until }, localDate('2026-07-21'))).toBe('authorisationEnds');
    const own = changed(draft, { event: 'submit', atOnce: true, basis: null }, { role: 'REQUESTER', at });
    expect([own.state, own.lastDay]).toEqual(['AUTHORISED', '2026-08-01']);
    for (const state of REQUEST_STATES) {
      const final = REPORT_REQUEST.states[state].on === undefined;
      if (final) expect(dueEvent(inState(state), localDate('2030-01-01'))).toBeUndefined();
    }
  });

  it('fails at the third failure', () => {
    let request = { ...inState('AUTHORISED'), failures: 0 };
    for (const state of ['AUTHORISED', 'AUTHORISED', 'FAILED']) {
      request = changed(request, { event: 'generationFailed', problem: 'x' }, { role: 'SYSTEM', at });
      expect(request.state).toBe(state);
    }
  });

  it('is rebuilt by its events, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(CHANGES.length - 1), fc.nat(20)), { maxLength: 12 }), (steps) => {
        let request = drafted(order);
        const records: RequestRecord[] = [{ version: 1, at: order.requestedAt, role: 'REQUESTER' }];
        let instant = order.requestedAt.getTime();
        for (const [index, days] of steps) {
          instant += days * 86_400_000;
          const change = CHANGES[index]!;
          let next: ReportRequest;
          try {
            next = changed(request, change, { role: 'SYSTEM', at: new Date(instant) });
          } catch {
            continue;
          }
          if (next === request) continue;
          expect(next.version).toBe(request.version + 1);
          request = next;
          records.push({ version: request.version, at: new Date(instant), role: 'SYSTEM', change });
        }
        expect(replayed(order, records)).toEqual(request);
        if (records.length > 2) expect(() => replayed(order, records.toSpliced(1, 1))).toThrow(RangeError);
      }),
    );
  });

  it('has a number that says nothing of its neighbours', () => {
    const no = reportNoOf(order);
    expect(no).toMatch(/^FM-20260701-[0-9A-HJ-NPQRTUWXY]{10}$/);
    expect(reportNoOf({ ...order, requestId: '019a8c2e-7f00-7000-8000-00000000000b' }).slice(12)).not.toBe(
      no.slice(12),
    );
    expect(reportNoOf(order)).toBe(no);
  });
});
