// `npm run bench:replay [-- --stations 2000 --days 1 --only sessions,stations]`: events per second that each projection
// folds from offset 0 of a real log into a fresh Postgres. Muted as a rebuild is; of the sessions also speaking, as after
// an outage. Every event of the topic counts, also one that the fold skips by its header.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { topicsFor, type Topic } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { startParts } from '#infra/local/parts';
import { loadSecrets } from '#infra/local/secrets';
import { makeThrowAway } from '#infra/local/throw-away';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import { endsOf, fillEvents, freshDatabase } from '#load-tests/bench/replay-log';
import { measured, sumOf } from '#load-tests/bench/replay-measured';
import { replayed, type Replayed, type ReplayParts } from '#load-tests/bench/replayed';
import { provenance } from '#load-tests/bench/trial';
import { logSettings, sessionsConfig } from '#services/sessions/config';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '2000' },
    days: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

const logger = createLogger('bench', 'error');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const lifecycle = new Lifecycle(logger);

try {
  await bench();
} finally {
  await lifecycle.close();
}

type Setting = Omit<ReplayParts, 'database' | 'writer'> & { readonly databaseUrl: string };
type Figures = Record<string, { readonly eventsPerSecond: number }>;

/**
 * 1. the log of the stations, 2. what folds it, muted, 3. the sessions once more, speaking: what they say is the log of
 * 4. what folds sessions.
 */
async function bench(): Promise<void> {
  say(await provenance());
  say(`a CPU profile of each fold goes to ${process.env['CPU_PROFILE_DIR'] ?? 'CPU_PROFILE_DIR, which is not set'}`);
  const setting = await open();
  const { topics } = setting;
  const eventCounts = await fill(setting);
  const figures: Figures = {};
  for (const each of wanted(topics.events, setting))
    figures[each.name] = { eventsPerSecond: await replay(each, setting, { counts: eventCounts }) };
  const ofSessions = wanted(topics.sessions, setting);
  const speaker = replayed.find(({ name }) => name === 'sessions');
  if (ofSessions.length > 0 && speaker !== undefined) {
    const speaking = await replay(speaker, setting, {
      counts: eventCounts,
      speaksTo: [topics.sessions, topics.activeSessions],
    });
    say(`sessions, speaking: ${JSON.stringify({ eventsPerSecond: speaking })}`);
    const counts = await endsOf(setting.brokers, topics.sessions);
    for (const each of ofSessions) figures[each.name] = { eventsPerSecond: await replay(each, setting, { counts }) };
  }
  say(JSON.stringify(figures));
}

function wanted({ name: topicName }: Topic, { topics }: Setting): readonly Replayed[] {
  const only = flags.only?.split(',');
  return replayed.filter(({ name, source }) => source(topics).name === topicName && (only?.includes(name) ?? true));
}

/** Engines with the settings of production: a throw-away Postgres would not wait for its disk. */
async function open(): Promise<Setting> {
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
  const environment = { ...process.env, ...parts.environment };
  const { brokers, databaseUrl, partitions } = sessionsConfig(environment);
  return { environment, brokers, databaseUrl, topics: topicsFor(partitions), logger };
}

async function fill({ brokers, topics }: Setting): Promise<readonly number[]> {
  const startedMs = performance.now();
  const fleet = { stations: Number(flags.stations), days: Number(flags.days) };
  const { counts, byType } = await fillEvents(brokers, topics.events, fleet);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const types = [...byType].map(([type, count]) => `${type} ${count}`).join(', ');
  say(
    `${fleet.stations} stations, ${fleet.days} days: ${sumOf(counts)} events in the log after ${seconds} s: ${types}`,
  );
  return counts;
}

type Source = { readonly counts: readonly number[]; readonly speaksTo?: readonly Topic[] };

/** Events per second into a database of its own. */
async function replay(each: Replayed, setting: Setting, { counts, speaksTo }: Source): Promise<number> {
  const { databaseUrl, brokers } = setting;
  const { name } = each;
  const label = speaksTo === undefined ? name : `${name}, speaking`;
  const writer = speaksTo === undefined ? undefined : await openSpeaker(brokers, speaksTo);
  const database = await openDatabase({
    url: await freshDatabase(databaseUrl, `replay_${name}${speaksTo === undefined ? '' : '_speaking'}`),
    role: name,
    schema: name,
    poolMax: 4,
    logger,
  });
  try {
    const parts = { ...setting, database, ...(writer === undefined ? {} : { writer }) };
    return await measured({ label, counts, open: () => each.open(parts), say });
  } finally {
    await database.close();
    await writer?.close();
  }
}

/** As the service appends. */
async function openSpeaker(brokers: readonly string[], topics: readonly Topic[]): Promise<LogWriter> {
  await ensureTopics(brokers, topics, { replicationFactor: 1 });
  return openLogWriter({ ...logSettings, brokers, clientId: 'replay-speaking' }, logger);
}
