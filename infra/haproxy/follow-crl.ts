// Runs beside a HAProxy: fetches our authority and its revocations, writes the files it starts with, commits every new list to it.
import { existsSync, writeFileSync } from 'node:fs';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { readSecrets } from '#contracts/secrets';
import { commitRevocations } from '#infra/haproxy/haproxy';
import { sleep } from '#kit/back-off';
import { integer, readConfig, text } from '#kit/env';
import { createLogger } from '#kit/logger';

const settings = {
  stationsUrl: text('STATIONS_URL', 'http://127.0.0.1:8102'),
  secretsFile: text('SECRETS_FILE'),
  clientCa: text('CLIENT_CA'),
  clientCrl: text('CLIENT_CRL'),
  adminSocket: text('ADMIN_SOCKET'),
  everyMs: integer('CRL_EVERY_MS', 2_000, 100, 3_600_000),
  timeoutMs: integer('CRL_TIMEOUT_MS', 5_000, 100, 60_000),
};

const answer = Type.Object({ pem: Type.String(), revision: Type.Optional(Type.String()) });
/** Committed again at least so often, since a list ends after seven days. */
const renewMs = 60 * 60 * 1000;

const logger = createLogger('follow-crl');
const config = readConfig(settings, process.env);
const { internalToken } = readSecrets(config.secretsFile);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

writeFileSync(config.clientCa, (await fetched('authority')).pem);
let known = { revision: '', at: -Infinity };
while (!stopping.signal.aborted) {
  await follow().catch((error: unknown) => logger.error({ err: error }, 'revocations not committed'));
  await sleep(config.everyMs, stopping.signal);
}

/** 1. Fetch, 2. where something changed: the file, as long as nothing runs yet, else the running process and the file. */
async function follow(): Promise<void> {
  const { pem, revision = '' } = await fetched('revocations');
  const now = performance.now();
  if (revision === known.revision && now - known.at < renewMs) return;
  const place = { file: config.clientCrl, socket: config.adminSocket };
  if (existsSync(config.adminSocket)) await commitRevocations(place, pem);
  else writeFileSync(config.clientCrl, pem);
  known = { revision, at: now };
}

async function fetched(what: string): Promise<{ readonly pem: string; readonly revision?: string }> {
  const response = await fetch(`${config.stationsUrl}/internal/certificates/${what}`, {
    headers: { authorization: `Bearer ${internalToken}` },
    signal: AbortSignal.timeout(config.timeoutMs),
  });
  if (!response.ok) throw new Error(`the stations service answers ${response.status} to ${what}`);
  return Value.Parse(answer, await response.json());
}
