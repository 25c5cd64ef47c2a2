// Firmware campaigns: canaries first, then waves, nobody who charges; a boot with the version is success, and failures stop it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commandIdOf } from '#contracts/keys';
import { eventually } from '../rig.ts';
import { BulkRig } from './bulk-rig.ts';

const path = '/v1/firmware-campaigns';
let bulk: BulkRig;
const ids = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

before(async () => {
  bulk = await BulkRig.open();
  const response = await fetch(`${bulk.rig.url}/v1/files/fw-2?name=fw.bin`, {
    method: 'PUT',
    headers: {
      authorization: 'Bearer internal-token-of-the-test',
      'x-tenant-id': 'default',
      'x-role': 'operator',
      'content-type': 'application/octet-stream',
    },
    body: 'firmware of version two',
  });
  assert.equal(response.status, 201);
});

after(() => bulk.close());

async function begin(stationIds: string[], over: object = {}): Promise<string> {
  const terms = { fileId: 'fw-2', targetVersion: '2.0', pacePerMinute: 6_000, stopAtFailedPercent: 50 };
  const made = await bulk.post(path, { ...terms, selection: { stationIds }, ...over });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return String(made.body['jobId']);
}

const stations = (count: number, prefix: string) =>
  Promise.all(ids(prefix, count).map((id) => bulk.station(id, { version: '1.0' })));
const asked = (prefix: string, count: number): string[] => ids(prefix, count).filter((id) => bulk.sent(id).length > 0);

test('canaries go first; the next wave begins once they have booted with the version, and not before', async () => {
  await stations(4, 'W');
  const jobId = await begin(ids('W', 4), { canaries: 1, waves: [{ percent: 25 }] });
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 1, 'the canary');
  const [canary = ''] = asked('W', 4);
  assert.deepEqual(asked('W', 4), [canary]);
  const { location } = JSON.parse(bulk.sent(canary)[0]?.parametersJson ?? '') as { location: string };
  const downloaded = await fetch(location);
  assert.equal(await downloaded.text(), 'firmware of version two');
  // A boot with another version is none of success.
  await bulk.boot(canary, '1.9');
  await bulk.firmwareStatus(canary, 'Installing');
  const waiting = await bulk.job(path, jobId);
  assert.deepEqual([waiting.wave, waiting.waves.map((wave) => wave.stations)], [1, [1, 1, 2]]);
  await bulk.boot(canary, '2.0');
  await bulk.until(path, jobId, ({ wave, outcomes }) => wave === 2 && outcomes['accepted'] === 1, 'the second wave');
  assert.equal(asked('W', 4).length, 2);
  for (const id of asked('W', 4)) await bulk.boot(id, '2.0');
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 2, 'the third wave');
  for (const id of ids('W', 4)) await bulk.boot(id, '2.0');
  const done = await bulk.until(path, jobId, ({ state }) => state === 'done', 'its end');
  assert.deepEqual(done.outcomes, { installed: 4 });
  for (const id of ids('W', 4)) assert.equal(bulk.sent(id).length, 1);
});

test('a station that charges is not asked before its session has ended; one that is away waits as well', async () => {
  await stations(2, 'S');
  bulk.charging.add('S-0');
  await bulk.gateway.disconnect('S-1');
  const jobId = await begin(ids('S', 2), { canaries: 0 });
  await eventually(
    () =>
      bulk.sql<{ count: number }>(
        'select count(*)::int as count from stations_own.bulk_stations where job_id = $1 and look_at_ms > 0',
        [jobId],
      ),
    ([row]) => row?.count === 2,
    'a look at both',
  );
  assert.deepEqual(asked('S', 2), []);
  bulk.charging.delete('S-0');
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 1, 'the one that charged');
  assert.deepEqual(asked('S', 2), ['S-0']);
  await bulk.gateway.connect('S-1');
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 2, 'the one that was away');
  // Nobody waits for ever: past its time a station that was never free is left out, and is no failure.
  await bulk.post(`${path}/${jobId}/cancel`);
  bulk.charging.add('S-0');
  const late = await begin(['S-0'], { canaries: 0 });
  await bulk.sql('update stations_own.bulk_jobs set wave_started_at_ms = 0 where job_id = $1', [late]);
  const stopped = await bulk.until(path, late, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([stopped.state, stopped.outcomes], ['stopped', { notReached: 1 }]);
});

test('failed installations stop a campaign at its percentage of the wave; one fewer does not', async () => {
  await stations(4, 'X');
  const jobId = await begin(ids('X', 4), { canaries: 4, stopAtFailedPercent: 50 });
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 4, 'all four');
  await bulk.firmwareStatus('X-0', 'DownloadFailed');
  const one = await bulk.until(path, jobId, ({ outcomes }) => outcomes['installFailed'] === 1, 'the first failure');
  assert.equal(one.state, 'running');
  await bulk.firmwareStatus('X-1', 'InstallationFailed');
  const stopped = await bulk.until(path, jobId, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([stopped.state, stopped.why], ['stopped', 'wave 1: 2 of 4 stations failed; it stops at 50 %']);
  // What was asked before goes on, and is counted.
  await bulk.boot('X-2', '2.0');
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['installed'] === 1, 'who was asked before');
});

test('a station that never boots with the version failed; a canary wave without success begins no other', async () => {
  await stations(2, 'N');
  const jobId = await begin(ids('N', 2), { canaries: 1, stopAtFailedPercent: undefined, installWithinMinutes: 1 });
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 1, 'the canary');
  await bulk.sql('update stations_own.bulk_stations set asked_at_ms = asked_at_ms - 60000 where job_id = $1', [jobId]);
  const stopped = await bulk.until(path, jobId, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([stopped.state, stopped.why], ['stopped', 'wave 1: none of 1 stations succeeded']);
  assert.deepEqual(stopped.outcomes, { noBoot: 1 });
  assert.equal(stopped.waves[1]?.cancelled, 1);
});

test('only stations of the named versions take part, and of those that have the target none', async () => {
  await bulk.station('V-0', { version: '1.4' });
  await bulk.station('V-1', { version: '1.5' });
  await bulk.station('V-2', { version: '2.0' });
  const some = await begin(ids('V', 3), { fromVersions: ['1.5'], canaries: 0 });
  assert.deepEqual(
    (await bulk.job(path, some)).waves.map((wave) => wave.stations),
    [1],
  );
  await bulk.until(path, some, ({ outcomes }) => outcomes['accepted'] === 1, 'the one');
  assert.deepEqual(asked('V', 3), ['V-1']);
  const terms = { fileId: 'fw-2', targetVersion: '2.0', selection: { stationIds: ['V-2'] } };
  assert.equal((await bulk.post(path, terms)).status, 422);
  assert.equal((await bulk.post(path, { ...terms, fileId: 'fw-9', selection: { all: true } })).status, 422);
  const hours = { from: '22:00', until: '05:00', timeZone: 'Nowhere/Else' };
  assert.equal((await bulk.post(path, { ...terms, selection: { all: true }, hours })).status, 400);
});

test('outside its hours a campaign asks nobody, and its file is not deleted', async () => {
  await bulk.station('H-0', { version: '1.0' });
  const at = new Date();
  const clock = (plusMinutes: number) => new Date(at.getTime() + plusMinutes * 60_000).toISOString().slice(11, 16);
  const closed = { from: clock(120), until: clock(180), timeZone: 'UTC' };
  const jobId = await begin(['H-0'], { canaries: 0, hours: closed });
  // It was looked at when the one after it, which has no hours, has asked.
  await bulk.station('H-1', { version: '1.0' });
  const open = await begin(['H-1'], { canaries: 0 });
  await bulk.until(path, open, ({ outcomes }) => outcomes['accepted'] === 1, 'the other');
  assert.equal((await bulk.job(path, jobId)).waves[0]?.waiting, 1);
  assert.deepEqual(asked('H', 2), ['H-1']);
  await bulk.sql('update stations_own.file_links set used_at_ms = 1');
  assert.equal((await bulk.rig.ask('DELETE', '/v1/files/fw-2')).status, 409);
});

test('a crash between the decision and its request, or after it, asks each station once', async () => {
  await stations(2, 'K');
  const jobId = await begin(ids('K', 2), { canaries: 0 });
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 2, 'both');
  // As a crash leaves it: decided, and nobody knows whether it was requested.
  await bulk.sql("update stations_own.bulk_stations set state = 'asking', outcome = null where job_id = $1", [jobId]);
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 2, 'both again');
  assert.deepEqual([bulk.sent('K-0').length, bulk.sent('K-1').length], [1, 1]);
  // And with nothing requested yet.
  await bulk.station('K-2', { version: '1.0' });
  const paused = await begin(['K-2'], { canaries: 0, hours: { from: '00:00', until: '00:00', timeZone: 'UTC' } });
  await bulk.sql(
    "update stations_own.bulk_stations set state = 'asking', asked_at_ms = $2, command_id = $3 where job_id = $1",
    [paused, Date.now(), commandIdOf('default', 'K-2', `bulk-${paused}`)],
  );
  await bulk.until(path, paused, ({ outcomes }) => outcomes['accepted'] === 1, 'its request');
  assert.equal(bulk.sent('K-2').length, 1);
});

test('who was decided on long ago, and surely not asked, is looked at again: by now it may charge', async () => {
  await bulk.station('L-0', { version: '1.0' });
  const closed = { from: '00:00', until: '00:00', timeZone: 'UTC' };
  const jobId = await begin(['L-0'], { canaries: 0, hours: closed });
  await bulk.whileWriterWaits(
    'stations_own.bulk_stations',
    "update stations_own.bulk_stations set state = 'asking', asked_at_ms = $2, command_id = $3 where job_id = $1",
    [jobId, Date.now() - 120_000, commandIdOf('default', 'L-0', `bulk-${jobId}`)],
  );
  await bulk.until(path, jobId, ({ waves }) => waves[0]?.waiting === 1, 'its place among those that wait');
  assert.deepEqual(bulk.sent('L-0'), []);
});

test('an answer that was lost is no failure: the station may install, and its boot tells', async () => {
  await bulk.station('U-0', { version: '1.0' });
  bulk.gateway.outcomes.push('unknown');
  const jobId = await begin(['U-0'], { canaries: 0 });
  const lost = await bulk.until(path, jobId, ({ outcomes }) => outcomes['unknown'] === 1, 'the lost answer');
  assert.deepEqual([lost.state, lost.waves[0]?.open], ['running', 1]);
  await bulk.boot('U-0', '2.0');
  const done = await bulk.until(path, jobId, ({ state }) => state !== 'running', 'its end');
  assert.deepEqual([done.state, done.outcomes], ['done', { installed: 1 }]);
});

test('a campaign that is asked for again is known when all its stations have the version and its file is gone', async () => {
  await bulk.station('R-0', { version: '1.0' });
  const put = await fetch(`${bulk.rig.url}/v1/files/fw-once`, {
    method: 'PUT',
    headers: {
      authorization: 'Bearer internal-token-of-the-test',
      'x-tenant-id': 'default',
      'x-role': 'operator',
      'content-type': 'application/octet-stream',
    },
    body: 'firmware',
  });
  assert.equal(put.status, 201);
  const body = { fileId: 'fw-once', targetVersion: '2.0', canaries: 0, selection: { stationIds: ['R-0'] } };
  const headers = { 'idempotency-key': 'roll-out' };
  const made = await bulk.post(path, body, headers);
  assert.equal(made.status, 202);
  const jobId = String(made.body['jobId']);
  await bulk.until(path, jobId, ({ outcomes }) => outcomes['accepted'] === 1, 'its request');
  await bulk.boot('R-0', '2.0');
  await bulk.until(path, jobId, ({ state }) => state === 'done', 'its end');
  await bulk.sql(`delete from stations_own.files where file_id = 'fw-once'`);
  const again = await bulk.post(path, body, headers);
  assert.deepEqual([again.status, again.body['jobId']], [200, jobId]);
  assert.equal((await bulk.post(path, { ...body, targetVersion: '2.1' }, headers)).status, 409);
  assert.equal((await bulk.post(path, body)).status, 422, 'without the key it is a new one, for nobody');
  assert.equal(bulk.sent('R-0').length, 1);
});
