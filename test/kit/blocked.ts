import type pg from 'pg';

/**
 * Resolves once `sessions` of the application wait for a lock in this database: the interleaving that a test wants is
 * then certain.
 */
export async function untilBlocked(admin: pg.Client, sessions = 1): Promise<void> {
  for (;;) {
    // Inside a transaction the server goes on showing what it showed first.
    await admin.query('SELECT pg_stat_clear_snapshot()');
    const { rowCount } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'firstmile_app' AND wait_event_type = 'Lock'`,
    );
    if (rowCount !== null && rowCount >= sessions) return;
  }
}
