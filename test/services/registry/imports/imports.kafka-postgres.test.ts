// Imports over the API: tried first, written whole or not at all, repeated without effect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRig, type Answer, type Rig } from '../rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_imports');
});
after(() => rig.close());

const csv = { headers: { 'content-type': 'text/csv' } };
const passwordOf = (number: number) => `0123456789abcdef0123456789abc${String(number).padStart(11, '0')}`;

async function imported(kind: string, text: string, query = ''): Promise<Answer> {
  return rig.call('POST', `/v1/imports/${kind}${query}`, text, csv);
}
const counts = ({ status, body }: Answer) => [status, body['created'], body['updated'], body['unchanged']];

test('stations come as CSV: tried, written, repeated', async () => {
  await rig.call('PUT', '/v1/templates/imported', { heartbeatSeconds: 77 });
  const text = `stationId,templateId,vendor,evses,password
I-1,imported,V,2,${passwordOf(1)}
I-2,,,,
`;
  const tried = await imported('stations', text, '?dryRun=true');
  assert.deepEqual([...counts(tried), tried.body['written']], [200, 2, 0, 0, false]);
  assert.equal((await rig.call('GET', '/v1/stations/I-1')).status, 404, 'a dry run leaves nothing');
  const written = await imported('stations', text);
  assert.deepEqual([...counts(written), written.body['written']], [200, 2, 0, 0, true]);
  const { body } = await rig.call('GET', '/v1/stations/I-1');
  assert.deepEqual([body['heartbeatSeconds'], (body['evses'] as unknown[]).length], [77, 2]);
  assert.deepEqual(counts(await imported('stations', text)), [200, 0, 0, 2]);
  await rig.seen(
    'gateways hear of it',
    ({ record }) => record?.type === 'StationRegistered' && record.stationId === 'I-1' && record.verifiers.length === 1,
  );
});

test('with a fault in any row nothing is written, and every fault has its line and path', async () => {
  const text = `stationId,locationId,heartbeatSeconds,securityProfile
F-1,,60,
F-2,nowhere,60,
F-3,,5,
F-1,,60,
F-4,,60,0
`;
  const { status, body } = await imported('stations', text);
  assert.equal(status, 422);
  const faults = body['faults'] as { line: number; path: string }[];
  assert.deepEqual(
    faults.map(({ line, path }) => [line, path]),
    [
      [3, 'locationId'],
      [4, 'heartbeatSeconds'],
      [5, 'stationId'],
      [6, 'securityProfile'],
    ],
  );
  assert.equal(body['written'], false);
  assert.equal((await rig.call('GET', '/v1/stations/F-1')).status, 404);
});

test('what only the database refuses names the rows where it is', async () => {
  const evses = [{ evseId: 1, publicId: 'DE*CSM*E1' }];
  const rows = [
    { stationId: 'D-1', evses },
    { stationId: 'D-2', evses },
  ];
  const { status, body } = await rig.call('POST', '/v1/imports/stations', { rows });
  assert.equal(status, 422);
  assert.match(JSON.stringify(body['faults']), /publicId/);
  assert.equal((await rig.call('GET', '/v1/stations/D-1')).status, 404);
});

test('passwords are given to stations that are known, once', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'C-1', password: null });
  const unknown = await imported('credentials', `stationId,password\nC-1,${passwordOf(2)}\nC-9,${passwordOf(3)}\n`);
  assert.deepEqual(unknown.body['faults'], [{ line: 3, path: 'stationId', message: 'there is no such station' }]);
  const text = `stationId,password\nC-1,${passwordOf(2)}\n`;
  assert.equal((await imported('credentials', 'stationId,password\nC-1,too-short\n')).status, 422);
  assert.deepEqual(counts(await imported('credentials', text)), [200, 0, 1, 0]);
  assert.deepEqual(counts(await imported('credentials', text)), [200, 0, 0, 1]);
  const { body } = await rig.call('GET', '/v1/stations/C-1/credentials');
  assert.equal((body['items'] as unknown[]).length, 1);
});

test('tokens come as CSV or JSON, ten thousand at once', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => ({ uid: `T${String(index).padStart(8, '0')}` }));
  const text = `uid\n${rows.map(({ uid }) => uid).join('\n')}\n`;
  assert.deepEqual(counts(await imported('tokens', text)), [200, 10_000, 0, 0]);
  const { body, status } = await rig.call('POST', '/v1/imports/tokens', { rows });
  assert.deepEqual([status, body['unchanged']], [200, 10_000]);
  const doubled = await imported('tokens', 'uid\nabcd\nABCD\n');
  assert.deepEqual(doubled.body['faults'], [{ line: 3, path: 'uid', message: 'stands in an earlier row, too' }]);
});

test('a viewer imports nothing', async () => {
  const { status } = await rig.call('POST', '/v1/imports/tokens', { rows: [] }, { role: 'viewer' });
  assert.equal(status, 403);
});
