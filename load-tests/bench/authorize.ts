// `npm run bench:authorize -- [--tokens 1000000] [--stations 50] [--rate 500] [--seconds 20]`: Authorize over sockets, of
// a gateway that knows so many tokens; latency from the scheduled time to the answer, which waits for the log as always.
import { build } from 'hdr-histogram-js';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeRecord } from '#contracts/codec';
import type { TokenRegistered } from '#contracts/generated/types';
import { partitionOf, stationKey, tokenKey, tokenRefOf } from '#contracts/keys';
import { tenantKeyOf } from '#contracts/secrets';
import { topicsFor } from '#contracts/topics';
import { registerIdentities } from '#infra/local/seed';
import { logDefaults } from '#kit/common-settings';
import type { AppendRecord } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { Asker } from '#load-tests/bench/asker';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { openCaches } from '#services/gateway/caches';
import { decideStart } from '#services/gateway/domain/authorization';
import { uidRules } from '#services/gateway/domain/uid-rules';
import { PartnerTokens } from '#services/gateway/partner-tokens';
import { presentToken, type Shower } from '#services/gateway/present-token';
import { Vouchers } from '#services/gateway/vouchers';

const { values: flags } = parseArgs({
  options: {
    tokens: { type: 'string', default: '1000000' },
    stations: { type: 'string', default: '50' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
  },
});

const tenantId = 'default';
const tokens = Number(flags.tokens);
const readyTimeoutMs = 60_000;
const answersWaitMs = 5_000;
const decisionsMax = 200_000;
const histogramMsMax = 60_000;
const usPerMs = 1000;
/** Records of one append. */
const recordsMax = 2_000;
/** CALLs of one station's boot and probes, before the measured ones: their ids begin elsewhere. */
const warmUpSeconds = 3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const uidOf = (n: number): string => `B${n.toString(16).toUpperCase().padStart(9, '0')}`;

say(await provenance());
const trial = await startTrial({
  processes: [['registry', 'operator']],
  // One address brings all stations, each of which asks far more often than a driver could.
  env: { CALLS_PER_SECOND_MAX: '10000', CALLS_BURST_MAX: '100000' },
});
try {
  await bench(trial);
} finally {
  await trial.close();
}

async function bench(platform: Trial): Promise<void> {
  const identities = Array.from({ length: Number(flags.stations) }, (_, n) => identityOf(n));
  await registerIdentities({ operatorUrl: platform.urls.operator, key: platform.secrets.demoOperatorKey, identities });
  const filledMs = await fill(platform);
  const decided = await decide(platform);
  const askers = await Promise.all(identities.map((identity) => Asker.connect(platform.urls.ocpp, identity)));
  const first = askers[0];
  if (first === undefined) throw new Error('no station asks');
  for (const until = performance.now() + readyTimeoutMs; (await first.ask(uidOf(tokens - 1))) !== 'Accepted';) {
    if (performance.now() > until) throw new Error('the gateway does not know the last token');
    await delay(100);
  }
  say(`${tokens} tokens written in ${(filledMs / 1000).toFixed(1)} s, known to the gateway; ${askers.length} stations`);
  const figures = await load(askers);
  for (const asker of askers) asker.close();
  say(JSON.stringify({ tokens, ...decided, ...figures }));
}

function identityOf(n: number): StationIdentity {
  const stationId = `asker-${n}`;
  return { stationId, version: '1.6', password: `password-of-${stationId}-0123456789abcdef`, evses: 1, tokens: [] };
}

/** Writes the tokens as the registry's relay would; none of them has ever been in Postgres. */
async function fill({ environment, secrets }: Trial): Promise<number> {
  const { registryTokens } = topicsFor(Number(environment['EVENT_PARTITIONS'] ?? '24'));
  const brokers = (environment['KAFKA_BROKERS'] ?? '').split(',');
  const writer = await openLogWriter(
    { ...logDefaults, batchRecordsMax: recordsMax, brokers, clientId: 'bench' },
    quiet(),
  );
  const tenantKey = tenantKeyOf(secrets, tenantId);
  const began = performance.now();
  const waiting: AppendRecord[][] = Array.from({ length: registryTokens.partitions }, () => []);
  const flush = async (partition: number): Promise<void> => {
    const records = waiting[partition]?.splice(0) ?? [];
    if (records.length > 0) await writer.append(registryTokens.name, partition, records);
  };
  for (let n = 0; n < tokens; n++) {
    const token = tokenOf(tokenRefOf(tenantKey, 'ISO14443', uidOf(n)));
    const key = tokenKey(tenantId, token.tokenRef);
    const partition = partitionOf(key, registryTokens.partitions);
    const count = waiting[partition]?.push({
      key,
      type: 'TokenRegistered',
      value: encodeRecord('TokenRegistered', token),
    });
    if (count === recordsMax) await flush(partition);
  }
  for (const partition of waiting.keys()) await flush(partition);
  await writer.close();
  return performance.now() - began;
}

function quiet() {
  return createLogger('bench', 'silent');
}

function tokenOf(tokenRef: string): TokenRegistered {
  return {
    tenantId,
    tokenRef,
    rowVersion: 1,
    status: 'Accepted',
    expiresAt: null,
    groupRef: tokenRef,
    locationIds: [],
    issuer: null,
    concurrentSessionsMax: 1,
    whitelist: 'ALWAYS',
    language: null,
    chargingPriority: null,
  };
}

/** What the gateway does between question and append, in this process, with the caches that it has. */
async function decide({ environment, secrets }: Trial) {
  const topics = topicsFor(Number(environment['EVENT_PARTITIONS'] ?? '24'));
  const brokers = (environment['KAFKA_BROKERS'] ?? '').split(',');
  const began = performance.now();
  const logger = quiet();
  const caches = openCaches({ brokers, clientId: 'bench-caches', topics, logger });
  await caches.caughtUp;
  const readyMs = performance.now() - began;
  const tenantKey = tenantKeyOf(secrets, tenantId);
  const station = caches.station(stationKey(tenantId, 'asker-0'));
  if (station === undefined) throw new Error('the stations are not in the cache');
  const shower: Shower = {
    tenantId,
    stationId: station.stationId,
    key: stationKey(tenantId, station.stationId),
    station,
    peer: { device: { vendor: station.vendor, model: station.model, firmware: null } },
    parts: {
      caches,
      partners: new PartnerTokens(undefined, { timeoutMs: 1, atOnceMax: 1 }, logger),
      vouchers: new Vouchers(() => tenantKey),
      tenantKey: () => tenantKey,
      config: { uidRules },
    },
  };
  const accepted = decideAll(shower);
  const decisionsPerSecond = Math.round(decisionsMax / (accepted.ms / 1000));
  await caches.close();
  if (accepted.count !== decisionsMax) throw new Error(`${decisionsMax - accepted.count} decisions were wrong`);
  return { cacheReadyMs: Math.round(readyMs), decisionsPerSecond };
}

function decideAll(shower: Shower): { readonly count: number; readonly ms: number } {
  const use = { evseId: 1, remoteStartId: null, startedAt: null, transactionId: 'bench', now: Date.now() };
  const began = performance.now();
  let count = 0;
  for (let n = 0; n < decisionsMax; n++) {
    const token = presentToken(shower, { uid: uidOf((n * 7_919) % tokens), type: 'Unknown' });
    if (!(token instanceof Promise) && decideStart(token, shower, use).status === 'Accepted') count++;
  }
  return { count, ms: performance.now() - began };
}

/** Open loop: each CALL goes out when it is due, whether the one before is answered or not. */
async function load(askers: readonly Asker[]) {
  const perSecond = Number(flags.rate);
  const count = perSecond * (Number(flags.seconds) + warmUpSeconds);
  const latencies = build({ highestTrackableValue: histogramMsMax * usPerMs, numberOfSignificantValueDigits: 3 });
  const wrong = { count: 0 };
  const began = performance.now();
  const asked: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const dueMs = began + (n * 1000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await delay(waitMs);
    const asker = askers[n % askers.length];
    if (asker === undefined) continue;
    // A multiplier without a common factor with the count walks through all tokens, in no order.
    const answered = asker.ask(uidOf((n * 7_919) % tokens)).then((status) => {
      if (status !== 'Accepted') wrong.count++;
      const us = Math.round((performance.now() - dueMs) * usPerMs);
      if (n >= perSecond * warmUpSeconds) latencies.recordValue(Math.max(1, us));
    });
    asked.push(answered);
  }
  const sentMs = performance.now() - began;
  await Promise.race([Promise.all(asked), delay(answersWaitMs, undefined, { ref: false })]);
  return {
    perSecond: Math.round((count * 1000) / sentMs),
    p50Ms: latencies.getValueAtPercentile(50) / usPerMs,
    p99Ms: latencies.getValueAtPercentile(99) / usPerMs,
    unanswered: count - perSecond * warmUpSeconds - latencies.totalCount,
    wrong: wrong.count,
  };
}
