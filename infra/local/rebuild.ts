// `npm run rebuild`: the program of services/rebuild.ts, which finds the parts of a running `npm start` where none is named.
import { existsSync } from 'node:fs';
import { loadSecrets } from '#infra/local/secrets';
import { dirs, readPorts } from '#infra/local/settings';

if (existsSync(dirs.secretsFile)) {
  const ports = readPorts(process.env);
  const { postgresPassword, clickhousePassword } = loadSecrets(dirs.secretsFile);
  const local = {
    KAFKA_BROKERS: `127.0.0.1:${ports.kafka}`,
    DATABASE_URL: `postgres://postgres:${encodeURIComponent(postgresPassword)}@127.0.0.1:${ports.postgres}/postgres`,
    CLICKHOUSE_URL: `http://default:${encodeURIComponent(clickhousePassword)}@127.0.0.1:${ports.clickhouse}`,
    SECRETS_FILE: dirs.secretsFile,
  };
  for (const [name, value] of Object.entries(local)) process.env[name] ??= value;
}
await import('#services/rebuild');
