// `node infra/boot.mjs bench alerts [--stations 10000 --seconds 60 --eventsPerSecond 20]`: what looking for alerts costs,
// in CPU of its process and of Postgres per minute, with ten rules over so many stations; less what it costs to fold alone.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Meta, Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { cpuMicrosOf, descendantsOf } from '#load-tests/bench/process-usage';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import { alertsConfig, logSettings } from '#services/alerts/config';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    eventsPerSecond: { type: 'string', default: '20' },
  },
});
const stations = Number(flags.stations);
const seconds = Number(flags.seconds);
const eventsPerSecond = Number(flags.eventsPerSecond);
const tenantId = 'bench';
const stationsOfLocation = 5;
const absentEvery = 100;
const appendedAtOnce = 500;
const readyMsMax = 120_000;
/** Whatever filled the tables has calmed down by then. */
const settleMs = 20_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(await provenance());
const folding = await measured('folds alone');
const looking = await measured('folds and looks');
const perMinute = (of: 'alerts' | 'postgres'): number => Math.round((looking[of] - folding[of]) * (60 / seconds));
say(
  JSON.stringify({
    stations,
    alertsCpuMsPerMinute: perMinute('alerts'),
    postgresCpuMsPerMinute: perMinute('postgres'),
  }),
);

type Cost = { readonly alerts: number; readonly postgres: number };

async function measured(what: 'folds alone' | 'folds and looks'): Promise<Cost> {
  const isFolding = what === 'folds alone';
  const trial = await startTrial({
    gateways: 0,
    ownParts: true,
    processes: [['alerts']],
    ...(isFolding ? { env: { ALERTS_TICK_MS: '600000' } } : {}),
  });
  try {
    return await measureIn(trial, { isFolding, what });
  } finally {
    await trial.close();
  }
}

async function measureIn(trial: Trial, { isFolding, what }: { isFolding: boolean; what: string }): Promise<Cost> {
  const alerts = trial.processes.get('alerts');
  if (alerts === undefined) throw new Error('the trial runs no alerts');
  const { partitions, brokers } = alertsConfig(trial.environment);
  const topics = topicsFor(partitions);
  const logger = createLogger('bench', 'warn');
  const log = await openLogWriter({ ...logSettings, brokers, clientId: 'bench-alerts' }, logger);
  const append = async <T extends RecordType>(topic: Topic, key: string, type: T, value: Records[T]): Promise<void> => {
    await log.append(topic.name, partitionOf(key, topic.partitions), [{ key, type, value: encodeRecord(type, value) }]);
  };
  try {
    await append(
      topics.registryChanges,
      `${tenantId}/tenant/${tenantId}`,
      'RegistryChanged',
      registered('tenant', tenantId, {}),
    );
    await inTurns(async (n) => {
      const stationId = stationIdOf(n);
      const at = `place-${Math.floor(n / stationsOfLocation)}`;
      await append(
        topics.registryChanges,
        `${tenantId}/station/${stationId}`,
        'RegistryChanged',
        registered('station', stationId, { locationId: at, vendor: 'Acme', model: 'M1', enabled: true }),
      );
      await tell(append, topics.events, n);
    });
    await folded(trial, partitions);
    if (!isFolding) await ruled(trial);
    const changing = change(append, topics.events);
    await delay(settleMs);
    const before = usedBy(alerts.pid());
    await delay(seconds * 1_000);
    const cost = costOf(before, usedBy(alerts.pid()));
    await changing.end();
    say(`${what}: alerts ${cost.alerts.toFixed(0)} ms, Postgres ${cost.postgres.toFixed(0)} ms of CPU in ${seconds} s`);
    return cost;
  } finally {
    await log.close();
  }
}

/** CPU by process, so that one that ended meanwhile (a worker of Postgres) takes nothing away. */
type Used = { readonly alerts: number; readonly backends: ReadonlyMap<number, number> };

function usedBy(pid: number): Used {
  const backends = new Map<number, number>();
  for (const each of descendantsOf(process.pid)) {
    try {
      if (readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('postgres')) backends.set(each, cpuMicrosOf(each));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return { alerts: cpuMicrosOf(pid), backends };
}

function costOf(before: Used, after: Used): Cost {
  let postgres = 0;
  for (const [pid, micros] of after.backends) postgres += micros - (before.backends.get(pid) ?? 0);
  return { alerts: (after.alerts - before.alerts) / 1_000, postgres: postgres / 1_000 };
}

function stationIdOf(n: number): string {
  return `CS-${String(n).padStart(6, '0')}`;
}

async function inTurns(work: (n: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < stations; from += appendedAtOnce) {
    const count = Math.min(appendedAtOnce, stations - from);
    await Promise.all(Array.from({ length: count }, (_, index) => work(from + index)));
  }
}

type Append = <T extends RecordType>(topic: Topic, key: string, type: T, value: Records[T]) => Promise<void>;

function metaOf(stationId: string): Meta {
  return {
    eventId: `${stationId}-${performance.now()}`,
    tenantId,
    stationId,
    occurredAt: null,
    recordedAt: Date.now(),
    source: 'station',
    connectionEpoch: null,
    seq: null,
    ocppVersion: '2.0.1',
    messageId: null,
    traceparent: null,
  };
}

/** Connected, with a connector that is free; one of a hundred says that it is Faulted. */
async function tell(append: Append, events: Topic, n: number): Promise<void> {
  const stationId = stationIdOf(n);
  const key = stationKey(tenantId, stationId);
  const line = { gatewayId: 'g-1', subprotocol: 'ocpp2.0.1', securityProfile: 1, remoteAddress: null };
  await append(events, key, 'StationConnected', { meta: metaOf(stationId), ...line });
  await sayStatus(append, events, { n, status: n % absentEvery === 0 ? 'Faulted' : 'Available' });
}

async function sayStatus(
  append: Append,
  events: Topic,
  { n, status }: { readonly n: number; readonly status: 'Faulted' | 'Available' | 'Occupied' },
): Promise<void> {
  const stationId = stationIdOf(n);
  const nothing = { errorCode: null, info: null, vendorId: null, vendorErrorCode: null };
  const place = { evseId: 1, connectorId: 1, status, ...nothing };
  await append(events, stationKey(tenantId, stationId), 'ConnectorStatusChanged', {
    meta: metaOf(stationId),
    ...place,
  });
}

function registered(kind: string, id: string, value: object): Records['RegistryChanged'] {
  const change = {
    operation: 'created' as const,
    currentJson: JSON.stringify(value),
    actor: 'bench',
    recordedAt: Date.now(),
  };
  return { eventId: `${kind}/${id}`, tenantId, kind, id, rowVersion: 1, ...change };
}

/** Someone plugs in or leaves, so often a second. */
function change(append: Append, events: Topic): { end(): Promise<void> } {
  let goesOn = true;
  const running = (async () => {
    for (let n = 0; goesOn; n += 1) {
      await sayStatus(append, events, { n: (n * 37) % stations, status: n % 2 === 0 ? 'Occupied' : 'Available' });
      await delay(1_000 / eventsPerSecond);
    }
  })();
  return {
    async end() {
      goesOn = false;
      await running;
    },
  };
}

/** Resolves once the folds stand at the ends of their topics. */
async function folded(trial: Trial, partitions: number): Promise<void> {
  const until = performance.now() + readyMsMax;
  for (const name of ['alerts_places', 'alerts_stations'])
    for (;;) {
      const status = (await ask(trial, 'GET', `/v1/projections/${name}`)) as {
        partitions: { nextOffset: number; endOffset: number }[];
      };
      const isThere = status.partitions.every(({ nextOffset, endOffset }) => nextOffset >= endOffset);
      if (isThere && status.partitions.some(({ endOffset }) => endOffset > 0)) break;
      if (performance.now() > until) throw new Error(`${name} does not reach its end in ${partitions} partitions`);
      await delay(200);
    }
}

/** The seven rules of every tenant, three more, and the first look at all. */
async function ruled(trial: Trial): Promise<void> {
  const until = performance.now() + readyMsMax;
  const all = { locationIds: [], vendors: [], models: [] };
  for (const [index, opensAfterSeconds] of [600, 1_200, 1_800].entries()) {
    const condition = { kind: 'offline', opensAfterSeconds, closesAfterSeconds: 60 };
    const rule = { ruleId: `more-${index}`, name: 'More', enabled: true, severity: 'info', selection: all };
    await ask(trial, 'POST', '/v1/alert-rules', { ...rule, groupsBySite: true, condition });
  }
  // A hundred connectors are Faulted: once their alerts are open all was looked at.
  for (;;) {
    const { items } = (await ask(trial, 'GET', '/v1/alerts?kind=faulted&limit=1')) as { items: unknown[] };
    if (items.length > 0) return;
    if (performance.now() > until + readyMsMax) throw new Error('no alert opened');
    await delay(500);
  }
}

async function ask(trial: Trial, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${trial.urls.alerts}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${trial.secrets.internalToken}`,
      'x-tenant-id': tenantId,
      'x-actor': 'bench',
      'x-role': 'platform',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  return response.json();
}
