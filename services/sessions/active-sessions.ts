// Keeps the gauge of running sessions true, by asking the tables now and then.
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { gauge } from '#kit/metrics';
import type { Database } from '#kit/postgres';

const refreshMs = 5_000;

const sessionsActive = gauge('sessions_active', { help: 'Sessions of all tenants that have not ended' });

export function watchActiveSessions(database: Database, logger: Logger): Closable {
  const refresh = async (): Promise<void> => {
    try {
      const [row] = await database.query<{ active: number }>(
        `select count(*) as active from sessions where phase = 'charging'`,
      );
      sessionsActive.set(row?.active ?? 0);
    } catch (error) {
      logger.warn({ err: error }, 'active sessions unknown');
    }
  };
  let last = refresh();
  const timer = setInterval(() => {
    last = last.then(refresh);
  }, refreshMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await last;
    },
  };
}
