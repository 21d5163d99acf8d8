import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { step, type Workflow } from '#lib/kernel';

const ROOT = path.resolve(__dirname, '../..');
const GOLDEN = path.join(__dirname, 'workflows.golden.json');
type Table = Workflow<string, string>;
/** `STATE event` → `TO|TO by ROLE+ROLE`; by nobody: the system alone. */
type Told = Readonly<Record<string, string>>;

const sourcesUnder = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => path.join(ROOT, folder, name));

/** Every transition table of the product, wherever it stands: each file that makes one is loaded for it. */
function allTables(): Table[] {
  const making = [...sourcesUnder('libs'), ...sourcesUnder('apps')].filter(
    (file) => !file.includes('/kernel/') && /\bworkflow\s*[<(]/.test(readFileSync(file, 'utf8')),
  );
  return making.flatMap((file) => {
    const exported = Object.values(jest.requireActual<Record<string, unknown>>(file));
    const tables = exported.filter(
      (value): value is Table =>
        typeof value === 'object' && value !== null && ['name', 'initial', 'states'].every((name) => name in value),
    );
    if (tables.length === 0) throw new Error(`${file} makes a table and does not export it`);
    return tables;
  });
}

const tables = allTables();
const rulesOf = (table: Table, state: string) =>
  (table.states[state]!.on ?? {}) as Record<string, { to: string | readonly string[]; by?: readonly string[] }>;
const statesOf = (table: Table): string[] => Object.keys(table.states);
const eventsOf = (table: Table): string[] => [
  ...new Set(statesOf(table).flatMap((state) => Object.keys(rulesOf(table, state)))),
];
const told = (table: Table): Told =>
  Object.fromEntries(
    statesOf(table).flatMap((state) =>
      Object.entries(rulesOf(table, state)).map(([event, { to, by = [] }]) => [
        `${state} ${event}`,
        `${[to].flat().join('|')} by ${by.join('+')}`,
      ]),
    ),
  );

// A change of a table is a decision: UPDATE_GOLDEN=1 writes down what the tables say now, to be read and committed.
if (process.env['UPDATE_GOLDEN'])
  writeFileSync(
    GOLDEN,
    `${JSON.stringify(Object.fromEntries(tables.map((table) => [table.name, told(table)])), null, 2)}\n`,
  );
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Readonly<Record<string, Told>>;

it('every table is written down, and no other', () => {
  expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(golden).sort());
});

describe.each(tables.map((table) => [table.name, table] as const))('the table of %s', (name, table) => {
  const written = golden[name] ?? {};
  const states = statesOf(table);
  const events = eventsOf(table);
  const everyRole = [
    'SYSTEM',
    ...new Set(states.flatMap((state) => Object.values(rulesOf(table, state)).flatMap(({ by = [] }) => by))),
    'NOBODY',
  ];

  it('takes or refuses each event in each state, by each role, as it is written down', () => {
    let taken = 0;
    for (const state of states)
      for (const event of events) {
        const [targets, by] = (written[`${state} ${event}`] ?? '').split(' by ');
        const allowed = (by ?? '').split('+').filter(Boolean);
        for (const role of everyRole) {
          const to = targets?.split('|') ?? [];
          const made = step(table, { state, event, role, ...(to[0] ? { to: to[0] } : {}) });
          const wanted = !targets
            ? 'transition-refused'
            : role === 'SYSTEM' || allowed.includes(role)
              ? to[0]
              : 'role-refused';
          expect([state, event, role, made.ok ? made.value : made.problem.code]).toEqual([state, event, role, wanted]);
          if (!made.ok) continue;
          taken += 1;
          if (to.length === 1) continue;
          // A guard chooses among the targets that are written down, and nothing else.
          for (const one of to) expect(step(table, { state, event, role, to: one })).toEqual({ ok: true, value: one });
          expect(() => step(table, { state, event, role, to: 'ELSEWHERE' })).toThrow(RangeError);
        }
      }
    expect(taken).toBeGreaterThanOrEqual(Object.keys(written).length);
    expect(Object.keys(written).filter((pair) => !(pair in told(table)))).toEqual([]);
  });

  it('says each state and event in both languages, and every event is somebody’s', () => {
    for (const state of states) {
      const { zh, en } = table.states[state]!;
      expect([state, zh, en]).toEqual([
        state,
        expect.stringMatching(/[\u4e00-\u9fff]/),
        expect.stringMatching(/[a-z]/),
      ]);
    }
    expect(events.length).toBeGreaterThan(0);
  });

  it('no sequence of events leaves its states, and the same events lead there again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...events), fc.nat(3)), { maxLength: 40 }), (walk) => {
        let state = table.initial;
        const done: { event: string; to: string }[] = [];
        for (const [event, choice] of walk) {
          const targets = [rulesOf(table, state)[event]?.to ?? []].flat();
          const made = step(table, { state, event, role: 'SYSTEM', to: targets[choice % targets.length]! });
          if (!made.ok) continue;
          state = made.value;
          expect(states).toContain(state);
          done.push({ event, to: state });
        }
        const again = done.reduce((at, { event, to }) => {
          const made = step(table, { state: at, event, role: 'SYSTEM', to });
          if (!made.ok) throw new Error(`${at} ${event} is refused when replayed`);
          return made.value;
        }, table.initial);
        expect(again).toBe(state);
      }),
    );
  });
});
