// `npm run bench:sink [-- --stations 2000 --days 1 --from memory|kafka]`: readings per second through the real sink into
// ClickHouse, and bytes per sample after the merges. Rows and registers are audited before anything is printed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatUuid } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { type Parts, startParts } from '#infra/local/parts';
import type { PartName } from '#infra/local/part';
import { readRecords } from '#infra/local/pids';
import { loadSecrets } from '#infra/local/secrets';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { openLogReader } from '#kit/event-log/reader';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { openDatabase, type Database } from '#kit/postgres';
import type { OpenReader } from '#kit/projection/owned-partitions';
import { runSink, type RunningSink } from '#kit/sink/runner';
import { appendAhead } from '#load-tests/bench/append-ahead';
import { fleetDays, type FleetDays } from '#load-tests/bench/fleet-days';
import { memoryLog } from '#load-tests/bench/memory-log';
import { cpuMicrosOf } from '#load-tests/bench/process-usage';
import { provenance } from '#load-tests/bench/trial';
import { analyticsConfig, logSettings } from '#services/analytics/config';
import { readingBlocks, readingTypes } from '#services/analytics/sinks/readings';
import { insertingInto, prepareTimeseries } from '#services/analytics/timeseries';
import { makeThrowAway } from '#infra/local/throw-away';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '2000' },
    days: { type: 'string', default: '1' },
    from: { type: 'string', default: 'memory' },
  },
});

const database = 'bench_sink';
const pollMs = 20;
const logger = createLogger('bench', 'warn');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const lifecycle = new Lifecycle(logger);

try {
  await bench();
} finally {
  await lifecycle.close();
}

async function bench(): Promise<void> {
  say(await provenance());
  const isKafka = flags.from === 'kafka';
  const { parts, pids } = await open(isKafka ? ['kafka', 'postgres', 'clickhouse'] : ['postgres', 'clickhouse']);
  const config = analyticsConfig(parts.environment);
  const events = topicsFor(config.partitions).events;
  const fleet = fleetDays({
    stations: Number(flags.stations),
    days: Number(flags.days),
    partitions: events.partitions,
  });
  say(
    `${flags.stations} stations, ${flags.days} days: ${fleet.sessions} sessions, ${fleet.readings} readings, ` +
      `${fleet.samples} samples, one reading per event; read from ${isKafka ? 'Kafka' : 'memory, behind the reader interface'}`,
  );
  const options = { url: config.databaseUrl, role: 'analytics', schema: 'analytics', poolMax: 4 };
  const positions = lifecycle.add('database', await openDatabase(options));
  const clickhouse = lifecycle.add('clickhouse', openClickHouse({ url: config.clickhouseUrl, database }));
  const { signal } = new AbortController();
  await prepareTimeseries(clickhouse, { url: config.clickhouseUrl, database }, { signal, logger });
  if (isKafka) await appendAhead(config.brokers, events, fleet.partitions);
  const source: OpenReader = isKafka
    ? (topic, onLost) =>
        openLogReader({ ...logSettings, brokers: config.brokers, clientId: 'bench', topic: topic.name, onLost }, logger)
    : () => memoryLog(fleet.partitions);
  const seconds = await carry({ events, fleet, clickhouse, positions, source, flush: config }, pids);
  const lost = await audit(clickhouse, fleet);
  const bytesPerSample = await mergedBytes(clickhouse, fleet);
  await curve(clickhouse, fleet);
  const readingsPerSecond = Math.round(fleet.readings / seconds);
  say(`lost ${lost}`);
  say(JSON.stringify({ readingsPerSecond, bytesPerSample, lost }));
}

type Pids = () => ReadonlyMap<string, number>;

async function open(needs: readonly PartName[]): Promise<{ parts: Parts; pids: Pids }> {
  const place = makeThrowAway();
  lifecycle.add('place', { close: async () => place.remove() });
  const [kafka = 0, kafkaController = 0, postgres = 0, clickhouse = 0] = await freePorts(4);
  const parts = await startParts({
    needs,
    place: { dataDir: place.dir, logDir: join(place.dir, 'logs'), pidDir: place.pidDir, throwAway: true },
    ports: { kafka, kafkaController, postgres, clickhouse },
    secrets: loadSecrets(join(place.dir, 'secrets.json')),
    environment: process.env,
  });
  lifecycle.add('parts', parts);
  return { parts, pids: () => new Map(readRecords(place.pidDir).map(({ name, pid }) => [name, pid])) };
}

type Carrying = {
  readonly events: Topic;
  readonly fleet: FleetDays;
  readonly clickhouse: ClickHouse;
  readonly positions: Database;
  readonly source: OpenReader;
  readonly flush: { readonly flushRecordsMax: number; readonly flushMs: number };
};

/** Seconds from the moment that the sink reads until its positions stand at the end. */
async function carry(parts: Carrying, pids: Pids): Promise<number> {
  const { events, clickhouse, positions, source, flush } = parts;
  const sink = await runSink({
    name: 'bench_readings',
    topic: events,
    types: readingTypes,
    toBlocks: readingBlocks(),
    openReader: source,
    database: positions,
    clickhouse: insertingInto(clickhouse),
    logger,
    flushRecordsMax: flush.flushRecordsMax,
    flushMs: flush.flushMs,
  });
  const cpuBefore = cpuOf(pids());
  const startedMs = performance.now();
  await atTheEnd(sink, parts.fleet);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = cpuOf(pids());
  await sink.close();
  const shares = [...cpu].map(([name, micros]) => {
    const spent = micros - (cpuBefore.get(name) ?? 0);
    return `${name} ${(spent / parts.fleet.readings).toFixed(2)}`;
  });
  say(`carried in ${seconds.toFixed(2)} s; CPU µs per reading: ${shares.join(', ')}`);
  return seconds;
}

function cpuOf(pids: ReadonlyMap<string, number>): Map<string, number> {
  const { user, system } = process.cpuUsage();
  return new Map([['sink', user + system], ...[...pids].map(([name, pid]) => [name, cpuMicrosOf(pid)] as const)]);
}

async function atTheEnd(sink: RunningSink, fleet: FleetDays): Promise<void> {
  const isDone = (): boolean =>
    sink
      .status()
      .partitions.every(({ partition, nextOffset }) => nextOffset >= (fleet.partitions[partition]?.length ?? 0));
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, pollMs));
}

/** Readings that are not there, by count and by the sum of registers. */
async function audit(clickhouse: ClickHouse, fleet: FleetDays): Promise<number> {
  const [row] = await clickhouse.query<{ n: string; sum: string }>(
    'SELECT count() AS n, toString(sum(toInt128(energy_wh * 1000))) AS sum FROM meter_readings_raw FINAL',
  );
  const lost = fleet.readings - Number(row?.n);
  if (lost === 0 && BigInt(row?.sum ?? 0) !== fleet.energyMilliWhSum)
    throw new Error(`registers add up to ${row?.sum}, not to ${fleet.energyMilliWhSum}`);
  return lost;
}

async function mergedBytes(clickhouse: ClickHouse, fleet: FleetDays): Promise<number> {
  const bytes = async (): Promise<number> => {
    const [row] = await clickhouse.query<{ bytes: string }>(
      "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = {database:String} AND table = 'meter_readings_raw'",
      { params: { database } },
    );
    return Number(row?.bytes);
  };
  const fresh = await bytes();
  await clickhouse.command('OPTIMIZE TABLE meter_readings_raw FINAL');
  const merged = await bytes();
  const perSample = (of: number): number => Math.round((of / fleet.samples) * 1000) / 1000;
  const columns = await clickhouse.query<{ name: string; bytes: string }>(
    `SELECT name, toString(round(data_compressed_bytes / {readings:UInt64}, 2)) AS bytes FROM system.columns
     WHERE database = {database:String} AND table = 'meter_readings_raw' AND data_compressed_bytes > {readings:UInt64} / 100
     ORDER BY data_compressed_bytes DESC`,
    { params: { database, readings: fleet.readings } },
  );
  say(`bytes per reading by column: ${columns.map(({ name, bytes: each }) => `${name} ${each}`).join(', ')}`);
  say(`bytes per sample: ${perSample(fresh)} before the last merges, ${perSample(merged)} after`);
  return perSample(merged);
}

async function curve(clickhouse: ClickHouse, { example }: FleetDays): Promise<void> {
  let bestMs = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let n = 0; n < 10; n += 1) {
    const startedMs = performance.now();
    const found = await clickhouse.query(
      `SELECT ts, energy_wh, power_w FROM meter_readings_raw FINAL
       WHERE tenant_id = 'default' AND station_id = {station:String} AND reported_id = {id:UUID} ORDER BY ts`,
      { params: { station: example.stationId, id: formatUuid(example.reportedId) } },
    );
    rows = found.length;
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  }
  say(`a session's curve of ${rows} readings: ${bestMs.toFixed(1)} ms over HTTP (best of 10)`);
}
