import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/**
 * Suites of ten seconds and more, the longest first, as a whole run on two cores took them. Jest knows how long suites take
 * only from a run before, which a fresh checkout has not had: then it begins with the largest files, and one core idles at
 * the end beside a minute's suite. The order changes nothing but that.
 */
const HEAVIEST = [
  'test/start/life.spec.ts',
  'tools/bench/bench.spec.ts',
  'test/kill/ingest.spec.ts',
  'test/cli/real-registry.spec.ts',
  'test/kill/sequence.spec.ts',
  'test/start/demo-book.spec.ts',
  'test/start/books.spec.ts',
  'test/cli/commands.spec.ts',
  'test/api/lists.spec.ts',
  'tools/new-source/new-source.spec.ts',
  'test/whitelist/rules.spec.ts',
  'test/security/hostile-inputs.spec.ts',
  'test/security/stateful-fuzz.spec.ts',
  'test/security/matrix.spec.ts',
  'test/ledger/planted-faults.spec.ts',
  'test/ledger/interleavings.spec.ts',
  'test/kill/rescore.spec.ts',
  'test/platform/embedded-server.spec.ts',
  'test/e2e/kuayuedai.spec.ts',
  'test/ledger/planted-personal.spec.ts',
  'test/real/enterprise-risk.spec.ts',
  'test/start/external.spec.ts',
  'test/sources/all-sources.spec.ts',
  'tools/simulate/dirt.spec.ts',
  'test/reports/requests.spec.ts',
  'test/cli/poll.spec.ts',
];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const place = new Map(HEAVIEST.map((name, i) => [path.join(root, name), i]));
const gone = HEAVIEST.filter((name) => !fs.existsSync(path.join(root, name)));
if (gone.length > 0) throw new Error(`test/heaviest-first.mjs names what is not there: ${gone.join(', ')}`);

export default class HeaviestFirst extends Sequencer {
  sort(tests) {
    const at = (test) => place.get(test.path) ?? HEAVIEST.length;
    return super.sort(tests).sort((a, b) => at(a) - at(b));
  }
}
