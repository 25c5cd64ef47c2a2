// The load of the benches: thousands of lean 1.6 stations sending MeterValues, in a closed loop or on a schedule.
import { build, type Histogram } from 'hdr-histogram-js';
import { BenchPeer, type StationLoad } from '#load-tests/fleet/bench-peer';
import { watchHealth } from '#load-tests/fleet/health';
import type { StationIdentity } from '#load-tests/fleet/identities';

export type MeterLoad = {
  /** One endpoint or several, without the identity; stations are spread over them. */
  readonly url: string | readonly string[];
  readonly identities: readonly StationIdentity[];
  readonly seconds: number;
  /** Of the whole fleet. Absent: a closed loop, each station sends as soon as it was answered. */
  readonly ratePerSecond?: number;
  readonly transactionPerStation: boolean;
  readonly connectRatePerSecond?: number;
  readonly localAddress?: string;
  /** Every station is set up, and the measured seconds begin. */
  readonly onStart?: () => void;
};

export type MeterLoadResult = {
  readonly callsSent: number;
  readonly acknowledged: number;
  /** Sent, and neither answered within 30 s after the end nor refused: the platform may have them or not. */
  readonly unanswered: number;
  readonly errors: number;
  readonly disconnected: number;
  /** Due by the schedule and never sent, because the station still waited: their latency is in no percentile. */
  readonly unsent: number;
  /** From the scheduled time where there is a rate (no coordinated omission), else from sending. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Acknowledged within the measured seconds, per second. */
  readonly callsPerSecond: number;
  readonly eventLoopP99Ms: number;
  readonly cpuPercent: number;
  readonly lastAcknowledgedPerStation: ReadonlyMap<string, StationLoad>;
};

const connectRateByDefault = 400;
const setupTimeoutMs = 120_000;
const answerTimeoutMs = 30_000;
const scheduleTickMs = 1;
const latencyMicrosMax = 600_000_000;

type Run = {
  readonly peers: BenchPeer[];
  readonly histogram: Histogram;
  readonly ratePerSecond: number | undefined;
  startedAtMs: number;
  endsAtMs: number;
  isSending: boolean;
  isAbandoned: boolean;
  /** Calls of the schedule that are due: call k belongs to station k mod N. */
  due: number;
  acknowledgedInTime: number;
  errors: number;
  disconnected: number;
};

/** Runs the load to its end. Throws where a station cannot be set up. */
export async function runMeterLoad(load: MeterLoad): Promise<MeterLoadResult> {
  const run: Run = {
    peers: [],
    histogram: build({ highestTrackableValue: latencyMicrosMax, numberOfSignificantValueDigits: 3, bitBucketSize: 32 }),
    ratePerSecond: load.ratePerSecond,
    startedAtMs: 0,
    endsAtMs: 0,
    isSending: false,
    isAbandoned: false,
    due: 0,
    acknowledgedInTime: 0,
    errors: 0,
    disconnected: 0,
  };
  try {
    await connectAll(load, run);
  } catch (error) {
    run.isAbandoned = true;
    for (const peer of run.peers) peer?.abandon();
    throw error;
  }
  const health = watchHealth();
  load.onStart?.();
  await send(run, load.seconds);
  const generator = health.read();
  health.stop();
  await until(() => run.peers.every((peer) => !peer.isBusy || !peer.isOpen), answerTimeoutMs);
  const result = resultOf(run, load.seconds, generator);
  await Promise.race([Promise.all(run.peers.map((peer) => peer.close())), elapsed(answerTimeoutMs)]);
  return result;
}

async function connectAll(load: MeterLoad, run: Run): Promise<void> {
  const urls = typeof load.url === 'string' ? [load.url] : load.url;
  const runId = Date.now().toString(36);
  const gapMs = 1000 / (load.connectRatePerSecond ?? connectRateByDefault);
  const startedAtMs = performance.now();
  const ready = load.identities.map(async (identity, index) => {
    const waitMs = startedAtMs + index * gapMs - performance.now();
    if (waitMs > 0) await elapsed(waitMs);
    if (run.isAbandoned) return;
    const options = {
      url: (urls[index % urls.length] ?? '').replace(/\/+$/, ''),
      identity,
      index,
      runId,
      startsTransaction: load.transactionPerStation,
      localAddress: load.localAddress,
      answered: (peer: BenchPeer, isResult: boolean) => answered(run, peer, isResult),
      ended: () => {
        if (run.isSending) run.disconnected += 1;
      },
    };
    await new Promise<void>((resolve, reject) => {
      run.peers[index] = new BenchPeer(options, (error) => (error === undefined ? resolve() : reject(error)));
    });
  });
  const timeout = elapsed(setupTimeoutMs).then(() => {
    throw new Error(
      `only ${run.peers.filter((peer) => peer.isOpen).length} of ${load.identities.length} stations were set up`,
    );
  });
  await Promise.race([Promise.all(ready), timeout]);
}

async function send(run: Run, seconds: number): Promise<void> {
  run.isSending = true;
  run.startedAtMs = performance.now();
  run.endsAtMs = run.startedAtMs + seconds * 1000;
  const ticker = run.ratePerSecond === undefined ? undefined : setInterval(() => sendDue(run), scheduleTickMs);
  if (ticker === undefined) for (const peer of run.peers) sendNext(run, peer, performance.now());
  await elapsed(seconds * 1000);
  clearInterval(ticker);
  run.isSending = false;
}

/** Sends what the schedule asks for; a station that still waits for an answer sends as soon as it has it. */
function sendDue(run: Run): void {
  const nowMs = performance.now();
  const due = Math.floor(((Math.min(nowMs, run.endsAtMs) - run.startedAtMs) * (run.ratePerSecond ?? 0)) / 1000);
  while (run.due < due) {
    const peer = run.peers[run.due % run.peers.length];
    run.due += 1;
    if (peer !== undefined && !peer.isBusy) sendNext(run, peer, nowMs);
  }
}

function sendNext(run: Run, peer: BenchPeer, nowMs: number): void {
  if (!peer.isOpen) return;
  peer.sendMeterValues(run.ratePerSecond === undefined ? nowMs : scheduledAtMs(run, peer));
}

/** When the station's next call was due: its calls are N apart in the schedule of all. */
function scheduledAtMs(run: Run, peer: BenchPeer): number {
  const position = peer.index + peer.sent * run.peers.length;
  return run.startedAtMs + (position * 1000) / (run.ratePerSecond ?? 1);
}

function answered(run: Run, peer: BenchPeer, isResult: boolean): void {
  const nowMs = performance.now();
  run.histogram.recordValue(Math.min(latencyMicrosMax, Math.max(1, Math.round((nowMs - peer.sentAtMs) * 1000))));
  if (!isResult) run.errors += 1;
  else if (nowMs <= run.endsAtMs) run.acknowledgedInTime += 1;
  if (!run.isSending || nowMs >= run.endsAtMs) return;
  const isDue = run.ratePerSecond === undefined || scheduledAtMs(run, peer) <= nowMs;
  if (isDue) sendNext(run, peer, nowMs);
}

function resultOf(
  run: Run,
  seconds: number,
  generator: { eventLoopP99Ms: number; cpuPercent: number },
): MeterLoadResult {
  const callsSent = run.peers.reduce((sum, peer) => sum + peer.sent, 0);
  const acknowledged = run.peers.reduce((sum, peer) => sum + peer.acknowledged, 0);
  return {
    callsSent,
    acknowledged,
    unanswered: callsSent - acknowledged - run.errors,
    errors: run.errors,
    disconnected: run.disconnected,
    unsent: run.ratePerSecond === undefined ? 0 : run.due - callsSent,
    p50Ms: run.histogram.getValueAtPercentile(50) / 1000,
    p99Ms: run.histogram.getValueAtPercentile(99) / 1000,
    callsPerSecond: Math.round(run.acknowledgedInTime / seconds),
    ...generator,
    lastAcknowledgedPerStation: new Map(run.peers.map((peer) => [peer.stationId, peer.load])),
  };
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

async function until(isReached: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isReached() && performance.now() < deadline) await elapsed(10);
}
