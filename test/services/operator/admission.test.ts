import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createLogger } from '#kit/logger';
import { operatorHttp } from '#services/operator/http';
import { Keys, type KeyHolder } from '#services/operator/keys';
import { Live } from '#services/operator/live';
import { Pacing } from '#kit/pacing';

const key = `csk_${'k'.repeat(32)}`;
const holder: KeyHolder = { keyId: 'k1', tenantId: 'acme', role: 'operator' };
const cacheMs = 30_000;

type Desk = {
  /** What the registry says of any key; undefined: it is away. */
  answer: { status: number; body: object } | undefined;
  asked: number;
  now: number;
  ask(
    headers?: Record<string, string>,
    method?: 'GET' | 'POST' | 'DELETE',
    url?: string,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string }>;
};

/** A door with a double for the registry and a clock of ours; nobody stands behind it, so a pass ends as 502. */
async function openDesk(context: TestContext, pace = { perSecond: 10, burst: 1_000 }): Promise<Desk> {
  const registry = createServer((request, response) => {
    desk.asked++;
    if (desk.answer === undefined) return void request.socket.destroy();
    response.writeHead(desk.answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(desk.answer.body));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const away = 'http://127.0.0.1:9';
  const now = (): number => desk.now;
  const logger = createLogger('test', 'silent');
  const api = operatorHttp({
    logger,
    admission: {
      keys: new Keys({ registryUrl, internalToken: 'token', cacheMs, now }),
      callers: new Pacing(pace, now),
      strangers: new Pacing({ perSecond: 1, burst: 5 }, now),
    },
    live: new Live({ brokers: [], topics: [], logger, clientsMax: 1, clientBytesMax: 1, commentEveryMs: 1_000 }),
    proxy: {
      urls: { registry: away, stations: away, sessions: away, billing: '', ocpi: '', alerts: '', analytics: away },
      internalToken: 'token',
    },
    document: {},
  });
  const desk: Desk = {
    answer: { status: 200, body: holder },
    asked: 0,
    now: 1_000_000,
    async ask(headers = { authorization: `Bearer ${key}` }, method = 'GET', url = '/v1/stations') {
      const { statusCode, headers: answered, body } = await api.inject({ method, url, headers });
      return { status: statusCode, headers: answered, body };
    },
  };
  context.after(async () => {
    await api.close();
    registry.close();
  });
  return desk;
}

const passed = 502;

test('the registry is asked once for a key, and again when what it said is old', async (context) => {
  const desk = await openDesk(context);
  await Promise.all([desk.ask(), desk.ask(), desk.ask()]);
  assert.equal(desk.asked, 1);
  desk.now += cacheMs - 1;
  assert.equal((await desk.ask()).status, passed);
  assert.equal(desk.asked, 1);
  desk.now += 1;
  desk.answer = { status: 404, body: {} };
  assert.equal((await desk.ask()).status, 401, 'revoked meanwhile');
  assert.equal(desk.asked, 2);
});

test('a key that was made a moment after it was tried works soon', async (context) => {
  const desk = await openDesk(context);
  desk.answer = { status: 404, body: {} };
  assert.equal((await desk.ask()).status, 401);
  desk.answer = { status: 200, body: holder };
  desk.now += 2_000;
  assert.equal((await desk.ask()).status, passed);
});

test('a registry that is away is a problem, not a wrong key, and is asked again', async (context) => {
  const desk = await openDesk(context);
  desk.answer = undefined;
  const away = await desk.ask();
  assert.equal(away.status, 502);
  assert.match(away.body, /UPSTREAM_UNAVAILABLE/);
  assert.match(away.body, /registry does not answer/);
  desk.answer = { status: 200, body: holder };
  assert.ok(!(await desk.ask()).body.includes('the registry does not answer'));
});

test('a key that calls too often waits, and is told how long', async (context) => {
  const desk = await openDesk(context, { perSecond: 0.5, burst: 2 });
  assert.equal((await desk.ask()).status, passed);
  assert.equal((await desk.ask()).status, passed);
  const slow = await desk.ask();
  assert.equal(slow.status, 429);
  assert.equal(slow.headers['retry-after'], '2');
  desk.now += 1_999;
  assert.equal((await desk.ask()).status, 429);
  desk.now += 1;
  assert.equal((await desk.ask()).status, passed);
});

test('who guesses keys is slowed down before the registry hears of it; a known key is not', async (context) => {
  const desk = await openDesk(context);
  assert.equal((await desk.ask()).status, passed);
  desk.answer = { status: 404, body: {} };
  const guesses = [];
  for (let guess = 0; guess < 10; guess++)
    guesses.push((await desk.ask({ authorization: `Bearer csk_${String(guess).repeat(32)}` })).status);
  assert.deepEqual(guesses, [401, 401, 401, 401, 429, 429, 429, 429, 429, 429]);
  assert.equal(desk.asked, 5);
  assert.equal((await desk.ask()).status, passed, 'the known key still passes');
  desk.now += cacheMs;
  desk.answer = { status: 404, body: {} };
  for (let guess = 0; guess < 6; guess++) await desk.ask({ authorization: `Bearer csk_${'z'.repeat(30 + guess)}` });
  desk.answer = { status: 200, body: holder };
  assert.equal((await desk.ask()).status, passed, 'also when it must be asked about again');
});

test('a tenant that the key is not for is refused whatever the path', async (context) => {
  const desk = await openDesk(context);
  const headers = { authorization: `Bearer ${key}`, 'x-tenant-id': 'other' };
  assert.equal((await desk.ask(headers)).status, 403);
  assert.equal((await desk.ask({ ...headers, 'x-tenant-id': 'acme' })).status, passed);
});

test('S19: the door itself refuses what the role of a key does not allow, before any service hears of it', async (context) => {
  const desk = await openDesk(context);
  const headers = { authorization: `Bearer ${key}` };
  const tried = async (role: string): Promise<number[]> => {
    desk.answer = { status: 200, body: { ...holder, role } };
    desk.now += cacheMs;
    return Promise.all([
      desk.ask(headers).then(({ status }) => status),
      desk.ask(headers, 'POST', '/v1/stations/CS-1/commands').then(({ status }) => status),
      desk.ask(headers, 'DELETE', '/v1/stations/CS-1').then(({ status }) => status),
      desk.ask(headers, 'GET', '/v1/keys').then(({ status }) => status),
    ]);
  };
  assert.deepEqual(await tried('viewer'), [passed, 403, 403, 403]);
  assert.deepEqual(await tried('operator'), [passed, passed, passed, 403]);
  assert.deepEqual(await tried('platform'), [passed, passed, passed, passed]);
});
