import fc from 'fast-check';
import { fen, type ProblemError } from '#lib/kernel';
import { changed, opened, replayed, type DealRecord, type Raiser } from '../deals/deal.ts';
import { treeOf } from '../sharing/tree-builder.ts';
import { guaranteedOf } from './guarantee-entries.ts';
import { AT, by, COMMITTEE, order, sampleOf, TERMS } from './guarantee-example.ts';
import { exposureOf, type Guarantee, type GuaranteeChange } from './guarantee.ts';
import { GUARANTEE_ENDS, GUARANTEE_TABLE, type GuaranteeEvent } from './guarantee-table.ts';
import { sharesInBp } from './guarantee-terms.ts';
import { GUARANTEE } from './guarantee-type.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 2000 : 60;

/** One wish of a random life: which event, how much of what there is, how many days later. */
const wishes = fc.array(
  fc.record({ pick: fc.nat({ max: 9999 }), part: fc.nat({ max: 1000 }), later: fc.nat({ max: 45 }) }),
  { minLength: 5, maxLength: 60 },
);
const principals = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 10 ** 13 }));
const FATAL = new Set<GuaranteeEvent>(['withdraw', 'cancel', 'reject', 'lapse', 'end-draws', 'expire', 'repaid']);

/** Lives a random life; `look` sees every step that was taken. */
function live(
  terms: typeof TERMS,
  life: readonly { pick: number; part: number; later: number }[],
  look: (before: Guarantee, after: Guarantee, change: GuaranteeChange) => void,
): { readonly deal: Guarantee; readonly records: readonly DealRecord<GuaranteeChange>[] } {
  let deal = opened(GUARANTEE, order(terms));
  const records: DealRecord<GuaranteeChange>[] = [{ version: 1, by: by('OPS') }];
  let now = AT;
  for (const { pick, part, later } of life) {
    now = new Date(now.getTime() + later * 86_400_000);
    const known = Object.keys(GUARANTEE_TABLE.states[deal.state].on ?? {}) as GuaranteeEvent[];
    const kind = known.filter((event) => !FATAL.has(event));
    const from = pick % 17 === 0 || kind.length === 0 ? known : kind;
    const event = from[pick % (from.length || 1)];
    if (event === undefined) break;
    const sample = sampleOf(event, deal, now) as GuaranteeChange & { amount?: number };
    const change = (
      sample.amount !== undefined && part > 500
        ? { ...sample, amount: Math.floor((sample.amount * part) / 250) }
        : sample
    ) as GuaranteeChange;
    const roles: readonly Raiser['role'][] = GUARANTEE_TABLE.states[deal.state].on?.[event]?.by ?? ['SYSTEM'];
    const role = roles[part % roles.length]!;
    const who = by(role, COMMITTEE.includes(event) ? 'c' : deal.proposal ? 'b' : 'a', now);
    try {
      const after = changed(GUARANTEE, deal, change, who);
      look(deal, after, change);
      deal = after;
      records.push({ version: after.version, by: who, change });
    } catch (error) {
      expect((error as ProblemError).problem?.code).toBeDefined();
    }
  }
  return { deal, records };
}

describe('any life of a guarantee', () => {
  const anyTerms = fc
    .record({
      principal: principals,
      guaranteedBp: fc.integer({ min: 1, max: 10_000 }),
      own: fc.integer({ min: 1, max: 100 }),
    })
    .map(({ principal, guaranteedBp, own }) => ({
      ...TERMS,
      principal: fen(principal),
      guaranteedBp,
      programmeMost: null,
      tree: treeOf([
        ['bank', 7],
        ['guarantor', own],
      ]),
    }));

  it('is what its events tell, also after they went through JSON', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(anyTerms, wishes, (terms, life) => {
        const { deal, records } = live(terms, life, (_, after) => void states.add(after.state));
        const told = JSON.parse(
          JSON.stringify(records.map(({ change }) => change ?? null)),
        ) as (GuaranteeChange | null)[];
        const again = records.map(({ version, by: who }, i) => ({
          version,
          by: who,
          ...(told[i] ? { change: told[i] } : {}),
        }));
        expect(replayed(GUARANTEE, order(terms), again)).toEqual(deal);
        expect(JSON.parse(JSON.stringify(deal.body))).toEqual(deal.body);
      }),
      { numRuns },
    );
    expect(states.size).toBeGreaterThan(process.env['FIRSTMILE_LONG'] ? 22 : 12);
  });

  it('keeps outstanding ≤ drawn ≤ approved ≤ applied for, and every split to the fen', () => {
    fc.assert(
      fc.property(anyTerms, wishes, (terms, life) => {
        live(terms, life, (before, after) => {
          const { outstanding, drawn, repaid, approved, account, fee } = after.body;
          expect(after.version).toBe(before.version + 1);
          expect(0 <= outstanding && outstanding <= drawn && drawn <= approved && approved <= terms.principal).toBe(
            true,
          );
          expect(drawn - repaid).toBe(outstanding);
          expect(fee).toBeGreaterThanOrEqual(0);
          if (account === null) return;
          const { leaves } = account;
          const sum = (of: (leaf: (typeof leaves)[number]) => number) => leaves.reduce((s, leaf) => s + of(leaf), 0);
          expect(sum((leaf) => leaf.borne)).toBe(account.claimed);
          expect(sum((leaf) => leaf.recovered)).toBe(account.netRecovered);
          expect(leaves.every((leaf) => leaf.stillToRecover >= 0 && leaf.recovered <= leaf.borne)).toBe(true);
        });
      }),
      { numRuns },
    );
  });

  it('takes no more of its guarantor than ⌈loan × ratio⌉; draws leave it, repayments lower it in the same event', () => {
    fc.assert(
      fc.property(anyTerms, wishes, (terms, life) => {
        live(terms, life, (before, after, change) => {
          const [was, is] = [exposureOf(before), exposureOf(after)];
          if (GUARANTEE_ENDS.includes(after.state)) expect(is).toBeNull();
          if (is === null) return;
          expect(is).toBeLessThanOrEqual(guaranteedOf(after.body.approved, terms));
          const open = after.body.drawsEnded ? after.body.outstanding : after.body.approved - after.body.repaid;
          expect(is).toBe(guaranteedOf(fen(open), terms));
          if (change.event === 'draw') expect(is).toBe(was);
          if (change.event === 'reduce') {
            expect(is).toBeLessThanOrEqual(was!);
            const lowered = was! - is - (change.amount * terms.guaranteedBp) / 10_000;
            expect(Math.abs(lowered)).toBeLessThanOrEqual(1);
          }
          if (was !== null && is > was) expect(change.event).toBe('correct');
        });
      }),
      { numRuns },
    );
  });
});

describe('shares of a guarantee', () => {
  it('add up to the whole', () => {
    expect(sharesInBp(TERMS.tree)).toEqual([
      { party: 'bank', bp: 2000 },
      { party: 'national', bp: 4000 },
      { party: 'city', bp: 2400 },
      { party: 'guarantor', bp: 1600 },
    ]);
  });
});
