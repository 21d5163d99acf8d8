import { setTimeout as after } from 'node:timers/promises';
import { isFinished, type RunView } from '#lib/runs';
import { runBody } from './run-body.ts';

/** At least one event a second while a run goes on; changes show sooner. */
const LOOK_MS = 250;
const LOOKS_AN_EVENT = 4;

/**
 * Server-sent events of one run: `progress` with the whole run, then `finished`, and the stream ends. Every event holds
 * all there is to know, so a client that comes back (Last-Event-ID) misses nothing. Ends early when `stop` is aborted.
 */
export async function* runEvents(
  first: RunView,
  look: () => Promise<RunView>,
  stop: AbortSignal,
): AsyncGenerator<string> {
  let run = first;
  let id = 0;
  for (;;) {
    yield eventText((id += 1), isFinished(run.state) ? 'finished' : 'progress', runBody(run));
    if (isFinished(run.state)) return;
    const said = run;
    for (let looks = 0; looks < LOOKS_AN_EVENT && sameProgress(said, run); looks++) {
      try {
        await after(LOOK_MS, undefined, { signal: stop });
      } catch {
        return; // the server or the client is leaving
      }
      run = await look();
    }
  }
}

const sameProgress = (a: RunView, b: RunView): boolean =>
  a.state === b.state && a.firmsDone === b.firmsDone && a.shardsDone === b.shardsDone;

const eventText = (id: number, event: string, data: object): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
