// What a broken or hostile station, operator or analyst sends: a clear error, a count under a reason, nothing lost, all alive.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import type { StationIdentity } from '#load-tests/fleet/identities';
import {
  clickhouse,
  eventually,
  operatorOf,
  type Operator,
  type OperatorRequest,
  type Page,
  type Session,
} from './operator-client.ts';
import { rawStation, type RawStation } from './raw-socket.ts';

let trial: Trial;
let operator: Operator;

const boot16 = '[2,"boot","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';

before(async () => {
  trial = await startTrial({ env: { FRAME_BYTES_MAX: String(256 * 1024) } });
  operator = operatorOf(trial);
  await operator.register(['BAD-1', 'BAD-2', 'BAD-3', 'BAD-4', 'BAD-5', 'BAD-6'].map(identity));
  await eventually('stations are known to the gateway', async () => {
    (await open('BAD-4')).close();
    return true;
  });
});
after(() => trial.close());

function identity(stationId: string): StationIdentity {
  return {
    stationId,
    version: '1.6',
    password: `password-of-${stationId}-0123456789abcdef`,
    evses: 1,
    tokens: [{ uid: `04${stationId.replaceAll(/\D/g, '')}BAD`, type: 'ISO14443' }],
  };
}

function open(
  stationId: string,
  over: { password?: string; user?: string; subprotocol?: string; path?: string } = {},
): Promise<RawStation> {
  return rawStation({
    url: `${trial.urls.ocpp}/${over.path ?? stationId}`,
    user: over.user ?? stationId,
    password: over.password ?? identity(stationId).password,
    subprotocol: over.subprotocol ?? 'ocpp1.6',
  });
}

/** Sum of a metric of the gateway over the label values that match. */
async function counted(metric: string, label: string): Promise<number> {
  const text = await (await fetch(`${trial.gateways[0]?.adminUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`chargestream_${metric}{`) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function countsOne(metric: string, label: string, act: () => Promise<unknown>): Promise<void> {
  const beforeCount = await counted(metric, label);
  await act();
  await eventually(`${metric} ${label} is counted`, async () =>
    (await counted(metric, label)) > beforeCount ? true : undefined,
  );
}

test('unknown station and wrong password are refused alike; a wrong user, URL and subprotocol too', async () => {
  const refused = async (
    reason: string,
    status: number,
    over: Parameters<typeof open>[1],
    stationId = 'BAD-1',
  ): Promise<void> =>
    countsOne('gateway_upgrades_refused_total', `reason="${reason}"`, () =>
      assert.rejects(open(stationId, over), new RegExp(`refused with ${status}`)),
    );
  await refused('unauthorized', 401, { password: 'wrong' });
  await refused('unauthorized', 401, {}, 'NOBODY');
  await refused('unauthorized', 401, { user: 'BAD-2' });
  await refused('malformed-url', 400, { path: 'a/b/c' });
  await refused('malformed-url', 400, { path: '..%2f..%2fetc' });
  await refused('subprotocol', 400, { subprotocol: 'ocpp1.5' });
});

test('a call before the boot is a SecurityError, after it is served', async () => {
  const station = await open('BAD-1');
  assert.match(await station.ask('[2,"1","Heartbeat",{}]'), /^\[4,"1","SecurityError",/);
  assert.match(await station.ask(boot16), /^\[3,"boot",\{"status":"Accepted"/);
  assert.match(await station.ask('[2,"2","Heartbeat",{}]'), /^\[3,"2",\{"currentTime":/);
  station.close();
  await station.ended;
  const again = await open('BAD-1');
  assert.match(await again.ask('[2,"3","Heartbeat",{}]'), /^\[3,"3",/, 'an accepted station need not boot again');
  again.close();
});

test('frames that are no OCPP get an error and a count, and the socket lives on', async () => {
  const station = await open('BAD-2');
  await station.ask(boot16);
  const cases: readonly [string, string, RegExp][] = [
    ['not json', 'not-json', /^\[4,"-1","FormationViolation",/],
    ['{"an":"object"}', 'not-an-array', /^\[4,"-1",/],
    ['[2,"7"]', 'wrong-array', /^\[4,"7","FormationViolation",/],
    [`[2,"${'i'.repeat(256)}","Heartbeat",{}]`, 'id-too-long', /^\[4,"-1","FormationViolation",/],
    ['[2,"7","StatusNotification",{"connectorId":,}]', 'not-json', /^\[4,"7","OccurenceConstraintViolation",/],
    [`[2,"7","DataTransfer",${'['.repeat(10_000)}${']'.repeat(10_000)}]`, 'too-deep', /^\[4,"-1",/],
  ];
  for (const [text, reason, answer] of cases) {
    await countsOne('gateway_frame_faults_total', `reason="${reason}"`, async () =>
      assert.match(await station.ask(text), answer),
    );
  }
  // Answers are never answered, nor is a type of message that 1.6 does not know.
  const unanswered = {
    'unexpected-answer': '[3,"never-asked",{}]',
    'wrong-answer': '[3,7,{}]',
    'unknown-type': '[9,"7","Heartbeat",{}]',
  };
  for (const [reason, text] of Object.entries(unanswered))
    await countsOne('gateway_frame_faults_total', `reason="${reason}"`, async () => station.send(text));
  assert.match(await station.ask('[2,"8","Heartbeat",{}]'), /^\[3,"8",/);
  station.close();
});

test('an unknown action, a wrong direction and an invalid payload are told apart, and the payload is kept', async () => {
  const station = await open('BAD-2');
  await station.ask(boot16);
  assert.match(await station.ask('[2,"1","MakeCoffee",{}]'), /^\[4,"1","NotImplemented",/);
  assert.match(await station.ask('[2,"2","toString",{}]'), /^\[4,"2","NotImplemented",/);
  assert.match(await station.ask('[2,"3","Reset",{"type":"Hard"}]'), /^\[4,"3","NotSupported",/);
  assert.match(
    await station.ask('[2,"4","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Sleeping"}]'),
    /^\[4,"4","PropertyConstraintViolation","\/status/,
  );
  assert.match(
    await station.ask('[2,"5","StatusNotification",{"connectorId":1}]'),
    /^\[4,"5","OccurenceConstraintViolation",/,
  );
  assert.match(await station.ask('[2,"6","Heartbeat",{"__proto__":{"polluted":1}}]'), /^\[4,"6","FormationViolation",/);
  assert.match(
    await station.ask('[2,"7","DataTransfer",{"vendorId":"V","data":"{\\"__proto__\\":1}"}]'),
    /^\[3,"7",\{"status":"UnknownVendorId"\}/,
  );
  assert.match(await station.ask('[2,"8","Heartbeat",{}]'), /^\[3,"8",/);
  station.close();
});

test('a frame of 1 MB ends its socket, and no other', async () => {
  const [big, other] = [await open('BAD-2'), await open('BAD-3')];
  await countsOne('gateway_closed_total', '', async () => {
    big.send(`[2,"1","DataTransfer",{"vendorId":"V","data":"${'x'.repeat(1_000_000)}"}]`);
    assert.equal((await big.ended).kind, 'closed');
  });
  assert.match(await other.ask(boot16), /Accepted/);
  other.close();
});

test('many calls at once are served in their order, too many end the socket', async () => {
  const station = await open('BAD-3');
  await station.ask(boot16);
  for (let n = 0; n < 10; n++) station.send(`[2,"n${n}","Heartbeat",{}]`);
  for (let n = 0; n < 10; n++) assert.ok((await station.next()).startsWith(`[3,"n${n}",`));
  for (let n = 0; n < 100; n++)
    station.send(`[2,"m${n}","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]`);
  assert.deepEqual(await station.ended, { kind: 'closed', code: 1008 });
});

test('a second socket with the same identity wins at once; the first is closed, and only its pong is a security event', async () => {
  const first = await open('BAD-3');
  await first.ask(boot16);
  const second = await open('BAD-3');
  assert.match(await second.ask('[2,"1","Heartbeat",{}]'), /^\[3,"1",/);
  assert.deepEqual(await first.ended, { kind: 'closed', code: 1008 });
  await eventually('the second device is counted', async () => {
    const text = await (await fetch(`${trial.gateways[0]?.adminUrl}/metrics`)).text();
    return /chargestream_gateway_duplicate_identities_total [1-9]/.test(text) ? true : undefined;
  });
  second.close();
});

test('odd facts are answered and kept: a stop for a transaction nobody started', async () => {
  const station = await open('BAD-1');
  await station.ask(boot16);
  assert.match(
    await station.ask(
      '[2,"1","StopTransaction",{"meterStop":5,"timestamp":"2026-11-25T10:00:00Z","transactionId":-1}]',
    ),
    /^\[3,"1",\{\}\]/,
  );
  const { items } = await eventually('the orphan is a flagged session', async () => {
    const page = await operator.get<Page<Session>>('/v1/sessions?stationId=BAD-1');
    return page.items.length > 0 ? page : undefined;
  });
  assert.ok(items[0]?.flags.includes('start-missing'));
  station.close();
});

test('S8: a stop that names another station’s transaction ends it not; it is an orphan of the station that said it', async () => {
  const [driver, thief] = [await open('BAD-5'), await open('BAD-6')];
  await driver.ask(boot16);
  await thief.ask(boot16);
  const begun = await driver.ask(
    `[2,"start","StartTransaction",{"connectorId":1,"idTag":"045BAD","meterStart":1000,"timestamp":"${new Date().toISOString()}"}]`,
  );
  const transactionId = /"transactionId":(\d+)/.exec(begun)?.[1] ?? '';
  assert.notEqual(transactionId, '');
  const stop = (id: string) =>
    `[2,"${id}","StopTransaction",{"meterStop":2000,"timestamp":"${new Date().toISOString()}","transactionId":${transactionId}}]`;
  const sessionOf = (stationId: string, state: Session['state']) =>
    eventually(`the ${state} session of ${stationId}`, async () => {
      const { items } = await operator.get<Page<Session>>(`/v1/sessions?stationId=${stationId}`);
      return items.find((session) => session.transactionId === transactionId && session.state === state);
    });
  await sessionOf('BAD-5', 'charging');
  assert.match(await thief.ask(stop('stolen')), /^\[3,"stolen",/, 'acknowledged, or it would say so for ever');
  const orphan = await sessionOf('BAD-6', 'ended');
  assert.ok(orphan.flags.includes('start-missing'));
  // Its fold is done: whatever the stop was to do is to be seen.
  const victim = await sessionOf('BAD-5', 'charging');
  assert.notEqual(victim.sessionId, orphan.sessionId);
  assert.match(await driver.ask(stop('own')), /^\[3,"own",/);
  const ended = await sessionOf('BAD-5', 'ended');
  assert.deepEqual([ended.sessionId, ended.energyMilliWh, ended.flags], [victim.sessionId, 1_000_000, []]);
  driver.close();
  thief.close();
});

test('malformed operator requests name each fault', async () => {
  const problem = async (path: string, init: OperatorRequest, status: number): Promise<string> => {
    const response = await operator.raw(path, init);
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(response.headers.get('content-type') ?? '', /application\/problem\+json/);
    return text;
  };
  const post = (body: string): OperatorRequest => ({ method: 'POST', body });
  await problem('/v1/stations', post('{not json'), 400);
  assert.match(
    await problem('/v1/stations/BAD-1/commands', post('{"intent":"StartCharging","parameters":{"evseId":"x"}}'), 400),
    /evseId/,
  );
  await problem('/v1/stations/BAD-1/commands', post('{"intent":"MakeCoffee","parameters":{}}'), 400);
  await problem('/v1/stations/NOBODY/commands', post('{"intent":"ResetStation","parameters":{"when":"idle"}}'), 404);
  await problem('/v1/sessions?limit=0', {}, 400);
  await problem('/v1/sessions?limit=ten', {}, 400);
  await problem('/v1/nothing', {}, 404);
  await problem('/v1/sessions', { headers: { authorization: 'Bearer csk_wrong' } }, 401);
});

test('bad SQL and writes by the analyst are refused as the real server refuses them', async () => {
  const url = new URL(trial.environment['CLICKHOUSE_URL'] ?? '');
  const ask = async (
    user: string,
    password: string,
    sql: string,
  ): Promise<{ status: number; code: string | null; text: string }> => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const response = await fetch(`${url.protocol}//${url.host}/`, {
      method: 'POST',
      body: sql,
      headers: { authorization },
    });
    return {
      status: response.status,
      code: response.headers.get('x-clickhouse-exception-code'),
      text: await response.text(),
    };
  };
  const analyst = (sql: string) => ask('analyst', trial.secrets.analystPassword, sql);
  assert.equal((await analyst('SELECT count() FROM chargestream.meter_readings')).status, 200);
  assert.equal((await analyst('SELEC 1')).code, '62');
  for (const sql of [
    'DROP TABLE chargestream.meter_readings_raw',
    'INSERT INTO chargestream.meter_readings_raw (station_id) VALUES (1)',
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SELECT * FROM file('/etc/passwd')",
  ]) {
    const refusal = await analyst(sql);
    assert.ok(refusal.status >= 400, `${sql}: ${refusal.text}`);
  }
  assert.equal((await ask('analyst', 'wrong', 'SELECT 1')).code, '516');
  assert.ok((await clickhouse(trial, 'SELECT 1 AS one')).length === 1);
});
