// The gateway: terminates OCPP, appends facts, answers after their acknowledgement, carries out commands.
import { randomBytes } from 'node:crypto';
import { compileAllGuards, ocppVersions } from '#contracts/ocpp';
import { readSecrets, tenantKeyOf, type Secrets } from '#contracts/secrets';
import { allTopics, topicsFor } from '#contracts/topics';
import type { WatchableLogWriter } from '#kit/event-log/types';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createHttp, listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger, type Logger } from '#kit/logger';
import { Admissions } from './admission.ts';
import { Awake } from './awake.ts';
import { openCaches } from './caches.ts';
import { followCommands } from './commands.ts';
import { gatewayConfig, type GatewayConfig } from './config.ts';
import { openQuestions } from './configured-sources.ts';
import { deviceModels } from './device-models.ts';
import { drain } from './drain.ts';
import { openFrames } from './frames.ts';
import { Identities } from './identities.ts';
import { Liveness } from './liveness.ts';
import { openLoadProbe } from './load-probe.ts';
import { endsAtOnceMax } from './life.ts';
import type { GatewayParts } from './parts.ts';
import { askOcpi, PartnerTokens } from './partner-tokens.ts';
import { openPresence } from './presence.ts';
import { Pressure } from './pressure.ts';
import { registryClient } from './registry-client.ts';
import { Roster } from './roster.ts';
import { SecurityReports } from './security-reports.ts';
import { listenOcpp, type OcppServer } from './server.ts';
import { Turns } from './turns.ts';
import { Vouchers } from './vouchers.ts';

export type RunningGateway = RunningService & { readonly ocppPort: number };

/** Starts one gateway process. The OCPP port opens only when commands are followed and the caches are full. */
export async function start(environment: NodeJS.ProcessEnv): Promise<RunningGateway> {
  const config = gatewayConfig(environment);
  const gatewayId = `gw-${randomBytes(6).toString('hex')}`;
  const logger = createLogger('gateway').child({ gatewayId });
  const lifecycle = new Lifecycle(logger);
  logger.info({ guards: compileAllGuards(ocppVersions) }, 'every OCPP payload has its guard');
  const secrets = readSecrets(config.secretsFile);
  const parts = await openParts({ config, gatewayId, secrets, logger, lifecycle });
  const identities = new Identities(parts);
  parts.caches.listen({
    onPresence: (presence) => identities.onPresence(presence),
    onStation: (key, station) => parts.roster.get(key)?.registered(station),
  });
  const admissions = new Admissions(parts);
  const opened: { server?: OcppServer } = {};
  const admin = createHttp({
    service: 'gateway',
    logger,
    internalToken: secrets.internalToken,
    // Ready is who answers at the OCPP port.
    notReady: () => (admissions.draining ? 'draining' : opened.server === undefined ? 'caches are filling' : undefined),
  });
  lifecycle.add('admin', admin);
  const url = await listen(admin, config.host, config.adminPort);
  lifecycle.add('commands', await followCommands(parts));
  await parts.caches.caughtUp;
  const server = lifecycle.add('server', listenOcpp(parts, admissions, identities));
  if (config.proxiedPort !== 0) lifecycle.add('proxied server', listenOcpp(parts, admissions, identities, 'proxied'));
  const { roster, random } = parts;
  opened.server = server;
  lifecycle.add('sockets', { close: () => drain({ ...config, admissions, roster, random }) });
  logger.info({ port: server.port, admin: url }, 'gateway runs');
  return { name: 'gateway', url, ocppPort: server.port, close: () => lifecycle.close() };
}

type Opening = {
  readonly config: GatewayConfig;
  readonly gatewayId: string;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
};

async function openParts({ config, gatewayId, secrets, logger, lifecycle }: Opening): Promise<GatewayParts> {
  const topics = topicsFor(config.partitions);
  const { brokers } = config;
  await ensureTopics(brokers, allTopics(topics), { replicationFactor: config.replicationFactor });
  const log = lifecycle.add('log', await openLogWriter({ ...config, clientId: gatewayId }, logger));
  const lease = { log, topic: topics.presence, gatewayId, leaseEveryMs: config.leaseEveryMs, logger, now: Date.now };
  const presence = lifecycle.add('presence', openPresence(lease));
  const caches = lifecycle.add('caches', openCaches({ brokers, clientId: gatewayId, topics, logger }));
  const roster = new Roster();
  const { pausedMsMax } = config;
  const onPause = (pausedMs: number): void => {
    logger.error({ pausedMs, connections: roster.unfinished.size }, 'this process was stopped, its connections end');
    roster.endAll(1012, 'service was stopped', 'stopped');
  };
  const awake = lifecycle.add('awake', new Awake({ pausedMsMax, now: () => performance.now(), onPause }));
  const tenantKeys = new Map<string, Buffer>();
  const tenantKey = (tenantId: string): Buffer => {
    const key = tenantKeys.get(tenantId) ?? tenantKeyOf(secrets, tenantId);
    tenantKeys.set(tenantId, key);
    return key;
  };
  const pressure = openPressure({ config, log, roster, logger, lifecycle });
  let events = 0;
  const newEventId = (): string => `${gatewayId}.${(events++).toString(36)}`;
  return {
    config,
    gatewayId,
    topics,
    log,
    caches,
    presence,
    registry: registryClient({
      url: config.registryUrl,
      internalToken: secrets.internalToken,
      timeoutMs: config.registryTimeoutMs,
      logger,
    }),
    deviceModels: deviceModels({
      url: config.stationsUrl,
      internalToken: secrets.internalToken,
      timeoutMs: config.stationsTimeoutMs,
      logger,
    }),
    reports: new SecurityReports({ log, topics, logger, now: Date.now, newEventId }),
    pressure,
    frames: lifecycle.add('frames', openFrames({ config, gatewayId, topics, caches, pressure, logger })),
    roster,
    awake,
    liveness: lifecycle.add('liveness', new Liveness({ config, connections: roster.unfinished, nowMs }).start()),
    vouchers: new Vouchers(tenantKey),
    partners: openPartners(config, secrets.internalToken, logger),
    ends: new Turns(endsAtOnceMax),
    ...openQuestions(config, secrets.internalToken, logger),
    logger,
    now: Date.now,
    random: Math.random,
    newEventId,
    tenantKey,
  };
}

const nowMs = (): number => performance.now();

function openPartners(config: GatewayConfig, internalToken: string, logger: Logger): PartnerTokens {
  const { partnerTokensUrl: url, partnerTimeoutMs: timeoutMs, partnerQuestionsAtOnceMax: atOnceMax } = config;
  const ask = url === undefined ? undefined : askOcpi(url, internalToken);
  return new PartnerTokens(ask, { timeoutMs, atOnceMax }, logger);
}

type Pressing = Pick<GatewayParts, 'config' | 'roster' | 'logger'> & {
  readonly lifecycle: Lifecycle;
  readonly log: WatchableLogWriter;
};

function openPressure({ config, log, roster, logger, lifecycle }: Pressing): Pressure {
  const probe = lifecycle.add('load probe', openLoadProbe(log, nowMs));
  const connections = roster.unfinished;
  const { random } = Math;
  const readLoad = (): ReturnType<typeof probe.read> => probe.read();
  return lifecycle.add('pressure', new Pressure({ config, log, connections, readLoad, logger, nowMs, random }).start());
}
