// The ocpi service.
import { readSecrets } from '#contracts/secrets';
import { createHttp, listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { ocpiConfig } from './config.ts';

const name = 'ocpi';

/** Starts the API. Throws a Fault where the configuration does not allow it. */
export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = ocpiConfig(environment);
  const logger = createLogger(name);
  const lifecycle = new Lifecycle(logger);
  const { internalToken } = readSecrets(config.secretsFile);
  const api = lifecycle.add('api', createHttp({ service: name, logger, internalToken, notReady: () => undefined }));
  try {
    const url = await listen(api, config.host, config.port);
    return { name, url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}
