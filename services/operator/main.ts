// The operator door: keys and roles, one API over all services, its document, and what happens now.
import { readSecrets, type Secrets } from '#contracts/secrets';
import { topicsFor, type Topics } from '#contracts/topics';
import { listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { operatorConfig, type OperatorConfig } from './config.ts';
import { readDocument } from './docs.ts';
import { operatorHttp } from './http.ts';
import { Keys } from './keys.ts';
import { Live } from './live.ts';
import { Pacing } from '#kit/pacing';

export type LiveTopics = Pick<Topics, 'events' | 'commands' | 'sessions'>;

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = operatorConfig(environment);
  return startOperator(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

/** Starts with the given topics; tests have their own. */
export async function startOperator(
  config: OperatorConfig,
  topics: LiveTopics,
  { internalToken }: Pick<Secrets, 'internalToken'>,
): Promise<RunningService> {
  const logger = createLogger('operator');
  const lifecycle = new Lifecycle(logger);
  const { registryUrl, brokers } = config;
  const keys = new Keys({ registryUrl, internalToken, cacheMs: config.keyCacheMs, now: Date.now });
  const callers = { perSecond: config.callsPerSecondMax, burst: config.callsBurstMax };
  const strangers = { perSecond: config.unknownKeysPerSecondMax, burst: config.unknownKeysBurstMax };
  const live = new Live({
    brokers,
    topics: [topics.events, topics.commands, topics.sessions],
    logger,
    clientsMax: config.liveClientsMax,
    clientBytesMax: config.liveClientBytesMax,
    commentEveryMs: config.liveCommentEveryMs,
  });
  const urls = {
    registry: registryUrl,
    stations: config.stationsUrl,
    sessions: config.sessionsUrl,
    billing: config.billingUrl,
    ocpi: config.ocpiUrl,
    alerts: config.alertsUrl,
    analytics: config.analyticsUrl,
  };
  const api = operatorHttp({
    logger,
    admission: { keys, callers: new Pacing(callers, Date.now), strangers: new Pacing(strangers, Date.now) },
    live,
    proxy: { urls, internalToken },
    document: readDocument(),
  });
  lifecycle.add('http', api);
  // Closed first: a server does not end while somebody watches.
  lifecycle.add('live', live);
  try {
    const url = await listen(api, config.host, config.port);
    logger.info({ url }, 'operator door runs');
    return { name: 'operator', url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}
