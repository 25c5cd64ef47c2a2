// `npm run bench:replay [-- --stations 2000 --days 1 --only sessions,stations]`: events per second that each projection
// folds from offset 0 of a real log into a fresh Postgres, muted as a rebuild is. Every topic event counts, also those
// that the fold skips by their header.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { topicsFor, type Topic } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { startParts } from '#infra/local/parts';
import { loadSecrets } from '#infra/local/secrets';
import { makeThrowAway } from '#infra/local/throw-away';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import type { RunningProjection } from '#kit/projection/runner';
import { appendPartition, openAhead } from '#load-tests/bench/append-ahead';
import { cpuMicrosByRole } from '#load-tests/bench/process-usage';
import { profiled } from '#load-tests/bench/profile';
import { replayed, type Replayed, type ReplayParts } from '#load-tests/bench/replayed';
import { stationDays } from '#load-tests/bench/station-days';
import { provenance } from '#load-tests/bench/trial';
import { sessionsConfig } from '#services/sessions/config';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '2000' },
    days: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

const pollMs = 20;
const progressEveryMs = 5_000;
const logger = createLogger('bench', 'warn');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const lifecycle = new Lifecycle(logger);

type Figures = { readonly eventsPerSecond: number };

try {
  await bench();
} finally {
  await lifecycle.close();
}

async function bench(): Promise<void> {
  say(await provenance());
  say('CPU profiles of this process, one per projection, into CPU_PROFILE_DIR where it is set');
  const environment = await open();
  const { brokers, partitions, databaseUrl } = sessionsConfig(environment);
  const topics = topicsFor(partitions);
  const counts = new Map([[topics.events.name, await fill(brokers, topics.events)]]);
  const figures: Record<string, Figures> = {};
  for (const each of replayed) {
    if (flags.only !== undefined && !flags.only.split(',').includes(each.name)) continue;
    const events = counts.get(each.source(topics).name);
    if (events === undefined) continue;
    figures[each.name] = await replay(each, { environment, brokers, databaseUrl, topics, logger }, events);
  }
  say(JSON.stringify(figures));
}

/** Engines with the settings of production: a throw-away Postgres would not wait for its disk. */
async function open(): Promise<NodeJS.ProcessEnv> {
  const place = makeThrowAway();
  lifecycle.add('place', { close: async () => place.remove() });
  const [kafka = 0, kafkaController = 0, postgres = 0, clickhouse = 0] = await freePorts(4);
  const parts = await startParts({
    needs: ['kafka', 'postgres'],
    place: { dataDir: place.dir, logDir: join(place.dir, 'logs'), pidDir: place.pidDir, throwAway: false },
    ports: { kafka, kafkaController, postgres, clickhouse },
    secrets: loadSecrets(join(place.dir, 'secrets.json')),
    environment: process.env,
  });
  lifecycle.add('parts', parts);
  return { ...process.env, ...parts.environment };
}

/** Writes the fleet's days into the log, partition by partition; returns how many events each partition holds. */
async function fill(brokers: readonly string[], events: Topic): Promise<readonly number[]> {
  const startedMs = performance.now();
  const options = { stations: Number(flags.stations), days: Number(flags.days), partitions: events.partitions };
  const writer = await openAhead(brokers, events);
  const counts: number[] = [];
  try {
    for (const records of stationDays(options)) {
      await appendPartition(writer, { topic: events, partition: counts.length, records });
      counts.push(records.length);
    }
  } finally {
    await writer.close();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  say(
    `${flags.stations} stations, ${flags.days} days: ${sumOf(counts)} events in ${events.partitions} partitions, written in ${seconds.toFixed(1)} s`,
  );
  return counts;
}

/** From the claim of the partitions until the positions in Postgres stand at the end of the log. */
async function replay(each: Replayed, parts: ReplayParts, events: readonly number[]): Promise<Figures> {
  const total = sumOf(events);
  const cpuBefore = cpuMicrosByRole();
  const startedMs = performance.now();
  const { projection, database } = await profiled(each.name, async () => {
    const opened = await each.open(parts);
    await atTheEnd(each.name, opened.projection, { events, total });
    return opened;
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = cpuMicrosByRole();
  const { parkedKeys } = projection.status();
  await projection.close();
  await database.close();
  if (parkedKeys > 0) throw new Error(`${each.name} parked ${parkedKeys} keys`);
  const eventsPerSecond = Math.round(total / seconds);
  const shares = [...cpu].map(
    ([role, micros]) =>
      `${role === 'generator' ? 'this process' : role} ${((micros - (cpuBefore.get(role) ?? 0)) / total).toFixed(1)}`,
  );
  say(
    `${each.name}: ${total} events in ${seconds.toFixed(1)} s, ${eventsPerSecond}/s; CPU µs per event: ${shares.join(', ')}`,
  );
  return { eventsPerSecond };
}

type Ends = { readonly events: readonly number[]; readonly total: number };

async function atTheEnd(name: string, projection: RunningProjection, { events, total }: Ends): Promise<void> {
  let saidMs = performance.now();
  for (;;) {
    const { partitions } = projection.status();
    const stopped = partitions.find((partition) => partition.stopped !== null);
    if (stopped !== undefined) throw new Error(`${name}: partition ${stopped.partition} stopped: ${stopped.stopped}`);
    if (partitions.every(({ partition, nextOffset }) => nextOffset >= (events[partition] ?? 0))) return;
    if (performance.now() - saidMs >= progressEveryMs) {
      saidMs = performance.now();
      say(`${name}: ${sumOf(partitions.map(({ nextOffset }) => nextOffset))} of ${total}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
