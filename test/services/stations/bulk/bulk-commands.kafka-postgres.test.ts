// The same asked of many stations: given a selection, then each is asked once at the job's pace, until the stop rule says no.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commandIdOf } from '#contracts/keys';
import { BulkRig, type JobBody } from './bulk-rig.ts';

const path = '/v1/bulk-commands';
const reset = { intent: 'ResetStation', parameters: { when: 'idle' } };
let bulk: BulkRig;
const ids = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

before(async () => {
  bulk = await BulkRig.open();
  await Promise.all([
    ...ids('A', 4).map((id) => bulk.station(id, { version: '1.0', locationId: 'site-a' })),
    ...ids('B', 2).map((id) => bulk.station(id, { version: '2.0', locationId: 'site-b' })),
    // Nobody is connected there: what cannot wait fails at once.
    ...ids('C', 10).map((id) => bulk.rig.register(id, 'site-c')),
  ]);
});

after(() => bulk.close());

async function begin(body: object, headers: Record<string, string> = {}): Promise<string> {
  const made = await bulk.post(path, { ...reset, pacePerMinute: 6_000, ...body }, headers);
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return String(made.body['jobId']);
}

test('stations are selected by place, by what they told, and by id; each is asked once', async () => {
  const jobId = await begin({ selection: { locationId: 'site-a' }, name: 'restart' });
  const done = await bulk.until(path, jobId, ({ state }) => state === 'done', 'its end');
  assert.deepEqual(done.waves, [
    { wave: 1, stations: 4, waiting: 0, open: 0, succeeded: 4, failed: 0, skipped: 0, cancelled: 0 },
  ]);
  assert.deepEqual(done.outcomes, { accepted: 4 });
  for (const id of ids('A', 4)) assert.equal(bulk.sent(id).length, 1);
  const bySelf = await begin({ selection: { vendor: 'V', firmwareVersion: '2.0' } });
  const told = await bulk.until(path, bySelf, ({ state }) => state === 'done', 'its end');
  assert.equal(told.waves[0]?.succeeded, 2);
  const named = await begin({ selection: { stationIds: ['A-0', 'B-0'], locationId: 'site-b' } });
  await bulk.until(path, named, ({ state }) => state === 'done', 'its end');
  assert.deepEqual([bulk.sent('A-0').length, bulk.sent('B-0').length], [1, 2]);
  const { body } = await bulk.rig.ask('GET', `${path}/${jobId}/stations?state=succeeded&limit=3`);
  assert.deepEqual(
    (body['items'] as { stationId: string }[]).map(({ stationId }) => stationId),
    ['A-0', 'A-1', 'A-2'],
  );
  assert.notEqual(body['nextCursor'], null);
});

test('a job stops when its percentage failed, asks nobody further, and says why; below it, it goes on', async () => {
  const stops = await begin({ selection: { locationId: 'site-c' }, pacePerMinute: 120, stopAtFailedPercent: 20 });
  const stopped = await bulk.until(path, stops, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([stopped.state, stopped.outcomes], ['stopped', { offline: stopped.waves[0]?.failed }]);
  assert.match(stopped.why ?? '', /[2-4] of 10 stations failed; it stops at 20 %/);
  const { waiting, failed = 0, cancelled = 0 } = stopped.waves[0] ?? {};
  assert.ok(waiting === 0 && cancelled >= 5 && failed + cancelled <= 10);
  const goesOn = await begin({ selection: { stationIds: [...ids('A', 4), 'C-0'] }, stopAtFailedPercent: 21 });
  const done = await bulk.until(path, goesOn, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([done.state, done.waves[0]?.failed, done.waves[0]?.succeeded], ['done', 1, 4]);
});

test('a paused job asks nobody until it goes on; a cancelled one never', async () => {
  const jobId = await begin({ selection: { locationId: 'site-a' }, pacePerMinute: 1 });
  await bulk.until(path, jobId, ({ waves }) => waves[0]?.succeeded === 1, 'the first station');
  const paused = await bulk.post(`${path}/${jobId}/pause`);
  assert.deepEqual([paused.status, paused.body['state']], [200, 'paused']);
  assert.equal((await bulk.post(`${path}/${jobId}/pause`)).status, 200);
  assert.equal((await bulk.post(`${path}/${jobId}/resume`)).body['state'], 'running');
  const cancelled = await bulk.post(`${path}/${jobId}/cancel`);
  assert.deepEqual([cancelled.body['state'], cancelled.body['why']], ['cancelled', 'cancelled by key-1']);
  const { waves } = await bulk.job(path, jobId);
  assert.deepEqual([waves[0]?.succeeded, waves[0]?.cancelled], [1, 3]);
  assert.equal((await bulk.post(`${path}/${jobId}/resume`)).status, 409);
});

test('who was decided on and not asked yet waits again while the job is paused, and goes with it when it is cancelled', async () => {
  const jobId = await begin({ selection: { locationId: 'site-a' }, pacePerMinute: 1 });
  await bulk.until(path, jobId, ({ waves }) => waves[0]?.succeeded === 1, 'the first station');
  await bulk.post(`${path}/${jobId}/pause`);
  const before = ids('A', 4).map((id) => bulk.sent(id).length);
  await bulk.sql(
    `update stations_own.bulk_stations set state = 'asking', asked_at_ms = $2, command_id = gen_random_uuid()::text
     where job_id = $1 and state = 'waiting'`,
    [jobId, Date.now()],
  );
  await bulk.until(path, jobId, ({ waves }) => waves[0]?.waiting === 3, 'those that wait again');
  const cancelled = await bulk.post(`${path}/${jobId}/cancel`);
  assert.deepEqual((cancelled.body as unknown as JobBody).waves[0]?.cancelled, 3);
  assert.deepEqual(
    ids('A', 4).map((id) => bulk.sent(id).length),
    before,
  );
});

test('the same idempotency key is the same job, and another request under it is refused', async () => {
  const headers = { 'idempotency-key': 'weekly' };
  const jobId = await begin({ selection: { locationId: 'site-b' } }, headers);
  const body = { ...reset, pacePerMinute: 6_000, selection: { locationId: 'site-b' } };
  const again = await bulk.post(path, body, headers);
  assert.deepEqual([again.status, again.body['jobId']], [200, jobId]);
  assert.equal((await bulk.post(path, { ...body, pacePerMinute: 1 }, headers)).status, 409);
  // Another kind of job has keys of its own.
  assert.equal((await bulk.rig.ask('GET', `/v1/firmware-campaigns/${jobId}`)).status, 404);
});

test('ten that ask at once under one key are one job, whose stations are asked once', async () => {
  const headers = { 'idempotency-key': 'at-once' };
  const body = { ...reset, pacePerMinute: 6_000, selection: { stationIds: ['B-0'] } };
  const made = await Promise.all(Array.from({ length: 10 }, () => bulk.post(path, body, headers)));
  const statuses = made.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.deepEqual(statuses, [...Array.from({ length: 9 }, () => 200), 202]);
  const jobIds = new Set(made.map(({ body: { jobId } }) => String(jobId)));
  assert.equal(jobIds.size, 1);
  const [jobId = ''] = jobIds;
  await bulk.until(path, jobId, ({ state }) => state === 'done', 'its end');
  const commandId = commandIdOf('default', 'B-0', `bulk-${jobId}`);
  assert.equal(bulk.sent('B-0').filter((sent) => sent.commandId === commandId).length, 1);
});

test('what no station could take is refused at once: unknown stations, nobody, wrong parameters, secrets, viewers', async () => {
  const status = async (body: object) => (await bulk.post(path, { ...reset, ...body })).status;
  assert.equal(await status({ selection: { stationIds: ['A-0', 'NOBODY'] } }), 400);
  assert.equal(await status({ selection: { locationId: 'nowhere' } }), 422);
  assert.equal(await status({ selection: {} }), 400);
  const all = { selection: { all: true } };
  assert.equal(await status({ ...all, parameters: { when: 'some day' } }), 400);
  const secret = { variables: [{ component: 'SecurityCtrlr', variable: 'BasicAuthPassword', value: 'x' }] };
  assert.equal(await status({ ...all, intent: 'WriteConfiguration', parameters: secret }), 422);
  const viewer = await bulk.rig.ask('POST', path, { body: { ...reset, ...all }, role: 'viewer' });
  assert.equal(viewer.status, 403);
  const [first] = (await bulk.rig.ask('GET', `${path}?limit=1`)).body['items'] as { jobId: string }[];
  assert.equal((await bulk.rig.ask('GET', `${path}/${first?.jobId}`, { tenant: 'other' })).status, 404);
});

test("a driver's card that was sent to many is a pseudonym in what is shown, and in the register once the job is over", async () => {
  const parameters = { evseId: 1, token: { uid: 'CARD-4711', type: 'ISO14443' }, expiresAt: '2030-01-01T00:00:00Z' };
  const body = { intent: 'ReserveConnector', parameters, selection: { locationId: 'site-b' } };
  const headers = { 'idempotency-key': 'reserve' };
  const jobId = await begin(body, headers);
  const shown = JSON.stringify(await bulk.job(path, jobId));
  assert.ok(!shown.includes('CARD-4711') && shown.includes('"ref"'));
  await bulk.until(path, jobId, ({ state }) => state === 'done', 'its end');
  assert.ok(bulk.sent('B-1').some(({ parametersJson }) => parametersJson.includes('CARD-4711')));
  await bulk.registerHas('CARD-4711', 0);
  const again = await bulk.post(path, { ...reset, pacePerMinute: 6_000, ...body }, headers);
  assert.deepEqual([again.status, again.body['jobId']], [200, jobId], 'its request is known after that, too');
  const other = { ...parameters, token: { uid: 'CARD-4712', type: 'ISO14443' } };
  const differs = await bulk.post(path, { ...reset, pacePerMinute: 6_000, ...body, parameters: other }, headers);
  assert.equal(differs.status, 409);
});
