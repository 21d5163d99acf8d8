import fc from 'fast-check';
import { HOUSE, INSTITUTION_LIFE } from '#lib/access';
import { DISPUTE, DISPUTE_EVENTS, type DisputeEvent } from '#lib/compliance';
import { FixedClock, ProblemError, step, type LocalDate } from '#lib/kernel';
import { applyEvent, found, MEMBER_EVENTS, MEMBERSHIP, type MemberEvent, type MembershipRow } from '#lib/whitelist';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';

const RUNS = process.env['FIRSTMILE_LONG'] ? 200 : 8;
const clock = new FixedClock('2026-07-06T01:00:00Z');

/** Refused by name, or nothing is wrong with it. */
async function tried(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

it('a membership is its events: state, version, what it was before, and since when', () => {
  const at = (day: number): Date => new Date(Date.UTC(2026, 0, 1 + day));
  const rules = { validityMonths: 12, exceptionDays: 90 };
  fc.assert(
    // Three of four events are some that the state knows.
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...MEMBER_EVENTS), fc.nat(23), fc.nat(5)), { maxLength: 40 }),
      (walk) => {
        const begun = found(demoUscc(1), { at: at(0) });
        let row: MembershipRow = begun.row;
        const events = [begun.event];
        let day = 0;
        for (const [any, choice, days] of walk) {
          day += days;
          const known = Object.keys(MEMBERSHIP.states[row.state].on ?? {}) as MemberEvent[];
          const name = choice % 4 === 0 ? any : known[choice % known.length]!;
          const raised = { event: name, reason: 'X', zh: '测试', en: 'test' } as const;
          const context = { at: at(day), asOf: '2026-06-30' as LocalDate, rules, role: 'SYSTEM' } as const;
          try {
            const next = applyEvent(row, raised, context);
            ({ row } = next);
            events.push(next.event);
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
          }
        }
        let rebuilt: Pick<MembershipRow, 'state' | 'version' | 'formerState' | 'stateSince'> = begun.row;
        for (const { version, fromState, toState, at: when } of events.slice(1)) {
          expect([version, fromState]).toEqual([rebuilt.version + 1, rebuilt.state]);
          rebuilt = {
            state: toState,
            version,
            formerState: toState === 'SUSPENDED' ? (fromState as 'ACTIVE' | 'WATCH') : null,
            stateSince: toState === fromState ? rebuilt.stateSince : when,
          };
        }
        expect(row).toMatchObject(rebuilt);
      },
    ),
  );
});

describe('in the database', () => {
  let product: TestProduct;
  let people: string[];
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register(Array.from({ length: RUNS + 1 }, (_, i) => i + 1)));
    const { institutionId } = (await product.access.institutionByCode('operator'))!;
    const hire = (handle: string) => product.access.createPerson({ institutionId, handle, name: handle });
    people = [(await hire('one')).personId, (await hire('two')).personId];
  });
  afterAll(() => product.close());

  it('a dispute is its events, whoever raises what', async () => {
    const { disputes } = product;
    const reached = new Set<string>();
    let firm = 0;
    await fc.assert(
      fc.asyncProperty(
        // Three of four events are some that the state knows.
        fc.array(
          fc.record({
            any: fc.constantFrom<DisputeEvent>(...DISPUTE_EVENTS),
            known: fc.nat(11),
            who: fc.nat(1),
            hours: fc.nat(100),
          }),
          { minLength: 10, maxLength: 20 },
        ),
        async (walk) => {
          firm += 1;
          const claim = { claim: '计算有误，请核查' };
          const { disputeId } = await disputes.open(demoUscc(firm), claim, { person: people[0]!, clock });
          let now = clock.now().getTime();
          for (const { any, known, who, hours } of walk) {
            const { version, state } = await disputes.get(disputeId);
            now += hours * 3_600_000;
            const rules = DISPUTE.states[state].on ?? {};
            const event = known % 4 === 0 ? any : ((Object.keys(rules) as DisputeEvent[])[known % 3] ?? any);
            const role = rules[event]?.by?.[0] ?? (who === 0 ? 'DESK' : 'FIRM');
            const when = new FixedClock(new Date(now).toISOString());
            await tried(() =>
              disputes.decide(disputeId, {
                event,
                role,
                person: people[who]!,
                text: '经核查说明如下',
                version,
                clock: when,
              }),
            );
            await disputes.tick(when);
          }
          const { events, state, version } = await disputes.get(disputeId);
          expect(events.map((event) => event.version)).toEqual(events.map((_, i) => i + 1));
          expect(events[0]).toMatchObject({ fromState: null, toState: DISPUTE.initial });
          const end = events.slice(1).reduce((before, { event, fromState, toState }) => {
            expect(fromState).toBe(before);
            expect(step(DISPUTE, { state: before, event: event as DisputeEvent, role: 'SYSTEM', to: toState })).toEqual(
              {
                ok: true,
                value: toState,
              },
            );
            reached.add(toState);
            return toState;
          }, events[0]!.toState);
          expect([end, events.length]).toEqual([state, version]);
        },
      ),
      { numRuns: RUNS, seed: 20_261_129 },
    );
    expect(reached.size).toBeGreaterThan(5);
  });

  it('an institution is its events', async () => {
    const { access } = product;
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('suspend' as const, 'restore' as const), { maxLength: 12 }),
        async (walk) => {
          const code = `bank-${(made += 1)}`;
          const { institutionId } = await access.createInstitution({ kind: 'bank', code, zh: code, en: code });
          for (const event of walk) await tried(() => access.moveInstitution(institutionId, event, { reason: '测试' }));
          const told = await access.events(institutionId, { subjectId: institutionId });
          const end = told.slice(1).reduce((state, { event }) => {
            const moved = step(INSTITUTION_LIFE, { state, event: event as 'suspend', role: 'SYSTEM' });
            if (!moved.ok) throw new Error(`${state} ${event}`);
            return moved.value;
          }, INSTITUTION_LIFE.initial);
          const [row] = await product.db.as(HOUSE, (tx) =>
            tx.query<{ state: string; version: number }>(
              'SELECT state, version FROM institution WHERE institution_id = $1',
              [institutionId],
            ),
          );
          expect(row).toEqual({ state: end, version: told.length });
        },
      ),
      { numRuns: RUNS },
    );
  });
});
