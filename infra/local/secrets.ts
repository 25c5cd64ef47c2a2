// The secrets of a local platform: made once, kept in one file that only its owner may read.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Secrets as ServiceSecrets } from '#contracts/secrets';
import { Fault } from '#kit/fault';

/** What the services read, and what only the local parts need. */
export type Secrets = ServiceSecrets & { readonly postgresPassword: string };

/** Reads the secrets file; makes it, and fields that an older file lacks, with mode 0600. */
export function loadSecrets(file: string): Secrets {
  const known = readSecrets(file);
  const secrets: Secrets = {
    internalToken: known['internalToken'] ?? token(),
    demoOperatorKey: known['demoOperatorKey'] ?? `csk_${token()}`,
    analystPassword: known['analystPassword'] ?? token(),
    clickhousePassword: known['clickhousePassword'] ?? token(),
    postgresPassword: known['postgresPassword'] ?? token(),
    certificateAuthorityKey: known['certificateAuthorityKey'] ?? signingKey(),
    tenantKeySeed: known['tenantKeySeed'] ?? randomBytes(32).toString('hex'),
  };
  if (Object.keys(secrets).every((name) => known[name] !== undefined)) return secrets;
  write(file, { ...known, ...secrets }, Object.keys(known).length === 0);
  // Another process may have been first; what stands in the file counts.
  return loadSecrets(file);
}

/** A secret that only the demo needs; undefined where there is none. */
export function keptSecret(file: string, name: string): string | undefined {
  return readSecrets(file)[name];
}

/** Adds it to the file, which must exist. */
export function keepSecret(file: string, name: string, value: string): void {
  write(file, { ...readSecrets(file), [name]: value }, false);
}

function write(file: string, content: Record<string, string | undefined>, first: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  try {
    // A link fails where the name exists, so of two processes that make the file at once the first wins for both.
    if (first) linkSync(draft, file);
    else renameSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readSecrets(file: string): Record<string, string | undefined> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    const parsed: unknown = JSON.parse(content);
    if (typeof parsed === 'object' && parsed !== null) {
      return Object.fromEntries(Object.entries(parsed).filter(([, value]) => typeof value === 'string'));
    }
  } catch (error) {
    throw new Fault('SECRET_MISSING', {
      detail: `${file} is not JSON: mend it, or delete it together with the data beside it.`,
      cause: error,
    });
  }
  throw new Fault('SECRET_MISSING', {
    detail: `${file} is not a JSON object: mend it, or delete it together with the data beside it.`,
  });
}

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

function token(): string {
  return randomBytes(24).toString('base64url');
}
