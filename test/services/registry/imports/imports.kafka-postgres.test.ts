// Imports over the API: tried first, written whole or not at all, repeated without effect.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
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

type Line = {
  readonly progress?: { readonly phase: string; readonly rows: number };
  readonly report?: { readonly created: number; readonly unchanged: number; readonly written: boolean };
};

/** Sends a body as it is made, and reads the answer line by line as long as told to. */
async function streamed(kind: string, type: string, rows: Iterable<string>, goesOn: (line: Line) => boolean) {
  const response = await fetch(`${rig.url}/v1/imports/${kind}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${rig.secrets.internalToken}`,
      'x-tenant-id': 'default',
      'x-role': 'operator',
      'content-type': type,
      accept: 'application/x-ndjson',
    },
    body: Readable.toWeb(Readable.from(rows)),
    duplex: 'half',
  });
  assert.equal(response.status, 200);
  const lines: Line[] = [];
  let held = '';
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    const texts = (held + Buffer.from(next.value).toString()).split('\n');
    held = texts.pop() ?? '';
    for (const text of texts) {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (goesOn(line)) continue;
      await reader?.cancel();
      return lines;
    }
  }
  return lines;
}

function* stationLines(prefix: string, count: number): Generator<string> {
  for (let n = 0; n < count; n++) yield `{"stationId":"${prefix}-${n}","evses":[{"evseId":1}]}\n`;
}

/** Created and unchanged, as the last line says. */
const countsIn = (lines: readonly Line[]) => [lines.at(-1)?.report?.created, lines.at(-1)?.report?.unchanged];
const rowsAt = (lines: readonly Line[], phase: string) =>
  lines.flatMap(({ progress }) => (progress?.phase === phase ? [progress.rows] : []));

test('an import that is cut in the middle is whole or nothing by batch; the same one again writes the rest, and again none', async () => {
  const count = 6_500;
  const ndjson = 'application/x-ndjson';
  const send = (goesOn: (line: Line) => boolean) => streamed('stations', ndjson, stationLines('S', count), goesOn);
  const byBatch = [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 6_500];
  const cut = await send(({ progress }) => progress?.phase !== 'written');
  assert.deepEqual([rowsAt(cut, 'checked'), rowsAt(cut, 'written')], [byBatch, [1_000]]);
  const again = await send(() => true);
  const [created = 0, unchanged = 0] = countsIn(again);
  assert.ok(unchanged >= 1_000, `only ${unchanged} were there`);
  assert.equal(created + unchanged, count);
  assert.deepEqual(rowsAt(again, 'written'), byBatch);
  assert.deepEqual(countsIn(await send(() => true)), [0, count]);
});

test('what only the database refuses ends an import at its batch: those before stay, and mended it writes the rest', async () => {
  const rows = Array.from({ length: 2_500 }, (_, n) => ({
    stationId: `P-${n}`,
    evses: [{ evseId: 1, publicId: `DE*CSM*E${n}` }],
  }));
  const text = (publicId: string) =>
    rows.map((row, n) => JSON.stringify(n === 1_700 ? { ...row, evses: [{ evseId: 1, publicId }] } : row)).join('\n');
  const send = (publicId: string) =>
    rig.call('POST', '/v1/imports/stations', text(publicId), { headers: { 'content-type': 'application/x-ndjson' } });
  const refused = await send('DE*CSM*E7');
  assert.deepEqual([...counts(refused), refused.body['written']], [422, 1_000, 0, 0, false]);
  assert.deepEqual(
    (refused.body['faults'] as { line: number }[]).map(({ line }) => line),
    [1_001],
  );
  assert.equal((await rig.call('GET', '/v1/stations/P-1')).status, 200);
  assert.equal((await rig.call('GET', '/v1/stations/P-1000')).status, 404);
  assert.deepEqual(counts(await send('DE*CSM*E1700')), [200, 1_500, 0, 1_000]);
});

test('a fault far down keeps all of it out; a row that stands in an earlier batch is one', async () => {
  const rows = [...stationLines('D', 2_500), '{"stationId":"D-0"}\n', '\n', 'no json\n', '{"stationId":7}\n'];
  const { status, body } = await rig.call('POST', '/v1/imports/stations', rows.join(''), {
    headers: { 'content-type': 'application/x-ndjson' },
  });
  assert.deepEqual([status, body['written'], body['created'], body['faultCount']], [422, false, 0, 3]);
  assert.deepEqual(
    (body['faults'] as { line: number; path: string }[]).map(({ line, path }) => [line, path]),
    [
      [2_501, 'stationId'],
      [2_503, ''],
      [2_504, 'stationId'],
    ],
  );
  assert.equal((await rig.call('GET', '/v1/stations/D-1')).status, 404);
});

test('of very many faults all are counted, and the first thousand told', async () => {
  const text = `stationId,securityProfile\n${Array.from({ length: 1_500 }, (_, n) => `B-${n},9\n`).join('')}`;
  const { status, body } = await imported('stations', text);
  const faults = body['faults'] as { line: number }[];
  assert.deepEqual([status, body['faultCount'], faults.length, faults.at(-1)?.line], [422, 1_500, 1_000, 1_001]);
});

test('a viewer imports nothing', async () => {
  const { status } = await rig.call('POST', '/v1/imports/tokens', { rows: [] }, { role: 'viewer' });
  assert.equal(status, 403);
});
