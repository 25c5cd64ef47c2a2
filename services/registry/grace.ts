// Ends passwords whose grace is over: gateways know no clock for them, so the registry takes them out of its value.
import { sleep } from '#kit/back-off';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { credentialChanges, deleteEnded } from './store/credentials.ts';
import { writeAs, type Store } from './store/write.ts';

/** Looks every `everyMs`; a failure is told and tried again with the next look. */
export function runGrace(store: Store, logger: Logger, everyMs: number): Closable {
  const closing = new AbortController();
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await endGraces(store).catch((error: unknown) => logger.error({ err: error }, 'graces of passwords not ended'));
      await sleep(everyMs, closing.signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

export async function endGraces(store: Store): Promise<void> {
  const due = await store.database.query<{ tenant_id: string }>(
    'select distinct tenant_id from credentials where valid_until <= $1',
    [new Date(store.now())],
  );
  for (const { tenant_id: tenantId } of due) {
    await writeAs(store, { tenantId, actor: 'registry', role: 'platform' }, async (client, writing) => {
      const ended = await deleteEnded(client, writing);
      const changed = ended.map((credential) => ({ operation: 'deleted', credential }) as const);
      await store.enqueue(client, await credentialChanges(client, writing, changed));
    });
  }
}
