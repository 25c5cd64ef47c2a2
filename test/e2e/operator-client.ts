// What an operator does with curl, for tests: JSON over the operator door, and waiting until something is true.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { registerIdentities } from '#infra/local/seed';
import type { Trial } from '#load-tests/bench/trial';
import type { StationIdentity } from '#load-tests/fleet/identities';

export type OperatorRequest = { method?: string; body?: string; headers?: Readonly<Record<string, string>> };

export type Operator = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  /** Status, headers and text, whatever they are. */
  raw(path: string, init?: OperatorRequest): Promise<Response>;
  register(identities: readonly StationIdentity[]): Promise<void>;
};

export function operatorOf(trial: Trial): Operator {
  const key = trial.secrets.demoOperatorKey;
  const raw = (path: string, init: OperatorRequest = {}): Promise<Response> =>
    fetch(`${trial.urls.operator}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    });
  const json = async <T>(response: Response, path: string): Promise<T> => {
    const text = await response.text();
    assert.ok(response.ok, `${path} answers ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    raw,
    get: async (path) => json(await raw(path), path),
    post: async (path, body) => json(await raw(path, { method: 'POST', body: JSON.stringify(body) }), path),
    async register(identities) {
      await registerIdentities({ operatorUrl: trial.urls.operator, key, identities });
    },
  };
}

export type Session = {
  readonly sessionId: string;
  readonly stationId: string;
  readonly transactionId: string;
  readonly state: 'charging' | 'ended';
  readonly energyMilliWh: number | null;
  readonly meterStartMilliWh: number | null;
  readonly meterStopMilliWh: number | null;
  readonly flags: readonly string[];
};

export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

/** Polls until `probe` returns something; fails after 20 s with the last error. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs = 20_000): Promise<T> {
  const until = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < until) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(`never: ${what}`, { cause: last });
}

/** Rows of a ClickHouse query as JSON objects. */
export async function clickhouse<T>(trial: Trial, sql: string): Promise<T[]> {
  const url = new URL(trial.environment['CLICKHOUSE_URL'] ?? '');
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const response = await fetch(url, {
    method: 'POST',
    body: `${sql} FORMAT JSONEachRow`,
    headers: { authorization: `Basic ${credentials}` },
  });
  const text = await response.text();
  assert.ok(response.ok, text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
