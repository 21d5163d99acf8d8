/** deadlock_detected and serialization_failure: PostgreSQL ended this transaction so that another could go on. */
const GAVE_WAY: readonly unknown[] = ['40P01', '40001'];
const TRIES = 3;

/**
 * Does the work once more when its transaction had to give way to another, three times at most (死锁重试). The work opens the
 * transaction itself, and all that it does is in it: of a try that gave way nothing is left.
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !GAVE_WAY.includes((error as { code?: unknown }).code)) throw error;
    }
}
