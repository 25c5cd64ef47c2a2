// Apache Kafka as a part: one real node in KRaft mode on this machine's Java.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startChild, tailOf } from '#infra/local/child';
import { type Part, PartAbsent, type PartPlace } from '#infra/local/part';
import { kafkaInfraDir, kafkaLibsDir, rootDir } from '#infra/local/paths';
import { partOfChild } from '#infra/local/child-part';
import { waitFor } from '#infra/local/wait';
import { Fault } from '#kit/fault';

export type KafkaPorts = {
  readonly port: number;
  readonly controllerPort: number;
  /** A second door, for who reaches the node through a proxy: where it listens, and the port it tells its clients. */
  readonly linked?: { readonly port: number; readonly advertisedPort: number } | undefined;
};

const run = promisify(execFile);
const formatTimeoutMs = 60_000;
const readyTimeoutMs = 60_000;
const closeGraceMs = 5_500;
// A killed node may register again once its session is over: 9 s by default, long for a test that kills it.
const backSoon = 'broker.session.timeout.ms=3000\nbroker.heartbeat.interval.ms=500\n';
const jvmFlags = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:ActiveProcessorCount=2'];

/** Starts the node on the data directory of the place and waits until it answers. PartAbsent without Java or jars. */
export async function startEmbeddedKafka(place: PartPlace, ports: KafkaPorts): Promise<Part> {
  await fetchJars();
  const dir = join(place.dataDir, 'kafka');
  const properties = writeProperties(dir, ports, place.throwAway);
  await formatOnce(dir, properties);
  const child = await startChild({
    name: 'kafka',
    command: 'java',
    // TieredStopAtLevel=1 starts faster and runs slower: right for a test, wrong for a measurement.
    args: [
      ...jvmFlags,
      ...(place.throwAway ? ['-XX:TieredStopAtLevel=1'] : []),
      ...classPath(),
      'kafka.Kafka',
      properties,
    ],
    env: process.env,
    cwd: dir,
    logDir: place.logDir,
    pidDir: place.pidDir,
    kind: 'engine',
    signal: 'SIGTERM',
  });
  const url = `127.0.0.1:${ports.port}`;
  try {
    await kafkaReady(url, child.hasExited);
  } catch (error) {
    await child.stop(closeGraceMs);
    throw new Fault('PART_UNAVAILABLE', {
      detail: `Kafka does not start; the end of ${child.logFile}:\n${tailOf(child.logFile)}`,
      cause: error,
    });
  }
  return partOfChild('kafka', url, child, closeGraceMs);
}

/** Resolves once the node answers a metadata request and its group coordinator has loaded. */
export async function kafkaReady(brokers: string, giveUp: () => boolean = () => false): Promise<void> {
  const kafka = new Kafka({
    clientId: 'local-stack',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  const attempt = async (): Promise<void> => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers: nodes } = await admin.describeCluster();
      if (nodes.length === 0) throw new Error('no broker is registered yet');
      // In its first half second a fresh node says that its coordinators load; what comes first would fail then.
      await admin.fetchOffsets({ groupId: 'local-stack-probe' });
    } finally {
      await admin.disconnect().catch(() => {});
    }
  };
  await waitFor(attempt, { timeoutMs: readyTimeoutMs, everyMs: 150, giveUp });
}

// Boot fetches them where they are missing and says so; its last line is the sentence for a person.
async function fetchJars(): Promise<void> {
  try {
    await run('java', ['-version']);
  } catch {
    throw new PartAbsent('Java 17 or newer is missing');
  }
  const boot = spawn(process.execPath, [join(rootDir, 'infra', 'boot.mjs'), 'jars'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: boot.stderr }).on('line', (line) => {
    lines.push(line);
    process.stderr.write(`${line}\n`);
  });
  const [[code]] = await Promise.all([once(boot, 'exit'), once(reader, 'close')]);
  if (code !== 0) throw new PartAbsent(lines.at(-1)?.replace(/\.$/, '') ?? 'the jars of Kafka cannot be fetched');
}

function writeProperties(dir: string, ports: KafkaPorts, throwAway: boolean): string {
  mkdirSync(dir, { recursive: true });
  const template = readFileSync(join(kafkaInfraDir, 'server.properties'), 'utf8');
  const filled = template
    .replaceAll('${port}', String(ports.port))
    .replaceAll('${controllerPort}', String(ports.controllerPort))
    .replaceAll('${logDir}', join(dir, 'log'));
  const file = join(dir, 'server.properties');
  const doors = ports.linked === undefined ? filled : withSecondDoor(filled, ports.linked);
  writeFileSync(file, throwAway ? `${doors}${backSoon}` : doors);
  return file;
}

function withSecondDoor(properties: string, { port, advertisedPort }: NonNullable<KafkaPorts['linked']>): string {
  return properties
    .replace(/^(listeners=.*)$/m, `$1,LINKED://127.0.0.1:${port}`)
    .replace(/^(advertised\.listeners=.*)$/m, `$1,LINKED://127.0.0.1:${advertisedPort}`)
    .replace(/^(listener\.security\.protocol\.map=.*)$/m, '$1,LINKED:PLAINTEXT');
}

// meta.properties is the last file that formatting writes, so a format cut short is done again.
async function formatOnce(dir: string, properties: string): Promise<void> {
  if (existsSync(join(dir, 'log', 'meta.properties'))) return;
  // The first bit is 0, so that the text never begins with '-', which StorageTool would take for a flag.
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  const clusterId = bytes.toString('base64url');
  const args = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...classPath()];
  await run(
    'java',
    [...args, 'kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--ignore-formatted', '-c', properties],
    {
      cwd: dir,
      timeout: formatTimeoutMs,
    },
  );
}

function classPath(): string[] {
  return [`-Dlog4j2.configurationFile=${join(kafkaInfraDir, 'log4j2.properties')}`, '-cp', join(kafkaLibsDir, '*')];
}
