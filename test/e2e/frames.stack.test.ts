// Frames end to end: given a station that talks, when somebody looks for a fault, then each exchange is found, without its secrets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { clickhouse, eventually, operatorOf, type Operator, type Page } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

type Frame = {
  readonly direction: string;
  readonly action: string | null;
  readonly outcome: string;
  readonly request: string;
  readonly answer: string | null;
  readonly latencyMs: number | null;
  readonly errorCode: string | null;
};

const card = 'CANARYCARD4711';
const secret = 'CANARY-key-0815';
const stations = ['FRAMES-ON', 'FRAMES-OFF'] as const;

let trial: Trial;
let operator: Operator;
const passwords = new Map<string, string>();

before(async () => {
  trial = await startTrial();
  operator = operatorOf(trial);
  for (const stationId of stations) {
    await operator.post('/v1/stations', { stationId, framesRecorded: stationId === 'FRAMES-ON' });
    const { password } = await operator.post<{ password: string }>(`/v1/stations/${stationId}/credentials`, {});
    passwords.set(stationId, password);
  }
});
after(() => trial.close());

function connect(stationId: (typeof stations)[number]): Promise<ScriptedStation> {
  const port = Number(new URL(trial.urls.ocpp).port);
  return ScriptedStation.connect({
    port,
    stationId,
    password: passwords.get(stationId) ?? '',
    version: '1.6',
    answer: ({ action }) =>
      action === 'GetConfiguration'
        ? { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: secret }] }
        : { status: 'Accepted' },
  });
}

/** Everything that a station does here, the last thing a frame that OCPP does not know. */
async function talk(station: ScriptedStation): Promise<void> {
  await station.boot();
  await station.ask('Authorize', { idTag: card });
  await station.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Nonsense' });
  station.send(`["9","broken","Authorize",{"idTag":"${card}"}]`);
  await eventually('the broken frame is answered', async () =>
    station.heard.find((text) => text.startsWith('[4,"broken"')),
  );
}

async function framesOf(stationId: string, filter = ''): Promise<readonly Frame[]> {
  const [from, to] = [Date.now() - 600_000, Date.now() + 600_000].map((at) => new Date(at).toISOString());
  const path = `/v1/frames?stationId=${stationId}&from=${from}&to=${to}${filter}`;
  return (await operator.get<Page<Frame>>(path)).items;
}

test('what a station said, and what it was answered, is found by API and SQL with its latency, without card and key', async () => {
  const station = await connect('FRAMES-ON');
  await talk(station);
  await operator.post('/v1/stations/FRAMES-ON/commands', {
    intent: 'ReadConfiguration',
    parameters: { variables: [{ variable: 'AuthorizationKey' }] },
  });
  const frames = await eventually('both directions are found', async () => {
    const found = await framesOf('FRAMES-ON');
    return found.some(({ direction }) => direction === 'csms') && found.length >= 5 ? found : undefined;
  });
  assert.deepEqual(
    frames.map(({ direction, action, outcome, errorCode }) => [direction, action, outcome, errorCode]).slice(0, 5),
    [
      ['station', 'BootNotification', 'answered', null],
      ['station', 'Authorize', 'answered', null],
      ['station', 'StatusNotification', 'property', 'PropertyConstraintViolation'],
      ['station', null, 'wrong-array', 'FormationViolation'],
      ['csms', 'GetConfiguration', 'answered', null],
    ],
  );
  for (const { latencyMs, answer } of frames) assert.ok(latencyMs !== null && latencyMs >= 0 && answer !== null);
  assert.match(frames[0]?.request ?? '', /^\[2,"m0","BootNotification",\{"chargePointVendor":"V"/);
  assert.equal((await framesOf('FRAMES-ON', '&action=Authorize')).length, 1);
  const rows = await clickhouse<{ text: string }>(
    trial,
    "SELECT request || answer AS text FROM chargestream.frames WHERE station_id = 'FRAMES-ON'",
  );
  assert.ok(rows.length >= 5);
  for (const { text } of rows) assert.ok(!text.includes(card) && !text.includes(secret), text);
  assert.ok(rows.some(({ text }) => text.includes('AuthorizationKey') && text.includes('[redacted]')));
  station.close();
});

test('frames end and begin again with the station’s and the tenant’s wish, on the connection that is open', async () => {
  const station = await connect('FRAMES-ON');
  await station.boot();
  const wants = async (path: string, framesRecorded: boolean): Promise<void> => {
    const answer = await operator.raw(path, { method: 'PATCH', body: JSON.stringify({ framesRecorded }) });
    assert.equal(answer.status, 200, await answer.text());
  };
  const noted = async (): Promise<string> =>
    (await framesOf('FRAMES-ON', '&action=Heartbeat&limit=200')).map(({ request }) => request).join();
  let asked = 0;
  const beat = async (): Promise<string> => {
    const id = `beat-${asked++}.`;
    await station.ask('Heartbeat', {}, id);
    return id;
  };
  for (const path of ['/v1/stations/FRAMES-ON', '/v1/tenants/default']) {
    await wants(path, false);
    const unwanted: string[] = [];
    // The gateway hears of the wish while these are told.
    for (const until = performance.now() + 3_000; performance.now() < until; await delay(100))
      unwanted.push(await beat());
    await wants(path, true);
    await eventually('a frame that is wanted again', async () => {
      const id = await beat();
      return eventually(id, async () => ((await noted()).includes(id) ? true : undefined), 3_000);
    });
    const found = await noted();
    assert.ok(
      unwanted.some((id) => !found.includes(id)),
      `${path}: all were noted`,
    );
  }
  station.close();
});

test('a station of which no frames are wanted has none, and is served like any other', async () => {
  const station = await connect('FRAMES-OFF');
  await talk(station);
  station.close();
  await station.ended;
  const witness = await connect('FRAMES-ON');
  await witness.ask('Heartbeat', {}, 'later-than-all-that');
  await eventually('what was said later is there', async () => {
    const found = await framesOf('FRAMES-ON', '&action=Heartbeat');
    return found.length > 0 ? true : undefined;
  });
  witness.close();
  assert.deepEqual(await framesOf('FRAMES-OFF'), []);
});
