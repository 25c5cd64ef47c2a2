// Tells the log what was written: every change into the history, current stations and tokens into the caches of gateways.
import { encodeRecord } from '#contracts/codec';
import { partitionOf } from '#contracts/keys';
import type { Topic, Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { runOutboxRelay, type OutboxEntry, type OutboxRelayOptions } from '#kit/outbox';
import { asTenant, type Database } from '#kit/postgres';
import { registeredStation } from './domain/station.ts';
import { registeredTenant } from './domain/tenant.ts';
import { registeredToken } from './domain/token.ts';
import { stations, tokens } from './store/kinds.ts';
import { changeKey, payloadOf, type Current, type Payload } from './store/outbox.ts';
import { hangingOn } from './store/stations.ts';
import { findRow } from './store/table.ts';
import { tenantRow } from './store/tenants.ts';

export type RelayTopics = Pick<Topics, 'registryChanges' | 'registryStations' | 'registryTokens' | 'registryTenants'>;

export type RelayOptions = {
  readonly database: Database;
  readonly writer: LogWriter;
  readonly topics: RelayTopics;
  readonly logger: Logger;
};

const cacheOf = {
  stations: 'registryStations',
  tokens: 'registryTokens',
  tenants: 'registryTenants',
} as const satisfies Record<Current['topic'], keyof RelayTopics>;

export function runRelay({ database, writer, topics, logger }: RelayOptions): Closable {
  return runOutboxRelay({
    database,
    writer,
    logger,
    toRecords: (entry) => recordsOf(topics, entry),
    current: (entries) => currentEntries(database, entries),
  });
}

/** The records that tell of an entry. */
export function recordsOf(topics: RelayTopics, entry: OutboxEntry): ReturnType<OutboxRelayOptions['toRecords']> {
  // Written by entryOf() alone, so its shape is ours.
  const { change, current } = entry.payload as Payload;
  const history =
    change === null
      ? []
      : [
          {
            topic: topics.registryChanges.name,
            partition: 0,
            record: { key: changeKey(change), type: 'RegistryChanged', value: encodeRecord('RegistryChanged', change) },
          },
        ];
  if (current === null) return history;
  const { key, bytes } = current;
  const { name, partitions, types }: Topic = topics[cacheOf[current.topic]];
  const [type = ''] = types;
  return [
    ...history,
    {
      topic: name,
      partition: partitionOf(key, partitions),
      record: { key, type, value: bytes === null ? null : Buffer.from(bytes, 'base64') },
    },
  ];
}

/** What the rows of these entries hold now, for the compacted topics; their history needs no repeat. */
export async function currentEntries(database: Database, entries: readonly OutboxEntry[]): Promise<OutboxEntry[]> {
  const named = new Map(
    entries
      .filter(({ topic }) => Object.hasOwn(currentOf, topic))
      .map((entry) => [`${entry.topic}/${entry.key}`, entry]),
  );
  const now: OutboxEntry[] = [];
  for (const entry of named.values()) {
    const [tenantId, id] = splitKey(entry.key);
    const { rowVersion, current } = await currentOf[entry.topic as keyof typeof currentOf](database, tenantId, id);
    now.push({
      ...entry,
      rowVersion: rowVersion ?? entry.rowVersion,
      payload: { change: null, current: payloadOf(tenantId, current) } satisfies Payload,
    });
  }
  return now;
}

type Now = { readonly rowVersion: number | undefined; readonly current: Current };

function currentStation(database: Database, tenantId: string, id: string): Promise<Now> {
  return asTenant(database, tenantId, async (client) => {
    const row = await findRow(client, stations.table, tenantId, id);
    if (row === undefined) return { rowVersion: undefined, current: { topic: 'stations', id, value: null } };
    const hanging = await hangingOn(client, tenantId, [id]);
    const value = registeredStation(row.value, tenantId, row.audit.version, hanging(id));
    return { rowVersion: row.audit.version, current: { topic: 'stations', id, value } };
  });
}

function currentToken(database: Database, tenantId: string, id: string): Promise<Now> {
  return asTenant(database, tenantId, async (client) => {
    const row = await findRow(client, tokens.table, tenantId, id);
    if (row === undefined) return { rowVersion: undefined, current: { topic: 'tokens', id, value: null } };
    const value = registeredToken(row.value, tenantId, row.audit.version);
    return { rowVersion: row.audit.version, current: { topic: 'tokens', id, value } };
  });
}

async function currentTenant(database: Database, _tenantId: string, id: string): Promise<Now> {
  const row = await tenantRow(database, id);
  if (row === undefined) return { rowVersion: undefined, current: { topic: 'tenants', id, value: null } };
  const { version } = row.audit;
  return { rowVersion: version, current: { topic: 'tenants', id, value: registeredTenant(row.value, version) } };
}

/** The kinds of which gateways keep a cache. */
const currentOf = { station: currentStation, token: currentToken, tenant: currentTenant } as const;

/** `tenant/id`; a tenant holds no slash. */
function splitKey(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
