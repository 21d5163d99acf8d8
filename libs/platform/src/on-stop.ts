/** An orderly end is given up after this long: what was in hand is in one transaction and starts again. */
const PATIENCE_MS = 15_000;

/** One Ctrl-C may arrive twice: from the terminal, and passed on by the npm that the terminal also told. */
const SAME_MS = 1000;

/**
 * Runs `stop` once at the first Ctrl-C, SIGTERM or closing of the terminal and exits 0 after it; a second signal exits at once. Nest's own hooks
 * raise the signal again when they are done, so that nothing could follow them.
 */
export function onStop(stop: () => Promise<void>): void {
  let stopping: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stopping !== undefined) {
        if (performance.now() - stopping > SAME_MS) process.exit(1);
        return;
      }
      stopping = performance.now();
      setTimeout(() => process.exit(1), PATIENCE_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
          process.exit(1);
        },
      );
    });
}
