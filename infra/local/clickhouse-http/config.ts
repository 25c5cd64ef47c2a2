// Configuration of the front: where it listens, where the engine keeps its data, and the two users.
import { type ConfigOf, integer, optionalText, readConfig, text } from '#kit/env';

const settings = {
  host: text('CLICKHOUSE_HTTP_HOST', '127.0.0.1'),
  port: integer('CLICKHOUSE_HTTP_PORT', 8_123, 1, 65_535),
  dataDir: text('CLICKHOUSE_DATA_DIR'),
  password: optionalText('CLICKHOUSE_PASSWORD'),
  readonlyUser: text('CLICKHOUSE_READONLY_USER', 'analyst'),
  readonlyPassword: text('CLICKHOUSE_READONLY_PASSWORD', 'analyst'),
};

export type Config = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function frontConfig(environment: NodeJS.ProcessEnv): Config {
  return readConfig(settings, environment);
}
