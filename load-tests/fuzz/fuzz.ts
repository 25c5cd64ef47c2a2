// Spoiled frames over real sockets against a running platform, well-behaved stations beside them; then every frame is accounted for.
import { setTimeout as delay } from 'node:timers/promises';
import { ocppVersions, type OcppVersion } from '#contracts/ocpp';
import { registerIdentities } from '#infra/local/seed';
import { rssBytesOf } from '#load-tests/bench/process-usage';
import type { Trial } from '#load-tests/bench/trial';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { corpusOf } from './corpus.ts';
import { FuzzSocket } from './fuzz-socket.ts';
import { Probes, type Latency } from './probes.ts';
import { Tally } from './tally.ts';
import { judge, type Verdict } from './verdict.ts';

export type FuzzOptions = {
  readonly seed: string;
  readonly frames: number;
  /** Sockets that send them, a third of each version. */
  readonly sockets: number;
  /** Frames per second of all of them; 0: as fast as they are dealt with. */
  readonly rate: number;
  /** How long the others are listened to before, and how long they may wait meanwhile. */
  readonly quietMs: number;
  readonly othersP99MsMax: number;
  readonly say?: (line: string) => void;
};

export type FuzzReport = {
  readonly seed: string;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly tally: Tally;
  readonly before: Latency;
  readonly during: Latency;
  readonly rssMiB: { readonly before: number; readonly peak: number; readonly after: number };
  readonly verdict: Verdict;
};

/** What a gateway must be started with, or its limits of rate would end the run before its parser is asked. */
export const fuzzEnvironment: Readonly<Record<string, string>> = {
  FRAMES_RECORDED: 'on',
  CALLS_PER_SECOND_MAX: '10000',
  CALLS_BURST_MAX: '100000',
  IDENTITY_CONNECTS_PER_SECOND_MAX: '1000',
  IDENTITY_CONNECTS_BURST_MAX: '10000',
  FLAPPING_CONNECTS_MAX: '100000',
  // A line per odd message would be the larger part of the work.
  LOG_LEVEL: 'fatal',
};

const probeCount = 10;
const everyMs = 1_000;
const miB = 2 ** 20;

export async function runFuzz(trial: Trial, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, frames, quietMs, say = () => {} } = options;
  const tally = new Tally();
  const identities = identitiesOf(options);
  const probes = Array.from({ length: probeCount }, (_, n) => identityOf(`PROBE-${n}`, '1.6'));
  const key = trial.secrets.demoOperatorKey;
  await registerIdentities({ operatorUrl: trial.urls.operator, key, identities: [...identities, ...probes] });
  const others = new Probes(trial.urls.ocpp, probes);
  try {
    await others.begin();
    const memory = watchMemory(trial);
    await delay(quietMs);
    const before = await others.look();
    const startedMs = performance.now();
    await sendAll(trial, { ...options, identities, tally, say });
    const seconds = (performance.now() - startedMs) / 1_000;
    const during = await others.look();
    const { sent, failure } = await others.end();
    tally.sent += sent;
    const rssMiB = memory.stop();
    const verdict = await judge(trial, { tally, before, during, rssMiB, failure }, options.othersP99MsMax);
    return { seed, frames, framesPerSecond: Math.round(frames / seconds), tally, before, during, rssMiB, verdict };
  } finally {
    await others.close();
  }
}

type Sending = FuzzOptions & {
  readonly identities: readonly StationIdentity[];
  readonly tally: Tally;
  readonly say: (line: string) => void;
};

async function sendAll(trial: Trial, options: Sending): Promise<void> {
  const { seed, frames, sockets, rate, identities, tally, say } = options;
  const cards = identities.flatMap(({ tokens }) => tokens.map(({ uid }) => uid));
  const corpora = new Map(ocppVersions.map((version) => [version, corpusOf(version, seed, cards, Date.now())]));
  const progress = setInterval(() => {
    say(`${tally.dealtWith + tally.closedOn} of ${frames} frames, ${tally.found} findings`);
  }, 30_000);
  const stations = identities.flatMap((identity, n) => {
    const corpus = corpora.get(identity.version);
    if (corpus === undefined) return [];
    // Each has its share from the start: what it sends depends on the seed alone, not on who was faster.
    const share = Math.floor(frames / sockets) + (n < frames % sockets ? 1 : 0);
    const { version } = identity;
    const own = { identity, corpus, frames: share, rate: rate / sockets, subprotocol: `ocpp${version}` };
    return [new FuzzSocket({ url: trial.urls.ocpp, seed, tally, ...own })];
  });
  try {
    await Promise.all(stations.map((station) => station.run()));
  } finally {
    clearInterval(progress);
  }
}

function identitiesOf({ sockets }: FuzzOptions): StationIdentity[] {
  return Array.from({ length: sockets }, (_, n) =>
    identityOf(`FUZZ-${n}`, ocppVersions[n % ocppVersions.length] ?? '1.6'),
  );
}

function identityOf(stationId: string, version: OcppVersion): StationIdentity {
  const password = `password-of-${stationId}-0123456789abcdef`;
  return {
    stationId,
    version,
    password,
    evses: 1,
    tokens: [{ uid: `04${stationId.replaceAll(/\W/g, '')}`, type: 'ISO14443' }],
  };
}

/** Of the first gateway. */
function watchMemory(trial: Trial): { stop(): FuzzReport['rssMiB'] } {
  const [gateway] = trial.gateways;
  if (gateway === undefined) throw new Error('the trial has no gateway');
  const now = (): number => Math.round(rssBytesOf(gateway.pid()) / miB);
  const before = now();
  let peak = before;
  let after = before;
  const look = (): void => {
    try {
      after = now();
      peak = Math.max(peak, after);
    } catch {
      // It is gone: the verdict says so.
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { before, peak, after };
    },
  };
}
