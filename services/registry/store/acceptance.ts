// Lets a station in, or has it configured anew: its row gets a new version, so that gateways hear of it.
import type { Caller } from '#kit/http';
import { stations } from './kinds.ts';
import { acceptanceOf, setOnboarded, type Acceptance } from './onboarded.ts';
import type { Refusal } from './refusal.ts';
import { touchRows } from './table.ts';
import { lockExpected, writeAs, type Done, type Store } from './write.ts';

const anyVersion = { header: undefined, body: undefined } as const;

/** Doing it again changes nothing, and tells nothing. */
export function acceptStation(
  store: Store,
  caller: Caller,
  id: string,
  isAccepted: boolean,
): Promise<Done<Acceptance | undefined> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const { value } = await lockExpected(client, stations, writing.tenantId, { id, expected: anyVersion });
    if (await setOnboarded(client, writing, id, isAccepted)) {
      const [written] = await touchRows(client, stations.table, writing, [id]);
      const touched = { id, version: written?.version ?? 0, operation: 'updated', value } as const;
      await store.enqueue(client, await stations.changes(client, writing, [touched]));
    }
    return acceptanceOf(client, writing.tenantId, id);
  });
}
